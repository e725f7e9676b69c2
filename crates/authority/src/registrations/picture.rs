//! The code from a picture: six digits, five minutes, one try for each picture (product A3; security rule DB-6). It slows
//! scripts down; what protects the account are both stages and the limits on failures.

use std::time::Duration;

use rand_core::CryptoRng;

use crate::authentication::CodeDigits;
use crate::ids::RegistrationId;
use crate::secret::{Keyring, KeyringError, OpenError, Purpose};
use crate::time::{Timestamp, minutes};

/// How long a picture works, and how long its proof is good for.
pub const PICTURE_TTL: Duration = minutes(5);

/// A picture at rest: its digits sealed, so that every node draws and speaks the same ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The sealed digits.
    pub sealed: Vec<u8>,
    /// When it is over.
    pub expires_at: Timestamp,
}

/// Why a typed code does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureRefusal {
    /// Other digits.
    #[error("the picture code is wrong")]
    Wrong,
    /// The picture's time is over.
    #[error("the picture has expired")]
    Expired,
    /// What is kept cannot be opened: the check cannot be made, so it refuses.
    #[error("the picture cannot be read")]
    Unreadable,
}

impl PictureRefusal {
    /// The stable code for logs and audit records.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Wrong => "R_PICTURE_WRONG",
            Self::Expired => "R_PICTURE_EXPIRED",
            Self::Unreadable => "R_PICTURE_UNREADABLE",
        }
    }
}

impl Picture {
    /// A fresh picture of a registration, good for [`PICTURE_TTL`].
    ///
    /// # Errors
    /// The digits cannot be sealed.
    pub fn mint(
        registration: RegistrationId,
        keyring: &Keyring,
        rng: &mut dyn CryptoRng,
        now: Timestamp,
    ) -> Result<Self, KeyringError> {
        let digits = CodeDigits::mint(rng);
        let context = registration.as_uuid();
        Ok(Self {
            sealed: keyring.seal(
                Purpose::PictureCode,
                context.as_bytes(),
                digits.expose().as_bytes(),
                rng,
            )?,
            expires_at: now.plus(PICTURE_TTL),
        })
    }

    /// The digits, to be drawn or spoken.
    ///
    /// # Errors
    /// What is kept was not sealed by these keys for this registration.
    pub fn open(&self, registration: RegistrationId, keyring: &Keyring) -> Result<CodeDigits, OpenError> {
        let context = registration.as_uuid();
        let digits = keyring.open(Purpose::PictureCode, context.as_bytes(), &self.sealed)?;
        let digits = std::str::from_utf8(&digits).map_err(|_| OpenError)?;
        CodeDigits::parse(digits).map_err(|_| OpenError)
    }

    /// Compares typed digits. Whatever comes of it, the picture is not compared again.
    ///
    /// # Errors
    /// Other digits, too late, or unreadable.
    pub fn check(
        &self,
        registration: RegistrationId,
        typed: &CodeDigits,
        keyring: &Keyring,
        now: Timestamp,
    ) -> Result<(), PictureRefusal> {
        if now >= self.expires_at {
            return Err(PictureRefusal::Expired);
        }
        let digits = self
            .open(registration, keyring)
            .map_err(|_| PictureRefusal::Unreadable)?;
        if digits.matches(typed) {
            Ok(())
        } else {
            Err(PictureRefusal::Wrong)
        }
    }
}
