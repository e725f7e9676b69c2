//! What the transactions decide, each in one go under the lock of the person's row.

use super::{Change, flow_of};
use crate::devices::{BindingView, replaced_by_new};
use crate::interleavings::facts::at;
use crate::interleavings::world::{Broken, EXCLUSIVE, Flow, Issued, Key, Kind, Request, Who};
use crate::registrations::{PictureWay, RegistrationEnd, RegistrationFacts, RegistrationRefusal, RegistrationState};
use crate::time::Timestamp;

impl Change<'_> {
    pub(super) fn decide(&mut self, who: Who) -> bool {
        let Some(Request { kind, late }) = self.world.browser_mut(who).request.take() else {
            return false;
        };
        let read_at = at(self.world.moment, if late { -1 } else { 0 });
        match kind {
            Kind::SignIn => self.sign_in(who, read_at),
            Kind::Begin => self.begin(who),
            Kind::Code => self.code(who),
            Kind::Agree => self.agree(who, read_at),
            Kind::SingleSignOn => self.single_sign_on(who),
            // It mints without the lock what rests on the grant as it is: the join judges it at every use.
            Kind::Refresh => {}
        }
        true
    }

    /// The device page: the binding is judged at the instant at which the request came in.
    fn sign_in(&mut self, who: Who, read_at: Timestamp) {
        let admitted = self.records.user(&self.world).state.admit().is_ok();
        if self.world.browser(who).flow == Flow::Nothing || !(admitted || self.rules.lacks(Broken::SignInJudgesNoLock))
        {
            return;
        }
        match self.records.view(&self.world, who, read_at) {
            BindingView::First | BindingView::ThisDevice => {}
            BindingView::OtherDevice | BindingView::Exclusive(_) => {
                if !self.rules.lacks(Broken::SignInJudgesNoBinding) {
                    return;
                }
            }
        }
        self.world.use_device(who);
        self.mint(who);
    }

    /// A session and a grant; whatever the browser's flow was is done.
    fn mint(&mut self, who: Who) {
        let issued = Issued {
            key: Key::of(who),
            behind: false,
            over: false,
            session: true,
        };
        let browser = self.world.browser_mut(who);
        browser.issued = Some(issued);
        browser.flow = Flow::Nothing;
        self.trace.minted = Some((who, issued));
    }

    fn admit(&self, now: Timestamp) -> Result<(), RegistrationRefusal> {
        let mut user = self.records.user(&self.world);
        if self.rules.lacks(Broken::AdmissionForgetsExclusivity) {
            user.exclusive = None;
        }
        let facts = RegistrationFacts {
            user: &user,
            phone: None,
            registered_at: &[],
            policy: &self.rules.policy,
        };
        facts.admit(now)
    }

    fn begin(&mut self, who: Who) {
        if self.world.browser(who).flow != Flow::Proven || self.admit(self.now()).is_err() {
            return;
        }
        if !self.rules.lacks(Broken::BeginningLeavesOthersOpen) {
            for other in Who::ALL {
                if self.world.browser(other).flow.registers() {
                    self.ends(other, RegistrationEnd::Superseded);
                }
            }
        }
        self.world.browser_mut(who).flow = Flow::Asked;
    }

    /// Ends the open registration of a browser: its person is back where it began, and told why.
    pub(super) fn ends(&mut self, who: Who, reason: RegistrationEnd) -> bool {
        let registration = self.records.registration(&self.world, self.world.browser(who).flow);
        let ended = registration.end(reason, self.now()).unwrap();
        self.world.browser_mut(who).flow = Flow::Proven;
        if let RegistrationState::Ended { reason, .. } = ended.state
            && !self.rules.lacks(Broken::LosersHearNothing)
        {
            self.trace.told.push((who, reason));
        }
        true
    }

    /// Compare-and-set: a registration that ended meanwhile is not proven.
    fn code(&mut self, who: Who) {
        if self.world.browser(who).flow == Flow::Asked {
            let registration = self.records.registration(&self.world, Flow::Asked);
            let proven = registration.prove(PictureWay::Picture, self.now());
            self.world.browser_mut(who).flow = flow_of(&proven.unwrap().state);
        }
    }

    fn agree(&mut self, who: Who, read_at: Timestamp) {
        let flow = self.world.browser(who).flow;
        let by_page = self.rules.lacks(Broken::CommitJudgesByTheTimeOfThePage);
        let admitted = self.admit(if by_page { read_at } else { self.now() });
        if let Err(refusal) = admitted
            && !self.rules.lacks(Broken::CommitJudgesNoAccount)
        {
            let reason = match refusal {
                RegistrationRefusal::Exclusive(_) => Some(RegistrationEnd::Superseded),
                RegistrationRefusal::Barred(_) => Some(RegistrationEnd::Barred),
                RegistrationRefusal::Provisional
                | RegistrationRefusal::WindowClosed { .. }
                | RegistrationRefusal::PhoneTooNew { .. }
                | RegistrationRefusal::TooMany { .. } => None,
            };
            if let Some(reason) = reason.filter(|_| flow.registers()) {
                self.ends(who, reason);
                if self.rules.lacks(Broken::LosersAreSignedIn) {
                    self.mint(who);
                }
            }
            return;
        }
        if !flow.registers() {
            // It ended meanwhile; only a commit that looks at nothing goes on.
            if self.rules.lacks(Broken::CommitJudgesNoRegistration) && flow == Flow::Proven {
                self.commit(who);
            }
            return;
        }
        let registration = self.records.registration(&self.world, flow);
        let attempt = self.records.attempt(&self.world);
        if registration.check_commit(&attempt, self.now()).is_ok() {
            let committed = registration.commit(self.records.device_id(Key::of(who)), self.now());
            assert!(matches!(committed.unwrap().state, RegistrationState::Committed { .. }));
            self.commit(who);
        }
    }

    fn commit(&mut self, who: Who) {
        let live = self.records.live(&self.world);
        if !self.rules.lacks(Broken::CommitKeepsDevices) {
            for device in replaced_by_new(&live, self.rules.policy.devices_per_account) {
                self.world.end_device(self.records.owner(device));
            }
        }
        self.world
            .end_everything(!self.rules.lacks(Broken::CommitKeepsTheEpoch));
        let until = self.now().plus(self.rules.policy.exclusive_for);
        assert_eq!(until, at(self.world.moment, i16::from(EXCLUSIVE)));
        let exclusive = Some((Key::of(who), EXCLUSIVE));
        self.world.period = exclusive;
        if !self.rules.lacks(Broken::CommitRecordsNoExclusivity) {
            self.world.exclusive = exclusive;
        }
        self.world.use_device(who);
        self.trace.registered = Some(who);
        self.mint(who);
    }

    /// The code for another client: everything is read again under the lock.
    fn single_sign_on(&mut self, who: Who) {
        let Some(issued) = self.world.browser(who).issued else {
            // What the page read is over and gone.
            if self.rules.lacks(Broken::SingleSignOnReadsNothingAgain) {
                let former = Key { who, former: true };
                self.trace.minted = Some((
                    who,
                    Issued {
                        key: former,
                        behind: false,
                        over: false,
                        session: true,
                    },
                ));
            }
            return;
        };
        if self.records.stands(&self.world, issued, self.rules).0 {
            self.trace.minted = Some((who, issued));
        }
    }
}
