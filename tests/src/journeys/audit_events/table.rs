//! What an event of each kind must say. A kind without a row here does not compile.

use authority::audit::{Actor, EventKind, EventResult};

/// A member of an event that can be empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Member {
    User,
    Client,
    Device,
    Session,
    Address,
    Methods,
    Reason,
    Reference,
}

use Member::{Address, Client, Device, Methods, Reason, Reference, Session, User};

/// The least that an event says beside its id, instant, kind and position.
pub(super) struct Demand {
    /// Who may have done it.
    pub(super) actors: &'static [Actor],
    /// How it ended.
    pub(super) result: EventResult,
    /// What may not be empty.
    pub(super) members: &'static [Member],
}

const fn done(actor: &'static [Actor], members: &'static [Member]) -> Demand {
    Demand {
        actors: actor,
        result: EventResult::Done,
        members,
    }
}

const fn refused(actor: &'static [Actor], members: &'static [Member]) -> Demand {
    Demand {
        actors: actor,
        result: EventResult::Refused,
        members,
    }
}

const PERSON: &[Actor] = &[Actor::User];
const CLIENT: &[Actor] = &[Actor::Client];
const SYSTEM: &[Actor] = &[Actor::System];
const OPERATOR: &[Actor] = &[Actor::Operator];

/// What happens on a page before a session.
const STAGE: &[Member] = &[User, Client, Address, Methods, Reference];
/// What happens with a session.
const IN_SESSION: &[Member] = &[User, Client, Device, Session, Address, Methods, Reference];

/// The reason of a message that no page sent, such as a notice.
pub(super) const LEFT_OVER: &str = "left_over";
/// What is said of it: it was sent by a job, for nobody's request.
pub(super) const SENT_BY_THE_JOB: &[Member] = &[User, Methods, Reason];

/// The row of a kind.
pub(super) fn demand(kind: EventKind) -> Demand {
    match kind {
        // Nobody is proven, so nobody is named.
        EventKind::FirstStageRefused => refused(PERSON, &[Client, Address, Methods, Reason, Reference]),
        EventKind::FirstStagePassed
        | EventKind::SecondStagePassed
        | EventKind::UserCreated
        | EventKind::CertificateRecorded => done(PERSON, STAGE),
        EventKind::CertificateStopped => done(&[Actor::User, Actor::Operator, Actor::System], &[User, Reason]),
        EventKind::KeySharingSuspected => done(SYSTEM, &[User, Client, Device, Address, Methods, Reason, Reference]),
        EventKind::CertificateAccepted => done(&[Actor::User, Actor::Operator, Actor::System], &[User, Reason]),
        EventKind::SmsSent => done(SYSTEM, STAGE),
        EventKind::SmsFailed => refused(SYSTEM, STAGE),
        EventKind::SmsBudgetReached => done(SYSTEM, &[Client, Address, Reason, Reference]),
        EventKind::SecondStageRefused | EventKind::SignInRefused => {
            refused(PERSON, &[User, Client, Address, Methods, Reason, Reference])
        }
        EventKind::SignedIn | EventKind::ServiceReached | EventKind::ConsentGranted | EventKind::ConsentDenied => {
            done(PERSON, IN_SESSION)
        }
        // Before a first stage nobody is known.
        EventKind::SignInCancelled => done(PERSON, &[Client, Address, Reason, Reference]),
        // Somebody may sign out without coming from a client.
        EventKind::SignedOut => done(PERSON, &[User, Device, Session, Address, Methods, Reference]),
        EventKind::DeviceBound => done(PERSON, &[User, Client, Device, Address, Methods, Reference]),
        // A key that was to be bound first belongs to no device yet.
        EventKind::DeviceProofRefused => refused(PERSON, &[User, Client, Address, Methods, Reason, Reference]),
        EventKind::OtherDeviceRefused => refused(PERSON, STAGE),
        EventKind::DeviceUnbound => done(OPERATOR, &[User, Device, Reason]),
        EventKind::RequestValueRepeated => done(CLIENT, &[Client, Address, Reason, Reference]),
        EventKind::TokensIssued => done(CLIENT, IN_SESSION),
        EventKind::CodeReplayed | EventKind::RefreshReused => refused(
            CLIENT,
            &[User, Client, Device, Session, Address, Methods, Reason, Reference],
        ),
        EventKind::GrantRevoked => done(
            CLIENT,
            &[User, Client, Device, Session, Address, Methods, Reason, Reference],
        ),
        EventKind::SigningKeyChanged => done(&[Actor::Operator, Actor::System], &[Reason]),
        EventKind::ClientChanged => done(OPERATOR, &[Client, Reason]),
        EventKind::PersonApplied | EventKind::EvidenceExported => done(OPERATOR, &[User, Reason]),
        EventKind::SessionKeyBound => done(PERSON, &[User, Device, Session, Address, Methods, Reference]),
        EventKind::DeviceRenamed => done(PERSON, IN_SESSION),
        EventKind::RegistrationStarted | EventKind::RegistrationDeclined => done(PERSON, STAGE),
        EventKind::PicturePassed => done(PERSON, &[User, Client, Address, Methods, Reason, Reference]),
        EventKind::RegistrationRefused | EventKind::PictureRefused => {
            refused(PERSON, &[User, Client, Address, Methods, Reason, Reference])
        }
        EventKind::DeviceRegistered => done(PERSON, &[User, Client, Device, Address, Methods, Reason, Reference]),
        EventKind::ExclusivityEnded | EventKind::ApprovalRequested => done(OPERATOR, &[User, Device, Reason]),
        EventKind::AdministratorChanged | EventKind::PolicyChanged => done(OPERATOR, &[Reason]),
        // The code of a message has no client; see also `rows::check_own_suspensions`.
        EventKind::AccountLocked | EventKind::AccountUnlocked => done(&[Actor::User, Actor::Operator], &[User, Reason]),
        EventKind::StopCodeRefused => refused(PERSON, &[Address, Reason, Reference]),
        EventKind::PowerGiven | EventKind::PowerReceived => done(
            PERSON,
            &[User, Client, Device, Session, Address, Methods, Reason, Reference],
        ),
        // A power that ran out was ended by nobody.
        EventKind::PowerEnded => done(&[Actor::User, Actor::Operator, Actor::System], &[User, Reason]),
        EventKind::LogoutUndelivered => refused(SYSTEM, &[User, Client, Session, Reason]),
        EventKind::ActivityDisputed | EventKind::SignInMessagesChanged | EventKind::HistoryExported => done(
            PERSON,
            &[User, Client, Device, Session, Address, Methods, Reason, Reference],
        ),
    }
}
