//! The real centre: production authorities, and everything that is public of its test contour.

use authority::certificates::CertificateRole;

use super::super::certificate::Certificate;
use super::super::path::TrustStore;
use super::super::verify::check_validity;
use super::super::{identity, purpose};
use super::deep_vector as vector;
use super::manifest::Imitation;
use super::*;

/// The production authorities with GOST-2015 and RSA.
fn production() -> EdsSettings {
    EdsSettings {
        anchors: vec![
            file("root gost", vector!("prod/root_gost_2022.cer")),
            file("root rsa", vector!("prod/root_rsa_2020.cer")),
        ],
        intermediates: vec![
            file("nca gost", vector!("prod/nca_gost_2022.cer")),
            file("nca rsa", vector!("prod/nca_rsa_2022.cer")),
        ],
        checksum: Checksum::Ignored,
        ..EdsSettings::default()
    }
}

/// The test contour; the roots of its older authorities were never published.
fn test_contour() -> EdsSettings {
    EdsSettings {
        anchors: vec![
            file("root", vector!("test-ca/root_test_gost_2022.cer")),
            file("rsa", vector!("test-ca/nca_rsa_test.cer")),
            file("2004", vector!("test-ca/nca_gost_test_2004.cer")),
        ],
        intermediates: vec![file("nca", vector!("test-ca/nca_gost2022_test.cer"))],
        crls: vec![file("list", vector!("crl-test/nca_gost2022_test_2026-08-11.crl"))],
        legacy_gost: true,
        checksum: Checksum::Ignored,
        ..EdsSettings::default()
    }
}

/// A moment at which the certificate and the test contour's authorities were valid.
fn early(certificate: &Certificate) -> Timestamp {
    certificate.not_before
}

/// Name, certificate, role or code, whether it is listed.
type Expected = (&'static str, &'static [u8], Result<CertificateRole, &'static str>, bool);

/// Every person's and organisation's certificate of the test contour: role, or refusal, and whether the list of August 2026
/// names it.
const TEST_CERTIFICATES: &[Expected] = &[
    (
        "individual 2023",
        vector!("test-ee/individual_2023.cer"),
        Ok(CertificateRole::Individual),
        false,
    ),
    (
        "individual",
        vector!("test-ee/individual_valid_2026.cer"),
        Ok(CertificateRole::Individual),
        false,
    ),
    (
        "individual, revoked",
        vector!("test-ee/individual_revoked_2026.cer"),
        Ok(CertificateRole::Individual),
        true,
    ),
    (
        "head",
        vector!("test-ee/legal_ceo_valid_2026.cer"),
        Ok(CertificateRole::Head),
        false,
    ),
    (
        "head, revoked",
        vector!("test-ee/legal_ceo_revoked_2026.cer"),
        Ok(CertificateRole::Head),
        true,
    ),
    (
        "signer, revoked",
        vector!("test-ee/legal_signer_revoked_2026.cer"),
        Ok(CertificateRole::Signatory),
        true,
    ),
    (
        "employee, revoked",
        vector!("test-ee/legal_employee_2026_revoked_later.cer"),
        Ok(CertificateRole::Employee),
        true,
    ),
    (
        "treasury, revoked",
        vector!("test-ee/legal_treasury_2026.cer"),
        Ok(CertificateRole::Organisation),
        true,
    ),
    (
        "system of 2025",
        vector!("test-ee/legal_infosystem_2025_odd_urls.cer"),
        Err("E_PURPOSE"),
        true,
    ),
    (
        "system",
        vector!("test-ee/legal_infosystem_valid_2026.cer"),
        Err("E_PURPOSE"),
        false,
    ),
    (
        "system, revoked",
        vector!("test-ee/legal_infosystem_revoked_2026.cer"),
        Err("E_PURPOSE"),
        true,
    ),
    (
        "head, 2004",
        vector!("test-ee/legal_ceo_sign_gost2004_2022.cer"),
        Ok(CertificateRole::Head),
        false,
    ),
    (
        "sign, rsa",
        vector!("test-ee/individual_sign_rsa_2022.cer"),
        Ok(CertificateRole::Individual),
        false,
    ),
    (
        "auth, rsa",
        vector!("test-ee/individual_auth_rsa_2022.cer"),
        Ok(CertificateRole::Individual),
        false,
    ),
];

#[test]
fn every_certificate_of_the_test_contour_leads_to_its_authority_in_its_role() {
    let trust = TrustStore::new(&test_contour()).unwrap();
    for (name, der, expected, _) in TEST_CERTIFICATES {
        let certificate = Certificate::parse(der).unwrap();
        let then = early(&certificate);
        assert!(trust.path(&certificate, then).is_ok(), "{name}");
        assert_eq!(check_validity(&certificate, then), Ok(()), "{name}");
        let role = purpose::role(&certificate, &Roles::default()).map_err(EdsRefusal::Purpose);
        match (role, expected) {
            (Ok(role), Ok(expected)) => {
                assert_eq!(role, *expected, "{name}");
                assert!(identity::read(&certificate, role, Checksum::Ignored).is_ok(), "{name}");
                let judged = identity::read(&certificate, role, Checksum::Required);
                assert_eq!(judged, Err(IdentityFault::Checksum), "{name}: the centre's own people");
            }
            (Err(refusal), Err(code)) => assert_eq!(refusal.code(), *code, "{name}"),
            (outcome, _) => panic!("{name}: {outcome:?}"),
        }
    }
}

#[test]
fn the_list_of_august_names_whom_it_names() {
    let verifier = EdsVerifier::new(&test_contour()).unwrap();
    assert_eq!(verifier.crl_problems(), []);
    let [state] = verifier.crls().try_into().unwrap();
    assert_eq!(state.entries, 195);
    let list = super::super::crl::parse(vector!("crl-test/nca_gost2022_test_2026-08-11.crl")).unwrap();
    for (name, der, _, is_listed) in TEST_CERTIFICATES {
        let certificate = Certificate::parse(der).unwrap();
        assert_eq!(list.list.entry(&certificate.serial).is_some(), *is_listed, "{name}");
    }
}

#[test]
fn lists_of_every_generation_verify() {
    for (list, bytes) in [
        ("2025", vector!("crl-test/nca_gost2022_test_2025-04-29.crl")),
        ("2026", vector!("crl-test/nca_gost2022_test_2026-08-11.crl")),
        ("2004", vector!("crl-test/nca_gost_test_2004_2022-03-29.crl")),
    ] {
        let settings = EdsSettings {
            crls: vec![file(list, bytes)],
            ..test_contour()
        };
        assert_eq!(EdsVerifier::new(&settings).unwrap().crl_problems(), [], "{list}");
    }
}

#[test]
fn production_test_contour_and_imitation_refuse_each_others_people() {
    let imitation = Imitation::open();
    let contours = [
        ("production", production()),
        ("test", test_contour()),
        ("imitation", imitation.settings(true)),
    ];
    let of_test = TEST_CERTIFICATES
        .iter()
        .map(|(name, der, ..)| ("test", *name, der.to_vec()));
    let of_imitation = [
        "individual_valid",
        "ceo_valid",
        "rsa_sign_valid",
        "rsa_auth_valid",
        "gost2004_individual",
    ]
    .map(|name| ("imitation", name, imitation.read(&format!("ee/{name}.cer"))));
    let people: Vec<(&str, &str, Vec<u8>)> = of_test.chain(of_imitation).collect();
    for (contour, settings) in &contours {
        let trust = TrustStore::new(settings).unwrap();
        for (origin, name, der) in &people {
            let certificate = Certificate::parse(der).unwrap();
            let led = trust.path(&certificate, early(&certificate)).is_ok();
            assert_eq!(led, contour == origin, "{name} of {origin} in {contour}");
        }
    }
}

#[test]
fn an_authority_of_another_contour_stops_the_start() {
    for foreign in [
        vector!("test-ca/nca_gost2022_test.cer"),
        vector!("prod/btsd_gost.cer"),
        vector!("prod/nca_rsa_2018.cer"),
    ] {
        let mut settings = production();
        settings.legacy_gost = true;
        settings.intermediates.push(file("foreign", foreign));
        assert!(matches!(
            EdsVerifier::new(&settings).unwrap_err(),
            SettingsFault::Trust {
                fault: TrustFault::NotAnchored,
                ..
            }
        ));
    }
}

#[test]
fn the_authorities_with_legacy_keys_need_the_switch() {
    let legacy = EdsSettings {
        anchors: vec![file("root", vector!("prod/root_gost_2020.cer"))],
        intermediates: vec![file("btsd", vector!("prod/btsd_gost.cer"))],
        legacy_gost: true,
        ..EdsSettings::default()
    };
    assert!(EdsVerifier::new(&legacy).is_ok());
    let off = EdsSettings {
        legacy_gost: false,
        ..legacy
    };
    assert!(matches!(
        EdsVerifier::new(&off).unwrap_err(),
        SettingsFault::Trust {
            fault: TrustFault::Key,
            ..
        }
    ));
}

#[test]
fn the_centres_own_software_signs_as_we_verify() {
    let cms = vector!("cms-kalkan/gost512_and_rsa_cosigned_attached_test123.der");
    let envelope = super::super::cms::SignedData::parse(cms).unwrap();
    assert_eq!(envelope.carries(b"test123"), Ok(()));
    assert_eq!(
        envelope.only_signer().err(),
        Some(EdsRefusal::Signer(SignerFault::NotOneSigner)),
        "co-signed"
    );
}
