//! Which extended key usages name which role (CE-6). The national centre's table is the standard one; another centre's comes
//! from the configuration.

use std::fmt;
use std::str::FromStr;

use authority::certificates::CertificateRole;
use const_oid::ObjectIdentifier;

use super::extensions::Extensions;
use super::refusal::PurposeFault;

/// What an extended key usage says about the holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsageMeaning {
    /// A person in this role; [`CertificateRole::Organisation`] says that it is one in an organisation.
    Person(CertificateRole),
    /// A program: nobody signs in with it.
    System,
}

/// One line of the table, written `OID=word`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsageRole {
    usage: ObjectIdentifier,
    meaning: UsageMeaning,
}

/// The table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roles(Vec<UsageRole>);

/// What is wrong with a line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UsageRoleError {
    /// Not of the form `OID=word`.
    #[error("must be written like 1.2.398.3.3.4.1.1=individual")]
    Form,
    /// Not an object identifier.
    #[error("does not begin with an object identifier")]
    Usage,
    /// Not a role.
    #[error(
        "must end with individual, head, signatory, financial_signatory, human_resources, employee, organisation or system"
    )]
    Meaning,
}

/// The word for programs, beside those of [`CertificateRole::as_str`].
const SYSTEM: &str = "system";

const fn of(usage: &str, meaning: UsageMeaning) -> UsageRole {
    UsageRole {
        usage: ObjectIdentifier::new_unwrap(usage),
        meaning,
    }
}

use UsageMeaning::{Person, System};

/// The arc 1.2.398.3.3.4.1 of the National Certification Authority of Kazakhstan.
const NCA_RK: &[UsageRole] = &[
    of("1.2.398.3.3.4.1.1", Person(CertificateRole::Individual)),
    of("1.2.398.3.3.4.1.1.1", System),
    of("1.2.398.3.3.4.1.2", Person(CertificateRole::Organisation)),
    of("1.2.398.3.3.4.1.2.1", Person(CertificateRole::Head)),
    of("1.2.398.3.3.4.1.2.2", Person(CertificateRole::Signatory)),
    of("1.2.398.3.3.4.1.2.3", Person(CertificateRole::FinancialSignatory)),
    of("1.2.398.3.3.4.1.2.4", Person(CertificateRole::HumanResources)),
    of("1.2.398.3.3.4.1.2.5", Person(CertificateRole::Employee)),
    of("1.2.398.3.3.4.1.2.6", System),
];

impl Roles {
    /// This table in place of the standard one.
    pub const fn new(rows: Vec<UsageRole>) -> Self {
        Self(rows)
    }

    /// The lines of the table.
    pub fn rows(&self) -> &[UsageRole] {
        &self.0
    }

    /// The role that the extended key usages name.
    pub(crate) fn of(&self, extensions: &Extensions) -> Result<CertificateRole, PurposeFault> {
        let meanings: Vec<UsageMeaning> = self
            .0
            .iter()
            .filter(|row| extensions.has_usage(row.usage.as_bytes()))
            .map(|row| row.meaning)
            .collect();
        if meanings.contains(&System) {
            return Err(PurposeFault::InformationSystem);
        }
        // From the strongest role in an organisation to the weakest.
        let mut found = CertificateRole::ALL
            .into_iter()
            .filter(|role| meanings.contains(&Person(*role)));
        match (found.next(), found.next()) {
            (Some(CertificateRole::Individual), Some(_)) => Err(PurposeFault::SeveralKinds),
            (Some(CertificateRole::Individual), None) => Ok(CertificateRole::Individual),
            (Some(role), _) if self.is_in_organisation(&meanings) => Ok(role),
            (None | Some(_), _) => Err(PurposeFault::NoRole),
        }
    }

    /// A role inside an organisation needs the usage that says "organisation" beside it, where the table has one.
    fn is_in_organisation(&self, meanings: &[UsageMeaning]) -> bool {
        let organisation = Person(CertificateRole::Organisation);
        meanings.contains(&organisation) || self.0.iter().all(|row| row.meaning != organisation)
    }
}

impl Default for Roles {
    fn default() -> Self {
        Self(NCA_RK.to_vec())
    }
}

impl FromStr for UsageRole {
    type Err = UsageRoleError;

    fn from_str(text: &str) -> Result<Self, UsageRoleError> {
        let (usage, word) = text.split_once('=').ok_or(UsageRoleError::Form)?;
        let usage = ObjectIdentifier::new(usage.trim()).map_err(|_| UsageRoleError::Usage)?;
        let meaning = match word.trim() {
            SYSTEM => System,
            role => Person(CertificateRole::from_word(role).ok_or(UsageRoleError::Meaning)?),
        };
        Ok(Self { usage, meaning })
    }
}

impl fmt::Display for UsageRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.meaning {
            System => SYSTEM,
            Person(role) => role.as_str(),
        };
        write!(f, "{}={word}", self.usage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(usages: &[&str]) -> Extensions {
        Extensions {
            extended_key_usage: usages
                .iter()
                .map(|usage| ObjectIdentifier::new_unwrap(usage).as_bytes().to_vec())
                .collect(),
            ..Extensions::default()
        }
    }

    #[test]
    fn a_role_counts_beside_the_organisation_and_never_beside_a_person() {
        let roles = Roles::default();
        for (usages, expected) in [
            (&["1.2.398.3.3.4.1.1"][..], Ok(CertificateRole::Individual)),
            (&["1.2.398.3.3.4.1.2"], Ok(CertificateRole::Organisation)),
            (
                &["1.2.398.3.3.4.1.2.5", "1.2.398.3.3.4.1.2"],
                Ok(CertificateRole::Employee),
            ),
            (
                &["1.2.398.3.3.4.1.2", "1.2.398.3.3.4.1.2.4", "1.2.398.3.3.4.1.2.1"],
                Ok(CertificateRole::Head),
            ),
            (&["1.2.398.3.3.4.1.2.1"], Err(PurposeFault::NoRole)),
            (&["1.3.6.1.5.5.7.3.4"], Err(PurposeFault::NoRole)),
            (&[], Err(PurposeFault::NoRole)),
            (
                &["1.2.398.3.3.4.1.1", "1.2.398.3.3.4.1.2"],
                Err(PurposeFault::SeveralKinds),
            ),
            (
                &["1.2.398.3.3.4.1.1", "1.2.398.3.3.4.1.2.1"],
                Err(PurposeFault::SeveralKinds),
            ),
            (
                &["1.2.398.3.3.4.1.2", "1.2.398.3.3.4.1.2.6"],
                Err(PurposeFault::InformationSystem),
            ),
            (
                &["1.2.398.3.3.4.1.1", "1.2.398.3.3.4.1.1.1"],
                Err(PurposeFault::InformationSystem),
            ),
        ] {
            assert_eq!(roles.of(&with(usages)), expected, "{usages:?}");
        }
    }

    #[test]
    fn another_centres_table_takes_the_place_of_the_standard_one() {
        let lines = ["1.2.398.3.17.3.1=individual", "1.2.398.3.17.3.2=head"];
        let roles = Roles::new(lines.iter().map(|line| line.parse().unwrap()).collect());
        assert_eq!(roles.of(&with(&["1.2.398.3.17.3.1"])), Ok(CertificateRole::Individual));
        assert_eq!(
            roles.of(&with(&["1.2.398.3.17.3.2"])),
            Ok(CertificateRole::Head),
            "a table without a usage for organisations asks for none"
        );
        assert_eq!(roles.of(&with(&["1.2.398.3.3.4.1.1"])), Err(PurposeFault::NoRole));
    }

    #[test]
    fn lines_are_written_as_they_are_read_and_others_are_refused() {
        for row in Roles::default().rows() {
            assert_eq!(row.to_string().parse(), Ok(*row));
        }
        for (line, error) in [
            ("1.2.3", UsageRoleError::Form),
            ("", UsageRoleError::Form),
            ("head=1.2.3", UsageRoleError::Usage),
            ("1.=head", UsageRoleError::Usage),
            ("1.2.3=boss", UsageRoleError::Meaning),
            ("1.2.3=", UsageRoleError::Meaning),
        ] {
            assert_eq!(line.parse::<UsageRole>(), Err(error), "{line}");
        }
    }
}
