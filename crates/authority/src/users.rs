//! Users: our records of people, and whether they may sign in.

mod facts;
mod state;

use std::time::Duration;

use crate::identifiers::{Bin, PhoneNumber};
use crate::ids::{DeviceId, PhoneId, UserId};
use crate::locale::Locale;
use crate::time::Timestamp;

pub use facts::{FactName, FactSource, UserFact};
pub use state::{Barred, LockReason, StateRefusal, UserState};

/// The identifier released to clients as `sub`: random, stable, never issued again (OIDC Core §8, public).
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Subject(String);

impl Subject {
    /// A fresh subject: 128 random bits in lower-case hexadecimal.
    pub fn mint(rng: &mut dyn rand_core::CryptoRng) -> Self {
        let mut bytes = [0_u8; 16];
        rng.fill_bytes(&mut bytes);
        Self(uuid::Uuid::from_bytes(bytes).simple().to_string())
    }

    /// A subject read back from storage or from an ID token of ours: 1 to 255 printable ASCII characters.
    pub fn parse(text: &str) -> Option<Self> {
        let known = (1..=255).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        known.then(|| Self(text.to_owned()))
    }

    /// The text of the claim.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Subject {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not a subject")
    }
}

impl From<Subject> for String {
    fn from(subject: Subject) -> Self {
        subject.0
    }
}

/// A user. The database row is the lock object: whoever re-binds, locks or mints takes it and reads it again.
#[derive(Clone, Debug)]
pub struct User {
    /// Our identifier.
    pub id: UserId,
    /// What clients know the user by.
    pub subject: Subject,
    /// Whether the user may sign in.
    pub state: UserState,
    /// No known contact has confirmed this account yet (product B3).
    pub provisional: bool,
    /// Raised to end everything issued before.
    pub epoch: i64,
    /// The device that alone may act for a while; set by re-registration.
    pub exclusive: Option<Exclusivity>,
    /// The organisation whose policy holds for the account.
    pub organisation: Option<Bin>,
    /// The last completed interactive sign-in.
    pub last_interactive_at: Option<Timestamp>,
    /// The language chosen last.
    pub locale: Option<Locale>,
}

impl User {
    /// The exclusivity that runs at `now`; at its end exactly it does not (security rule DB-13).
    pub fn exclusivity_at(&self, now: Timestamp) -> Option<Exclusivity> {
        self.exclusive.filter(|exclusive| now < exclusive.until)
    }

    /// From when on the person may return to a suspended account: after the rest, and not while only the newest device may
    /// act, because it may be the very device that was to be stopped.
    pub fn return_from(&self, rest: Duration) -> Option<Timestamp> {
        let from = self.state.return_from(rest)?;
        Some(self.exclusive.map_or(from, |exclusive| from.max(exclusive.until)))
    }
}

/// Only the device registered last may act (product A4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exclusivity {
    /// Which.
    pub device_id: DeviceId,
    /// Until when, exclusive: a stored instant.
    pub until: Timestamp,
}

/// The kind of a lookup identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentifierKind {
    /// An IIN, vouched for by a certification centre.
    Iin,
    /// A login of the sandbox's people file; never exists in production.
    #[cfg(feature = "sandbox")]
    SandboxLogin,
}

impl IdentifierKind {
    /// The word that storage keeps.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Iin => "iin",
            #[cfg(feature = "sandbox")]
            Self::SandboxLogin => "sandbox_login",
        }
    }

    /// Who gives out identifiers of this kind; a part of the key they are found by, the same at every door.
    pub const fn authority(self) -> &'static str {
        match self {
            Self::Iin => "KZ",
            #[cfg(feature = "sandbox")]
            Self::SandboxLogin => "sandbox",
        }
    }
}

/// A live phone number of a user.
#[derive(Clone, Debug)]
pub struct Phone {
    /// Our identifier.
    pub id: PhoneId,
    /// Whose it is.
    pub user_id: UserId,
    /// The number.
    pub number: PhoneNumber,
    /// When it was linked.
    pub linked_at: Timestamp,
}
