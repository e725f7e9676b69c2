use super::super::certificate::Certificate;
use super::super::oid;
use super::super::path::TrustStore;
use super::super::suite::Suites;
use super::super::{identity, purpose};
use super::deep_vector as vector;
use super::worst::{children, der};
use super::*;

fn fault(anchors: &[&[u8]], intermediates: &[&[u8]]) -> Option<TrustFault> {
    let files = |all: &[&[u8]]| all.iter().map(|bytes| file("f", bytes)).collect::<Vec<_>>();
    let settings = EdsSettings {
        anchors: files(anchors),
        intermediates: files(intermediates),
        ..EdsSettings::default()
    };
    match TrustStore::new(&settings) {
        Ok(_) => None,
        Err(SettingsFault::Trust { fault, .. }) => Some(fault),
        Err(SettingsFault::NoAnchors | SettingsFault::MixedContours) => panic!("anchors of one contour were given"),
    }
}

#[test]
fn the_real_authorities_lead_to_their_roots() {
    assert_eq!(
        fault(
            &[vector!("prod/root_rsa_2020.cer")],
            &[vector!("prod/nca_rsa_2022.cer")]
        ),
        None
    );
    assert_eq!(
        fault(
            &[vector!("prod/root_rsa_2015.cer")],
            &[vector!("prod/nca_rsa_2018.cer")]
        ),
        None
    );
    // The order of the files does not matter, nor does the root among the intermediates.
    let both = [vector!("prod/nca_rsa_2022.cer"), vector!("prod/root_rsa_2020.cer")];
    assert_eq!(fault(&[vector!("prod/root_rsa_2020.cer")], &both), None);
}

#[test]
fn an_authority_of_another_root_stops_the_start() {
    let root = vector!("prod/root_rsa_2020.cer");
    for other in [
        vector!("prod/nca_rsa_2018.cer"),
        vector!("fake/ca/nca_rsa.cer"),
        vector!("test-ca/nca_rsa_test.cer"),
    ] {
        assert_eq!(fault(&[root], &[other]), Some(TrustFault::NotAnchored));
    }
}

#[test]
fn material_that_cannot_be_trusted_stops_the_start() {
    let root = vector!("fake/ca/root_rsa.cer");
    let mut damaged = root.to_vec();
    *damaged.last_mut().unwrap() ^= 1;
    for (anchor, expected) in [
        (&damaged[..], TrustFault::SelfSignature),
        (vector!("fake/ee/rsa_auth_valid.cer"), TrustFault::NotAuthority),
        (vector!("prod/root_gost_2020.cer"), TrustFault::Key),
        (vector!("fake/cms/challenge.txt"), TrustFault::NotCertificate),
        (b"-----BEGIN CERTIFICATE-----\nAAAA", TrustFault::NotCertificate),
        (
            b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
            TrustFault::NotCertificate,
        ),
        (b"", TrustFault::NotCertificate),
        (&root[..root.len() - 1], TrustFault::NotCertificate),
    ] {
        assert_eq!(fault(&[anchor], &[]), Some(expected));
    }
    let none = EdsSettings {
        anchors: vec![],
        ..settings(b"")
    };
    assert_eq!(EdsVerifier::new(&none).unwrap_err(), SettingsFault::NoAnchors);
}

/// The imitation's issuing authority with one more extension; nobody signed that, as of an anchor nobody asks.
fn authority_with(extension: &[u8]) -> Vec<u8> {
    let [signed, algorithm, signature] = children(vector!("fake/ca/nca_gost2015-512.cer")).try_into().unwrap();
    let mut fields: Vec<Vec<u8>> = children(signed).into_iter().map(<[u8]>::to_vec).collect();
    let [list] = children(fields.last().unwrap()).try_into().unwrap();
    let more = [children(list).concat(), extension.to_vec()].concat();
    *fields.last_mut().unwrap() = der(0xa3, &der(0x30, &more));
    der(
        0x30,
        &[der(0x30, &fields.concat()), algorithm.to_vec(), signature.to_vec()].concat(),
    )
}

#[test]
fn an_authority_with_name_constraints_or_for_other_usages_stops_the_start() {
    let extension = |kind: &[u8], critical: bool, value: &[u8]| {
        let flag: &[u8] = if critical { &[1, 1, 0xff] } else { &[] };
        der(0x30, &[&der(0x06, kind), flag, &der(0x04, value)].concat())
    };
    let usages = |usages: &[&[u8]]| {
        let all: Vec<u8> = usages.iter().flat_map(|usage| der(0x06, usage)).collect();
        extension(oid::EXTENDED_KEY_USAGE, false, &der(0x30, &all))
    };
    let server_auth: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];
    let names = der(0x30, &der(0xa0, &der(0x30, &der(0x82, b"gov.kz"))));
    for (extension, expected) in [
        (
            extension(oid::NAME_CONSTRAINTS, true, &names),
            Some(TrustFault::NameConstraints),
        ),
        (
            extension(oid::NAME_CONSTRAINTS, false, &names),
            Some(TrustFault::NameConstraints),
        ),
        (
            extension(&[0x2a, 0x03], true, &names),
            Some(TrustFault::CriticalExtension),
        ),
        (extension(&[0x2a, 0x03], false, &names), None),
        (usages(&[server_auth]), Some(TrustFault::NotAuthority)),
        (usages(&[server_auth, oid::EMAIL_PROTECTION]), None),
        (usages(&[oid::ANY_USAGE]), None),
    ] {
        assert_eq!(fault(&[&authority_with(&extension)], &[]), expected);
    }
}

#[test]
fn pem_files_with_several_certificates_are_read() {
    let pem = |der: &[u8]| {
        format!(
            "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
            base64(der)
        )
    };
    let bundle = pem(vector!("fake/ca/root_rsa.cer")) + &pem(vector!("prod/root_rsa_2020.cer"));
    let nca = pem(vector!("fake/ca/nca_rsa.cer")) + &pem(vector!("prod/nca_rsa_2022.cer"));
    assert_eq!(fault(&[bundle.as_bytes()], &[nca.as_bytes()]), None);
}

#[test]
fn certificates_are_read_as_another_reader_reads_them() {
    for der in [
        vector!("prod/root_rsa_2020.cer"),
        vector!("prod/nca_rsa_2022.cer"),
        vector!("prod/root_rsa_2015.cer"),
        vector!("prod/nca_rsa_2018.cer"),
        vector!("prod/root_gost_2022.cer"),
        vector!("prod/nca_gost_2022.cer"),
        vector!("test-ca/nca_rsa_test.cer"),
        vector!("test-ee/individual_auth_rsa_2022.cer"),
        vector!("test-ee/individual_sign_rsa_2022.cer"),
        vector!("fake/ee/ceo_valid.cer"),
    ] {
        let ours = Certificate::parse(der).unwrap();
        let (_, oracle) = x509_parser::parse_x509_certificate(der).unwrap();
        assert_eq!(ours.serial, oracle.raw_serial());
        assert_eq!(ours.issuer, oracle.issuer().as_raw());
        assert_eq!(ours.subject, oracle.subject().as_raw());
        assert_eq!(
            ours.not_before.as_unix_seconds(),
            oracle.validity().not_before.timestamp()
        );
        assert_eq!(
            ours.not_after.as_unix_seconds(),
            oracle.validity().not_after.timestamp()
        );
        assert_eq!(ours.extensions.is_authority, oracle.is_ca());
        assert_eq!(ours.key.bits, oracle.public_key().subject_public_key.data.as_ref());
        let usage = oracle
            .key_usage()
            .unwrap()
            .map(|usage| usage.value.flags.reverse_bits());
        assert_eq!(ours.extensions.key_usage, usage);
        assert!(!ours.extensions.has_unknown_critical);
    }
}

#[test]
fn the_certificates_of_the_test_contour_are_signed_by_its_authority() {
    let centre = Certificate::parse(vector!("test-ca/nca_rsa_test.cer")).unwrap();
    for der in [
        vector!("test-ee/individual_auth_rsa_2022.cer"),
        vector!("test-ee/individual_sign_rsa_2022.cer"),
    ] {
        let certificate = Certificate::parse(der).unwrap();
        assert!(certificate.is_signed_with(Suites::default(), &centre.key));
        assert!(!certificate.is_signed_with(Suites::default(), &certificate.key));
        let role = purpose::role(&certificate, &Roles::default()).unwrap();
        let read = |checksum| identity::read(&certificate, role, checksum);
        assert_eq!(read(Checksum::Required), Err(IdentityFault::Checksum));
        assert_eq!(read(Checksum::Ignored).unwrap().iin.expose(), "123456789011");
    }
}

#[test]
fn purpose_and_identity_are_read_from_every_kind_of_certificate() {
    use authority::certificates::{CertificateRole, KeyStorage};
    let read = |der: &[u8]| {
        let certificate = Certificate::parse(der).unwrap();
        let role = purpose::role(&certificate, &Roles::default()).map_err(EdsRefusal::Purpose)?;
        identity::read(&certificate, role, Checksum::Required).map_err(EdsRefusal::Identity)
    };
    let head = read(vector!("fake/ee/ceo_valid.cer")).unwrap();
    let organisation = head.organisation.unwrap();
    assert_eq!((head.role, head.key_storage), (CertificateRole::Head, KeyStorage::File));
    assert_eq!(
        (head.iin.expose(), organisation.bin.expose()),
        ("850712400013", "180140000028")
    );
    assert_eq!(organisation.name.as_deref(), Some("ТОО \"ТЕСТ-ҚҰРЫЛЫС\""));
    for (der, refusal) in [
        (
            vector!("fake/ee/infosystem_valid.cer"),
            EdsRefusal::Purpose(PurposeFault::InformationSystem),
        ),
        (
            vector!("fake/ee/no_role_eku.cer"),
            EdsRefusal::Purpose(PurposeFault::NoRole),
        ),
        (
            vector!("fake/ee/no_digital_signature.cer"),
            EdsRefusal::Purpose(PurposeFault::NoDigitalSignature),
        ),
        (
            vector!("prod/nca_rsa_2022.cer"),
            EdsRefusal::Purpose(PurposeFault::Authority),
        ),
        (
            vector!("fake/ee/iin_dup_serialnumber.cer"),
            EdsRefusal::Identity(IdentityFault::Iin),
        ),
        (
            vector!("fake/ee/iin_bad_checksum.cer"),
            EdsRefusal::Identity(IdentityFault::Checksum),
        ),
    ] {
        assert_eq!(read(der), Err(refusal));
    }
}
