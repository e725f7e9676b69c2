//! Whether a user may sign in.

use std::time::Duration;

use crate::time::Timestamp;

/// The lifecycle of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserState {
    /// Known from a file or roster, has never signed in.
    Invited,
    /// May sign in.
    Active,
    /// May not sign in until unlocked.
    Locked {
        /// Why.
        reason: LockReason,
        /// Since when.
        at: Timestamp,
    },
    /// Gone for good.
    Closed {
        /// Since when.
        at: Timestamp,
    },
}

/// Why a user is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockReason {
    /// Not used for three months (product D3).
    Inactive,
    /// Finished or left school (product D4).
    LeftSchool,
    /// By the user's own wish ("suspend").
    Own,
    /// By an administrator.
    Administrator,
    /// As a measure of an incident.
    Incident,
}

impl LockReason {
    /// All reasons.
    pub const ALL: [Self; 5] = [
        Self::Inactive,
        Self::LeftSchool,
        Self::Own,
        Self::Administrator,
        Self::Incident,
    ];

    /// The word that storage keeps.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inactive => "inactive",
            Self::LeftSchool => "left_school",
            Self::Own => "own",
            Self::Administrator => "administrator",
            Self::Incident => "incident",
        }
    }

    /// The reason of a stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }
}

/// Why a user may not be given a session or token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Barred {
    /// Locked.
    #[error("the account is locked")]
    Locked {
        /// Why.
        reason: LockReason,
        /// Since when.
        at: Timestamp,
    },
    /// Closed.
    #[error("the account is closed")]
    Closed,
}

/// Why an administrator cannot change the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateRefusal {
    /// It is locked for a reason that an administrator's lock would hide.
    #[error("the account is locked already ({})", .0.as_str())]
    AlreadyLocked(LockReason),
    /// There is nothing to unlock.
    #[error("the account is not locked")]
    NotLocked,
    /// The roster, or the measure of an incident, decides when this lock ends.
    #[error("the account is locked for a reason that ends by itself only ({})", .0.as_str())]
    Reserved(LockReason),
    /// It is gone for good.
    #[error("the account is closed")]
    Closed,
}

impl UserState {
    /// Locked by an administrator; a lock of the person's own, or for not using the account, gives way to it.
    ///
    /// # Errors
    /// The account is closed, or locked by somebody whose lock must not be hidden.
    pub const fn lock_by_administrator(self, at: Timestamp) -> Result<Self, StateRefusal> {
        match self {
            Self::Invited
            | Self::Active
            | Self::Locked {
                reason: LockReason::Inactive | LockReason::Own,
                ..
            } => Ok(Self::Locked {
                reason: LockReason::Administrator,
                at,
            }),
            Self::Locked { reason, .. } => Err(StateRefusal::AlreadyLocked(reason)),
            Self::Closed { .. } => Err(StateRefusal::Closed),
        }
    }

    /// Usable again, by the explicit act of an administrator (security rule AC-5).
    ///
    /// # Errors
    /// The account is not locked, or not for a reason that an administrator may lift.
    pub const fn unlock_by_administrator(self) -> Result<Self, StateRefusal> {
        match self {
            Self::Locked {
                reason: LockReason::Inactive | LockReason::Own | LockReason::Administrator,
                ..
            } => Ok(Self::Active),
            Self::Locked { reason, .. } => Err(StateRefusal::Reserved(reason)),
            Self::Invited | Self::Active => Err(StateRefusal::NotLocked),
            Self::Closed { .. } => Err(StateRefusal::Closed),
        }
    }

    /// Whether the user may be given a session or token now. A first sign-in activates an invited user.
    ///
    /// # Errors
    /// The user is locked or closed; nobody but an explicit privileged act changes that (security rule AC-5).
    pub const fn admit(self) -> Result<(), Barred> {
        match self {
            Self::Invited | Self::Active => Ok(()),
            Self::Locked { reason, at } => Err(Barred::Locked { reason, at }),
            Self::Closed { .. } => Err(Barred::Closed),
        }
    }

    /// The account as its owner, or whoever holds a stop code, suspends it; nothing when it is locked or closed already.
    pub const fn suspended(self, at: Timestamp) -> Option<Self> {
        match self {
            Self::Invited | Self::Active => Some(Self::Locked {
                reason: LockReason::Own,
                at,
            }),
            Self::Locked { .. } | Self::Closed { .. } => None,
        }
    }

    /// From when on the person may return to an account that was suspended `rest` before (X5); nothing for other locks,
    /// which only an administrator opens.
    pub fn return_from(self, rest: Duration) -> Option<Timestamp> {
        match self {
            Self::Locked {
                reason: LockReason::Own,
                at,
            } => Some(at.plus(rest)),
            Self::Invited | Self::Active | Self::Locked { .. } | Self::Closed { .. } => None,
        }
    }

    /// The word that storage keeps.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Active => "active",
            Self::Locked { .. } => "locked",
            Self::Closed { .. } => "closed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_administrator_locks_what_is_open_and_unlocks_what_is_theirs_to_unlock() {
        let (at, later) = (Timestamp::from_unix_seconds(1), Timestamp::from_unix_seconds(2));
        let locked = |reason| UserState::Locked { reason, at };
        let ours = UserState::Locked {
            reason: LockReason::Administrator,
            at: later,
        };
        for (state, after_lock, after_unlock) in [
            (UserState::Invited, Ok(ours), Err(StateRefusal::NotLocked)),
            (UserState::Active, Ok(ours), Err(StateRefusal::NotLocked)),
            (locked(LockReason::Own), Ok(ours), Ok(UserState::Active)),
            (locked(LockReason::Inactive), Ok(ours), Ok(UserState::Active)),
            (
                locked(LockReason::Administrator),
                Err(StateRefusal::AlreadyLocked(LockReason::Administrator)),
                Ok(UserState::Active),
            ),
            (
                locked(LockReason::LeftSchool),
                Err(StateRefusal::AlreadyLocked(LockReason::LeftSchool)),
                Err(StateRefusal::Reserved(LockReason::LeftSchool)),
            ),
            (
                locked(LockReason::Incident),
                Err(StateRefusal::AlreadyLocked(LockReason::Incident)),
                Err(StateRefusal::Reserved(LockReason::Incident)),
            ),
            (
                UserState::Closed { at },
                Err(StateRefusal::Closed),
                Err(StateRefusal::Closed),
            ),
        ] {
            assert_eq!(state.lock_by_administrator(later), after_lock, "{state:?}");
            assert_eq!(state.unlock_by_administrator(), after_unlock, "{state:?}");
        }
    }

    #[test]
    fn only_an_own_lock_lets_its_person_return_and_only_after_the_rest() {
        let at = Timestamp::from_unix_seconds(1_000);
        let rest = Duration::from_mins(1);
        for state in [UserState::Invited, UserState::Active] {
            let suspended = state.suspended(at).unwrap();
            assert_eq!(suspended.return_from(rest), Some(at.plus(rest)));
            assert_eq!(suspended.suspended(at), None);
            assert_eq!(state.return_from(rest), None);
        }
        assert_eq!(UserState::Closed { at }.suspended(at), None);
        for reason in LockReason::ALL.into_iter().filter(|reason| *reason != LockReason::Own) {
            let locked = UserState::Locked { reason, at };
            assert_eq!((locked.suspended(at), locked.return_from(rest)), (None, None));
        }
    }

    #[test]
    fn only_invited_and_active_users_are_admitted() {
        let at = Timestamp::from_unix_seconds(1);
        assert!(UserState::Invited.admit().is_ok());
        assert!(UserState::Active.admit().is_ok());
        assert_eq!(UserState::Closed { at }.admit(), Err(Barred::Closed));
        for reason in LockReason::ALL {
            assert_eq!(
                UserState::Locked { reason, at }.admit(),
                Err(Barred::Locked { reason, at })
            );
            assert_eq!(LockReason::from_word(reason.as_str()), Some(reason));
        }
    }
}
