//! What the consent page shows: each claim that would be released, with the value it has now (OIDC Core §3.1.2.4, §5.4,
//! §5.5). Numbers are masked on the page and released whole.

use authority::authorization::{AuthorizationRequest, ClaimName, Scope};
use authority::certificates::CertificateRole;
use authority::consents::ConsentNeed;
use authority::identifiers::PhoneNumber;
use authority::representation::Acting;
use authority::users::{FactName, UserFact};
use pages::screens::{Claim, ClaimGroup, ClaimNote, ClaimRow, ClaimValue};
use protocol::representation::{NamedPrincipal, PrincipalKind};

/// What is known about the person.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known<'a> {
    /// Facts, by any source.
    pub(crate) facts: &'a [UserFact],
    /// The live phone number.
    pub(crate) phone: Option<&'a PhoneNumber>,
    /// Role of the certificate that signed in.
    pub(crate) role: Option<CertificateRole>,
    /// In whose name the person goes on, and who that is.
    pub(crate) acting: (Acting, Option<&'a NamedPrincipal>),
    /// Name of the bound device.
    pub(crate) device: Option<&'a str>,
}

/// The rows, in groups, for everything that the request asks.
pub(crate) fn groups(request: &AuthorizationRequest, need: &ConsentNeed, known: &Known<'_>) -> Vec<ClaimGroup> {
    let page = Page { request, need, known };
    let you: Vec<ClaimRow> = YOU
        .iter()
        .filter_map(|(claim, names)| page.row(*claim, names))
        .collect();
    // What belongs to no organisation of the person does not stand below that heading.
    let acted = page.row(page.acted(), ORGANISATION).into_iter();
    let (organisation, in_whose_name): (Vec<ClaimRow>, Vec<ClaimRow>) =
        acted.partition(|row| row.claim == Claim::Organisation);
    let sign_in: Vec<ClaimRow> = in_whose_name
        .into_iter()
        .chain(page.row(Claim::Device, DEVICE))
        .chain(page.offline())
        .collect();
    [
        ClaimGroup::You(you),
        ClaimGroup::Organisation(organisation),
        ClaimGroup::SignIn(sign_in),
    ]
    .into_iter()
    .filter(|group| !rows_of(group).is_empty())
    .collect()
}

const YOU: &[(Claim, &[ClaimName])] = {
    use ClaimName as C;
    &[
        (Claim::Name, &[C::Name, C::GivenName, C::FamilyName, C::MiddleName]),
        (Claim::Iin, &[C::Iin]),
        (Claim::Birthdate, &[C::Birthdate]),
        (Claim::Gender, &[C::Gender]),
        (Claim::PhoneNumber, &[C::PhoneNumber, C::PhoneNumberVerified]),
        (Claim::Email, &[C::Email, C::EmailVerified]),
        (Claim::Address, &[C::Address]),
        (Claim::Nickname, &[C::Nickname, C::PreferredUsername]),
        (Claim::WebPage, &[C::Profile, C::Website, C::Picture]),
        (Claim::Language, &[C::Locale]),
        (Claim::TimeZone, &[C::Zoneinfo]),
    ]
};
const ORGANISATION: &[ClaimName] = Scope::Organisation.claims();
const DEVICE: &[ClaimName] = &[ClaimName::DeviceId, ClaimName::DeviceBound, ClaimName::DeviceBoundAt];

struct Page<'a> {
    request: &'a AuthorizationRequest,
    need: &'a ConsentNeed,
    known: &'a Known<'a>,
}

impl Page<'_> {
    /// The row of a group of claims; none when nothing of it is asked for, or when it is one of the many of `profile`
    /// and has no value.
    fn row(&self, claim: Claim, names: &[ClaimName]) -> Option<ClaimRow> {
        let asked = |name: &ClaimName| {
            self.request.claims.all().any(|one| one == *name)
                || self.request.scopes.iter().any(|scope| scope.claims().contains(name))
        };
        if !names.iter().any(asked) {
            return None;
        }
        let (value, note) = self.value(claim, names);
        let only_profile = !self.request.claims.all().any(|one| names.contains(&one))
            && names.iter().all(|name| Scope::Profile.claims().contains(name));
        if value == ClaimValue::Unknown && only_profile && claim != Claim::Name {
            return None;
        }
        let new = self.need.changed && self.is_new(names);
        Some(ClaimRow {
            claim,
            value,
            note,
            new,
        })
    }

    fn is_new(&self, names: &[ClaimName]) -> bool {
        self.need.new_claims.iter().any(|name| names.contains(name))
            || self
                .need
                .new_scopes
                .iter()
                .any(|scope| scope.claims().iter().any(|name| names.contains(name)))
    }

    fn offline(&self) -> Option<ClaimRow> {
        let new = self.need.changed && self.need.new_scopes.contains(&Scope::OfflineAccess);
        self.request.asks(Scope::OfflineAccess).then_some(ClaimRow {
            claim: Claim::OfflineAccess,
            value: ClaimValue::Granted,
            note: None,
            new,
        })
    }

    fn value(&self, claim: Claim, names: &[ClaimName]) -> (ClaimValue, Option<ClaimNote>) {
        match claim {
            Claim::Iin => masked(self.fact(FactName::Iin).map(masked_iin)),
            Claim::PhoneNumber => masked(self.phone()),
            Claim::Birthdate => (self.fact(FactName::Birthdate).map_or(ClaimValue::Unknown, date), None),
            Claim::Address => (text(self.fact(FactName::Address).map(one_line_address)), None),
            Claim::Organisation | Claim::InWhoseName => self.organisation(),
            Claim::Device => {
                let bound = self.known.device.map(|_| ClaimNote::BoundToAccount);
                (text(self.known.device.map(str::to_owned)), bound)
            }
            Claim::Language => (text(self.first_fact(names).map(language)), None),
            Claim::Name
            | Claim::Gender
            | Claim::Email
            | Claim::WebPage
            | Claim::Nickname
            | Claim::TimeZone
            | Claim::SchoolRole
            | Claim::School
            | Claim::Child
            | Claim::OfflineAccess => (text(self.first_fact(names)), None),
        }
    }

    fn fact(&self, name: FactName) -> Option<&str> {
        self.known
            .facts
            .iter()
            .find(|fact| fact.name == name)
            .map(|fact| fact.value.as_str())
    }

    fn first_fact(&self, names: &[ClaimName]) -> Option<String> {
        let mut facts = names.iter().filter_map(|name| FactName::from_word(name.as_str()));
        facts.find_map(|name| self.fact(name)).map(str::to_owned)
    }

    fn phone(&self) -> Option<String> {
        let live = self.known.phone.map(PhoneNumber::masked);
        live.or_else(|| {
            PhoneNumber::parse(self.fact(FactName::PhoneNumber)?)
                .ok()
                .map(|number| number.masked())
        })
    }

    /// What the row is called: by a power of attorney the service learns whom the person acts for, and of who acts for
    /// themself no organisation. Without a certificate there is only what a file says of one.
    const fn acted(&self) -> Claim {
        match (self.known.acting.0, self.known.role) {
            (Acting::Power { .. }, _) | (Acting::Myself, Some(_)) => Claim::InWhoseName,
            (Acting::Organisation(_), _) | (Acting::Myself, None) => Claim::Organisation,
        }
    }

    /// In whose name the person goes on: an organisation with the role in it, whoever gave a power of attorney, or their own.
    fn organisation(&self) -> (ClaimValue, Option<ClaimNote>) {
        let (acting, principal) = self.known.acting;
        if let Some(principal) = principal {
            let note = match acting {
                Acting::Organisation(_) => self.known.role.map(|role| ClaimNote::CertificateRole(role.as_str())),
                Acting::Power { .. } => Some(ClaimNote::PowerOfAttorney),
                Acting::Myself => None,
            };
            return (text(self.principal(principal)), note);
        }
        if self.known.role.is_some() {
            return (ClaimValue::OwnName, None);
        }
        (
            text(joined(self.fact(FactName::OrganisationName), self.fact(FactName::Bin))),
            None,
        )
    }

    /// A person's number is told only with the scope for numbers, and masked here.
    fn principal(&self, principal: &NamedPrincipal) -> Option<String> {
        let number = match principal.kind {
            PrincipalKind::Organisation => principal.number.clone(),
            PrincipalKind::Person if self.request.asks(Scope::Iin) => principal.number.as_deref().map(masked_iin),
            PrincipalKind::Person => None,
        };
        joined(principal.name.as_deref(), number.as_deref())
    }
}

/// Name and number, as far as they are known.
fn joined(name: Option<&str>, number: Option<&str>) -> Option<String> {
    match (name, number) {
        (Some(name), Some(number)) => Some(format!("{name}, {number}")),
        (Some(one), None) | (None, Some(one)) => Some(one.to_owned()),
        (None, None) => None,
    }
}

fn rows_of(group: &ClaimGroup) -> &[ClaimRow] {
    match group {
        ClaimGroup::You(rows)
        | ClaimGroup::Children(rows)
        | ClaimGroup::Organisation(rows)
        | ClaimGroup::SignIn(rows) => rows,
    }
}

fn text(value: Option<String>) -> ClaimValue {
    value.map_or(ClaimValue::Unknown, ClaimValue::Text)
}

fn masked(value: Option<String>) -> (ClaimValue, Option<ClaimNote>) {
    let note = value.is_some().then_some(ClaimNote::GivenInFull);
    (text(value), note)
}

/// One of ours by the name its speakers give it; another one as it was kept.
fn language(tag: String) -> String {
    authority::locale::Locale::from_tag(&tag).map_or(tag, |locale| locale.own_name().to_owned())
}

/// All but the last four digits hidden; the fact was checked when it was kept.
pub(crate) fn masked_iin(iin: &str) -> String {
    authority::identifiers::Iin::parse(iin, authority::identifiers::Checksum::Ignored)
        .map_or_else(|_| String::from("••••"), |iin| iin.masked())
}

/// `YYYY-MM-DD` (OIDC Core §5.1); a year alone or without year is shown as it is.
fn date(value: &str) -> ClaimValue {
    let mut parts = value.splitn(3, '-');
    let mut number = || parts.next().and_then(|part| part.parse::<u32>().ok());
    match (number(), number(), number()) {
        (Some(year @ 1..=9999), Some(month @ 1..=12), Some(day @ 1..=31)) => ClaimValue::Date {
            year: i32::try_from(year).unwrap_or_default(),
            month,
            day,
        },
        _ => ClaimValue::Text(value.to_owned()),
    }
}

/// The `formatted` member of the address (OIDC Core §5.1.1), else its parts.
fn one_line_address(json: &str) -> String {
    let Ok(serde_json::Value::Object(address)) = serde_json::from_str(json) else {
        return json.to_owned();
    };
    let member = |name: &str| address.get(name).and_then(serde_json::Value::as_str);
    let parts = ["street_address", "locality", "region", "postal_code", "country"];
    let joined = || {
        parts
            .iter()
            .filter_map(|name| member(name))
            .collect::<Vec<_>>()
            .join(", ")
    };
    member("formatted").map_or_else(joined, |text| text.replace('\n', ", "))
}

#[cfg(test)]
mod tests;
