//! What may happen next, and what follows. A transaction that holds the person's row is one step: it reads, judges by the
//! rules of this crate and writes. What a page reads before that is a step of its own.

mod decisions;

use super::facts::{Records, at, older};
use super::world::{Broken, Browser, CLOSED, Flow, Issued, Key, Kind, LAST_MINUTE, Lock, Request, Rules, Who, World};
use crate::devices::BindingView;
use crate::registrations::{RegistrationEnd, RegistrationState};
use crate::time::Timestamp;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// The next moment of the day.
    Wait,
    /// An administrator locks, or unlocks, the account.
    Lock,
    Unlock,
    /// The person, or somebody with a stop code, suspends it.
    Suspend,
    /// An operator ends all devices.
    Unbind,
    /// Somebody proves both stages in this browser.
    Prove(Who),
    /// The person leaves everything as it is.
    Decline(Who),
    /// The picture's proof has become too old, or another picture is wanted.
    AskAnew(Who),
    /// The person returns from a suspension.
    Return(Who),
    /// A node reads what the page of such a request shows.
    Read(Who, Kind),
    /// The node decides the request under the lock.
    Decide(Who),
}

/// What a step left behind that the next world does not show.
#[derive(Clone, Default, Debug)]
pub(super) struct Trace {
    /// Minted by it, for the browser of the step.
    pub(super) minted: Option<(Who, Issued)>,
    /// A device was registered.
    pub(super) registered: Option<Who>,
    /// Registrations that ended, and why their person was told.
    pub(super) told: Vec<(Who, RegistrationEnd)>,
    /// Attempts that ended by themselves.
    pub(super) expired: bool,
}

/// All steps that might be possible.
pub(super) fn all() -> Vec<Step> {
    let mut steps = vec![Step::Wait, Step::Lock, Step::Unlock, Step::Suspend, Step::Unbind];
    for who in Who::ALL {
        steps.extend([Step::Prove(who), Step::Decide(who), Step::Return(who)]);
        if who != Who::Old {
            steps.extend([Step::Decline(who), Step::AskAnew(who)]);
        }
        for kind in Kind::ALL {
            // Two browsers register; the old one only signs in.
            if who != Who::Old || !matches!(kind, Kind::Begin | Kind::Code | Kind::Agree) {
                steps.push(Step::Read(who, kind));
            }
        }
    }
    steps
}

/// A world about to change.
struct Change<'a> {
    records: &'a Records,
    rules: &'a Rules,
    world: World,
    trace: Trace,
}

/// The world after a step, if it is possible.
pub(super) fn take(records: &Records, rules: &Rules, world: &World, step: Step) -> Option<(World, Trace)> {
    let mut change = Change {
        records,
        rules,
        world: world.clone(),
        trace: Trace::default(),
    };
    change.run(step).then_some((change.world, change.trace))
}

impl Change<'_> {
    fn run(&mut self, step: Step) -> bool {
        match step {
            Step::Wait => self.wait(),
            Step::Lock => self.lock(),
            Step::Unlock => self.unlock(),
            Step::Suspend => self.suspend(),
            Step::Unbind => self.unbind(),
            Step::Prove(who) => {
                let browser = self.world.browser_mut(who);
                let idle = browser.flow == Flow::Nothing && browser.request.is_none();
                browser.flow = Flow::Proven;
                idle
            }
            Step::Decline(who) => {
                let open = self.world.browser(who).flow.registers() && self.world.browser(who).request.is_none();
                open && self.ends(who, RegistrationEnd::Declined)
            }
            Step::AskAnew(who) => self.ask_anew(who),
            Step::Return(who) => self.come_back(who),
            Step::Read(who, kind) => self.read(who, kind),
            Step::Decide(who) => self.decide(who),
        }
    }

    fn now(&self) -> Timestamp {
        at(self.world.moment, 0)
    }

    /// From the last minute of the window to its end is a minute; everything else outlasts attempts and sessions.
    fn wait(&mut self) -> bool {
        let world = &mut self.world;
        let is_minute = world.moment == LAST_MINUTE;
        if !is_minute && world.under_way() > 0 {
            return false;
        }
        world.moment = if world.moment == CLOSED { 0 } else { world.moment + 1 };
        let passes = |(key, left): (Key, u8)| (left > 1).then_some((key, left.saturating_sub(1)));
        world.exclusive = world.exclusive.and_then(passes);
        world.period = world.period.and_then(passes);
        if let Lock::Own(age) = world.lock {
            world.lock = Lock::Own(older(age));
        }
        for browser in &mut world.browsers {
            if is_minute {
                browser.request.iter_mut().for_each(|request| request.late = true);
            } else {
                browser.flow = Flow::Nothing;
                browser.issued.iter_mut().for_each(|issued| issued.session = false);
            }
        }
        self.trace.expired = !is_minute;
        true
    }

    fn lock(&mut self) -> bool {
        let locked = self.records.user(&self.world).state.lock_by_administrator(self.now());
        self.world.lock = Lock::Administrator;
        self.world.end_everything(true);
        locked.is_ok()
    }

    fn unlock(&mut self) -> bool {
        let unlocked = self.records.user(&self.world).state.unlock_by_administrator();
        self.world.lock = Lock::Open;
        unlocked.is_ok()
    }

    fn suspend(&mut self) -> bool {
        let suspended = self.records.user(&self.world).state.suspended(self.now());
        self.world.lock = Lock::Own(0);
        self.world
            .end_everything(!self.rules.lacks(Broken::SuspensionKeepsTheEpoch));
        suspended.is_some()
    }

    fn unbind(&mut self) -> bool {
        let live = self.world.live;
        for who in live.into_iter().flatten() {
            self.world.end_device(who);
        }
        self.world.end_everything(true);
        live.iter().any(Option::is_some)
    }

    fn ask_anew(&mut self, who: Who) -> bool {
        let browser = self.world.browser(who);
        if browser.flow != Flow::Given || browser.request.is_some() {
            return false;
        }
        let registration = self.records.registration(&self.world, Flow::Given);
        let picture = self
            .records
            .registration(&self.world, Flow::Asked)
            .picture()
            .unwrap()
            .clone();
        let asked = registration.ask_anew(picture).unwrap();
        self.world.browser_mut(who).flow = flow_of(&asked.state);
        true
    }

    fn come_back(&mut self, who: Who) -> bool {
        let Browser { flow, request, .. } = *self.world.browser(who);
        let comes = flow != Flow::Nothing && request.is_none() && self.records.may_return(&self.world, self.rules);
        self.world.lock = Lock::Open;
        comes
    }

    fn read(&mut self, who: Who, kind: Kind) -> bool {
        let Browser { flow, issued, request } = *self.world.browser(who);
        if request.is_some() || self.world.under_way() >= 2 {
            return false;
        }
        let stands = |session: bool| {
            issued.is_some_and(|issued| {
                let (live, granted) = self.records.stands(&self.world, issued, self.rules);
                if session { live } else { granted }
            })
        };
        let shown = match kind {
            Kind::SignIn => flow != Flow::Nothing,
            // R1 has the button; whoever posts past R3 is refused under the lock.
            Kind::Begin => {
                let view = self.records.view(&self.world, who, self.now());
                flow == Flow::Proven && matches!(view, BindingView::OtherDevice | BindingView::Exclusive(_))
            }
            Kind::Code => flow == Flow::Asked,
            Kind::Agree => flow == Flow::Given,
            Kind::SingleSignOn => stands(true),
            Kind::Refresh => stands(false),
        };
        self.world.browser_mut(who).request = Some(Request { kind, late: false });
        shown
    }
}

fn flow_of(state: &RegistrationState) -> Flow {
    match state {
        RegistrationState::Asked(_) => Flow::Asked,
        RegistrationState::Proven { .. } => Flow::Given,
        RegistrationState::Committed { .. } => Flow::Nothing,
        RegistrationState::Ended { .. } => Flow::Proven,
    }
}
