//! The screens, one file per noun. Numbers (S1, R1, X7) are those of the product's screen list.

mod cabinet;
mod choose;
#[cfg(feature = "sandbox")]
mod components;
mod consent;
mod device;
mod eds;
mod egov;
mod errors;
mod form_post;
mod information;
mod locks;
mod phone;
mod registration;
mod representation;
#[cfg(feature = "sandbox")]
mod sandbox_person;
mod session;
mod sms_code;
mod step_up;
mod suspension;

pub use cabinet::{
    Advice, BoundDevice, CabinetClosed, CabinetConfirm, CabinetDevice, CabinetFrame, CabinetHistory, CabinetHome,
    CabinetKeys, CabinetPhone, CabinetPower, CabinetPowers, CabinetSessions, CabinetSuspend, ClosedReason, Confirmed,
    DeviceHistoryRow, ExclusiveTime, FilterProblem, Flash, GivePower, HistoryFilter, KeyRow, KeyState, KeysLine,
    LastSignIn, MicrosTime, OrganisationRow, Period, PeriodLink, PhoneLine, PowerForm, PowerProblem, PowerRow,
    PowerSide, PowerStanding, ProveCabinet, ResultChoice, Section, ServiceChoice, SessionRow, ShownPrincipal,
    SignInResult, SignInRow, SignInWay,
};
pub use choose::{ChooseWay, ContinueAs};
#[cfg(feature = "sandbox")]
pub use components::Components;
pub use consent::{Claim, ClaimGroup, ClaimNote, ClaimRow, ClaimValue, Consent, SchoolRole};
pub use device::{
    BoundElsewhere, CannotRemember, DeviceKind, ProofPurpose, ProofRequest, ProveDevice, RegistrationHours,
    RememberDevice, RememberProblem,
};
pub use eds::{EdsPurpose, SignWithEds, SignatureRefusal, TooManySignatures};
pub use egov::{PhoneClosed, PhoneLinks, PhonePurpose, PhoneRefusal, PhoneState, QrPicture, SignOnPhone};
pub use errors::{Crowd, NoScript, NoSuchPage, OtherBrowser, OurFault, OutOfDate, TooManyRequests, WronglyAsked};
pub use form_post::FormPost;
pub use information::{Accessibility, Help, Privacy};
pub use locks::{AdministratorLock, KeyShared, LeftSchool, SuspendedByOwner, UnusedTooLong};
pub use phone::{NoPhone, NumberNotServed};
pub use registration::{
    ConfirmRegistration, DeviceRegistered, EnterPictureCode, NamedDevice, NotNow, OnlyNewestDevice, PictureProblem,
    RegistrationNotNow, Reminder, WindowClosed,
};
pub use representation::{InWhoseName, NameChoice, NameLost, NameWay};
#[cfg(feature = "sandbox")]
pub use sandbox_person::SandboxPerson;
pub use session::{ConfirmSignOut, HiddenField, SignedOut, ToldService};
pub use sms_code::{CodeProblem, EnterSmsCode, TooManyCodes};
pub use step_up::{StepUp, StepUpReason};
pub use suspension::{ConfirmSuspend, StopPage, StopProblem, Stopped};
