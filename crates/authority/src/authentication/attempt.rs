//! One try to sign in. Each passed stage is a value that the next transition asks for, so that no step can be skipped,
//! reordered or borrowed (security rule AZ-14).

use std::time::Duration;

use crate::assurance::{Assurance, AuthenticationMethod};
use crate::certificates::KeyStorage;
use crate::ids::{AttemptId, CertificateId, InteractionId, PhoneId, SessionId, UserId};
use crate::time::{Timestamp, minutes};

/// How long an attempt may take.
pub const ATTEMPT_TTL: Duration = minutes(15);

/// A try of one browser in one interaction.
#[derive(Clone, Debug)]
pub struct SignInAttempt {
    /// Our identifier.
    pub id: AttemptId,
    /// The interaction it belongs to.
    pub interaction_id: InteractionId,
    /// Where it stands.
    pub state: AttemptState,
    /// Raised with each change: compare-and-set.
    pub version: i32,
    /// When it began.
    pub started_at: Timestamp,
    /// When it is over.
    pub expires_at: Timestamp,
}

/// The lifecycle of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttemptState {
    /// Nothing is proven.
    Started,
    /// We know who claims to be there.
    FirstStagePassed(FirstStage),
    /// Both stages are proven; the device is next.
    SecondStagePassed(FirstStage, SecondStage),
    /// A session was minted.
    Succeeded {
        /// Which.
        session_id: SessionId,
        /// When.
        at: Timestamp,
    },
    /// It led to nothing.
    Ended {
        /// Why.
        reason: EndReason,
        /// When.
        at: Timestamp,
    },
}

/// A proven first stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstStage {
    /// Whom it proved.
    pub user_id: UserId,
    /// By what.
    pub factor: FirstFactor,
    /// When.
    pub at: Timestamp,
}

/// What proved a first stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstFactor {
    /// A signature with a certificate's key.
    Eds {
        /// The certificate.
        certificate_id: CertificateId,
        /// Where its key is kept.
        key_storage: KeyStorage,
    },
    /// A name typed into a sandbox, which proves nothing and exists nowhere else.
    #[cfg(feature = "sandbox")]
    Sandbox,
}

impl FirstFactor {
    /// What it is called in `amr`.
    pub const fn method(self) -> AuthenticationMethod {
        match self {
            // A key in a file is software; where the certificate does not say, we do not claim hardware either.
            Self::Eds { .. } => AuthenticationMethod::SoftwareKey,
            #[cfg(feature = "sandbox")]
            Self::Sandbox => AuthenticationMethod::UserPresence,
        }
    }
}

/// A proven second stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecondStage {
    /// By what.
    pub factor: SecondFactor,
    /// When.
    pub at: Timestamp,
}

/// What proved a second stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondFactor {
    /// A code sent to this phone.
    Sms {
        /// The phone.
        phone_id: PhoneId,
    },
    /// A signature in an app on a phone, with another certificate of the same person than the first stage's.
    EdsOnPhone {
        /// The certificate.
        certificate_id: CertificateId,
    },
    /// The code that a sandbox page shows.
    #[cfg(feature = "sandbox")]
    Sandbox,
}

impl SecondFactor {
    /// What it is called in `amr`.
    pub const fn method(self) -> AuthenticationMethod {
        match self {
            Self::Sms { .. } => AuthenticationMethod::Sms,
            // The app keeps its keys in software; where it does not, nothing tells us so.
            Self::EdsOnPhone { .. } => AuthenticationMethod::SoftwareKey,
            #[cfg(feature = "sandbox")]
            Self::Sandbox => AuthenticationMethod::OneTimeCode,
        }
    }

    /// The certificate it rests on, where it does.
    pub const fn certificate_id(self) -> Option<CertificateId> {
        match self {
            Self::EdsOnPhone { certificate_id } => Some(certificate_id),
            Self::Sms { .. } => None,
            #[cfg(feature = "sandbox")]
            Self::Sandbox => None,
        }
    }
}

/// Why an attempt led to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// The person cancelled.
    Cancelled,
    /// The account is bound to another device.
    OtherDevice,
    /// The person does not want this device remembered.
    BindingDeclined,
    /// The account is locked or closed.
    Barred,
    /// The device proof was wrong.
    DeviceProofWrong,
    /// Too many signatures were refused.
    TooManySignatures,
    /// Its key is not accepted here any more.
    KeyStopped,
}

impl EndReason {
    /// All reasons.
    pub const ALL: [Self; 7] = [
        Self::Cancelled,
        Self::OtherDevice,
        Self::BindingDeclined,
        Self::Barred,
        Self::DeviceProofWrong,
        Self::TooManySignatures,
        Self::KeyStopped,
    ];

    /// The word that storage keeps.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::OtherDevice => "other_device",
            Self::BindingDeclined => "binding_declined",
            Self::Barred => "barred",
            Self::DeviceProofWrong => "device_proof_wrong",
            Self::TooManySignatures => "too_many_signatures",
            Self::KeyStopped => "key_stopped",
        }
    }

    /// The reason of a stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }
}

/// The transition is not possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AttemptError {
    /// The attempt is too old.
    #[error("the sign-in attempt has expired")]
    Expired,
    /// The attempt does not stand where the step needs it.
    #[error("the sign-in attempt is not at this step")]
    OutOfOrder,
}

impl SignInAttempt {
    /// A new attempt.
    pub fn start(id: AttemptId, interaction_id: InteractionId, now: Timestamp) -> Self {
        let expires_at = now.plus(ATTEMPT_TTL);
        Self {
            id,
            interaction_id,
            state: AttemptState::Started,
            version: 0,
            started_at: now,
            expires_at,
        }
    }

    /// The first stage was proven.
    ///
    /// # Errors
    /// Expired, or a first stage was proven before.
    pub fn pass_first(self, stage: FirstStage) -> Result<Self, AttemptError> {
        self.check_age(stage.at)?;
        match self.state {
            AttemptState::Started => Ok(Self {
                state: AttemptState::FirstStagePassed(stage),
                ..self
            }),
            AttemptState::FirstStagePassed(_)
            | AttemptState::SecondStagePassed(..)
            | AttemptState::Succeeded { .. }
            | AttemptState::Ended { .. } => Err(AttemptError::OutOfOrder),
        }
    }

    /// The second stage was proven.
    ///
    /// # Errors
    /// Expired, or there is no first stage, or a second one was proven before.
    pub fn pass_second(self, stage: SecondStage) -> Result<Self, AttemptError> {
        self.check_age(stage.at)?;
        match self.state {
            AttemptState::FirstStagePassed(first) => Ok(Self {
                state: AttemptState::SecondStagePassed(first, stage),
                ..self
            }),
            AttemptState::Started
            | AttemptState::SecondStagePassed(..)
            | AttemptState::Succeeded { .. }
            | AttemptState::Ended { .. } => Err(AttemptError::OutOfOrder),
        }
    }

    /// A session was minted from both stages.
    ///
    /// # Errors
    /// Expired, or a stage is missing, or a session was minted before.
    pub fn succeed(self, session_id: SessionId, now: Timestamp) -> Result<Self, AttemptError> {
        self.check_age(now)?;
        self.both_stages()?;
        Ok(Self {
            state: AttemptState::Succeeded { session_id, at: now },
            ..self
        })
    }

    /// The attempt leads to nothing.
    ///
    /// # Errors
    /// It had succeeded or ended before.
    pub fn end(self, reason: EndReason, now: Timestamp) -> Result<Self, AttemptError> {
        match self.state {
            AttemptState::Started | AttemptState::FirstStagePassed(_) | AttemptState::SecondStagePassed(..) => {
                Ok(Self {
                    state: AttemptState::Ended { reason, at: now },
                    ..self
                })
            }
            AttemptState::Succeeded { .. } | AttemptState::Ended { .. } => Err(AttemptError::OutOfOrder),
        }
    }

    /// The proven first stage, while it waits for the second.
    ///
    /// # Errors
    /// The attempt stands elsewhere.
    pub const fn first_stage(&self) -> Result<&FirstStage, AttemptError> {
        match &self.state {
            AttemptState::FirstStagePassed(first) => Ok(first),
            AttemptState::Started
            | AttemptState::SecondStagePassed(..)
            | AttemptState::Succeeded { .. }
            | AttemptState::Ended { .. } => Err(AttemptError::OutOfOrder),
        }
    }

    /// Who has proven a first stage, while the attempt is under way.
    pub const fn claimant(&self) -> Option<&FirstStage> {
        match &self.state {
            AttemptState::FirstStagePassed(first) | AttemptState::SecondStagePassed(first, _) => Some(first),
            AttemptState::Started | AttemptState::Succeeded { .. } | AttemptState::Ended { .. } => None,
        }
    }

    /// Both proven stages, while they wait for the device.
    ///
    /// # Errors
    /// The attempt stands elsewhere.
    pub const fn both_stages(&self) -> Result<(&FirstStage, &SecondStage), AttemptError> {
        match &self.state {
            AttemptState::SecondStagePassed(first, second) => Ok((first, second)),
            AttemptState::Started
            | AttemptState::FirstStagePassed(_)
            | AttemptState::Succeeded { .. }
            | AttemptState::Ended { .. } => Err(AttemptError::OutOfOrder),
        }
    }

    /// Whether it is still young enough at `now`; at `expires_at` exactly it is not.
    ///
    /// # Errors
    /// It has expired.
    pub fn check_age(&self, now: Timestamp) -> Result<(), AttemptError> {
        if now < self.expires_at {
            Ok(())
        } else {
            Err(AttemptError::Expired)
        }
    }
}

/// The level and methods that both stages, and the device's proof if there was one, amount to.
pub fn achieved(
    first: &FirstStage,
    second: &SecondStage,
    provisional: bool,
    device_proven: bool,
) -> (Assurance, Vec<AuthenticationMethod>) {
    use AuthenticationMethod as M;
    let mut methods = vec![first.factor.method(), second.factor.method()];
    // Two keys of one kind are one word; that there were two stages is said by the last.
    methods.dedup();
    if device_proven {
        methods.push(M::ProofOfPossession);
    }
    methods.push(M::MultipleFactors);
    let level = match (provisional, device_proven) {
        (true, _) => Assurance::Provisional,
        (false, true) => Assurance::FullBound,
        (false, false) => Assurance::Full,
    };
    (level, methods)
}

#[cfg(test)]
mod tests;
