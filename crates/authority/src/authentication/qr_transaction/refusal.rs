//! Why a signature from the phone is not accepted.

use crate::time::Timestamp;

/// Why a signature is not accepted, as far as the person is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QrRefusal {
    /// It does not verify, or is not one over our text.
    NotVerified,
    /// The certificate's time is over since then.
    Expired(Timestamp),
    /// The certificate's time begins then.
    NotYetValid(Timestamp),
    /// The certificate was revoked then.
    Revoked(Timestamp),
    /// The key is not one for signing in.
    WrongKind,
    /// The centre is not trusted here.
    UnknownCentre,
    /// Revocation cannot be checked before then.
    TryLater(Timestamp),
    /// It is another person's.
    OtherPerson,
    /// It is the certificate or key of the first stage again.
    SameKey,
    /// The person stopped the key here then.
    Stopped(Timestamp),
    /// The rules against sharing stopped the key here then.
    Shared(Timestamp),
    /// The centre took the certificate back at a time we do not know, or never issued it.
    Withdrawn,
}

impl QrRefusal {
    /// The word that storage keeps.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotVerified => "not_verified",
            Self::Expired(_) => "expired",
            Self::NotYetValid(_) => "not_yet_valid",
            Self::Revoked(_) => "revoked",
            Self::WrongKind => "wrong_kind",
            Self::UnknownCentre => "unknown_centre",
            Self::TryLater(_) => "try_later",
            Self::OtherPerson => "other_person",
            Self::SameKey => "same_key",
            Self::Stopped(_) => "stopped",
            Self::Shared(_) => "shared",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The instant that storage keeps beside the word.
    pub const fn instant(self) -> Option<Timestamp> {
        match self {
            Self::Expired(at)
            | Self::NotYetValid(at)
            | Self::Revoked(at)
            | Self::TryLater(at)
            | Self::Stopped(at)
            | Self::Shared(at) => Some(at),
            Self::NotVerified
            | Self::WrongKind
            | Self::UnknownCentre
            | Self::OtherPerson
            | Self::SameKey
            | Self::Withdrawn => None,
        }
    }

    /// The refusal of a stored word and instant.
    pub fn from_stored(word: &str, at: Option<Timestamp>) -> Option<Self> {
        match (word, at) {
            ("not_verified", None) => Some(Self::NotVerified),
            ("expired", Some(at)) => Some(Self::Expired(at)),
            ("not_yet_valid", Some(at)) => Some(Self::NotYetValid(at)),
            ("revoked", Some(at)) => Some(Self::Revoked(at)),
            ("wrong_kind", None) => Some(Self::WrongKind),
            ("unknown_centre", None) => Some(Self::UnknownCentre),
            ("try_later", Some(at)) => Some(Self::TryLater(at)),
            ("other_person", None) => Some(Self::OtherPerson),
            ("same_key", None) => Some(Self::SameKey),
            ("stopped", Some(at)) => Some(Self::Stopped(at)),
            ("shared", Some(at)) => Some(Self::Shared(at)),
            ("withdrawn", None) => Some(Self::Withdrawn),
            _ => None,
        }
    }
}
