//! Two server processes on one database, and two browsers that register a device at the same time: one holds.

use authority::certificates::KeyStorage;
use authority::secret::Keyring;
use authority::time::Clock as _;
use authority::users::{IdentifierKind, User};
use kiru::clock::NodeClock;
use storage::phones::SealedPhone;
use storage::{certificates, devices, identifiers, phones, registrations, users};

use super::deployment::Deployment;
use super::minting::names_oneself;
use super::node::Node;
use crate::harness::{Browser, DeviceKey, Form, Page, Proof};
use crate::journeys::steps::flow_path;
use crate::storage::certificates::certificate;
use crate::storage::{TestDatabase, both_databases, fixtures};

const LOGIN: &str = "asel";
const SESSION: &str = "__Host-kiru_session";

/// What a test reads beside the processes.
struct Inside<'a> {
    db: &'a TestDatabase,
    keyring: Keyring,
}

impl Inside<'_> {
    async fn user(&self) -> User {
        let kind = IdentifierKind::SandboxLogin;
        let digest = identifiers::digest(&self.keyring, kind, kind.authority(), LOGIN);
        let found = users::find_by_identifier(self.db, kind, kind.authority(), &digest).await;
        found.unwrap().unwrap()
    }

    /// What a person reads in the picture.
    async fn digits(&self) -> String {
        let user = self.user().await.id;
        let open = registrations::find_open(self.db, user).await.unwrap().unwrap();
        let digits = open.picture().unwrap().open(open.id, &self.keyring).unwrap();
        digits.expose().to_owned()
    }

    /// From the picture to what agreeing on the notice posts.
    async fn agreement(&self, browser: &mut Browser, picture: &Page) -> Form {
        let read = picture.form_of("continue").with("code", &self.digits().await);
        let answer = browser.submit(&read).await;
        let notice = browser.follow(answer).await;
        proven(&notice, "agree")
    }
}

impl Inside<'_> {
    /// A certificate and a phone, for who comes by EDS and SMS.
    async fn gives_certificate_and_phone(&self) {
        let user = self.user().await;
        let sealed = &SealedPhone::seal(&fixtures::phone(&user), &self.keyring, &mut fixtures::rng()).unwrap();
        let certificate = &certificate(user.id, b"\x01");
        let given = self.db.tx("test", |tx| async move {
            certificates::record(&tx, certificate).await?;
            phones::insert(&tx, sealed).await
        });
        assert!(given.await.unwrap());
    }

    /// A browser with both stages proven, on the device page. Its attempt is made one of EDS and SMS: on the sandbox way
    /// every browser would be bound.
    async fn arrives(&self, node: &Node) -> (Browser, Page) {
        let mut browser = node.browser();
        let page = browser.open(&node.diary().request(&[])).await;
        let page = names_oneself(&mut browser, &page, LOGIN).await;
        let page = browser.press(&page, "continue").await;
        let storage = KeyStorage::File.as_str();
        self.db
            .tamper(&[&format!(
                "UPDATE attempts SET first_factor = 'eds', certificate_id = (SELECT id FROM certificates), \
                 key_storage = '{storage}', second_factor = 'sms', phone_id = (SELECT id FROM phones) \
                 WHERE first_factor = 'sandbox' AND second_factor = 'sandbox'"
            )])
            .await;
        let page = browser.open(&format!("{}/device", flow_path(&page))).await;
        (browser, page)
    }

    /// The person's first device; the browser is signed in.
    async fn binds(&self, node: &Node) -> Browser {
        let (mut browser, page) = self.arrives(node).await;
        let answer = browser.submit(&proven(&page, "bind")).await;
        browser.follow(answer).await.expect("allow");
        browser
    }
}

/// What the button posts with the proof of a new key.
fn proven(page: &Page, button: &str) -> Form {
    let key = DeviceKey::generate();
    let proof = Proof::for_page(page, NodeClock::start().now().as_unix_seconds());
    let form = page.form_of(button).with("public_key", &key.public_jwk());
    form.with("proof", &key.sign(&proof))
}

both_databases! {
    async fn of_two_registrations_at_two_processes_one_holds(db) {
        let deployment = Deployment::on(db);
        for (key, value) in [("registration.from", "00:00"), ("registration.to", "24:00")] {
            deployment.succeeds(&["policy", "set", key, value, "--reason", "at any hour"]);
        }
        let (one, other) = (deployment.start().await, deployment.start().await);
        let inside = Inside { db, keyring: deployment.keyring() };
        inside.gives_certificate_and_phone().await;
        let old = inside.binds(&one).await;
        let (mut left, left_page) = inside.arrives(&one).await;
        let (mut right, right_page) = inside.arrives(&other).await;
        let picture = left.press(&left_page, "register").await;
        let first = inside.agreement(&mut left, &picture).await;
        // The later one takes the place of the earlier one, at whichever process.
        let picture = right.press(&right_page, "register").await;
        let second = inside.agreement(&mut right, &picture).await;
        // The later one is posted to both processes at once, and beside it the earlier one.
        let mut twin = one.adopt(&right);
        let (lost, ..) = tokio::join!(left.submit(&first), right.submit(&second), twin.submit(&second));
        assert!(!left.jar.contains_key(SESSION), "{} {:?}", lost.status, lost.location());
        let winners = [&right, &twin].into_iter().filter(|browser| browser.jar.contains_key(SESSION));
        assert_eq!(winners.count(), 1);
        let live = devices::list_live_for_user(db, inside.user().await.id).await.unwrap();
        assert_eq!(live.len(), 1);

        // The loser is told at either process, and the old device's session is over at both.
        for node in [&one, &other] {
            let told = node.adopt(&left).open(&format!("{}/device", flow_path(&left_page))).await;
            assert_eq!(told.marker(), "only_newest_device");
            let silent = node.adopt(&old).get(&node.diary().request(&[("prompt", "none")])).await;
            assert!(silent.redirect().contains("error=login_required"), "{}", silent.redirect());
        }
        one.stops().await;
        other.stops().await;
    }
}
