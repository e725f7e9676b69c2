//! The bounded world: what of an account, of three browsers and of two nodes can differ. Everything is relative to now, so
//! that the world is finite although time goes on for ever: the day has three moments, exclusivity counts down, a lock
//! grows old until it may be left.

use crate::policy::BindingPolicy;

/// The moments of a day: the window opens; its last minute; it has just closed.
pub(super) const OPENS: u8 = 0;
pub(super) const LAST_MINUTE: u8 = 1;
pub(super) const CLOSED: u8 = 2;
/// Moments in 48 hours.
pub(super) const EXCLUSIVE: u8 = 6;
/// Moments after which a suspended account may return.
pub(super) const REST: u8 = 3;

/// Whose browser: the one that is bound at first, and two that register.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum Who {
    Old,
    One,
    Two,
}

impl Who {
    pub(super) const ALL: [Self; 3] = [Self::Old, Self::One, Self::Two];

    pub(super) const fn place(self) -> usize {
        self as usize
    }
}

/// The device of a browser; `former` when it ended and is nobody's any more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct Key {
    pub(super) who: Who,
    pub(super) former: bool,
}

impl Key {
    pub(super) const fn of(who: Who) -> Self {
        Self { who, former: false }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum Lock {
    Open,
    /// By the person, or whoever holds a stop code; so many moments ago, at most [`REST`].
    Own(u8),
    Administrator,
}

/// How far a browser has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum Flow {
    Nothing,
    /// Both stages; the device page comes next.
    Proven,
    /// A registration asks for the picture code.
    Asked,
    /// It was given; the notice waits for consent.
    Given,
}

impl Flow {
    pub(super) const fn registers(self) -> bool {
        matches!(self, Self::Asked | Self::Given)
    }
}

/// A session and an offline grant, minted together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct Issued {
    pub(super) key: Key,
    /// Minted before the epoch was raised last.
    pub(super) behind: bool,
    /// Minted before something that ends everything: what the epoch should say, kept apart from it.
    pub(super) over: bool,
    /// Whether the session's own ends are still ahead; the grant outlives them.
    pub(super) session: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum Kind {
    SignIn,
    Begin,
    Code,
    Agree,
    SingleSignOn,
    Refresh,
}

impl Kind {
    pub(super) const ALL: [Self; 6] = [
        Self::SignIn,
        Self::Begin,
        Self::Code,
        Self::Agree,
        Self::SingleSignOn,
        Self::Refresh,
    ];
}

/// A request of which a node has read what it reads outside the lock.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct Request {
    pub(super) kind: Kind,
    /// It was read a moment ago: before the window closed.
    pub(super) late: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct Browser {
    pub(super) flow: Flow,
    pub(super) issued: Option<Issued>,
    pub(super) request: Option<Request>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct World {
    pub(super) moment: u8,
    pub(super) lock: Lock,
    /// What the record of the person says: which device alone may act, and for how many moments more.
    pub(super) exclusive: Option<(Key, u8)>,
    /// What it should say.
    pub(super) period: Option<(Key, u8)>,
    /// The live devices, the one used longest ago first. One more than any policy here allows has a place.
    pub(super) live: [Option<Who>; 3],
    pub(super) browsers: [Browser; 3],
}

impl World {
    /// The old browser is bound and signed in; nothing else has happened.
    pub(super) fn first() -> Self {
        let idle = Browser {
            flow: Flow::Nothing,
            issued: None,
            request: None,
        };
        let issued = Issued {
            key: Key::of(Who::Old),
            behind: false,
            over: false,
            session: true,
        };
        let old = Browser {
            issued: Some(issued),
            ..idle
        };
        Self {
            moment: LAST_MINUTE,
            lock: Lock::Open,
            exclusive: None,
            period: None,
            live: [Some(Who::Old), None, None],
            browsers: [old, idle, idle],
        }
    }

    pub(super) const fn browser(&self, who: Who) -> &Browser {
        &self.browsers[who.place()]
    }

    pub(super) const fn browser_mut(&mut self, who: Who) -> &mut Browser {
        &mut self.browsers[who.place()]
    }

    pub(super) fn is_live(&self, key: Key) -> bool {
        !key.former && self.live.contains(&Some(key.who))
    }

    /// Requests under way: each node handles one.
    pub(super) fn under_way(&self) -> usize {
        self.browsers.iter().filter(|browser| browser.request.is_some()).count()
    }

    /// Ends a device; what was issued for it, and exclusivity, keep pointing to what is no more.
    pub(super) fn end_device(&mut self, who: Who) {
        let stays: Vec<Who> = self
            .live
            .iter()
            .flatten()
            .copied()
            .filter(|live| *live != who)
            .collect();
        self.set_live(&stays);
        let end = |key: &mut Key| key.former |= key.who == who;
        self.exclusive.iter_mut().for_each(|(key, _)| end(key));
        self.period.iter_mut().for_each(|(key, _)| end(key));
        for browser in &mut self.browsers {
            browser.issued.iter_mut().for_each(|issued| end(&mut issued.key));
        }
    }

    /// The device becomes live, or was used now.
    pub(super) fn use_device(&mut self, who: Who) {
        let mut live: Vec<Who> = self
            .live
            .iter()
            .flatten()
            .copied()
            .filter(|live| *live != who)
            .collect();
        live.push(who);
        self.set_live(&live);
    }

    fn set_live(&mut self, live: &[Who]) {
        let mut places = live.iter().copied();
        self.live = [places.next(), places.next(), places.next()];
    }

    /// Everything that was issued is over.
    pub(super) fn end_everything(&mut self, raises_epoch: bool) {
        for issued in self.browsers.iter_mut().filter_map(|browser| browser.issued.as_mut()) {
            issued.over = true;
            issued.behind |= raises_epoch;
        }
    }

    /// The same world without what can make no difference any more: [`super::invariants`] has seen that it is over.
    pub(super) fn without_what_is_over(mut self) -> Self {
        let live = self.live;
        for browser in &mut self.browsers {
            browser.issued = browser
                .issued
                .filter(|issued| !issued.over && !issued.key.former && live.contains(&Some(issued.key.who)));
        }
        self
    }
}

/// A rule that is left out, to see that the search finds what it is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Broken {
    AdmissionForgetsExclusivity,
    CommitJudgesNoAccount,
    CommitJudgesByTheTimeOfThePage,
    CommitJudgesNoRegistration,
    CommitKeepsDevices,
    CommitKeepsTheEpoch,
    CommitRecordsNoExclusivity,
    SuspensionKeepsTheEpoch,
    BeginningLeavesOthersOpen,
    LosersHearNothing,
    LosersAreSignedIn,
    SignInJudgesNoBinding,
    SignInJudgesNoLock,
    SingleSignOnReadsNothingAgain,
    TheJoinForgetsDevices,
    TheJoinForgetsTheEpoch,
    TheJoinForgetsExclusivity,
    TheJoinForgetsLocks,
    NobodyReturns,
}

/// The rules of a search.
pub(super) struct Rules {
    pub(super) policy: BindingPolicy,
    pub(super) broken: Vec<Broken>,
}

impl Rules {
    pub(super) fn lacks(&self, rule: Broken) -> bool {
        self.broken.contains(&rule)
    }
}
