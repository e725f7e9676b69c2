//! A person who registers devices at two server processes, and what a test reads beside them.

use authority::certificates::KeyStorage;
use authority::secret::Keyring;
use authority::time::{Clock as _, Timestamp};
use authority::users::{IdentifierKind, User};
use kiru::clock::NodeClock;
use storage::phones::SealedPhone;
use storage::{Moment, certificates, devices, identifiers, phones, registrations, sessions, users};

use super::deployment::Deployment;
use super::minting::names_oneself;
use super::node::Node;
use crate::harness::{Browser, DeviceKey, Form, Page, Proof};
use crate::journeys::steps::flow_path;
use crate::storage::certificates::certificate;
use crate::storage::holder::{Holder, both_wait};
use crate::storage::{TestDatabase, fixtures};

pub(super) const LOGIN: &str = "asel";
const SESSION: &str = "__Host-kiru_session";

/// Who of two asks for the person's row first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum First {
    Commit,
    Rival,
}

impl First {
    pub(super) const BOTH: [Self; 2] = [Self::Commit, Self::Rival];
}

/// What stands: registrations that were committed, live devices, live sessions.
pub(super) type Standing = (usize, usize, u64);

/// Two processes on one database, of a deployment that registers devices at any hour.
pub(super) struct Pair<'a> {
    db: &'a TestDatabase,
    keyring: Keyring,
    pub(super) deployment: Deployment,
    pub(super) one: Node,
    pub(super) other: Node,
}

impl<'a> Pair<'a> {
    /// Both run, and the person has a certificate and a phone, as who comes by EDS and SMS.
    pub(super) async fn starts(db: &'a TestDatabase) -> Self {
        let deployment = Deployment::on(db);
        for (key, value) in [("registration.from", "00:00"), ("registration.to", "24:00")] {
            deployment.succeeds(&["policy", "set", key, value, "--reason", "at any hour"]);
        }
        let pair = Self {
            db,
            keyring: deployment.keyring(),
            one: deployment.start().await,
            other: deployment.start().await,
            deployment,
        };
        let user = pair.user().await;
        let sealed = &SealedPhone::seal(&fixtures::phone(&user), &pair.keyring, &mut fixtures::rng()).unwrap();
        let certificate = &certificate(user.id, b"\x01");
        let given = db.tx("test", |tx| async move {
            certificates::record(&tx, certificate).await?;
            phones::insert(&tx, sealed).await
        });
        assert!(given.await.unwrap());
        pair
    }

    pub(super) async fn stop(self) {
        self.one.stops().await;
        self.other.stops().await;
    }

    pub(super) fn nodes(&self) -> [&Node; 2] {
        [&self.one, &self.other]
    }

    /// The keys of the processes.
    pub(super) const fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    pub(super) async fn user(&self) -> User {
        let kind = IdentifierKind::SandboxLogin;
        let digest = identifiers::digest(&self.keyring, kind, kind.authority(), LOGIN);
        let found = users::find_by_identifier(self.db, kind, kind.authority(), &digest).await;
        found.unwrap().unwrap()
    }

    pub(super) async fn standing(&self) -> Standing {
        let user = self.user().await.id;
        let always = Timestamp::from_micros(0);
        let committed = registrations::list_committed(self.db, user, always).await.unwrap();
        let live = devices::list_live_for_user(self.db, user).await.unwrap();
        let moment = Moment::as_given(now());
        let sessions = sessions::count_live(self.db, user, moment).await.unwrap();
        (committed.len(), live.len(), sessions)
    }

    /// The account as before its first sign-in, for another round.
    pub(super) async fn forgets(&self) {
        self.db
            .tamper(&[
                "UPDATE devices SET ended_at = 1, end_reason = 'operator' WHERE ended_at IS NULL",
                "UPDATE users SET state = 'active', reason = NULL, exclusive_until = NULL, exclusive_device_id = NULL, \
                 epoch = epoch + 1",
                "UPDATE registrations SET state = 'ended', ended_at = 1, end_reason = 'declined' \
                 WHERE committed_at IS NULL AND ended_at IS NULL",
                "DELETE FROM registrations WHERE committed_at IS NOT NULL",
                "DELETE FROM throttles",
            ])
            .await;
    }

    /// A new browser with both stages proven, on the device page.
    pub(super) async fn arrives(&self, node: &Node) -> (Browser, Page) {
        let mut browser = node.browser();
        let page = self.comes_to_device(&mut browser, &node.diary().request(&[])).await;
        (browser, page)
    }

    /// Both stages, up to the device page. The attempt is made one of EDS and SMS: on the sandbox way every browser would be
    /// bound.
    pub(super) async fn comes_to_device(&self, browser: &mut Browser, request: &str) -> Page {
        let page = browser.open(request).await;
        let page = names_oneself(browser, &page, LOGIN).await;
        let page = browser.press(&page, "continue").await;
        let storage = KeyStorage::File.as_str();
        self.db
            .tamper(&[&format!(
                "UPDATE attempts SET first_factor = 'eds', certificate_id = (SELECT id FROM certificates), \
                 key_storage = '{storage}', second_factor = 'sms', phone_id = (SELECT id FROM phones) \
                 WHERE first_factor = 'sandbox' AND second_factor = 'sandbox'"
            )])
            .await;
        browser.open(&format!("{}/device", flow_path(&page))).await
    }

    /// The person's first device, with its session, in front of the consent page.
    pub(super) async fn binds(&self, node: &Node, request: &str) -> (Browser, Page) {
        let mut browser = node.browser();
        let page = self.comes_to_device(&mut browser, request).await;
        let form = proven(&mut browser, &page, "bind");
        let answer = browser.submit(&form).await;
        let consent = browser.follow(answer).await;
        consent.expect("allow");
        (browser, consent)
    }

    /// From R1 to what agreeing on the notice posts.
    pub(super) async fn agreement(&self, browser: &mut Browser, elsewhere: &Page) -> Form {
        let picture = browser.press(elsewhere, "register").await;
        let read = picture.form_of("continue").with("code", &self.digits().await);
        let answer = browser.submit(&read).await;
        let notice = browser.follow(answer).await;
        proven(browser, &notice, "agree")
    }

    /// What a person reads in the picture.
    async fn digits(&self) -> String {
        let user = self.user().await.id;
        let open = registrations::find_open(self.db, user).await.unwrap().unwrap();
        let digits = open.picture().unwrap().open(open.id, &self.keyring).unwrap();
        digits.expose().to_owned()
    }

    /// A new browser whose commit wants the person's row at the same moment as something else: both wait for it, and then
    /// go on. What came of the commit, and of its rival.
    pub(super) async fn commits_against<T: Send + 'static>(
        &self,
        (mut new, form): (Browser, Form),
        rival: impl Future<Output = T> + Send + 'static,
        first: First,
    ) -> (Page, Browser, T) {
        let db = self.db.another().await;
        let holder = Holder::takes(db.clone(), self.user().await.id).await;
        let commits = async move { (new.submit(&form).await, new) };
        let ((answer, new), rival) = match first {
            First::Commit => both_wait(holder, commits, rival).await,
            First::Rival => {
                let (rival, commit) = both_wait(holder, rival, commits).await;
                (commit, rival)
            }
        };
        db.close().await.unwrap();
        (answer, new, rival)
    }

    /// Fails unless the session of this browser, if it has one, is worth nothing at either process.
    pub(super) async fn is_signed_out(&self, browser: &Browser) {
        for node in self.nodes() {
            let silent = node
                .adopt(browser)
                .get(&node.diary().request(&[("prompt", "none")]))
                .await;
            assert!(
                silent.redirect().contains("error=login_required"),
                "{}",
                silent.redirect()
            );
        }
    }
}

pub(super) fn has_session(browser: &Browser) -> bool {
    browser.jar.contains_key(SESSION)
}

/// The same browser, which lost its session and nothing else.
pub(super) fn without_session(browser: &Browser) -> Browser {
    let mut browser = browser.clone();
    browser.jar.remove(SESSION);
    browser
}

pub(super) fn now() -> Timestamp {
    NodeClock::start().now()
}

/// What the button posts with the proof of a new key, which the browser keeps.
pub(super) fn proven(browser: &mut Browser, page: &Page, button: &str) -> Form {
    let key = DeviceKey::generate();
    let form = page.form_of(button).with("public_key", &key.public_jwk());
    let form = form.with("proof", &signed(page, &key));
    browser.keys.insert(page.data("device-id"), key);
    form
}

/// The proof that the page asks for, by this key.
pub(super) fn signed(page: &Page, key: &DeviceKey) -> String {
    key.sign(&Proof::for_page(page, now().as_unix_seconds()))
}
