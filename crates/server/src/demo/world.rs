//! Everything behind the demo's addresses.

use std::path::PathBuf;
use std::sync::Arc;

use authority::time::Clock;
use diary::{DiaryClock, DiarySettings};
use federation::eds::EdsVerifier;
use messaging::{Outbox, SmsGateway};
use testkit::keys::DemoKeys;
use testkit::ncalayer::SignerState;
use testkit::people::PEOPLE;

use super::clock::DemoClock;
use super::desk::{Codes, Desk};
use super::folder::Folder;
use super::sockets::Addresses;
use crate::app::{App, Parts};
use crate::apply::{ApplyError, ClientRules, PersonEntry, apply_clients, apply_people, parse_clients};
use crate::chance::chance;
use crate::cli::{Failure, say};
use crate::clock::NodeClock;
use crate::config::Config;
use crate::foundation::{self, Foundation, FoundationError};
use crate::operators::Office;
use crate::{kek, material};

/// What was made.
pub(super) struct World {
    pub(super) app: App,
    pub(super) node_clock: Arc<NodeClock>,
    pub(super) diary: DiarySettings,
    pub(super) signer: Arc<SignerState>,
    outbox: Arc<Outbox>,
    clock: Arc<DemoClock>,
    config_file: PathBuf,
}

impl World {
    /// Opens or makes everything, telling how far it is.
    pub(super) async fn make(folder: &Folder, config: &Config, addresses: &Addresses) -> Result<Self, Failure> {
        let (foundation, node_clock) = open_database(config).await?;
        let (foundation, clock) = take_over_clock(foundation, &node_clock, folder).await?;
        let keys = Arc::new(open_keys(folder, &foundation)?);
        let diary = DiarySettings {
            clock: Some(told_by(&clock)),
            ..register(
                &Office::new(foundation.clone(), config)
                    .map_err(|error| Failure::broken("the words for people")(error.into()))?,
                folder,
                addresses,
            )
            .await?
        };
        let now = foundation.clock.now();
        let mut settings = keys
            .eds_settings(now)
            .map_err(|error| Failure::broken("the revocation list")(error.into()))?;
        settings.xml = config.eds().xml();
        let eds = EdsVerifier::new(&settings).map_err(|error| Failure::broken("the demo's centre")(error.into()))?;
        let outbound = material::outbound(config.outbound())?;
        let eds = material::with_responders(eds, config.eds(), &outbound);
        let outbox = Outbox::with_file(Arc::clone(&foundation.clock), &folder.outbox()).await;
        let outbox = Arc::new(outbox.map_err(|error| Failure::broken("the outbox file")(error.into()))?);
        let signer = Arc::new(SignerState::new(keys, Arc::clone(&foundation.clock)));
        let parts = Parts {
            config: config.clone(),
            foundation,
            eds: Arc::new(eds),
            outbound,
            places: None,
            sms: Arc::clone(&outbox) as Arc<dyn SmsGateway>,
            sandbox_people: PEOPLE.iter().map(|person| person.login.to_owned()).collect(),
        };
        let app = App::build(parts)
            .await
            .map_err(|error| Failure::broken("the provider cannot start")(error.into()))?;
        Ok(Self {
            app,
            node_clock,
            clock,
            diary,
            signer,
            outbox,
            config_file: folder.config_file(),
        })
    }

    /// What the desk shows and does.
    pub(super) fn desk(&self, addresses: &Addresses) -> Desk {
        Desk {
            outbox: Arc::clone(&self.outbox),
            signer: Arc::clone(&self.signer),
            addresses: addresses.clone(),
            config_file: self.config_file.clone(),
            zone: self.app.state.provider.settings.zone,
            clock: Arc::clone(&self.clock),
            db: self.app.state.provider.db.clone(),
            codes: self.codes(),
            phone: Arc::default(),
            eds: Arc::clone(&self.app.state.eds),
        }
    }
}

impl World {
    /// The codes that sign-in pages show now; without a database there are none.
    fn codes(&self) -> Codes {
        let provider = self.app.state.provider.clone();
        Arc::new(move || {
            let provider = provider.clone();
            Box::pin(async move { web::waiting_codes(&provider).await.unwrap_or_default() })
        })
    }
}

async fn open_database(config: &Config) -> Result<(Foundation, Arc<NodeClock>), Failure> {
    say("database: opening");
    let db = foundation::connect(config).await.map_err(FoundationError::from)?;
    db.migrate().await.map_err(FoundationError::from)?;
    db.close().await.map_err(FoundationError::from)?;
    let kek = kek::read(config.secrets().kek()).map_err(material::MaterialError::from)?;
    let keyring = authority::secret::Keyring::derive(&kek).map_err(FoundationError::from)?;
    Ok(Foundation::open_with(config, keyring).await?)
}

/// The clock that the desk sets; a demo is one node, so that jobs of an earlier start are free whatever its clock showed.
async fn take_over_clock(
    foundation: Foundation,
    node: &Arc<NodeClock>,
    folder: &Folder,
) -> Result<(Foundation, Arc<DemoClock>), Failure> {
    let clock = DemoClock::open(Arc::clone(node), folder.clock()).map_err(FoundationError::from)?;
    let (now, clock) = (clock.now(), Arc::new(clock));
    let freed = foundation.db.tx("free_jobs", |tx| async move {
        storage::demo_time::free_jobs(&tx, now).await
    });
    freed.await.map_err(FoundationError::from)?;
    let told: Arc<dyn Clock> = Arc::clone(&clock) as Arc<dyn Clock>;
    let foundation = Foundation {
        clock: told,
        ..foundation
    };
    Ok((foundation, clock))
}

fn told_by(clock: &Arc<DemoClock>) -> DiaryClock {
    let clock = Arc::clone(clock);
    Arc::new(move || clock.now().as_unix_seconds())
}

fn open_keys(folder: &Folder, foundation: &Foundation) -> Result<DemoKeys, Failure> {
    say("keys: certification centre and people");
    DemoKeys::open(&folder.centre(), foundation.clock.now())
        .map_err(|error| Failure::broken("the people's keys")(error.into()))
}

/// Makes people and the diary known to the provider.
async fn register(office: &Office, folder: &Folder, addresses: &Addresses) -> Result<DiarySettings, Failure> {
    say("people and the diary: registering");
    let now = office.clock.now();
    let broken = |error: ApplyError| Failure::broken("people and the diary cannot be registered")(error.into());
    let people: Vec<_> = PEOPLE
        .iter()
        .map(PersonEntry::of_demo)
        .collect::<Result<_, _>>()
        .map_err(broken)?;
    apply_people(office, &people).await.map_err(broken)?;
    let secret = folder.diary_secret()?;
    let diary = serde_json::json!([{
        "client_id": "diary",
        "client_name": "Күнделік",
        "client_secret": secret,
        "redirect_uris": [format!("{}/callback", addresses.diary)],
        "backchannel_logout_uri": format!("{}/backchannel-logout", addresses.diary),
        "backchannel_logout_session_required": true,
        "post_logout_redirect_uris": [format!("{}/signed-out", addresses.diary)],
        "grant_types": ["authorization_code", "refresh_token"],
        "scope": "openid profile device organisation",
        "require_pkce": true,
    }]);
    let rules = ClientRules {
        require_pkce: true,
        loopback: true,
    };
    let clients = parse_clients(&diary.to_string(), rules, now).map_err(broken)?;
    apply_clients(&office.db, &office.keyring, &clients, now, &mut chance())
        .await
        .map_err(broken)?;
    Ok(DiarySettings {
        issuer: addresses.issuer.clone(),
        client_id: "diary".to_owned(),
        client_secret: secret,
        base_url: addresses.diary.clone(),
        extra_trust: None,
        desk_url: Some(format!("{}/", addresses.desk)),
        clock: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses() -> Addresses {
        Addresses {
            issuer: "http://localhost:7300".to_owned(),
            diary: "http://127.0.0.1:7301".to_owned(),
            desk: "http://127.0.0.1:7302".to_owned(),
            signer: "ws://127.0.0.1:13579".to_owned(),
            health: "http://127.0.0.1:7309".to_owned(),
            public: "127.0.0.1:7300".parse().unwrap(),
            health_socket: "127.0.0.1:7309".parse().unwrap(),
        }
    }

    /// What must survive: the key set, the diary's secret, the people's certificates, how many people there are.
    async fn start(folder: &Folder) -> (axum::body::Bytes, String, Vec<Vec<u8>>) {
        let addresses = addresses();
        let config = folder.write_config(&addresses).unwrap();
        let world = World::make(folder, &config, &addresses).await.unwrap();
        let keys = world.app.state.provider.keys.current().document();
        let certificates = world
            .signer
            .keys()
            .people
            .iter()
            .map(|key| key.certificate.clone())
            .collect();
        let secret = world.diary.client_secret.clone();
        let clients = storage::clients::list(&world.app.state.provider.db).await.unwrap();
        assert_eq!(
            clients.iter().map(|client| client.id.as_str()).collect::<Vec<_>>(),
            ["cabinet", "diary"]
        );
        world.app.state.provider.db.clone().close().await.unwrap();
        (keys, secret, certificates)
    }

    #[tokio::test]
    async fn a_second_start_finds_the_same_keys_people_and_client() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("demo");
        let first = start(&Folder::open(&path, false).unwrap()).await;
        assert!(start(&Folder::open(&path, false).unwrap()).await == first);
        let fresh = start(&Folder::open(&path, true).unwrap()).await;
        assert!(fresh.0 != first.0 && fresh.1 != first.1 && fresh.2 != first.2);
    }
}
