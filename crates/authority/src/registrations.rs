//! Registering a new device instead of the bound one (product A3 to A6; security rules DB-5 to DB-10).
//!
//! A registration belongs to one sign-in attempt whose both stages are proven. It goes from the picture code, or an equal
//! proof instead of it, to the person's consent; [`Registration::check_commit`] judges everything once more inside the
//! commit, with the facts read under the lock of the user's row. Until then nothing of the account changes.

mod picture;

use std::time::Duration;

use crate::authentication::SignInAttempt;
use crate::ids::{AttemptId, DeviceId, RegistrationId, UserId};
use crate::policy::{BindingPolicy, WindowState};
use crate::time::{Timestamp, days};
use crate::users::{Barred, Exclusivity, Phone, User};

pub use picture::{PICTURE_TTL, Picture, PictureRefusal};

/// What [`BindingPolicy::per_month`] counts in.
pub const MONTH: Duration = days(30);

/// A registration.
#[derive(Clone, Debug)]
pub struct Registration {
    /// Our identifier.
    pub id: RegistrationId,
    /// Whose device it is to become.
    pub user_id: UserId,
    /// The attempt that proved both stages.
    pub attempt_id: AttemptId,
    /// Where it stands.
    pub state: RegistrationState,
    /// Raised with each change: compare-and-set.
    pub version: i64,
    /// When it began.
    pub started_at: Timestamp,
}

/// The lifecycle of a registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegistrationState {
    /// The code from a picture, or an equal proof, is asked for.
    Asked(Picture),
    /// It was given; consent is asked for.
    Proven {
        /// How.
        way: PictureWay,
        /// When.
        at: Timestamp,
    },
    /// The device is registered.
    Committed {
        /// Which.
        device_id: DeviceId,
        /// When.
        at: Timestamp,
    },
    /// It led to nothing.
    Ended {
        /// Why.
        reason: RegistrationEnd,
        /// When.
        at: Timestamp,
    },
}

/// What was given instead of nothing at the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureWay {
    /// The digits of the picture or of its sound.
    Picture,
    /// A second signature with the person's certificate.
    Eds,
}

impl PictureWay {
    /// All ways.
    pub const ALL: [Self; 2] = [Self::Picture, Self::Eds];

    /// The word that storage keeps.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Picture => "picture",
            Self::Eds => "eds",
        }
    }

    /// The way of a stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.as_str() == word)
    }
}

/// Why a registration led to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegistrationEnd {
    /// The person leaves everything as it is.
    Declined,
    /// A later registration of the same person took its place.
    Superseded,
    /// The account was suspended or locked meanwhile.
    Barred,
}

impl RegistrationEnd {
    /// All reasons.
    pub const ALL: [Self; 3] = [Self::Declined, Self::Superseded, Self::Barred];

    /// The word that storage keeps.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Declined => "declined",
            Self::Superseded => "superseded",
            Self::Barred => "barred",
        }
    }

    /// The reason of a stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }
}

/// Why no device may be registered now, in the order that the person is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationRefusal {
    /// The account is locked or closed.
    #[error(transparent)]
    Barred(#[from] Barred),
    /// No known contact has confirmed the account yet (product B3).
    #[error("the account is provisional")]
    Provisional,
    /// Only the device registered last may act (R3).
    #[error("another device was registered; only it may act until {}", .0.until)]
    Exclusive(Exclusivity),
    /// Outside the hours (R2).
    #[error("devices are registered from {opens_at} on")]
    WindowClosed {
        /// When they begin.
        opens_at: Timestamp,
    },
    /// The phone was linked too recently.
    #[error("the phone was linked too recently; registration is possible from {from} on")]
    PhoneTooNew {
        /// When it is old enough.
        from: Timestamp,
    },
    /// There were too many registrations.
    #[error("too many registrations; the next is possible from {from} on")]
    TooMany {
        /// When the next is possible.
        from: Timestamp,
    },
}

impl RegistrationRefusal {
    /// The stable code for logs and audit records.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Barred(_) => "R_BARRED",
            Self::Provisional => "R_PROVISIONAL",
            Self::Exclusive(_) => "R_EXCLUSIVE",
            Self::WindowClosed { .. } => "R_WINDOW",
            Self::PhoneTooNew { .. } => "R_PHONE_NEW",
            Self::TooMany { .. } => "R_TOO_MANY",
        }
    }
}

/// What is known of the account, read freshly.
#[derive(Clone, Copy, Debug)]
pub struct RegistrationFacts<'a> {
    /// The user, under the lock when it counts.
    pub user: &'a User,
    /// The phone that codes go to.
    pub phone: Option<&'a Phone>,
    /// When devices were registered within [`MONTH`], any order.
    pub registered_at: &'a [Timestamp],
    /// The rules in force.
    pub policy: &'a BindingPolicy,
}

impl RegistrationFacts<'_> {
    /// Whether a device may be registered at `now`: the instant of the database where it is decided.
    ///
    /// # Errors
    /// The first rule that refuses.
    pub fn admit(&self, now: Timestamp) -> Result<(), RegistrationRefusal> {
        self.user.state.admit()?;
        if let Some(exclusivity) = self.user.exclusivity_at(now) {
            return Err(RegistrationRefusal::Exclusive(exclusivity));
        }
        if self.user.provisional {
            return Err(RegistrationRefusal::Provisional);
        }
        if let WindowState::Closed { opens_at } = self.policy.window.state(now) {
            return Err(RegistrationRefusal::WindowClosed { opens_at });
        }
        self.admit_phone(now)?;
        self.admit_count(now)
    }

    fn admit_phone(&self, now: Timestamp) -> Result<(), RegistrationRefusal> {
        let from = self.phone.map(|phone| phone.linked_at.plus(self.policy.phone_rest));
        match from {
            Some(from) if now < from => Err(RegistrationRefusal::PhoneTooNew { from }),
            Some(_) | None => Ok(()),
        }
    }

    fn admit_count(&self, now: Timestamp) -> Result<(), RegistrationRefusal> {
        let Some(most) = self.policy.per_month else {
            return Ok(());
        };
        let mut recent: Vec<_> = self
            .registered_at
            .iter()
            .map(|at| at.plus(MONTH))
            .filter(|end| now < *end)
            .collect();
        recent.sort_unstable();
        let excess = recent.len().checked_sub(usize::try_from(most).unwrap_or(usize::MAX));
        match excess.and_then(|excess| recent.get(excess)) {
            Some(from) => Err(RegistrationRefusal::TooMany { from: *from }),
            None => Ok(()),
        }
    }
}

/// The registration does not stand where the step needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationError {
    /// A step is missing, was made before, or the registration is over.
    #[error("the registration is not at this step")]
    OutOfOrder,
    /// Its attempt is not the one, is over, or proved too little.
    #[error("the sign-in of the registration is over")]
    AttemptOver,
    /// The proof at the picture is older than it may be.
    #[error("the picture code was given too long ago")]
    ProofTooOld,
}

impl Registration {
    /// A new registration, which asks for the code from `picture`.
    pub const fn start(
        id: RegistrationId,
        user_id: UserId,
        attempt_id: AttemptId,
        picture: Picture,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            user_id,
            attempt_id,
            state: RegistrationState::Asked(picture),
            version: 0,
            started_at: now,
        }
    }

    /// The picture whose code is asked for.
    ///
    /// # Errors
    /// None is.
    pub const fn picture(&self) -> Result<&Picture, RegistrationError> {
        match &self.state {
            RegistrationState::Asked(picture) => Ok(picture),
            RegistrationState::Proven { .. }
            | RegistrationState::Committed { .. }
            | RegistrationState::Ended { .. } => Err(RegistrationError::OutOfOrder),
        }
    }

    /// Asks for the code from another picture; whatever proof was given before is asked for again.
    ///
    /// # Errors
    /// The registration is over.
    pub fn ask_anew(self, picture: Picture) -> Result<Self, RegistrationError> {
        self.check_open()?;
        Ok(Self {
            state: RegistrationState::Asked(picture),
            ..self
        })
    }

    /// The code, or an equal proof, was given.
    ///
    /// # Errors
    /// Nothing was asked.
    pub fn prove(self, way: PictureWay, now: Timestamp) -> Result<Self, RegistrationError> {
        self.picture()?;
        Ok(Self {
            state: RegistrationState::Proven { way, at: now },
            ..self
        })
    }

    /// Judges the registration itself at `now`, inside the commit: the proof at the picture, its age, and the attempt
    /// with both its stages. The rest is [`RegistrationFacts::admit`], the consent and the device's own proof.
    ///
    /// # Errors
    /// The first thing that is not as it must be.
    pub fn check_commit(&self, attempt: &SignInAttempt, now: Timestamp) -> Result<(), RegistrationError> {
        let RegistrationState::Proven { at, .. } = self.state else {
            return Err(RegistrationError::OutOfOrder);
        };
        attempt.check_age(now).map_err(|_| RegistrationError::AttemptOver)?;
        let (first, _) = attempt.both_stages().map_err(|_| RegistrationError::AttemptOver)?;
        if attempt.id != self.attempt_id || first.user_id != self.user_id {
            return Err(RegistrationError::AttemptOver);
        }
        if now < at.plus(PICTURE_TTL) {
            Ok(())
        } else {
            Err(RegistrationError::ProofTooOld)
        }
    }

    /// The device is registered.
    ///
    /// # Errors
    /// The proof at the picture is missing.
    pub fn commit(self, device_id: DeviceId, now: Timestamp) -> Result<Self, RegistrationError> {
        match self.state {
            RegistrationState::Proven { .. } => Ok(Self {
                state: RegistrationState::Committed { device_id, at: now },
                ..self
            }),
            RegistrationState::Asked(_) | RegistrationState::Committed { .. } | RegistrationState::Ended { .. } => {
                Err(RegistrationError::OutOfOrder)
            }
        }
    }

    /// It leads to nothing.
    ///
    /// # Errors
    /// It was over before.
    pub fn end(self, reason: RegistrationEnd, now: Timestamp) -> Result<Self, RegistrationError> {
        self.check_open()?;
        Ok(Self {
            state: RegistrationState::Ended { reason, at: now },
            ..self
        })
    }

    /// Whether it may still lead to a device.
    ///
    /// # Errors
    /// It is over.
    pub const fn check_open(&self) -> Result<(), RegistrationError> {
        match self.state {
            RegistrationState::Asked(_) | RegistrationState::Proven { .. } => Ok(()),
            RegistrationState::Committed { .. } | RegistrationState::Ended { .. } => Err(RegistrationError::OutOfOrder),
        }
    }
}

#[cfg(test)]
mod tests;
