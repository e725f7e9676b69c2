//! The binding of an interaction to the browser that started it (security rule AZ-12).

use authority::authorization::{AuthorizationRequest, INTERACTION_TTL, Interaction, InteractionStep, Progress};
use authority::clients::Client;
use authority::ids::InteractionId;
use authority::secret::{Keyring, PlainToken, Purpose, TokenDigest};
use http::HeaderValue;
use pages::{Flow, FlowOrigin, Frame, ServiceStrip};
use storage::StorageError;

use super::cookie_refusal::keeps_no_cookies;
use super::{Cookies, FormToken, Visit, clear_cookie, flow_cookie_name, set_cookie};
use crate::{Problem, Provider};

/// The most flows one browser carries at a time; starting another forgets the oldest.
const MAX_FLOWS: usize = 16;

/// Proof that the request came from the browser that started the interaction. Only the comparison with its cookie makes
/// one.
#[derive(Clone, Copy, Debug)]
pub struct FlowBrowser {
    interaction_id: InteractionId,
    cookie_digest: TokenDigest,
}

impl FlowBrowser {
    fn prove(keyring: &Keyring, cookies: &Cookies, interaction: &Interaction) -> Option<Self> {
        let cookie = cookies.token(&flow_cookie_name(interaction.id))?;
        let cookie_digest = digest(keyring, interaction.id, &cookie);
        let same = cookie_digest.matches(&interaction.browser_digest);
        same.then_some(Self {
            interaction_id: interaction.id,
            cookie_digest,
        })
    }

    /// The interaction it started.
    pub const fn interaction_id(&self) -> InteractionId {
        self.interaction_id
    }

    /// Digest of the flow cookie: what challenges and form tokens are bound to.
    pub const fn cookie_digest(&self) -> &TokenDigest {
        &self.cookie_digest
    }
}

/// An open interaction in the hands of its own browser.
#[derive(Clone, Debug)]
pub struct OpenFlow {
    /// The interaction.
    pub interaction: Interaction,
    /// The client it is for.
    pub client: Client,
    /// The proof.
    pub browser: FlowBrowser,
}

/// Why a flow page shows nothing of its flow.
#[derive(Debug, thiserror::Error)]
pub enum FlowRefusal {
    /// No such flow, or not this browser's: the same from outside.
    #[error("the flow belongs to another browser")]
    OtherBrowser,
    /// The same, and the browser seems to keep no cookies.
    #[error("the browser keeps no cookies")]
    NoCookies,
    /// Expired or completed.
    #[error("the flow is over")]
    OutOfDate,
    /// The database.
    #[error("the flow could not be loaded")]
    Storage(#[from] StorageError),
}

impl From<FlowRefusal> for Problem {
    fn from(refusal: FlowRefusal) -> Self {
        match refusal {
            FlowRefusal::OtherBrowser => Self::OtherBrowser,
            FlowRefusal::NoCookies => Self::NoCookies,
            FlowRefusal::OutOfDate => Self::OutOfDate,
            FlowRefusal::Storage(error) => Self::OurFault(error),
        }
    }
}

/// Loads the interaction of the `{id}` in a flow page's path and proves the browser. Reads it again after each change.
///
/// # Errors
/// [`FlowRefusal`]: another browser, over, or the database.
pub async fn open_flow(provider: &Provider, visit: &Visit, id: &str) -> Result<OpenFlow, FlowRefusal> {
    let id: InteractionId = id.parse().map_err(|_| FlowRefusal::OtherBrowser)?;
    let stranger = || {
        if keeps_no_cookies(&visit.cookies, &visit.headers, id, provider.now()) {
            FlowRefusal::NoCookies
        } else {
            FlowRefusal::OtherBrowser
        }
    };
    let found = storage::interactions::find(&provider.db, id).await?;
    let interaction = found.ok_or_else(stranger)?;
    let browser = FlowBrowser::prove(&provider.keyring, &visit.cookies, &interaction).ok_or_else(stranger)?;
    interaction
        .check_open(provider.now())
        .map_err(|_| FlowRefusal::OutOfDate)?;
    let client = storage::clients::find(&provider.db, &interaction.request.client_id).await?;
    // The client may have changed since: nothing goes to an address that is no longer registered.
    let client = client.filter(|client| client.allows_redirect(interaction.request.redirect_uri.as_str()));
    Ok(OpenFlow {
        interaction,
        client: client.ok_or(FlowRefusal::OutOfDate)?,
        browser,
    })
}

impl OpenFlow {
    /// Path of the flow: `/flow/{id}`.
    pub fn path(&self) -> String {
        format!("/flow/{}", self.interaction.id)
    }

    /// The token that every form of the flow carries.
    pub fn form_token(&self, keyring: &Keyring) -> FormToken {
        FormToken::for_flow(keyring, &self.browser)
    }

    /// The frame of every page of the flow.
    pub fn frame(&self, provider: &Provider, visit: &Visit) -> Frame {
        let request = &self.interaction.request;
        let mut frame = visit.frame(provider);
        frame.locale = visit.locale_for(request.ui_locale);
        frame.service = Some(service(&self.client, request));
        frame.csrf = self.form_token(&provider.keyring).text(&mut provider.rng());
        // A registered redirect URI always has an origin; without one the page would just not lead there.
        frame.flow = FlowOrigin::of_redirect_uri(request.redirect_uri.as_str())
            .ok()
            .map(|origin| Flow {
                path: self.path(),
                id: self.interaction.id.to_string(),
                origin,
            });
        frame
    }
}

fn service(client: &Client, request: &AuthorizationRequest) -> ServiceStrip {
    ServiceStrip {
        name: client.name.clone(),
        domain: request.redirect_uri.domain(),
        back_uri: None,
        logo: None,
    }
}

/// A new interaction with the `Set-Cookie` values that bind it to the browser and forget its oldest flows.
pub(crate) fn start_flow(
    provider: &Provider,
    visit: &Visit,
    request: AuthorizationRequest,
) -> (Interaction, Vec<HeaderValue>) {
    let (now, mut rng) = (provider.now(), provider.rng());
    let id = InteractionId::mint(now, &mut rng);
    let cookie = PlainToken::mint(&mut rng);
    let interaction = Interaction {
        id,
        browser_digest: digest(&provider.keyring, id, &cookie),
        request,
        step: InteractionStep::Open,
        progress: Progress::default(),
        version: 0,
        started_at: now,
        expires_at: now.plus(INTERACTION_TTL),
    };
    let known = visit.cookies.flows().count();
    let oldest = visit.cookies.flows().take((known + 1).saturating_sub(MAX_FLOWS));
    let mut headers: Vec<HeaderValue> = oldest.filter_map(clear_cookie).collect();
    headers.extend(set_cookie(
        &flow_cookie_name(id),
        cookie.expose(),
        Some(INTERACTION_TTL),
    ));
    (interaction, headers)
}

/// The interaction's id is part of it: the cookie of one flow proves nothing in another.
fn digest(keyring: &Keyring, id: InteractionId, cookie: &PlainToken) -> TokenDigest {
    keyring.digest_list(
        Purpose::FlowCookie,
        &[id.as_uuid().as_bytes(), cookie.expose().as_bytes()],
    )
}
