//! Signing on the phone (product B1, B2; security rule CE-18; kz-eds §8): a browser shows a code, an app that scans it signs,
//! once and within five minutes, and the browser that showed it goes on. Each step consumes the state before it.

use std::fmt;

use rand_core::CryptoRng;

use super::{ChallengePurpose, FirstFactor};
use crate::certificates::KeyStorage;
use crate::ids::{AttemptId, ChallengeId, InteractionId, QrTransactionId};
use crate::time::Timestamp;

mod refusal;
mod view;

pub use self::refusal::QrRefusal;
pub use self::view::QrView;

/// What the signature is to prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QrPurpose {
    /// Who it is.
    FirstStage,
    /// The second stage after a file key, by another certificate of the same person.
    SecondStage,
}

impl QrPurpose {
    /// The word that storage keeps.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FirstStage => "first_stage",
            Self::SecondStage => "second_stage",
        }
    }

    /// The purpose of a stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::FirstStage, Self::SecondStage]
            .into_iter()
            .find(|purpose| purpose.as_str() == word)
    }

    /// What the challenge is good for.
    pub const fn challenge(self) -> ChallengePurpose {
        match self {
            Self::FirstStage => ChallengePurpose::EdsPhoneSignIn,
            Self::SecondStage => ChallengePurpose::EdsPhoneConfirm,
        }
    }
}

/// Two digits that page and app both show, so that people notice a code that is not theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShortNumber(u8);

impl ShortNumber {
    /// A fresh one.
    pub fn mint(rng: &mut dyn CryptoRng) -> Self {
        let number = 10 + rng.next_u32() % 90;
        Self(u8::try_from(number).unwrap_or(10))
    }

    /// Reads a stored number; none that no transaction has.
    pub fn from_stored(number: i64) -> Option<Self> {
        u8::try_from(number).ok().filter(|n| (10..100).contains(n)).map(Self)
    }

    /// The number to store.
    pub const fn as_number(self) -> u8 {
        self.0
    }
}

impl fmt::Display for ShortNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A transaction at rest.
#[derive(Clone, Debug)]
pub struct QrTransaction {
    /// Our identifier.
    pub id: QrTransactionId,
    /// The interaction it belongs to.
    pub interaction_id: InteractionId,
    /// The attempt it was made in.
    pub attempt_id: AttemptId,
    /// The text to sign, which also names the browser.
    pub challenge_id: ChallengeId,
    /// What the signature is to prove.
    pub purpose: QrPurpose,
    /// The number on both screens.
    pub number: ShortNumber,
    /// Where it stands.
    pub state: QrState,
    /// Raised with each change: compare-and-set.
    pub version: i32,
    /// When it was made.
    pub issued_at: Timestamp,
    /// Until when it may be signed, and its browser may go on; at this instant exactly neither may.
    pub expires_at: Timestamp,
}

/// The lifecycle of a transaction. That its time is over is no state of its own: it follows from the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QrState {
    /// The code is shown.
    Pending,
    /// An app has fetched what is to be signed.
    Scanned {
        /// When.
        at: Timestamp,
    },
    /// A signature came and is being checked; there will be no other.
    Answered {
        /// When.
        at: Timestamp,
    },
    /// The signature verifies and waits for its browser.
    Completed {
        /// When.
        at: Timestamp,
    },
    /// It is not accepted.
    Refused {
        /// When.
        at: Timestamp,
        /// Why.
        refusal: QrRefusal,
    },
    /// The person declined on the phone.
    Declined {
        /// When.
        at: Timestamp,
    },
    /// The browser asked for a new code.
    Replaced {
        /// When.
        at: Timestamp,
    },
    /// The browser went on with it.
    Collected {
        /// When.
        at: Timestamp,
    },
}

/// The step is not possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QrError {
    /// Its time is over.
    #[error("the transaction has expired")]
    Expired,
    /// A signature or a refusal came before, or a newer code was made.
    #[error("the transaction is over")]
    Over,
}

impl QrTransaction {
    /// An app fetches what is to be signed. It may do so again.
    ///
    /// # Errors
    /// Too late, or it is over.
    pub fn scan(self, now: Timestamp) -> Result<Self, QrError> {
        self.check_open(now)?;
        Ok(Self {
            state: QrState::Scanned { at: now },
            ..self
        })
    }

    /// A signature came. Whatever it is worth, no other is taken.
    ///
    /// # Errors
    /// Too late, or it is over.
    pub fn answer(self, now: Timestamp) -> Result<Self, QrError> {
        self.check_open(now)?;
        Ok(Self {
            state: QrState::Answered { at: now },
            ..self
        })
    }

    /// The person declined on the phone.
    ///
    /// # Errors
    /// Too late, or it is over.
    pub fn decline(self, now: Timestamp) -> Result<Self, QrError> {
        self.check_open(now)?;
        Ok(Self {
            state: QrState::Declined { at: now },
            ..self
        })
    }

    /// The signature verifies.
    ///
    /// # Errors
    /// None is being checked.
    pub fn complete(self, now: Timestamp) -> Result<Self, QrError> {
        match self.state {
            QrState::Answered { .. } => Ok(Self {
                state: QrState::Completed { at: now },
                ..self
            }),
            QrState::Pending
            | QrState::Scanned { .. }
            | QrState::Completed { .. }
            | QrState::Refused { .. }
            | QrState::Declined { .. }
            | QrState::Replaced { .. }
            | QrState::Collected { .. } => Err(QrError::Over),
        }
    }

    /// The signature does not verify, or does not prove what it is for.
    ///
    /// # Errors
    /// There is none.
    pub fn refuse(self, refusal: QrRefusal, now: Timestamp) -> Result<Self, QrError> {
        match self.state {
            QrState::Answered { .. } | QrState::Completed { .. } => Ok(Self {
                state: QrState::Refused { at: now, refusal },
                ..self
            }),
            QrState::Pending
            | QrState::Scanned { .. }
            | QrState::Refused { .. }
            | QrState::Declined { .. }
            | QrState::Replaced { .. }
            | QrState::Collected { .. } => Err(QrError::Over),
        }
    }

    /// The browser that asked for it goes on with the signature.
    ///
    /// # Errors
    /// There is none, or it waited too long.
    pub fn collect(self, now: Timestamp) -> Result<Self, QrError> {
        match self.view(now) {
            QrView::Signed => Ok(Self {
                state: QrState::Collected { at: now },
                ..self
            }),
            QrView::Expired => Err(QrError::Expired),
            QrView::Waiting | QrView::Scanned | QrView::Declined | QrView::Refused(_) | QrView::Over => {
                Err(QrError::Over)
            }
        }
    }

    /// Whether an app may still fetch and sign.
    ///
    /// # Errors
    /// Too late, or it is over.
    pub fn check_open(&self, now: Timestamp) -> Result<(), QrError> {
        match self.state {
            QrState::Pending | QrState::Scanned { .. } if now < self.expires_at => Ok(()),
            QrState::Pending | QrState::Scanned { .. } => Err(QrError::Expired),
            QrState::Answered { .. }
            | QrState::Completed { .. }
            | QrState::Refused { .. }
            | QrState::Declined { .. }
            | QrState::Replaced { .. }
            | QrState::Collected { .. } => Err(QrError::Over),
        }
    }

    /// What a page shows of it now.
    pub fn view(&self, now: Timestamp) -> QrView {
        let late = now >= self.expires_at;
        match self.state {
            QrState::Pending | QrState::Scanned { .. } | QrState::Answered { .. } | QrState::Completed { .. }
                if late =>
            {
                QrView::Expired
            }
            QrState::Pending => QrView::Waiting,
            QrState::Scanned { .. } | QrState::Answered { .. } => QrView::Scanned,
            QrState::Completed { .. } => QrView::Signed,
            QrState::Refused { refusal, .. } => QrView::Refused(refusal),
            QrState::Declined { .. } => QrView::Declined,
            QrState::Replaced { .. } | QrState::Collected { .. } => QrView::Over,
        }
    }
}

/// Whether a signature on the phone may confirm this first stage: it came from a file, which can be copied, and not from a
/// phone already, where both would be one thing to lose (product B2).
pub const fn may_confirm(first: FirstFactor, signed_on_phone: bool) -> bool {
    match first {
        FirstFactor::Eds {
            key_storage: KeyStorage::File,
            ..
        } => !signed_on_phone,
        FirstFactor::Eds {
            key_storage: KeyStorage::Unstated,
            ..
        } => false,
        #[cfg(feature = "sandbox")]
        FirstFactor::Sandbox => false,
    }
}

#[cfg(test)]
mod tests;
