//! The certification centre's servers beside a deployment: its responder and its lists, over real HTTP.

use std::sync::Arc;

use authority::time::{Clock, days};
use jobs::{ListsInUse, RevocationWatch};
use storage::Db;
use testkit::clock::TestClock;
use testkit::pki::{CrlProfile, Revocation, Suite};
use testkit::responder::{CentreServer, CentreState};

use super::{START, TestApp, demo_keys};

/// A deployment whose verifier learns over the network what is revoked.
pub struct Town {
    /// The deployment.
    pub app: TestApp,
    /// What the centre knows.
    pub centre: CentreState,
    /// Where it serves.
    pub server: CentreServer,
    clock: TestClock,
}

impl Town {
    /// A deployment that asks the responder and fetches both lists, with more keys of `[eds]`; none is published yet.
    pub async fn on(db: &Db, keys: &str) -> Self {
        Self::with(db, |server| {
            format!(
                "[eds]\nocsp = [\"{}\"]\ncrl_urls = [\"{}\", \"{}\"]\n{keys}\n",
                server.ocsp_url(),
                server.complete_url(),
                server.changes_url()
            )
        })
        .await
    }

    /// A deployment that only fetches lists.
    pub async fn by_lists(db: &Db) -> Self {
        Self::with(db, |server| {
            format!(
                "[eds]\ncrl_urls = [\"{}\", \"{}\"]\n",
                server.complete_url(),
                server.changes_url()
            )
        })
        .await
    }

    async fn with(db: &Db, sections: impl FnOnce(&CentreServer) -> String) -> Self {
        let clock = TestClock::at(START);
        let told: Arc<dyn Clock> = Arc::new(clock.clone());
        let centre = CentreState::of(demo_keys().centre.nca(), told).unwrap();
        let server = CentreServer::up(centre.clone()).await.unwrap();
        let app = TestApp::configured(db, &sections(&server)).await;
        Self {
            app,
            centre,
            server,
            clock,
        }
    }

    /// Moves the time of the deployment and of the centre.
    pub fn advance(&self, by: std::time::Duration) {
        self.app.advance(by);
        self.clock.advance(by);
    }

    /// The centre revokes the key of the person with this login.
    pub fn revokes(&self, login: &str) {
        self.centre.revoke(&self.app.person(login).key().key.serial(), 1);
    }

    /// The centre publishes a complete list; the deployment fetches and uses it.
    pub async fn publishes(&self) {
        self.centre.publish().unwrap();
        self.fetches().await;
    }

    /// The root publishes a list for a year, which names the issuing authority or nobody; the deployment uses it, with the list of
    /// the centre of GOST keys.
    pub fn root_publishes(&self, revokes_authority: bool) {
        let (now, keys) = (self.app.now().whole_seconds(), demo_keys());
        let revoked = Revocation {
            serial: keys.centre.nca().key().serial(),
            at: now,
            reason: 2,
        };
        let listed = if revokes_authority { vec![revoked] } else { vec![] };
        let list = keys
            .centre
            .root()
            .crl(&CrlProfile::new(now, now.plus(days(365)), listed));
        let eds = &self.app.jobs.lists.eds;
        let of_gost = keys.crl_of(Suite::Gost512, now);
        let checked =
            [("root", list), ("gost", of_gost)].map(|(name, der)| eds.check_list(name, &der.unwrap()).unwrap());
        eds.use_lists(checked.to_vec());
    }

    /// The deployment fetches what is due and uses what is new.
    pub async fn fetches(&self) {
        let lists = &self.app.jobs.lists;
        lists.refresh(self.app.db(), self.app.now()).await.unwrap();
        ListsInUse::default()
            .take_over(self.app.db(), lists, self.app.now())
            .await
            .unwrap();
    }

    /// A watch over certificates in use, as each node has one.
    pub fn watch(&self) -> RevocationWatch {
        let lists = &self.app.jobs.lists;
        RevocationWatch::new(Arc::clone(&lists.eds))
    }

    /// One round of the watch; how many certificates were stopped.
    pub async fn watches(&self) -> usize {
        let provider = &self.app.state.provider;
        self.watch().round(provider, self.app.now()).await.unwrap().len()
    }
}
