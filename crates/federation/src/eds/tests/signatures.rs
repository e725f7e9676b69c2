use authority::certificates::{CertificateRole, KeyStorage};
use authority::time::{days, seconds};

use super::deep_vector as vector;
use super::*;

const AUTH_KEY: &[u8] = vector!("fake/cms/attached_rsa_auth_ok.der");
const SIGN_KEY: &[u8] = vector!("fake/cms/attached_rsa_sign_ok.der");

#[test]
fn a_signature_with_either_rsa_key_names_its_person() {
    for cms in [AUTH_KEY, SIGN_KEY] {
        let verified = judge(cms).unwrap();
        let identity = verified.identity();
        assert_eq!(identity.iin.expose(), "900315300123");
        assert_eq!(
            (identity.role, identity.key_storage),
            (CertificateRole::Individual, KeyStorage::Unstated)
        );
        assert_eq!(identity.organisation, None);
        let names = identity.names.in_title_case();
        assert_eq!(names.common, "Серіков Арман");
        assert_eq!(names.family.as_deref(), Some("Серіков"));
        assert_eq!(names.given.as_deref(), Some("Арман"));
        assert_eq!(names.patronymic.as_deref(), Some("Болатұлы"));
        assert_eq!(verified.suite(), "rsa-sha256");
        assert_eq!(verified.signing_time(), Some(NOW));
        let made_at = Timestamp::from_rfc3339("2026-11-21T06:00:00Z").unwrap();
        assert_eq!(*verified.status(), StatusEvidence::List { made_at });
        assert_eq!(verified.not_after().to_rfc3339(), "2027-06-01T06:45:13Z");
    }
}

#[test]
fn the_serial_and_issuer_are_those_of_the_certificate() {
    let verified = judge(AUTH_KEY).unwrap();
    let (_, oracle) = x509_parser::parse_x509_certificate(vector!("fake/ee/rsa_auth_valid.cer")).unwrap();
    assert_eq!(verified.serial(), oracle.raw_serial());
    assert_eq!(verified.issuer(), oracle.issuer().as_raw());
    assert_eq!(verified.certificate(), vector!("fake/ee/rsa_auth_valid.cer"));
}

#[test]
fn pem_with_the_label_cms_is_accepted_too() {
    let wrapped: Vec<String> = base64(AUTH_KEY)
        .as_bytes()
        .chunks(64)
        .map(|line| String::from_utf8(line.to_vec()).unwrap())
        .collect();
    let pem = format!("-----BEGIN CMS-----\n{}\n-----END CMS-----\n", wrapped.join("\n"));
    assert!(verifier().verify(&pem, CHALLENGE, NOW).is_ok());
}

#[test]
fn another_challenge_is_refused() {
    let other = String::from_utf8(CHALLENGE.to_vec())
        .unwrap()
        .replace("nonce=7", "nonce=8");
    assert_eq!(
        verifier().verify(&base64(AUTH_KEY), other.as_bytes(), NOW),
        Err(EdsRefusal::Content(ContentFault::OtherContent))
    );
    assert_eq!(
        verifier().verify(&base64(AUTH_KEY), b"", NOW),
        Err(EdsRefusal::Challenge)
    );
}

#[test]
fn the_form_is_judged_before_the_algorithm() {
    for (cms, refusal) in [
        (
            vector!("fake/cms/attached_two_signers.der"),
            EdsRefusal::Signer(SignerFault::NotOneSigner),
        ),
        (
            vector!("fake/cms/attached_no_certs.der"),
            EdsRefusal::Signer(SignerFault::NoCertificate),
        ),
        (
            vector!("fake/cms/attached_other_nonce.der"),
            EdsRefusal::Content(ContentFault::OtherContent),
        ),
        (
            vector!("fake/ee/rsa_auth_valid.cer"),
            EdsRefusal::Format(FormatFault::NotSignedData),
        ),
        (b"not asn.1", EdsRefusal::Format(FormatFault::NotBer)),
    ] {
        assert_eq!(judge(cms), Err(refusal));
    }
}

#[test]
fn a_certificate_is_good_to_its_last_second_and_not_a_second_longer() {
    let (begin, end) = {
        let verified = judge(AUTH_KEY).unwrap();
        (verified.not_before(), verified.not_after())
    };
    let at = |now| {
        // Lists of that time do not exist here: a fresh one would make the difference, so the status stands for success.
        verifier()
            .verify(&base64(AUTH_KEY), CHALLENGE, now)
            .map_err(|refusal| refusal.class())
    };
    assert_eq!(at(end), Err(PersonClass::TryLater));
    assert_eq!(at(end.plus(seconds(1))), Err(PersonClass::Expired { at: end }));
    assert_eq!(at(begin.minus(seconds(60))), Err(PersonClass::TryLater));
    assert_eq!(
        at(begin.minus(seconds(61))),
        Err(PersonClass::NotYetValid { at: begin })
    );
    assert_eq!(
        at(begin.minus(days(3650))),
        Err(PersonClass::UnknownCentre),
        "the authorities are judged at our time too"
    );
}

#[test]
fn a_signature_of_the_centres_own_library_verifies_up_to_the_missing_list() {
    let settings = EdsSettings {
        anchors: vec![file("test centre", vector!("test-ca/nca_rsa_test.cer"))],
        checksum: Checksum::Ignored,
        ..EdsSettings::default()
    };
    let cms = base64(vector!("cms-kalkan/rsa_attached_test123.der"));
    // It was made in September 2022 with a key whose certificate had ended in January.
    let then = Timestamp::from_rfc3339("2022-01-10T00:00:00Z").unwrap();
    let verifier = EdsVerifier::new(&settings).unwrap();
    assert_eq!(
        verifier.verify(&cms, b"test123", then),
        Err(EdsRefusal::StatusUnknown(StatusFault::NoList))
    );
    assert_eq!(
        verifier.verify(&cms, b"test124", then),
        Err(EdsRefusal::Content(ContentFault::OtherContent))
    );
    let both = base64(vector!("cms-kalkan/gost512_and_rsa_cosigned_attached_test123.der"));
    assert_eq!(
        verifier.verify(&both, b"test123", then),
        Err(EdsRefusal::Signer(SignerFault::NotOneSigner))
    );
}

#[test]
fn other_anchors_refuse_the_imitation_and_the_test_contour() {
    let production = EdsSettings {
        anchors: vec![file("root", vector!("prod/root_rsa_2020.cer"))],
        intermediates: vec![file("nca", vector!("prod/nca_rsa_2022.cer"))],
        checksum: Checksum::Ignored,
        ..EdsSettings::default()
    };
    let verifier = EdsVerifier::new(&production).unwrap();
    let refused = Err(EdsRefusal::Chain(ChainFault::UnknownIssuer));
    assert_eq!(verifier.verify(&base64(AUTH_KEY), CHALLENGE, NOW), refused);
    let then = Timestamp::from_rfc3339("2022-09-28T14:41:00Z").unwrap();
    let kalkan = base64(vector!("cms-kalkan/rsa_attached_test123.der"));
    assert_eq!(verifier.verify(&kalkan, b"test123", then), refused);
}
