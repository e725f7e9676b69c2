//! The production `App` with a test clock, a temporary database, an SMS outbox and the test centre's keys. Nothing
//! listens on a port; browsers and relying parties ask the router in-process.

mod browser;
mod centre_servers;
mod device_key;
mod logout_endpoint;
mod page;
mod person;
mod phone;
mod relying_party;
mod walker;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use authority::identifiers::Checksum;
use authority::secret::{Kek, Keyring};
use authority::time::{Clock, Timestamp};
use axum::Router;
use federation::eds::{EdsSettings, EdsVerifier};
use jobs::Jobs;
use kiru::app::{App, Parts};
use kiru::apply::{ClientRules, apply_clients, apply_people, parse_clients, parse_people};
use kiru::chance::chance;
use kiru::config::Config;
use kiru::foundation::Foundation;
use kiru::operators::Office;
use messaging::{Outbox, Refusing, SmsGateway};
use outbound::{Outbound, Settings};
use serde_json::{Value, json};
use storage::Db;
use testkit::clock::TestClock;
use testkit::keys::DemoKeys;
use testkit::people::{DemoPerson, PEOPLE};
use web::{Places, WebState};

pub use browser::Browser;
pub use centre_servers::Town;
pub use device_key::{DeviceKey, Proof};
pub use logout_endpoint::{Behaviour, LogoutEndpoint};
pub use page::{Form, Page};
pub use person::Person;
pub use phone::OverRouter;
pub use relying_party::{Answer, RelyingParty, VERIFIER, payload};
pub use walker::{Hop, Walker, spent_on_signing};

/// Where the provider believes to be.
pub const ISSUER: &str = "https://id.example.kz";
/// Clients of the tests may stand on this machine.
const RULES: ClientRules = ClientRules {
    require_pkce: false,
    loopback: true,
};
/// When every test begins: 2026-11-26 09:00 in Almaty.
pub const START: Timestamp = Timestamp::from_unix_seconds(1_795_665_600);

/// The test centre and everybody's keys: made once for all tests, since RSA keys take their time.
pub fn demo_keys() -> Arc<DemoKeys> {
    static KEYS: OnceLock<Arc<DemoKeys>> = OnceLock::new();
    Arc::clone(KEYS.get_or_init(|| Arc::new(DemoKeys::generate(START).unwrap())))
}

/// One deployment: a database, and as many nodes as a test asks for.
pub struct TestApp {
    /// The node's routes, the edge included.
    pub router: Router,
    /// The state of its handlers.
    pub state: WebState,
    /// What runs beside it, not started: tests ask for rounds.
    pub jobs: Jobs,
    /// The time, on all nodes.
    pub clock: TestClock,
    /// The messages that were sent.
    pub outbox: Arc<Outbox>,
    /// The keys of people and centre.
    pub keys: Arc<DemoKeys>,
    keyring: Arc<Keyring>,
    kek: String,
    sections: String,
}

/// What the nodes of a deployment share, beside the database.
struct Shared<'a> {
    clock: TestClock,
    keyring: Arc<Keyring>,
    kek: String,
    outbox: Arc<Outbox>,
    sections: &'a str,
}

impl TestApp {
    /// A node on this database, with the example clients and the demo's people.
    pub async fn on(db: &Db) -> Self {
        Self::configured(db, "").await
    }

    /// The same with these further sections in the configuration of its nodes, as TOML.
    pub async fn configured(db: &Db, sections: &str) -> Self {
        let clock = TestClock::at(START);
        let kek = Kek::mint(&mut chance());
        let shared = Shared {
            keyring: Arc::new(Keyring::derive(&kek).unwrap()),
            kek: kek.to_base64().to_string(),
            outbox: Arc::new(Outbox::in_memory(Arc::new(clock.clone()))),
            clock,
            sections,
        };
        let gateway = Arc::clone(&shared.outbox);
        let app = Self::node(db.clone(), shared, gateway).await;
        app.register(&clients()).await;
        app.know(PEOPLE).await;
        app
    }

    /// Another node of the same deployment: its own state and pools, the same database, keys and time.
    pub async fn another_node(&self, db: Db) -> Self {
        let gateway = Arc::clone(&self.outbox);
        Self::node(db, self.shared(), gateway).await
    }

    /// Another node, with these sections in its configuration instead.
    pub async fn another_node_with(&self, db: Db, sections: &str) -> Self {
        let gateway = Arc::clone(&self.outbox);
        let shared = Shared {
            sections,
            ..self.shared()
        };
        Self::node(db, shared, gateway).await
    }

    /// Another node, whose SMS gateway refuses every message.
    pub async fn node_without_messages(&self, db: Db) -> Self {
        Self::node(db, self.shared(), Arc::new(Refusing)).await
    }

    fn shared(&self) -> Shared<'_> {
        Shared {
            clock: self.clock.clone(),
            keyring: Arc::clone(&self.keyring),
            kek: self.kek.clone(),
            outbox: Arc::clone(&self.outbox),
            sections: &self.sections,
        }
    }

    async fn node(db: Db, shared: Shared<'_>, gateway: Arc<dyn SmsGateway>) -> Self {
        let Shared {
            clock,
            keyring,
            kek,
            outbox,
            sections,
        } = shared;
        let keys = demo_keys();
        let config = config(sections);
        let mut settings = EdsSettings {
            xml: config.eds().xml(),
            ..keys.eds_settings(START).unwrap()
        };
        if !config.eds().status().crl_urls.is_empty() {
            // What comes over the network is published by the test.
            settings.crls.clear();
        }
        let eds = EdsVerifier::new(&settings).unwrap();
        let foundation = Foundation {
            db,
            keyring: Arc::clone(&keyring),
            clock: Arc::new(clock.clone()) as Arc<dyn Clock>,
        };
        let eds = kiru::material::with_responders(eds, config.eds(), &outbound());
        let places = config.places().database().map(|file| Places::read(file).unwrap());
        let parts = Parts {
            config,
            places,
            foundation,
            eds: Arc::new(eds),
            outbound: outbound(),
            sms: gateway,
            sandbox_people: PEOPLE.iter().map(|person| person.login.to_owned()).collect(),
        };
        let App { router, state, jobs } = App::build(parts).await.unwrap();
        Self {
            router,
            state,
            jobs,
            clock,
            outbox,
            keys,
            keyring,
            kek,
            sections: sections.to_owned(),
        }
    }

    /// The database.
    pub fn db(&self) -> &Db {
        &self.state.provider.db
    }

    /// The keys of this deployment.
    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// What they are derived from, as a file for commands holds it.
    pub fn kek(&self) -> &str {
        &self.kek
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Moves the time of all nodes.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// A fresh browser.
    pub fn browser(&self) -> Browser {
        Browser::new(self.router.clone(), ISSUER)
    }

    /// The example diary.
    pub fn diary(&self) -> RelyingParty {
        self.relying_party("diary")
    }

    /// A second client.
    pub fn library(&self) -> RelyingParty {
        self.relying_party("library")
    }

    /// The registered client with this id.
    pub fn relying_party(&self, client_id: &str) -> RelyingParty {
        RelyingParty::new(self.router.clone(), client_id)
    }

    /// A demo person with their key.
    pub fn person(&self, login: &str) -> Person {
        Person::new(Arc::clone(&self.keys), login, self.clock.clone())
    }

    /// Registers clients as `kiru clients apply` does.
    pub async fn register(&self, clients: &Value) {
        let entries = parse_clients(&clients.to_string(), RULES, self.now()).unwrap();
        apply_clients(self.db(), &self.keyring, &entries, self.now(), &mut chance())
            .await
            .unwrap();
    }

    /// The first client's endpoint, at which it hears that sessions ended.
    pub async fn told_of_ends(&self) -> LogoutEndpoint {
        let endpoint = LogoutEndpoint::up().await;
        let mut told = clients();
        told[0]["backchannel_logout_uri"] = endpoint.uri().into();
        self.register(&told).await;
        endpoint
    }

    /// Writes people as `kiru people apply` does.
    pub async fn know(&self, people: &[DemoPerson]) {
        let written: Vec<Value> = people.iter().map(written).collect();
        let entries = parse_people(&Value::from(written).to_string(), true, Checksum::Required).unwrap();
        apply_people(&self.office(), &entries).await.unwrap();
    }

    /// What an operator's commands stand on.
    pub fn office(&self) -> Office {
        let provider = &self.state.provider;
        Office {
            foundation: Foundation {
                db: self.db().clone(),
                keyring: Arc::clone(&self.keyring),
                clock: Arc::clone(&provider.clock),
            },
            pages: provider.pages.clone(),
        }
    }

    /// The text of the newest message.
    pub async fn newest_sms(&self) -> String {
        let kept = self.outbox.newest_first().await;
        kept.first()
            .map(|kept| kept.to_json()["text"].as_str().unwrap().to_owned())
            .expect("a message was sent")
    }

    /// The six digits of the newest message.
    pub async fn newest_code(&self) -> String {
        self.newest_sms().await.chars().take(6).collect()
    }

    /// How many messages were sent.
    pub async fn sent_messages(&self) -> usize {
        self.outbox.newest_first().await.len()
    }
}

/// Tests call this machine and nothing else.
fn outbound() -> Outbound {
    let settings = Settings {
        reach_private_networks: true,
        ..Settings::default()
    };
    Outbound::new(settings).unwrap()
}

fn written(person: &DemoPerson) -> Value {
    let facts: BTreeMap<&str, String> = person
        .all_facts()
        .into_iter()
        .map(|(name, value)| (name.as_str(), value))
        .collect();
    let mut entry = json!({"login": person.login, "iin": person.iin, "locale": person.locale.tag(), "facts": facts});
    if let Some(phone) = person.phone {
        entry["phone"] = phone.into();
    }
    if let Some(bin) = person.organisation {
        entry["organisation"] = bin.into();
    }
    entry
}

/// The configuration of a deployment for tests, with more sections.
pub fn config(sections: &str) -> Config {
    let text = format!(
        "[deployment]\nkind = \"demo\"\nissuer = \"{ISSUER}\"\n[operator]\nname_kk = \"Орталық\"\nname_ru = \"Центр\"\n\
         name_en = \"Centre\"\ntelephone = \"1414\"\nemail = \"help@example.kz\"\nhours_kk = \"09–18\"\n\
         hours_ru = \"09–18\"\nhours_en = \"09–18\"\n[database]\nurl = \"sqlite:unused\"\n[secrets]\nkek_file = \"kek\"\n\
         [sms]\ngateway = \"outbox\"\n{sections}"
    );
    Config::from_text(Path::new("kiru.toml"), &text, &BTreeMap::new())
        .unwrap_or_else(|problems| panic!("{:?}", problems.iter().map(ToString::to_string).collect::<Vec<_>>()))
}

/// The clients of the tests: two diaries with Basic, one with POST, a public one.
pub fn clients() -> Value {
    let scope = "openid profile email address phone offline_access iin organisation device";
    let client = |id: &str, method: &str| {
        json!({
            "client_id": id,
            "client_name": format!("The {id}"),
            "redirect_uris": [format!("https://{id}.example/cb"), format!("https://{id}.example/cb?dummy1=lorem&dummy2=ipsum")],
            "post_logout_redirect_uris": [format!("https://{id}.example/out")],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "scope": scope,
            "token_endpoint_auth_method": method,
        })
    };
    let mut all: Vec<Value> = vec![
        client("diary", "client_secret_basic"),
        client("library", "client_secret_basic"),
        client("poster", "client_secret_post"),
        client("native", "none"),
    ];
    for client in &mut all {
        if client["token_endpoint_auth_method"] != "none" {
            client["client_secret"] = relying_party::secret(client["client_id"].as_str().unwrap()).into();
        }
    }
    all[1]["id_token_signed_response_alg"] = "ES256".into();
    Value::from(all)
}
