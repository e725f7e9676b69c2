//! The people of the demo. All of them are invented: the numbers have right check digits and no owner, the phones are in an
//! area code that does not exist.

use authority::locale::Locale;
use authority::time::{Timestamp, days};
use authority::users::FactName;

use crate::pki::{Attribute, CertificateProfile, ExtendedUsage, Suite};

/// A person of the demo.
#[derive(Clone, Copy, Debug)]
pub struct DemoPerson {
    /// What the person types at the sandbox sign-in, and what the desk calls the key.
    pub login: &'static str,
    /// Who this is, for the desk: in Kazakh, Russian and English.
    pub story: [&'static str; 3],
    /// Family name.
    pub family_name: &'static str,
    /// Given name.
    pub given_name: &'static str,
    /// Patronymic, if the person has one.
    pub patronymic: Option<&'static str>,
    /// The person's number, twelve digits.
    pub iin: &'static str,
    /// The phone that the roster knows, E.164; `None` for who has none.
    pub phone: Option<&'static str>,
    /// The person's language.
    pub locale: Locale,
    /// The organisation whose rules hold for the account, twelve digits.
    pub organisation: Option<&'static str>,
    /// The person's key.
    pub key: DemoKey,
    /// Which suite the key is of.
    pub suite: Suite,
    /// Further standard claims (OIDC Core §5.1) beside the names.
    pub facts: &'static [(FactName, &'static str)],
}

/// What kind of key a person of the demo has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemoKey {
    /// A natural person's, valid for a year.
    Individual,
    /// The head of an organisation's.
    Head {
        /// The organisation's number, twelve digits.
        bin: &'static str,
        /// The organisation's name.
        organisation: &'static str,
    },
    /// A natural person's that ended a month before the centre was made.
    Expired,
    /// A natural person's that was revoked the day before the centre was made.
    Revoked,
}

impl DemoPerson {
    /// The person with this login.
    pub fn find(login: &str) -> Option<&'static Self> {
        PEOPLE.iter().find(|person| person.login == login)
    }

    /// The name as people read it: given name, patronymic, family name.
    pub fn full_name(&self) -> String {
        let parts = [Some(self.given_name), self.patronymic, Some(self.family_name)];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// Everything known about the person, as standard claims.
    pub fn all_facts(&self) -> Vec<(FactName, String)> {
        let mut facts = vec![
            (FactName::Name, self.full_name()),
            (FactName::GivenName, self.given_name.to_owned()),
            (FactName::FamilyName, self.family_name.to_owned()),
            (FactName::Locale, self.locale.tag().to_owned()),
        ];
        facts.extend(self.patronymic.map(|name| (FactName::MiddleName, name.to_owned())));
        facts.extend(self.facts.iter().map(|(name, value)| (*name, (*value).to_owned())));
        facts
    }

    /// The certificate that the national centre would give the person at `now`.
    pub fn certificate_profile(&self, now: Timestamp) -> CertificateProfile {
        let now = now.whole_seconds();
        let (from, until) = match self.key {
            DemoKey::Individual | DemoKey::Head { .. } => (now.minus(days(1)), now.plus(days(365))),
            DemoKey::Expired => (now.minus(days(395)), now.minus(days(30))),
            DemoKey::Revoked => (now.minus(days(100)), now.plus(days(265))),
        };
        let family_name = self.family_name.to_uppercase();
        let common_name = format!("{family_name} {}", self.given_name.to_uppercase());
        let mut subject = vec![
            Attribute::CommonName(common_name),
            Attribute::Surname(family_name),
            Attribute::SerialNumber(format!("IIN{}", self.iin)),
            Attribute::Country,
        ];
        let mut extended_usage = vec![ExtendedUsage::EmailProtection, ExtendedUsage::Individual];
        if let DemoKey::Head { bin, organisation } = self.key {
            subject.push(Attribute::Organization(organisation.to_owned()));
            subject.push(Attribute::OrganizationalUnit(format!("BIN{bin}")));
            extended_usage = vec![
                ExtendedUsage::EmailProtection,
                ExtendedUsage::Organisation,
                ExtendedUsage::Head,
            ];
        }
        subject.extend(self.patronymic.map(|name| Attribute::GivenName(name.to_uppercase())));
        CertificateProfile {
            extended_usage,
            ..CertificateProfile::individual(subject, from, until)
        }
        .for_suite(self.suite)
    }
}

/// The number of the school that has a head and a teacher here.
const SCHOOL: &str = "990640000015";

/// The people of the demo, in the order the desk shows them.
pub const PEOPLE: &[DemoPerson] = &[
    DemoPerson {
        login: "aigerim",
        story: ["Екі баланың анасы", "Мама двоих детей", "Mother of two"],
        family_name: "Серікова",
        given_name: "Айгерім",
        patronymic: Some("Болатқызы"),
        iin: "870514400010",
        phone: Some("+77990000011"),
        locale: Locale::Kk,
        organisation: None,
        key: DemoKey::Individual,
        suite: Suite::Rsa,
        facts: &[],
    },
    DemoPerson {
        login: "nurlan",
        story: ["Мектеп мұғалімі", "Учитель", "Teacher"],
        family_name: "Ахметов",
        given_name: "Нұрлан",
        patronymic: Some("Бекенұлы"),
        iin: "790223300015",
        phone: Some("+77990000012"),
        locale: Locale::Kk,
        organisation: Some(SCHOOL),
        key: DemoKey::Individual,
        suite: Suite::Rsa,
        facts: &[],
    },
    DemoPerson {
        login: "gulnara",
        story: [
            "Мектеп директоры, ұйым кілтімен",
            "Директор школы, с ключом организации",
            "Head of a school, with the organisation's key",
        ],
        family_name: "Омарова",
        given_name: "Гүлнара",
        patronymic: Some("Маратқызы"),
        iin: "710908400010",
        phone: Some("+77990000013"),
        locale: Locale::Ru,
        organisation: Some(SCHOOL),
        key: DemoKey::Head {
            bin: SCHOOL,
            organisation: "КММ «№ 12 мектеп-гимназиясы»",
        },
        suite: Suite::Rsa,
        facts: &[],
    },
    DemoPerson {
        login: "daniyar",
        story: ["Мектеп бітіруші", "Выпускник школы", "Graduate of a school"],
        family_name: "Ким",
        given_name: "Данияр",
        patronymic: Some("Сергеевич"),
        iin: "080117500013",
        phone: Some("+77990000014"),
        locale: Locale::Ru,
        organisation: None,
        key: DemoKey::Individual,
        suite: Suite::Rsa,
        facts: &[],
    },
    DemoPerson {
        login: "irina",
        story: [
            "Кілтінің мерзімі біткен",
            "С просроченным ключом",
            "With an expired key",
        ],
        family_name: "Соколова",
        given_name: "Ирина",
        patronymic: Some("Викторовна"),
        iin: "830330400013",
        phone: Some("+77990000015"),
        locale: Locale::Ru,
        organisation: None,
        key: DemoKey::Expired,
        suite: Suite::Rsa,
        facts: &[],
    },
    DemoPerson {
        login: "yerlan",
        story: ["Кілті қайтарып алынған", "С отозванным ключом", "With a revoked key"],
        family_name: "Қасымов",
        given_name: "Ерлан",
        patronymic: Some("Тұрарұлы"),
        iin: "900611300018",
        phone: Some("+77990000016"),
        locale: Locale::Kk,
        organisation: None,
        key: DemoKey::Revoked,
        suite: Suite::Rsa,
        facts: &[],
    },
    DemoPerson {
        login: "saule",
        story: ["Телефоны тіркелмеген", "Без привязанного телефона", "Without a phone"],
        family_name: "Жұмабаева",
        given_name: "Сәуле",
        patronymic: Some("Қайратқызы"),
        iin: "650719400021",
        phone: None,
        locale: Locale::Kk,
        organisation: None,
        key: DemoKey::Individual,
        suite: Suite::Rsa,
        facts: &[],
    },
    DemoPerson {
        login: "alice",
        story: [
            "Барлық деректері бар сынақ адамы",
            "Тестовый человек со всеми данными",
            "Test person who has every standard claim",
        ],
        family_name: "Example",
        given_name: "Alice",
        patronymic: Some("Marie"),
        iin: "950425400014",
        phone: Some("+77990000018"),
        locale: Locale::En,
        organisation: None,
        key: DemoKey::Individual,
        suite: Suite::Rsa,
        facts: ALICE,
    },
    DemoPerson {
        login: "dana",
        story: [
            "Студент, қазіргі ГОСТ кілтімен",
            "Студентка, с нынешним ключом ГОСТ",
            "Student, with a present-day GOST key",
        ],
        family_name: "Бекова",
        given_name: "Дана",
        patronymic: Some("Асқарқызы"),
        iin: "000921600402",
        phone: Some("+77990000017"),
        locale: Locale::Kk,
        organisation: None,
        key: DemoKey::Individual,
        suite: Suite::Gost512,
        facts: &[],
    },
];

/// What the sandbox's test person has beside names and language.
const ALICE: &[(FactName, &str)] = &[
    (FactName::Nickname, "Ali"),
    (FactName::PreferredUsername, "alice"),
    (FactName::Profile, "https://people.example/alice"),
    (FactName::Picture, "https://people.example/alice.png"),
    (FactName::Website, "https://alice.example/"),
    (FactName::Gender, "female"),
    (FactName::Birthdate, "1995-04-25"),
    (FactName::Zoneinfo, "Asia/Almaty"),
    (FactName::UpdatedAt, "1767225600"),
    (FactName::Email, "alice@people.example"),
    (FactName::EmailVerified, "true"),
    (
        FactName::Address,
        r#"{"formatted":"1 Example Street\nTemirtau 101400\nKazakhstan","street_address":"1 Example Street","locality":"Temirtau","region":"Karaganda","postal_code":"101400","country":"Kazakhstan"}"#,
    ),
    (FactName::PhoneNumber, "+77990000018"),
    (FactName::PhoneNumberVerified, "true"),
];

#[cfg(test)]
mod tests {
    use authority::identifiers::{Bin, Checksum, Iin, PhoneNumber};

    use super::*;

    #[test]
    fn every_number_would_be_accepted() {
        for person in PEOPLE {
            assert!(
                Iin::parse(person.iin, Checksum::Required).is_ok(),
                "{} {}",
                person.login,
                person.iin
            );
            assert!(
                person.phone.is_none_or(|phone| PhoneNumber::parse(phone).is_ok()),
                "{}",
                person.login
            );
            if let DemoKey::Head { bin, .. } = person.key {
                assert!(Bin::parse(bin, Checksum::Required).is_ok(), "{bin}");
            }
        }
    }

    #[test]
    fn logins_numbers_and_phones_are_different() {
        let count = |mut values: Vec<&str>| {
            values.sort_unstable();
            values.dedup();
            values.len()
        };
        assert_eq!(count(PEOPLE.iter().map(|person| person.login).collect()), PEOPLE.len());
        assert_eq!(count(PEOPLE.iter().map(|person| person.iin).collect()), PEOPLE.len());
        assert_eq!(
            count(PEOPLE.iter().filter_map(|person| person.phone).collect()),
            PEOPLE.len() - 1
        );
    }

    #[test]
    fn alice_has_every_standard_claim() {
        let facts = DemoPerson::find("alice").unwrap().all_facts();
        let others = [FactName::Iin, FactName::Bin, FactName::OrganisationName];
        for name in FactName::ALL.iter().filter(|name| !others.contains(name)) {
            assert_eq!(
                facts.iter().filter(|(found, _)| found == name).count(),
                1,
                "{}",
                name.as_str()
            );
        }
    }
}
