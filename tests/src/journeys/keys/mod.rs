//! A person's keys (product B6, C2, C4; security rules CE-12, CE-14).
//!
//! * `accepted`: what an operator accepts again. `held`: holds that the centre lifts. `page`: K3. `shared`: what an operator stops. `sharing`: what seems to be shared. `stopped`: what ends when a key is not accepted any more, and what it opens from then on.

mod accepted;
mod held;
mod page;
mod shared;
mod sharing;
mod stopped;

use std::sync::{Arc, OnceLock};

use authority::audit::{Actor, Event, EventKind};
use authority::certificates::{Certificate, StopReason};
use authority::ids::{CertificateId, EventId};
use authority::time::{Timestamp, days};
use protocol::certificates::{Accepting, Stopping, accept, stop};
use protocol::notices::Teller;
use storage::{StorageError, certificates, users};
use testkit::keys::PersonKey;
use testkit::people::DemoPerson;
use testkit::pki::{CertificateProfile, SigningKey};

use crate::harness::{Browser, Page, Person, TestApp};

/// Keys that nobody has yet: making one takes its time.
fn spare_key(n: usize) -> SigningKey {
    static SPARE: OnceLock<Vec<Arc<[u8]>>> = OnceLock::new();
    let spare = SPARE.get_or_init(|| {
        let made = (0..3).map(|_| SigningKey::generate().unwrap());
        made.map(|key| Arc::from(key.pkcs8())).collect()
    });
    SigningKey::from_pkcs8(&spare[n]).unwrap()
}

impl TestApp {
    /// The person with a further key of the centre, as `change` makes its certificate.
    pub(crate) fn with_another_key(
        &self,
        login: &str,
        n: usize,
        change: impl FnOnce(CertificateProfile) -> CertificateProfile,
    ) -> Person {
        let person = DemoPerson::find(login).unwrap();
        let key = spare_key(n);
        let profile = change(person.certificate_profile(self.now()));
        let certificate = self.keys.centre.nca().issue(&profile, &key).unwrap();
        self.person(login).with(PersonKey {
            person,
            certificate,
            key,
        })
    }

    /// The person with a certificate that was issued anew: another key, the same number.
    pub(crate) fn renewed(&self, login: &str) -> Person {
        self.with_another_key(login, 0, |profile| profile)
    }

    /// From the client to the page after S2.
    pub(crate) async fn signs_with(&self, browser: &mut Browser, person: &Person) -> Page {
        let choose = browser.open(&self.diary().request(&[])).await;
        self.signs_in_with_eds(browser, &choose, person).await
    }

    /// The person's certificates, latest use first.
    pub(crate) async fn certificates(&self, login: &str) -> Vec<Certificate> {
        certificates::list_for_user(self.db(), self.user(login).await.id)
            .await
            .unwrap()
    }

    /// Stops the certificate that was used last, as the system does that learnt of something.
    pub(crate) async fn stops(&self, login: &str, reason: StopReason) -> bool {
        let certificate = self.certificates(login).await[0].id;
        self.stops_key(login, certificate, reason).await
    }

    /// Stops this certificate of the person.
    pub(crate) async fn stops_key(&self, login: &str, certificate: CertificateId, reason: StopReason) -> bool {
        let (user, now) = (self.user(login).await.id, self.now());
        let done = self.db().tx("test", |tx| async move {
            let user = users::lock(&tx, user).await?.unwrap();
            let stopping = Stopping {
                certificate,
                reason,
                event: system_event(now),
            };
            stop(&tx, self.teller(), &user, stopping, now).await
        });
        done.await.unwrap()
    }
}

impl TestApp {
    fn teller(&self) -> Teller<'_> {
        let provider = &self.state.provider;
        Teller {
            keyring: &provider.keyring,
            pages: &provider.pages,
        }
    }

    /// Accepts the person's stopped certificate again.
    pub(crate) async fn accepts_again(&self, login: &str) -> bool {
        let (user, now) = (self.user(login).await.id, self.now());
        let all = self.certificates(login).await;
        let stopped = all.iter().find(|one| one.stop.is_some()).unwrap().id;
        let done = self.db().tx("test", |tx| async move {
            let user = users::lock(&tx, user).await?.unwrap();
            let event = Event {
                actor: Actor::Operator,
                ..system_event(now)
            };
            let accepting = Accepting {
                certificate: stopped,
                stopped_for: StopReason::Stopped,
                event,
            };
            accept(&tx, self.teller(), &user, accepting).await
        });
        done.await.map_err(|error: StorageError| error).unwrap()
    }
}

fn system_event(now: Timestamp) -> Event {
    let id = EventId::mint(now, &mut kiru::chance::chance());
    Event::new(id, now, EventKind::CertificateStopped, Actor::System)
}

/// A certificate that ends so long from now.
pub(crate) fn ending_in(days_left: u64) -> impl FnOnce(CertificateProfile) -> CertificateProfile {
    move |profile| CertificateProfile {
        not_after: profile.not_before.plus(days(days_left.saturating_add(1))),
        ..profile
    }
}
