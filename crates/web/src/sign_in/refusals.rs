//! From the verifier's verdict to what S2 says (security rule CE-15): the exact reason is for auditors.

use authority::certificates::{Stop, StopReason};
use authority::time::{Timestamp, minutes};
use federation::eds::PersonClass;
use pages::screens::SignatureRefusal;

/// When trying again makes sense while revocation cannot be checked.
const RETRY: std::time::Duration = minutes(5);

/// What the person is told.
pub(crate) fn shown(class: PersonClass, now: Timestamp) -> SignatureRefusal {
    match class {
        PersonClass::NotVerified => SignatureRefusal::NotVerified,
        PersonClass::Expired { at } => SignatureRefusal::Expired { date: at },
        PersonClass::NotYetValid { at } => SignatureRefusal::NotYetValid { date: at },
        PersonClass::Revoked { at } => SignatureRefusal::Revoked { date: Some(at) },
        PersonClass::NeverIssued => SignatureRefusal::Revoked { date: None },
        PersonClass::WrongKind => SignatureRefusal::WrongKind,
        PersonClass::UnknownCentre => SignatureRefusal::UnknownCentre,
        PersonClass::TryLater => SignatureRefusal::TryLater { at: now.plus(RETRY) },
    }
}

/// What the person is told of a key that is not accepted here any more.
pub(crate) const fn stopped(stop: Stop) -> SignatureRefusal {
    match stop.reason {
        StopReason::Stopped => SignatureRefusal::Stopped { date: stop.at },
        StopReason::Shared => SignatureRefusal::Shared { date: stop.at },
        // When we learned of it is not when it was revoked.
        StopReason::Revoked => SignatureRefusal::Revoked { date: None },
    }
}
