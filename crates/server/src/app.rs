//! Puts the crates together: [`App::build`] takes the parts of a deployment and gives back the router and everything
//! that runs beside it. Nothing listens here, so that tests build the same application with other parts.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::response::Response;
use federation::eds::{EdsVerifier, Turns};
use jobs::{Jobs, ListSources, LogoutDelivery};
use messaging::sms::SenderError;
use messaging::{Sender, SmsGateway};
use outbound::Outbound;
use pages::{DeploymentKind, Localised, Operator, Pages, PagesError, PagesSettings, Reference};
use protocol::cabinet::{CabinetError, ensure_cabinet};
use protocol::logout::LogoutWake;
use protocol::{Provider, ProviderSettings, SigningKeys, SigningKeysError, signing_keys};
use web::{EgovMobile, Places, WebSettings, WebState};

use crate::chance::chance;
use crate::config::{Config, Kind};
use crate::foundation::Foundation;
use crate::middleware::{self, Edge};

/// How long a fetched list waits until another one is checked.
const LIST_WAIT: Duration = Duration::from_mins(1);

/// What a deployment is built from.
pub struct Parts {
    /// The configuration.
    pub config: Config,
    /// Database, keyring, clock.
    pub foundation: Foundation,
    /// Who signatures are believed from.
    pub eds: Arc<EdsVerifier>,
    /// Where messages leave.
    pub sms: Arc<dyn SmsGateway>,
    /// Who calls clients.
    pub outbound: Outbound,
    /// Where addresses are.
    pub places: Option<Places>,
    /// Logins that the sandbox page lists.
    #[cfg(feature = "demo")]
    pub sandbox_people: Vec<String>,
}

/// The application, ready to be served.
pub struct App {
    /// All routes, with the edge around them.
    pub router: Router,
    /// The state of every handler.
    pub state: WebState,
    /// What runs beside it.
    pub jobs: Jobs,
}

/// Why there is no application.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The pages cannot be prepared.
    #[error("the pages cannot be prepared")]
    Pages(#[from] PagesError),
    /// The signing keys cannot be used.
    #[error("the signing keys cannot be used")]
    Keys(#[from] SigningKeysError),
    /// The cabinet cannot be kept among the clients.
    #[error("the cabinet cannot be prepared")]
    Cabinet(#[from] CabinetError),
    /// The sender of messages is none.
    #[error("sms.sender")]
    Sender(#[from] SenderError),
}

impl App {
    /// Builds the application; makes signing keys when the database has none.
    ///
    /// # Errors
    /// Keys or pages cannot be prepared.
    pub async fn build(parts: Parts) -> Result<Self, AppError> {
        let Parts {
            config,
            foundation,
            eds,
            sms,
            outbound,
            places,
            #[cfg(feature = "demo")]
            sandbox_people,
        } = parts;
        let provider = provider(&config, foundation).await?;
        let sender = Sender::parse(config.sms().sender())?;
        let jobs = Jobs {
            db: provider.db.clone(),
            keyring: Arc::clone(&provider.keyring),
            clock: Arc::clone(&provider.clock),
            gateway: Arc::clone(&sms),
            sender: sender.clone(),
            lists: ListSources {
                eds: Arc::clone(&eds),
                outbound: outbound.clone(),
                urls: config.eds().status().crl_urls.clone().into(),
                period: config.eds().status().crl_refresh,
                turns: Turns::new(1, LIST_WAIT),
            },
            logout: LogoutDelivery::new(provider.clone(), outbound),
            node: Reference::mint(&mut chance()).to_string(),
        };
        let settings = WebSettings {
            device_bound: config.sessions().device_bound(),
            places: places.map(Arc::new),
            egov_mobile: egov_mobile(&config),
            ..WebSettings::new(sender)
        };
        #[cfg(feature = "demo")]
        let settings = WebSettings {
            sandbox: !config.deployment().kind().is_production(),
            sandbox_people,
            ..settings
        };
        let state = WebState::new(provider.clone(), eds, sms, settings);
        let mint = || Reference::mint(&mut chance());
        let clock = Arc::clone(&provider.clock);
        let edge = Edge::new(
            config.deployment(),
            config.listen(),
            provider.pages.clone(),
            clock,
            mint,
        );
        let router = middleware::around(routes(&state), edge);
        Ok(Self { router, state, jobs })
    }
}

/// Every route of the product: clients' in `protocol`, people's in `web`. What nobody answers becomes X10 at the edge.
fn routes(state: &WebState) -> Router {
    protocol::router(state.provider.clone())
        .merge(web::router(state.clone()))
        .fallback(nothing)
}

async fn nothing() -> Response {
    let mut answer = Response::default();
    *answer.status_mut() = http::StatusCode::NOT_FOUND;
    answer
}

async fn provider(config: &Config, foundation: Foundation) -> Result<Provider, AppError> {
    let Foundation { db, keyring, clock } = foundation;
    signing_keys::mint_missing(&db, &keyring, clock.now(), &mut chance()).await?;
    let keys = SigningKeys::new(signing_keys::load(&db, &keyring).await?);
    ensure_cabinet(&db, &config.deployment().issuer().to_string(), clock.now()).await?;
    let settings = ProviderSettings {
        issuer: config.deployment().issuer().to_string(),
        policy: config.policy(),
        kind: deployment_kind(config.deployment().kind()),
        zone: config.deployment().time_zone(),
    };
    let pages = Pages::new(pages_settings(config))?;
    Ok(Provider {
        db,
        keyring,
        clock,
        pages,
        keys,
        logout_wake: LogoutWake::default(),
        open_flows: protocol::flow::OpenFlows::default(),
        settings: Arc::new(settings),
    })
}

/// What the pages need to know about the deployment.
pub fn pages_settings(config: &Config) -> PagesSettings {
    let operator = config.operator();
    PagesSettings {
        deployment: deployment_kind(config.deployment().kind()),
        issuer: config.deployment().issuer().to_string(),
        operator: Operator {
            name: localised(operator.name()),
            telephone: operator.telephone().to_owned(),
            email: operator.email().to_owned(),
            hours: localised(operator.hours()),
        },
        zone: config.deployment().time_zone(),
        ncalayer: format!("{}/", config.eds().ncalayer_address()),
        // Keys of a test centre have no chain that a person's NCALayer would build.
        ncalayer_test_chain: !config.deployment().kind().is_production(),
        key_fine: operator.key_fine(),
        sms_sender: config.sms().sender().to_owned(),
    }
}

fn deployment_kind(kind: Kind) -> DeploymentKind {
    match kind {
        Kind::Production => DeploymentKind::Production,
        #[cfg(feature = "demo")]
        Kind::Sandbox => DeploymentKind::Sandbox,
        #[cfg(feature = "demo")]
        Kind::Demo => DeploymentKind::Demo,
    }
}

/// Who the apps say asks, when signing on the phone is offered.
fn egov_mobile(config: &Config) -> Option<EgovMobile> {
    let egov = config.egov_mobile();
    let bin = egov.bin().filter(|_| egov.enabled())?;
    Some(EgovMobile {
        organisation: egov.name().clone(),
        bin: bin.to_owned(),
        business: egov.business(),
    })
}

fn localised([kk, ru, en]: &[String; 3]) -> Localised {
    Localised {
        kk: kk.clone(),
        ru: ru.clone(),
        en: en.clone(),
    }
}
