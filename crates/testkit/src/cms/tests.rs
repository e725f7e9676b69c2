//! Each way to get a signature wrong has its own named refusal (CE-2 to CE-10, CE-15).

use std::sync::LazyLock;

use authority::certificates::{CertificateRole, KeyStorage};
use authority::identifiers::Checksum;
use authority::time::{days, seconds};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use federation::eds::{
    AlgorithmFault, AttributeFault, ChainFault, ContentFault, EdsRefusal, EdsSettings, EdsVerifier, FormatFault,
    IdentityFault, PersonClass, PurposeFault, SignerFault, StatusFault, TrustFile, VerifiedEds,
};

use super::*;
use crate::pki::{
    Attribute, Authority, CertificateProfile, CrlProfile, ExtendedUsage, KeyUsage, Revocation, TestCentre,
};

const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_262_400);
const CHALLENGE: &[u8] = "id.example.kz\nКіру / Вход / Sign-in\nservice=Diary\nnonce=AAAA\n".as_bytes();

/// Making keys is what takes time: one centre and two people serve all tests.
struct World {
    centre: TestCentre,
    key: SigningKey,
    other_key: SigningKey,
}

static WORLD: LazyLock<World> = LazyLock::new(|| World {
    centre: TestCentre::generate(NOW).unwrap(),
    key: SigningKey::generate().unwrap(),
    other_key: SigningKey::generate().unwrap(),
});

fn subject() -> Vec<Attribute> {
    vec![
        Attribute::CommonName("СЕРІКОВ АРМАН".into()),
        Attribute::Surname("СЕРІКОВ".into()),
        Attribute::SerialNumber("IIN900315300123".into()),
        Attribute::Country,
        Attribute::GivenName("БОЛАТҰЛЫ".into()),
    ]
}

fn profile() -> CertificateProfile {
    CertificateProfile::individual(subject(), NOW.minus(days(1)), NOW.plus(days(364)))
}

fn certificate(profile: &CertificateProfile) -> Vec<u8> {
    WORLD.centre.nca().issue(profile, &WORLD.key).unwrap()
}

fn fresh_list(revocations: Vec<Revocation>) -> CrlProfile {
    CrlProfile::new(NOW.minus(days(1)), NOW.plus(days(6)), revocations)
}

fn verifier() -> EdsVerifier {
    let crl = WORLD.centre.nca().crl(&fresh_list(vec![])).unwrap();
    EdsVerifier::new(&WORLD.centre.eds_settings(crl)).unwrap()
}

fn judge(cms: &[u8]) -> Result<VerifiedEds, EdsRefusal> {
    verifier().verify(&STANDARD.encode(cms), CHALLENGE, NOW)
}

/// Judges an honest signature with one change.
fn changed(change: impl FnOnce(&mut CmsRecipe<'_>)) -> Option<EdsRefusal> {
    let mut recipe = CmsRecipe::honest(&WORLD.key, &certificate(&profile()), CHALLENGE, NOW);
    change(&mut recipe);
    judge(&recipe.sign().unwrap()).err()
}

/// Judges an honest signature with a certificate that has one change.
fn certified(change: impl FnOnce(&mut CertificateProfile)) -> Option<EdsRefusal> {
    let mut profile = profile();
    change(&mut profile);
    judge(
        &CmsRecipe::honest(&WORLD.key, &certificate(&profile), CHALLENGE, NOW)
            .sign()
            .unwrap(),
    )
    .err()
}

#[test]
fn an_honest_signature_is_accepted_in_every_form() {
    assert_eq!(changed(|_| {}), None);
    assert_eq!(changed(|recipe| recipe.content = None), None, "detached");
    assert_eq!(
        changed(|recipe| recipe.named = NamedCertificate::None),
        None,
        "no signing certificate attribute"
    );
    assert_eq!(
        changed(|recipe| recipe.encoding = Encoding::Ber),
        None,
        "indefinite lengths"
    );
    assert_eq!(
        changed(|recipe| recipe.signing_time = NOW.minus(days(4_000))),
        None,
        "the signer's clock is not judged"
    );
    assert_eq!(
        changed(|recipe| recipe.broken_time_stamp = true),
        None,
        "unsigned attributes are ignored"
    );
    let own = certificate(&profile());
    assert_eq!(
        changed(|recipe| recipe.named = NamedCertificate::V1(own.clone())),
        None,
        "version 1"
    );
    assert_eq!(
        changed(|recipe| recipe.named = NamedCertificate::V2WithSerial(own.clone(), own)),
        None,
        "with serial"
    );
    let chain = WORLD.centre.nca().certificate().to_vec();
    assert_eq!(
        changed(|recipe| recipe.certificates.insert(0, chain)),
        None,
        "with the chain"
    );
    let cms = CmsRecipe::honest(&WORLD.key, &certificate(&profile()), CHALLENGE, NOW)
        .sign()
        .unwrap();
    assert!(verifier().verify(&armour(&cms), CHALLENGE, NOW).is_ok(), "armoured");
}

#[test]
fn another_nonce_is_refused() {
    let other = b"id.example.kz\nnonce=BBBB\n".to_vec();
    let refusal = changed(|recipe| (recipe.content, recipe.digested) = (Some(other.clone()), other.clone()));
    assert_eq!(refusal, Some(EdsRefusal::Content(ContentFault::OtherContent)));
    let detached = changed(|recipe| (recipe.content, recipe.digested) = (None, other.clone()));
    assert_eq!(detached, Some(EdsRefusal::Attributes(AttributeFault::OtherDigest)));
    let empty = changed(|recipe| (recipe.content, recipe.digested) = (Some(vec![]), vec![]));
    assert_eq!(empty, Some(EdsRefusal::Content(ContentFault::OtherContent)));
}

#[test]
fn tampered_content_is_refused() {
    let other = b"something else was signed".to_vec();
    let refusal = changed(|recipe| recipe.digested = other.clone());
    assert_eq!(refusal, Some(EdsRefusal::Attributes(AttributeFault::OtherDigest)));
    let appended = [CHALLENGE, b"\n"].concat();
    assert_eq!(
        changed(|recipe| recipe.content = Some(appended)),
        Some(EdsRefusal::Content(ContentFault::OtherContent))
    );
}

#[test]
fn a_signature_with_another_key_than_the_certificates_is_refused() {
    assert_eq!(
        changed(|recipe| recipe.key = &WORLD.other_key),
        Some(EdsRefusal::Signature)
    );
}

#[test]
fn not_exactly_one_signer_is_refused() {
    for signers in [0, 2] {
        let refusal = changed(|recipe| recipe.signers = signers);
        assert_eq!(
            refusal,
            Some(EdsRefusal::Signer(SignerFault::NotOneSigner)),
            "{signers}"
        );
    }
}

#[test]
fn a_signature_without_signed_attributes_is_refused() {
    let refusal = changed(|recipe| recipe.with_attributes = false);
    assert_eq!(refusal, Some(EdsRefusal::Attributes(AttributeFault::Missing)));
}

#[test]
fn attributes_out_of_order_or_doubled_are_refused() {
    let refusal = changed(|recipe| recipe.sorted = false);
    assert_eq!(refusal, Some(EdsRefusal::Attributes(AttributeFault::NotDer)));
    let refusal = changed(|recipe| recipe.doubled_digest = true);
    assert_eq!(refusal, Some(EdsRefusal::Attributes(AttributeFault::NotOnce)));
}

#[test]
fn a_signature_without_its_one_certificate_is_refused() {
    let none = changed(|recipe| recipe.certificates.clear());
    assert_eq!(none, Some(EdsRefusal::Signer(SignerFault::NoCertificate)));
    let other = WORLD.centre.nca().issue(&profile(), &WORLD.other_key).unwrap();
    let only_another = changed(|recipe| recipe.certificates = vec![other]);
    assert_eq!(only_another, Some(EdsRefusal::Signer(SignerFault::NoCertificate)));
    let twice = changed(|recipe| recipe.certificates.push(recipe.signer.clone()));
    assert_eq!(twice, Some(EdsRefusal::Signer(SignerFault::SeveralCertificates)));
    let many = changed(|recipe| recipe.certificates = vec![recipe.signer.clone(); 11]);
    assert_eq!(many, Some(EdsRefusal::Format(FormatFault::TooManyCertificates)));
    let broken = changed(|recipe| recipe.certificates.push(vec![0x30, 0x00]));
    assert_eq!(broken, Some(EdsRefusal::Format(FormatFault::BadCertificate)));
}

#[test]
fn a_signing_certificate_attribute_of_another_certificate_is_refused() {
    let own = certificate(&profile());
    let other = WORLD.centre.nca().issue(&profile(), &WORLD.other_key).unwrap();
    for named in [
        NamedCertificate::V2(other.clone()),
        NamedCertificate::V1(other.clone()),
        NamedCertificate::V2WithSerial(own, other),
    ] {
        let refusal = changed(|recipe| recipe.named = named.clone());
        assert_eq!(
            refusal,
            Some(EdsRefusal::Attributes(AttributeFault::OtherCertificate)),
            "{named:?}"
        );
    }
}

#[test]
fn a_certificate_outside_its_time_is_refused_with_the_time() {
    let end = NOW.minus(seconds(1));
    let expired = certified(|profile| profile.not_after = end);
    assert_eq!(expired, Some(EdsRefusal::Expired { at: end }));
    let begin = NOW.plus(seconds(61));
    let early = certified(|profile| profile.not_before = begin);
    assert_eq!(early, Some(EdsRefusal::NotYetValid { at: begin }));
}

#[test]
fn a_revoked_certificate_is_refused_with_the_time() {
    let at = NOW.minus(days(2));
    let entry = |reason| Revocation {
        serial: WORLD.key.serial(),
        at,
        reason,
    };
    let cms = CmsRecipe::honest(&WORLD.key, &certificate(&profile()), CHALLENGE, NOW)
        .sign()
        .unwrap();
    for reason in [1, 6] {
        let crl = WORLD.centre.nca().crl(&fresh_list(vec![entry(reason)])).unwrap();
        let verifier = EdsVerifier::new(&WORLD.centre.eds_settings(crl)).unwrap();
        let refusal = verifier.verify(&STANDARD.encode(&cms), CHALLENGE, NOW).unwrap_err();
        assert_eq!(refusal, EdsRefusal::Revoked { at }, "reason {reason}");
        assert_eq!(refusal.class(), PersonClass::Revoked { at });
    }
}

#[test]
fn lists_of_another_kind_leave_the_status_unknown() {
    let nca = WORLD.centre.nca();
    let list = |change: fn(&mut CrlProfile)| {
        let mut profile = fresh_list(vec![Revocation {
            serial: vec![1],
            at: NOW,
            reason: 1,
        }]);
        change(&mut profile);
        nca.crl(&profile).unwrap()
    };
    let rogue = Authority::root(&CertificateProfile::authority(
        "ҰЛТТЫҚ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (RSA) DEMO",
        NOW,
        NOW,
    ))
    .unwrap();
    let cms = STANDARD.encode(
        CmsRecipe::honest(&WORLD.key, &certificate(&profile()), CHALLENGE, NOW)
            .sign()
            .unwrap(),
    );
    for (what, crl, fault) in [
        ("good", list(|_| {}), None),
        (
            "scope",
            list(|profile| profile.critical_extension = Some(vec![2, 5, 29, 28])),
            Some(StatusFault::NoList),
        ),
        (
            "delta",
            list(|profile| profile.critical_extension = Some(vec![2, 5, 29, 27])),
            Some(StatusFault::NoList),
        ),
        (
            "indirect",
            list(|profile| profile.critical_entry_extension = Some(vec![2, 5, 29, 29])),
            Some(StatusFault::NoList),
        ),
        (
            "stale",
            list(|profile| profile.next_update = NOW),
            Some(StatusFault::Stale),
        ),
        (
            "of the root",
            WORLD.centre.root().crl(&fresh_list(vec![])).unwrap(),
            Some(StatusFault::NoList),
        ),
        (
            "of a rogue authority",
            rogue.crl(&fresh_list(vec![])).unwrap(),
            Some(StatusFault::NoList),
        ),
    ] {
        let verifier = EdsVerifier::new(&WORLD.centre.eds_settings(crl)).unwrap();
        let refusal = verifier.verify(&cms, CHALLENGE, NOW).err();
        assert_eq!(refusal, fault.map(EdsRefusal::StatusUnknown), "{what}");
    }
}

#[test]
fn an_authority_that_its_root_revoked_certifies_nobody() {
    let of_nca = WORLD.centre.nca().crl(&fresh_list(vec![])).unwrap();
    let serial = |listed: bool| {
        if listed {
            WORLD.centre.nca().key.serial()
        } else {
            vec![7]
        }
    };
    let cms = STANDARD.encode(
        CmsRecipe::honest(&WORLD.key, &certificate(&profile()), CHALLENGE, NOW)
            .sign()
            .unwrap(),
    );
    for (listed, expected) in [
        (false, None),
        (true, Some(EdsRefusal::Chain(ChainFault::AuthorityRevoked))),
    ] {
        let entry = Revocation {
            serial: serial(listed),
            at: NOW,
            reason: 2,
        };
        let of_root = WORLD.centre.root().crl(&fresh_list(vec![entry])).unwrap();
        let mut settings = WORLD.centre.eds_settings(of_nca.clone());
        settings.crls.push(TrustFile {
            name: "root.crl".into(),
            bytes: of_root,
        });
        let verifier = EdsVerifier::new(&settings).unwrap();
        assert_eq!(verifier.crl_problems(), []);
        assert_eq!(verifier.verify(&cms, CHALLENGE, NOW).err(), expected);
    }
}

#[test]
fn a_rogue_authority_of_the_same_name_certifies_nobody() {
    let rogue = TestCentre::generate(NOW).unwrap();
    let forged = rogue.nca().issue(&profile(), &WORLD.key).unwrap();
    let with_chain = |chain: Vec<Vec<u8>>| {
        let mut recipe = CmsRecipe::honest(&WORLD.key, &forged, CHALLENGE, NOW);
        recipe.certificates.extend(chain);
        judge(&recipe.sign().unwrap()).unwrap_err()
    };
    let chain = vec![rogue.nca().certificate().to_vec(), rogue.root().certificate().to_vec()];
    for refusal in [with_chain(vec![]), with_chain(chain)] {
        assert_eq!(
            refusal,
            EdsRefusal::Chain(ChainFault::UnknownIssuer),
            "the key identifiers differ"
        );
        assert_eq!(refusal.class(), PersonClass::UnknownCentre);
    }
    // Even with the key identifier of the real authority, the signature decides.
    let mut copied = certificate(&profile());
    let last = copied.len() - 1;
    copied[last] ^= 1;
    let cms = CmsRecipe::honest(&WORLD.key, &copied, CHALLENGE, NOW).sign().unwrap();
    assert_eq!(judge(&cms).err(), Some(EdsRefusal::Chain(ChainFault::NotSigned)));
    let self_signed = {
        let me = Authority::root(&CertificateProfile {
            authority: None,
            ..profile()
        })
        .unwrap();
        CmsRecipe::honest(&me.key, me.certificate(), CHALLENGE, NOW)
            .sign()
            .unwrap()
    };
    assert_eq!(
        judge(&self_signed).err(),
        Some(EdsRefusal::Chain(ChainFault::UnknownIssuer))
    );
}

#[test]
fn a_person_certifies_nobody() {
    let person = WORLD.centre.nca().below(&profile()).unwrap();
    let below = person.issue(&profile(), &WORLD.key).unwrap();
    let mut recipe = CmsRecipe::honest(&WORLD.key, &below, CHALLENGE, NOW);
    recipe.certificates.push(person.certificate().to_vec());
    assert_eq!(
        judge(&recipe.sign().unwrap()).err(),
        Some(EdsRefusal::Chain(ChainFault::UnknownIssuer))
    );
}

#[test]
fn an_unknown_critical_extension_is_refused_and_an_uncritical_one_is_not() {
    let refusal = certified(|profile| profile.unknown_extension = Some(true));
    assert_eq!(refusal, Some(EdsRefusal::Chain(ChainFault::CriticalExtension)));
    assert_eq!(certified(|profile| profile.unknown_extension = Some(false)), None);
}

#[test]
fn a_certificate_for_something_else_is_refused() {
    let usage = |usages: &[ExtendedUsage]| {
        let usages = usages.to_vec();
        certified(|profile| profile.extended_usage = usages)
    };
    use ExtendedUsage::{ClientAuth, EmailProtection, Individual, IndividualSystem, Organisation, OrganisationSystem};
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
    use ExtendedUsage::{EmailProtection, Employee, Head, Organisation, Signatory};
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

#[test]
fn before_the_signature_verifies_nothing_is_told_apart() {
    // The certificate is expired, revoked or of a rogue centre, and the signature is wrong as well: one message.
    let expired = certificate(&CertificateProfile {
        not_after: NOW.minus(days(1)),
        not_before: NOW.minus(days(9)),
        ..profile()
    });
    let rogue = TestCentre::generate(NOW)
        .unwrap()
        .nca()
        .issue(&profile(), &WORLD.key)
        .unwrap();
    for certificate in [expired, rogue] {
        let recipe = CmsRecipe {
            key: &WORLD.other_key,
            ..CmsRecipe::honest(&WORLD.key, &certificate, CHALLENGE, NOW)
        };
        let refusal = judge(&recipe.sign().unwrap()).unwrap_err();
        assert_eq!(
            (refusal.class(), refusal),
            (PersonClass::NotVerified, EdsRefusal::Signature)
        );
    }
    let weak = AlgorithmFault::Key;
    assert_eq!(EdsRefusal::Algorithm(weak).class(), PersonClass::NotVerified);
}
