//! Whether a user may sign in.

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

impl UserState {
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
