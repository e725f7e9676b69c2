//! From the verifier's verdict to what S2 and S3 say (security rule CE-15): the exact reason is for auditors.

use authority::authentication::{ChallengeError, QrRefusal};
use authority::certificates::{Stop, StopReason};
use authority::time::{Timestamp, minutes};
use federation::eds::PersonClass;
use pages::screens::{PhoneRefusal, SignatureRefusal};

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

/// What the person is told when there was no challenge to answer.
pub(crate) fn no_challenge(error: ChallengeError, now: Timestamp) -> SignatureRefusal {
    match error {
        ChallengeError::Expired => SignatureRefusal::OutOfDate,
        ChallengeError::NotOpen | ChallengeError::OtherContext => shown(PersonClass::NotVerified, now),
    }
}

/// What is kept of it for S3, where the app has the verdict before the page.
pub(crate) fn on_phone(class: PersonClass, now: Timestamp) -> QrRefusal {
    match class {
        PersonClass::NotVerified => QrRefusal::NotVerified,
        PersonClass::Expired { at } => QrRefusal::Expired(at),
        PersonClass::NotYetValid { at } => QrRefusal::NotYetValid(at),
        PersonClass::Revoked { at } => QrRefusal::Revoked(at),
        PersonClass::WrongKind => QrRefusal::WrongKind,
        PersonClass::UnknownCentre => QrRefusal::UnknownCentre,
        PersonClass::NeverIssued => QrRefusal::Withdrawn,
        PersonClass::TryLater => QrRefusal::TryLater(now.plus(RETRY)),
    }
}

/// What S3 says of it.
pub(crate) fn of_phone(refusal: QrRefusal) -> PhoneRefusal {
    match refusal {
        QrRefusal::NotVerified => PhoneRefusal::NotVerified,
        QrRefusal::Expired(date) => PhoneRefusal::Expired { date },
        QrRefusal::NotYetValid(date) => PhoneRefusal::NotYetValid { date },
        QrRefusal::Revoked(date) => PhoneRefusal::Revoked { date },
        QrRefusal::WrongKind => PhoneRefusal::WrongKind,
        QrRefusal::UnknownCentre => PhoneRefusal::UnknownCentre,
        QrRefusal::TryLater(at) => PhoneRefusal::TryLater { at },
        QrRefusal::OtherPerson => PhoneRefusal::OtherPerson,
        QrRefusal::SameKey => PhoneRefusal::SameKey,
        QrRefusal::Stopped(date) => PhoneRefusal::Stopped { date },
        QrRefusal::Shared(date) => PhoneRefusal::Shared { date },
        QrRefusal::Withdrawn => PhoneRefusal::Withdrawn,
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

/// What is kept of it for S3.
pub(crate) const fn stopped_on_phone(stop: Stop) -> QrRefusal {
    match stop.reason {
        StopReason::Stopped => QrRefusal::Stopped(stop.at),
        StopReason::Shared => QrRefusal::Shared(stop.at),
        StopReason::Revoked => QrRefusal::Withdrawn,
    }
}
