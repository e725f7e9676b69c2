//! What can happen, and how it ended.

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
    /// A certificate is accepted again that its person had stopped, whose hold its centre lifted, or for which an operator says so.
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
