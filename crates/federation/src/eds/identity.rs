//! Who the certificate names (CE-10): one IIN, for organisations one BIN, and names for people to read.
//!
//! Nothing but the typed attributes of the verified certificate's own subject is used; names identify nobody.

use authority::certificates::{CertificateRole, KeyStorage};
use authority::identifiers::{Bin, Checksum, Iin};

use super::certificate::{Certificate, NameAttribute};
use super::oid;

/// The person that a certificate names, and in which role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NationalIdentity {
    /// The person's number.
    pub iin: Iin,
    /// The organisation that the person acts for; `None` for a natural person's own certificate.
    pub organisation: Option<CertifiedOrganisation>,
    /// The role of the certificate.
    pub role: CertificateRole,
    /// The person's names.
    pub names: CertifiedNames,
    /// Where the key is kept, as far as the certificate says.
    pub key_storage: KeyStorage,
}

/// An organisation in a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertifiedOrganisation {
    /// Its number.
    pub bin: Bin,
    /// Its name, as the certificate writes it.
    pub name: Option<String>,
}

/// A person's names, as the certificate writes them: usually in capitals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertifiedNames {
    /// Family and given name together (commonName).
    pub common: String,
    /// Family name (surname); some people have none.
    pub family: Option<String>,
    /// Given name: the common name without the family name.
    pub given: Option<String>,
    /// Patronymic, which NCA writes into givenName.
    pub patronymic: Option<String>,
}

impl CertifiedNames {
    /// The same names with a capital at the beginning of each word only, as people write them.
    #[must_use]
    pub fn in_title_case(&self) -> Self {
        let each = |name: &Option<String>| name.as_deref().map(title_case);
        Self {
            common: title_case(&self.common),
            family: each(&self.family),
            given: each(&self.given),
            patronymic: each(&self.patronymic),
        }
    }
}

/// How the subject does not name one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityFault {
    /// Not exactly one serialNumber of the form `IIN` and twelve digits.
    #[error("there is not exactly one IIN")]
    Iin,
    /// The check digit of the IIN or BIN is wrong, and it is judged here.
    #[error("the check digit of the IIN or BIN is wrong")]
    Checksum,
    /// An organisation's certificate without exactly one organisational unit of the form `BIN` and twelve digits.
    #[error("there is not exactly one BIN")]
    Bin,
    /// Not exactly one readable common name, or another name twice.
    #[error("the names are missing or repeated")]
    Names,
}

/// Reads the person from a certificate whose role is known.
pub(crate) fn read(
    certificate: &Certificate,
    role: CertificateRole,
    checksum: Checksum,
) -> Result<NationalIdentity, IdentityFault> {
    let subject = Subject(certificate.subject_attributes());
    let iin = subject.number(oid::SERIAL_NUMBER, "IIN", IdentityFault::Iin)?;
    let iin = Iin::parse(iin, checksum).map_err(|_| IdentityFault::Checksum)?;
    let organisation = match role {
        CertificateRole::Individual => None,
        CertificateRole::Head
        | CertificateRole::Signatory
        | CertificateRole::FinancialSignatory
        | CertificateRole::HumanResources
        | CertificateRole::Employee
        | CertificateRole::Organisation => {
            let bin = subject.number(oid::ORGANIZATIONAL_UNIT, "BIN", IdentityFault::Bin)?;
            let bin = Bin::parse(bin, checksum).map_err(|_| IdentityFault::Checksum)?;
            let name = subject
                .at_most_one(oid::ORGANIZATION, IdentityFault::Names)?
                .map(str::to_owned);
            Some(CertifiedOrganisation { bin, name })
        }
    };
    Ok(NationalIdentity {
        iin,
        organisation,
        role,
        names: subject.names()?,
        key_storage: key_storage(certificate),
    })
}

/// What can be read of a subject, right or not: for operators, never to judge by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Glance {
    pub(crate) iin: Option<String>,
    pub(crate) bin: Option<String>,
    pub(crate) organisation: Option<String>,
    pub(crate) names: Option<CertifiedNames>,
    pub(crate) key_storage: Option<KeyStorage>,
}

/// Reads what can be read.
pub(crate) fn glance(certificate: &Certificate) -> Glance {
    let subject = Subject(certificate.subject_attributes());
    let number = |kind, prefix| subject.number(kind, prefix, IdentityFault::Iin).ok().map(str::to_owned);
    let organisation = subject.at_most_one(oid::ORGANIZATION, IdentityFault::Names);
    Glance {
        iin: number(oid::SERIAL_NUMBER, "IIN"),
        bin: number(oid::ORGANIZATIONAL_UNIT, "BIN"),
        organisation: organisation.ok().flatten().map(str::to_owned),
        names: subject.names().ok(),
        key_storage: Some(key_storage(certificate)),
    }
}

struct Subject<'a>(Vec<NameAttribute<'a>>);

impl<'a> Subject<'a> {
    /// The digits of the only attribute of this kind, which must be the prefix and twelve digits.
    fn number(&self, kind: &[u8], prefix: &str, fault: IdentityFault) -> Result<&'a str, IdentityFault> {
        let text = self.at_most_one(kind, fault)?.ok_or(fault)?;
        let digits = text.strip_prefix(prefix).ok_or(fault)?;
        let is_number = digits.len() == 12 && digits.bytes().all(|b| b.is_ascii_digit());
        if is_number { Ok(digits) } else { Err(fault) }
    }

    /// The text of the only attribute of this kind; a repetition or an unreadable string type is a fault.
    fn at_most_one(&self, kind: &[u8], fault: IdentityFault) -> Result<Option<&'a str>, IdentityFault> {
        let mut found = self.0.iter().filter(|attribute| attribute.kind == kind);
        match (found.next(), found.next()) {
            (None, _) => Ok(None),
            (Some(attribute), None) => attribute.text.map(Some).ok_or(fault),
            (Some(_), Some(_)) => Err(fault),
        }
    }

    fn names(&self) -> Result<CertifiedNames, IdentityFault> {
        let name = |kind| {
            self.at_most_one(kind, IdentityFault::Names)
                .map(|found| found.map(clean).filter(|n| !n.is_empty()))
        };
        let common = name(oid::COMMON_NAME)?.ok_or(IdentityFault::Names)?;
        let family = name(oid::SURNAME)?;
        let patronymic = name(oid::GIVEN_NAME)?;
        let given = match family.as_deref() {
            Some(family) => common.strip_prefix(family).and_then(|rest| rest.strip_prefix(' ')),
            None => Some(common.as_str()),
        };
        let given = given.filter(|given| !given.is_empty()).map(str::to_owned);
        Ok(CertifiedNames {
            common,
            family,
            given,
            patronymic,
        })
    }
}

fn key_storage(certificate: &Certificate) -> KeyStorage {
    if certificate.extensions.key_storage.as_deref() == Some(oid::KEY_STORAGE_FILE) {
        KeyStorage::File
    } else {
        KeyStorage::Unstated
    }
}

/// One space between words, nothing that a screen would not show.
fn clean(text: &str) -> String {
    let visible: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn title_case(name: &str) -> String {
    let mut starts_word = true;
    let mut title = String::with_capacity(name.len());
    for c in name.chars() {
        if starts_word {
            title.extend(c.to_uppercase());
        } else {
            title.extend(c.to_lowercase());
        }
        starts_word = !c.is_alphabetic();
    }
    title
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_become_names_as_people_write_them() {
        for (capitals, title) in [
            ("СЕРІКОВ АРМАН", "Серіков Арман"),
            ("ӘЛИЯ", "Әлия"),
            ("ҰЛЫ-ҚЫЗЫ", "Ұлы-Қызы"),
            ("O'NEIL", "O'Neil"),
            ("", ""),
        ] {
            assert_eq!(title_case(capitals), title);
        }
    }

    #[test]
    fn what_a_screen_does_not_show_is_taken_out_of_names() {
        assert_eq!(clean(" СЕРІКОВ\n\u{0}  АРМАН "), "СЕРІКОВ АРМАН");
    }
}
