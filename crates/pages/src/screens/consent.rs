//! S13 "what {service} will receive", on `/flow/{id}/consent`. Posts `decision` = `allow` | `deny`, and `remember` = `yes` when ticked.

use serde::Serialize;

use crate::Screen;

/// The label of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// Full name.
    Name,
    /// Individual identification number.
    Iin,
    /// Date of birth.
    Birthdate,
    /// Gender.
    Gender,
    /// Telephone number.
    PhoneNumber,
    /// E-mail address.
    Email,
    /// Postal address.
    Address,
    /// Preferred language.
    Language,
    /// Web pages and picture: `profile`, `website`, `picture`.
    WebPage,
    /// Nickname or login.
    Nickname,
    /// Time zone.
    TimeZone,
    /// Role at school.
    SchoolRole,
    /// School and class.
    School,
    /// A child in the person's care.
    Child,
    /// Organisation and role in it.
    Organisation,
    /// Whom the person acts for: themself, or who gave a power of attorney.
    InWhoseName,
    /// The bound device.
    Device,
    /// Stays signed in: `offline_access`.
    OfflineAccess,
}

/// A role at school, in words of the page's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SchoolRole {
    /// Guardian.
    Guardian,
    /// Teacher.
    Teacher,
    /// Pupil.
    Pupil,
    /// Head.
    Head,
}

/// What will be handed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
pub enum ClaimValue {
    /// A text as it is: names, masked numbers, addresses.
    Text(String),
    /// A calendar date.
    Date {
        /// Year.
        year: i32,
        /// Month, 1 to 12.
        month: u32,
        /// Day, 1 to 31.
        day: u32,
    },
    /// A role at school.
    Role(SchoolRole),
    /// The person's own name: the service learns that nobody else is acted for.
    OwnName,
    /// The value is not known here; the service gets nothing.
    Unknown,
    /// Yes: for rights rather than data, such as staying signed in.
    Granted,
}

/// A second line under a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
pub enum ClaimNote {
    /// The page masks the number, the service receives it whole.
    GivenInFull,
    /// The device is bound to the account.
    BoundToAccount,
    /// The person acts for somebody by a power of attorney.
    PowerOfAttorney,
    /// The role of the certificate in its organisation, as `authority` words it: `financial_signatory`.
    CertificateRole(&'static str),
    /// A text as it is: school and class of a child.
    Text(String),
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClaimRow {
    /// What it is.
    pub claim: Claim,
    /// Its value.
    pub value: ClaimValue,
    /// A line under it.
    pub note: Option<ClaimNote>,
    /// Was not part of what the person allowed last time.
    pub new: bool,
}

/// One group with its heading, in this order on the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", content = "rows", rename_all = "snake_case")]
pub enum ClaimGroup {
    /// About you.
    You(Vec<ClaimRow>),
    /// Your children.
    Children(Vec<ClaimRow>),
    /// Your organisation.
    Organisation(Vec<ClaimRow>),
    /// How you signed in: in whose name, device, staying signed in.
    SignIn(Vec<ClaimRow>),
}

/// S13.
#[derive(Clone, Debug, Serialize)]
pub struct Consent {
    /// The data, grouped; a service that asks for nothing but the identity has no group.
    pub groups: Vec<ClaimGroup>,
    /// The person allowed something else before: the new rows are marked.
    pub changed: bool,
    /// Whether "do not ask again" is offered.
    pub may_remember: bool,
    /// The service's own word on what it does with the data, if it registered one.
    pub policy_uri: Option<String>,
    /// The service's terms, if it registered any.
    pub tos_uri: Option<String>,
}

impl Screen for Consent {
    fn template(&self) -> &'static str {
        "consent/consent.html"
    }
}
