use authority::certificates::{CertificateRole, KeyStorage};
use authority::identifiers::Checksum;
use federation::eds::{EdsRefusal, EdsSettings, EdsVerifier, IdentityFault, PersonClass, PurposeFault};

use super::*;
use crate::pki::ExtendedUsage::{
    ClientAuth, EmailProtection, Employee, Head, Individual, IndividualSystem, Organisation, OrganisationSystem,
    Signatory,
};
use crate::pki::{ExtendedUsage, KeyUsage};

#[test]
fn a_certificate_for_something_else_is_refused() {
    let usage = |usages: &[ExtendedUsage]| {
        let usages = usages.to_vec();
        certified(|profile| profile.extended_usage = usages)
    };
    for (usages, fault) in [
        (&[EmailProtection][..], PurposeFault::NoRole),
        (&[], PurposeFault::NoUsage),
        (&[Individual], PurposeFault::NoUsage),
        (&[EmailProtection, Individual, Organisation], PurposeFault::SeveralKinds),
        (
            &[EmailProtection, Individual, IndividualSystem],
            PurposeFault::InformationSystem,
        ),
        (
            &[EmailProtection, Organisation, OrganisationSystem],
            PurposeFault::InformationSystem,
        ),
    ] {
        let refusal = usage(usages).unwrap();
        assert_eq!(refusal, EdsRefusal::Purpose(fault));
        assert_eq!(refusal.class(), PersonClass::WrongKind);
    }
    assert_eq!(
        usage(&[ClientAuth, Individual]),
        None,
        "the authentication key of an older pair"
    );
    let refusal = certified(|profile| profile.key_usage = vec![KeyUsage::NonRepudiation, KeyUsage::KeyEncipherment]);
    assert_eq!(refusal, Some(EdsRefusal::Purpose(PurposeFault::NoDigitalSignature)));
    let refusal = certified(|profile| profile.authority = Some(None));
    assert_eq!(refusal, Some(EdsRefusal::Purpose(PurposeFault::Authority)));
}

#[test]
fn an_information_system_is_no_person() {
    let refusal = certified(|profile| {
        profile.subject = vec![
            Attribute::UserId("1.2.398.6.10.1.1".into()),
            Attribute::CommonName("ИС \"Тест\"".into()),
            Attribute::OrganizationalUnit("BIN180140000028".into()),
        ];
        profile.extended_usage = vec![ExtendedUsage::Organisation, ExtendedUsage::OrganisationSystem];
    });
    assert_eq!(refusal, Some(EdsRefusal::Purpose(PurposeFault::InformationSystem)));
}

#[test]
fn a_subject_that_does_not_name_one_person_is_refused() {
    let number = |text: &str| Attribute::SerialNumber(text.to_owned());
    let others: Vec<Attribute> = subject()
        .into_iter()
        .filter(|one| !matches!(one, Attribute::SerialNumber(_)))
        .collect();
    let with = |more: Vec<Attribute>| {
        let subject = [others.clone(), more].concat();
        certified(|profile| profile.subject = subject).unwrap()
    };
    for (more, fault) in [
        (
            vec![number("IIN900315300123"), number("IIN850712400013")],
            IdentityFault::Iin,
        ),
        (
            vec![number("IIN900315300123"), number("IIN900315300123")],
            IdentityFault::Iin,
        ),
        (vec![], IdentityFault::Iin),
        (vec![number("900315300123")], IdentityFault::Iin),
        (vec![number("BIN180140000028")], IdentityFault::Iin),
        (vec![number("IIN9003153001234")], IdentityFault::Iin),
        (vec![number("IIN90031530012")], IdentityFault::Iin),
        (vec![number("IIN90031530012a")], IdentityFault::Iin),
        (vec![number("IIN 900315300123")], IdentityFault::Iin),
        (vec![number("IIN123456789011")], IdentityFault::Checksum),
        (
            vec![number("IIN900315300123"), Attribute::CommonName("ДРУГОЙ".into())],
            IdentityFault::Names,
        ),
        (
            vec![number("IIN900315300123"), Attribute::Surname("ДРУГОЙ".into())],
            IdentityFault::Names,
        ),
    ] {
        assert_eq!(with(more.clone()), EdsRefusal::Identity(fault), "{more:?}");
    }
}

#[test]
fn the_test_centres_numbers_pass_when_check_digits_are_not_judged() {
    let mut profile = profile();
    profile.subject = vec![
        Attribute::CommonName("ТЕСТОВ ТЕСТ".into()),
        Attribute::SerialNumber("IIN123456789011".into()),
    ];
    let cms = CmsRecipe::honest(&WORLD.key, &certificate(&profile), CHALLENGE, NOW)
        .sign()
        .unwrap();
    let crl = WORLD.centre.nca().crl(&fresh_list(vec![])).unwrap();
    let settings = EdsSettings {
        checksum: Checksum::Ignored,
        ..WORLD.centre.eds_settings(crl)
    };
    let verified = EdsVerifier::new(&settings)
        .unwrap()
        .verify(&STANDARD.encode(cms), CHALLENGE, NOW)
        .unwrap();
    assert_eq!(verified.identity().iin.expose(), "123456789011");
    assert_eq!(
        verified.identity().names.given.as_deref(),
        Some("ТЕСТОВ ТЕСТ"),
        "without a family name"
    );
}

#[test]
fn an_organisations_certificate_names_person_and_organisation() {
    let organisation = |unit: &[&str], roles: &[ExtendedUsage]| {
        let mut profile = profile();
        profile.subject.push(Attribute::Organization("ТОО \"ТЕСТ\"".into()));
        profile.subject.extend(
            unit.iter()
                .map(|unit| Attribute::OrganizationalUnit((*unit).to_owned())),
        );
        profile.extended_usage = [&[EmailProtection, Organisation], roles].concat();
        judge(
            &CmsRecipe::honest(&WORLD.key, &certificate(&profile), CHALLENGE, NOW)
                .sign()
                .unwrap(),
        )
    };
    for (roles, role) in [
        (&[Head][..], CertificateRole::Head),
        (&[Employee, Head], CertificateRole::Head),
        (&[Signatory], CertificateRole::Signatory),
        (&[Employee], CertificateRole::Employee),
        (&[], CertificateRole::Organisation),
    ] {
        let verified = organisation(&["BIN180140000028"], roles).unwrap();
        let identity = verified.identity();
        assert_eq!((identity.role, identity.key_storage), (role, KeyStorage::File));
        let named = identity.organisation.as_ref().unwrap();
        assert_eq!(
            (named.bin.expose(), named.name.as_deref()),
            ("180140000028", Some("ТОО \"ТЕСТ\""))
        );
    }
    for units in [
        &[][..],
        &["BIN180140000028", "BIN180140000008"],
        &["180140000028"],
        &["IIN900315300123"],
    ] {
        assert_eq!(
            organisation(units, &[Head]).err(),
            Some(EdsRefusal::Identity(IdentityFault::Bin)),
            "{units:?}"
        );
    }
    let wrong_digit = organisation(&["BIN180140000029"], &[Head]);
    assert_eq!(wrong_digit.err(), Some(EdsRefusal::Identity(IdentityFault::Checksum)));
}
