//! What a verified certificate says about the person, as facts (OIDC Core §5.1). Names are what people read; they
//! identify nobody (security rule CE-10).

use authority::users::{FactName, FactSource, UserFact};
use federation::eds::{CertifiedNames, NationalIdentity};

/// The facts, in the order of their names. What the certificate no longer says is not among them.
pub(crate) fn facts(identity: &NationalIdentity) -> Vec<UserFact> {
    let names = identity.names.in_title_case();
    let organisation = identity.organisation.as_ref();
    let stated = [
        (FactName::Name, Some(full_name(&names))),
        (FactName::GivenName, names.given.clone()),
        (FactName::FamilyName, names.family.clone()),
        (FactName::MiddleName, names.patronymic.clone()),
        (FactName::Iin, Some(identity.iin.expose().to_owned())),
        (FactName::Bin, organisation.map(|one| one.bin.expose().to_owned())),
        (
            FactName::OrganisationName,
            organisation.and_then(|one| one.name.clone()),
        ),
    ];
    stated
        .into_iter()
        .filter_map(|(name, value)| {
            Some(UserFact {
                name,
                value: value?,
                source: FactSource::Certificate,
            })
        })
        .collect()
}

/// The facts that [`facts`] can state; those it does not state are forgotten when another certificate is used.
pub(crate) const STATED: [FactName; 7] = [
    FactName::Name,
    FactName::GivenName,
    FactName::FamilyName,
    FactName::MiddleName,
    FactName::Iin,
    FactName::Bin,
    FactName::OrganisationName,
];

/// Family name, given name, patronymic: the order of the certificate and of official papers.
fn full_name(names: &CertifiedNames) -> String {
    match &names.patronymic {
        Some(patronymic) => format!("{} {patronymic}", names.common),
        None => names.common.clone(),
    }
}

/// One or two capital letters for the badge of a person.
pub(crate) fn initials(name: &str) -> String {
    name.split_whitespace()
        .filter_map(|word| word.chars().find(|c| c.is_alphabetic()))
        .take(2)
        .flat_map(char::to_uppercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use authority::certificates::{CertificateRole, KeyStorage};
    use authority::identifiers::{Bin, Checksum, Iin};
    use federation::eds::CertifiedOrganisation;

    use super::*;

    fn identity(organisation: bool) -> NationalIdentity {
        NationalIdentity {
            iin: Iin::parse("900315300209", Checksum::Required).unwrap(),
            organisation: organisation.then(|| CertifiedOrganisation {
                bin: Bin::parse("180140000028", Checksum::Required).unwrap(),
                name: Some("МЕКТЕП № 1".to_owned()),
            }),
            role: CertificateRole::Individual,
            names: CertifiedNames {
                common: "СЕРІКОВ АРМАН".to_owned(),
                family: Some("СЕРІКОВ".to_owned()),
                given: Some("АРМАН".to_owned()),
                patronymic: Some("ӘЛІҰЛЫ".to_owned()),
            },
            key_storage: KeyStorage::File,
        }
    }

    fn value(facts: &[UserFact], name: FactName) -> Option<&str> {
        facts
            .iter()
            .find(|fact| fact.name == name)
            .map(|fact| fact.value.as_str())
    }

    #[test]
    fn names_are_written_as_people_write_them() {
        let facts = facts(&identity(false));
        assert_eq!(value(&facts, FactName::Name), Some("Серіков Арман Әліұлы"));
        assert_eq!(value(&facts, FactName::GivenName), Some("Арман"));
        assert_eq!(value(&facts, FactName::Iin), Some("900315300209"));
        assert!(facts.iter().all(|fact| fact.source == FactSource::Certificate));
    }

    #[test]
    fn an_organisation_is_stated_only_by_its_own_certificate() {
        assert_eq!(value(&facts(&identity(false)), FactName::Bin), None);
        let facts = facts(&identity(true));
        assert_eq!(value(&facts, FactName::Bin), Some("180140000028"));
        assert_eq!(value(&facts, FactName::OrganisationName), Some("МЕКТЕП № 1"));
    }

    #[test]
    fn everything_that_can_be_stated_is_listed() {
        assert!(facts(&identity(true)).iter().all(|fact| STATED.contains(&fact.name)));
        assert_eq!(facts(&identity(true)).len(), STATED.len());
    }

    #[test]
    fn initials_are_the_first_letters_of_two_words() {
        for (name, letters) in [("Серіков Арман Әліұлы", "СА"), ("әлия", "Ә"), ("", ""), ("— 7 x", "X")]
        {
            assert_eq!(initials(name), letters, "{name}");
        }
    }
}
