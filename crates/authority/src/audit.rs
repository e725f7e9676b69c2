//! Audit events: what must not be altered or removed unnoticed (product F4). Sealing into the chain is storage's.

use aws_lc_rs::digest;

use crate::assurance::amr;
use crate::clients::ClientId;
use crate::ids::{DeviceId, EventId, SessionId, UserId};
use crate::representation::Principal;
use crate::sessions::BrowserSession;
use crate::time::Timestamp;

macro_rules! event_kinds {
    ($($(#[$doc:meta])* $name:ident => $word:literal,)*) => {
        /// What happened.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum EventKind { $($(#[$doc])* $name,)* }

        impl EventKind {
            /// All kinds.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The stable word in the log.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// The kind of a stored word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$name),)* _ => None }
            }
        }
    };
}

event_kinds! {
    /// A first stage was refused.
    FirstStageRefused => "first_stage_refused",
    /// A first stage was proven.
    FirstStagePassed => "first_stage_passed",
    /// An SMS code was sent.
    SmsSent => "sms_sent",
    /// An SMS code could not be sent.
    SmsFailed => "sms_failed",
    /// So many per cent of the day's SMS messages are used.
    SmsBudgetReached => "sms_budget_reached",
    /// A wrong code was given.
    SecondStageRefused => "second_stage_refused",
    /// A second stage was proven.
    SecondStagePassed => "second_stage_passed",
    /// A session was started.
    SignedIn => "signed_in",
    /// A sign-in ended without a session, or with one that is not what the client insists on.
    SignInRefused => "sign_in_refused",
    /// The person went back to the service.
    SignInCancelled => "sign_in_cancelled",
    /// A session reached a further service.
    ServiceReached => "service_reached",
    /// A session was ended.
    SignedOut => "signed_out",
    /// A user record was made.
    UserCreated => "user_created",
    /// A certificate was used here for the first time, or was issued anew in another role or for another organisation.
    CertificateRecorded => "certificate_recorded",
    /// A certificate is not accepted here any more; what rested on it ended.
    CertificateStopped => "certificate_stopped",
    /// A certificate is accepted again that its person had stopped, or whose hold its centre lifted.
    CertificateAccepted => "certificate_accepted",
    /// A key, or the keys in a browser, seem to be shared.
    KeySharingSuspected => "key_sharing_suspected",
    /// A device was bound.
    DeviceBound => "device_bound",
    /// The browser bound a key of its own to a session.
    SessionKeyBound => "session_key_bound",
    /// A device proof was refused.
    DeviceProofRefused => "device_proof_refused",
    /// A sign-in from another device was refused.
    OtherDeviceRefused => "other_device_refused",
    /// A binding was ended.
    DeviceUnbound => "device_unbound",
    /// A device got another name.
    DeviceRenamed => "device_renamed",
    /// A registration of a new device began.
    RegistrationStarted => "registration_started",
    /// A registration was refused.
    RegistrationRefused => "registration_refused",
    /// A picture code was wrong.
    PictureRefused => "picture_refused",
    /// A picture code, or an equal proof, was given.
    PicturePassed => "picture_passed",
    /// The person left everything as it was.
    RegistrationDeclined => "registration_declined",
    /// A new device was registered; everything issued before ended.
    DeviceRegistered => "device_registered",
    /// The time in which only the newest device may act was ended early.
    ExclusivityEnded => "exclusivity_ended",
    /// An administrator was named or is none any more.
    AdministratorChanged => "administrator_changed",
    /// An operator asked a second one to agree.
    ApprovalRequested => "approval_requested",
    /// An account was suspended or locked.
    AccountLocked => "account_locked",
    /// An account may be used again.
    AccountUnlocked => "account_unlocked",
    /// A stop code stopped nothing.
    StopCodeRefused => "stop_code_refused",
    /// A rule was set or unset.
    PolicyChanged => "policy_changed",
    /// A client could not be told that a session ended.
    LogoutUndelivered => "logout_undelivered",
    /// A person said that a sign-in or change was not theirs.
    ActivityDisputed => "activity_disputed",
    /// Messages about sign-ins were switched on or off.
    SignInMessagesChanged => "sign_in_messages_changed",
    /// A person saved the own history of sign-ins as a file.
    HistoryExported => "history_exported",
    /// An operator wrote a record of evidence into a file.
    EvidenceExported => "evidence_exported",
    /// Consent was given.
    ConsentGranted => "consent_granted",
    /// Consent was declined.
    ConsentDenied => "consent_denied",
    /// A public client sent a nonce or code challenge that it had sent before.
    RequestValueRepeated => "request_value_repeated",
    /// Tokens were first issued from a code.
    TokensIssued => "tokens_issued",
    /// A code was presented again.
    CodeReplayed => "code_replayed",
    /// A refresh token was presented again.
    RefreshReused => "refresh_reused",
    /// A grant was revoked.
    GrantRevoked => "grant_revoked",
    /// A power of attorney was given.
    PowerGiven => "power_given",
    /// The agent's side of it: a power of attorney was received.
    PowerReceived => "power_received",
    /// A power of attorney was ended before its time; one event for each side.
    PowerEnded => "power_ended",
    /// A signing key was made, activated or retired.
    SigningKeyChanged => "signing_key_changed",
    /// A client was registered or changed.
    ClientChanged => "client_changed",
    /// A person was written from a file.
    PersonApplied => "person_applied",
}

/// How it ended. The kind says it, so it is not kept beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventResult {
    /// It was done.
    Done,
    /// It was refused, or could not be done.
    Refused,
}

impl EventKind {
    /// How events of this kind ended.
    pub const fn result(self) -> EventResult {
        match self {
            Self::FirstStagePassed
            | Self::SmsSent
            | Self::SecondStagePassed
            | Self::SignedIn
            | Self::SignInCancelled
            | Self::ServiceReached
            | Self::SignedOut
            | Self::UserCreated
            | Self::CertificateRecorded
            | Self::CertificateStopped
            | Self::CertificateAccepted
            | Self::KeySharingSuspected
            | Self::DeviceBound
            | Self::DeviceUnbound
            | Self::ConsentGranted
            | Self::ConsentDenied
            | Self::TokensIssued
            | Self::GrantRevoked
            | Self::SigningKeyChanged
            | Self::ClientChanged
            | Self::PersonApplied
            | Self::SessionKeyBound
            | Self::DeviceRenamed
            | Self::RegistrationStarted
            | Self::PicturePassed
            | Self::RegistrationDeclined
            | Self::DeviceRegistered
            | Self::ExclusivityEnded
            | Self::AdministratorChanged
            | Self::ApprovalRequested
            | Self::AccountLocked
            | Self::AccountUnlocked
            | Self::PolicyChanged
            | Self::ActivityDisputed
            | Self::SignInMessagesChanged
            | Self::HistoryExported
            | Self::EvidenceExported
            | Self::PowerGiven
            | Self::PowerReceived
            | Self::PowerEnded
            // These report; what they are about went on.
            | Self::SmsBudgetReached
            | Self::RequestValueRepeated => EventResult::Done,
            Self::FirstStageRefused
            | Self::SmsFailed
            | Self::SecondStageRefused
            | Self::SignInRefused
            | Self::DeviceProofRefused
            | Self::OtherDeviceRefused
            | Self::CodeReplayed
            | Self::RefreshReused
            | Self::RegistrationRefused
            | Self::PictureRefused
            | Self::StopCodeRefused
            | Self::LogoutUndelivered => EventResult::Refused,
        }
    }
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The person in front of a browser.
    User,
    /// A client at an endpoint.
    Client,
    /// An operator at the command line.
    Operator,
    /// The product itself.
    System,
}

impl Actor {
    /// The word that storage keeps.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Client => "client",
            Self::Operator => "operator",
            Self::System => "system",
        }
    }

    /// The actor of a stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::User, Self::Client, Self::Operator, Self::System]
            .into_iter()
            .find(|actor| actor.as_str() == word)
    }
}

/// An event. It holds no secret and no personal number: people are their ids.
#[derive(Clone, Debug)]
pub struct Event {
    /// Our identifier.
    pub id: EventId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: EventKind,
    /// Who did it.
    pub actor: Actor,
    /// Whom it concerns.
    pub user_id: Option<UserId>,
    /// The client it happened for.
    pub client_id: Option<ClientId>,
    /// The device it happened on.
    pub device_id: Option<DeviceId>,
    /// The session it happened in.
    pub session_id: Option<SessionId>,
    /// The network address it came from.
    pub address: Option<String>,
    /// The methods used, as `amr` values joined by spaces.
    pub methods: String,
    /// Why: a stable code, behind which a colon and a fixed sentence may stand (`E_CHAIN: the issuer is not configured`), or
    /// an operator's words; empty when there is nothing to say.
    pub reason: String,
    /// The reference shown to the person.
    pub reference: Option<String>,
    /// SHA-256 of the record of evidence that belongs to the event (security rule CE-15): the chain covers the record
    /// by it.
    pub evidence: Option<[u8; 32]>,
    /// In whose name the person acted, when it was not their own (security rule DG-7).
    pub principal: Option<Principal>,
}

impl Event {
    /// An event about nobody in particular; the caller fills in what is known.
    pub fn new(id: EventId, at: Timestamp, kind: EventKind, actor: Actor) -> Self {
        Self {
            id,
            at,
            kind,
            actor,
            user_id: None,
            client_id: None,
            device_id: None,
            session_id: None,
            address: None,
            methods: String::new(),
            reason: String::new(),
            reference: None,
            evidence: None,
            principal: None,
        }
    }

    /// The same event with whom, session, device and methods of the session that it happened in.
    #[must_use]
    pub fn in_session(self, session: &BrowserSession) -> Self {
        Self {
            user_id: Some(session.user_id),
            device_id: session.device_id,
            session_id: Some(session.id),
            methods: amr(&session.methods),
            ..self
        }
    }

    /// SHA-256 over all members, each preceded by its length, so that no change of one goes unseen.
    pub fn digest(&self) -> [u8; 32] {
        let mut context = digest::Context::new(&digest::SHA256);
        let mut member = |bytes: &[u8]| {
            context.update(&(bytes.len() as u64).to_be_bytes());
            context.update(bytes);
        };
        member(self.id.as_uuid().as_bytes());
        member(&self.at.as_micros().to_be_bytes());
        member(self.kind.as_str().as_bytes());
        member(self.actor.as_str().as_bytes());
        member(optional(self.user_id.map(|id| id.to_string())).as_bytes());
        member(optional(self.client_id.as_ref().map(ToString::to_string)).as_bytes());
        member(optional(self.device_id.map(|id| id.to_string())).as_bytes());
        member(optional(self.session_id.map(|id| id.to_string())).as_bytes());
        member(optional(self.address.clone()).as_bytes());
        member(self.methods.as_bytes());
        member(self.reason.as_bytes());
        member(optional(self.reference.clone()).as_bytes());
        // Members that came later are written with their names and only when there is one: older events keep their digests.
        if let Some(evidence) = &self.evidence {
            member(b"evidence");
            member(evidence);
        }
        if let Some(principal) = self.principal {
            member(b"principal");
            member(principal.to_string().as_bytes());
        }
        let mut bytes = [0_u8; 32];
        bytes.copy_from_slice(context.finish().as_ref());
        bytes
    }
}

/// Nothing and the empty text must not digest alike.
fn optional(value: Option<String>) -> String {
    value.map_or_else(|| "-".to_owned(), |text| format!("+{text}"))
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    #[test]
    #[expect(clippy::too_many_lines, reason = "one variant for each member")]
    fn every_member_counts_in_the_digest() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let at = Timestamp::from_unix_seconds(1_000);
        let event = Event::new(EventId::mint(at, &mut rng), at, EventKind::SignedIn, Actor::User);
        let user_id = Some(UserId::mint(at, &mut rng));
        let variants = [
            event.clone(),
            Event {
                id: EventId::mint(at, &mut rng),
                ..event.clone()
            },
            Event {
                at: Timestamp::from_micros(at.as_micros() + 1),
                ..event.clone()
            },
            Event {
                kind: EventKind::SignedOut,
                ..event.clone()
            },
            Event {
                actor: Actor::System,
                ..event.clone()
            },
            Event {
                user_id,
                ..event.clone()
            },
            Event {
                client_id: ClientId::parse("diary").ok(),
                ..event.clone()
            },
            Event {
                device_id: Some(DeviceId::mint(at, &mut rng)),
                ..event.clone()
            },
            Event {
                session_id: Some(SessionId::mint(at, &mut rng)),
                ..event.clone()
            },
            Event {
                address: Some(String::new()),
                ..event.clone()
            },
            Event {
                methods: "swk".to_owned(),
                ..event.clone()
            },
            Event {
                reason: "swk".to_owned(),
                ..event.clone()
            },
            Event {
                reference: Some("7QK2-9D4M".to_owned()),
                ..event.clone()
            },
            Event {
                evidence: Some([0; 32]),
                ..event.clone()
            },
            Event {
                evidence: Some([1; 32]),
                ..event.clone()
            },
            Event {
                principal: user_id.map(Principal::Person),
                ..event
            },
        ];
        let digests: std::collections::HashSet<_> = variants.iter().map(Event::digest).collect();
        assert_eq!(digests.len(), variants.len());
    }

    #[test]
    fn kinds_keep_their_words() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::from_word(kind.as_str()), Some(*kind));
        }
    }
}
