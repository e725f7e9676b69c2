//! Nothing that was changed is ever accepted as somebody or something else, and nothing makes the readers panic.

use proptest::prelude::*;

use super::super::certificate::Certificate;
use super::super::cms::SignedData;
use super::super::crl;
use super::super::suite::Suites;
use super::deep_vector as vector;
use super::*;

const GOOD: &[u8] = vector!("fake/cms/attached_rsa_auth_ok.der");
const CRL: &[u8] = vector!("fake/crl/nca_rsa_revoking.crl");
const CERTIFICATE: &[u8] = vector!("fake/ee/rsa_auth_valid.cer");

/// Whom and what a signature that verified stands for; the octets kept as evidence may differ.
fn said(eds: &VerifiedEds) -> (&NationalIdentity, &[u8], &str, Option<Timestamp>) {
    (eds.identity(), eds.certificate(), eds.suite(), eds.signing_time())
}

#[test]
fn a_signature_cut_anywhere_is_refused() {
    let verifier = verifier();
    for length in 0..GOOD.len() {
        assert!(
            verifier.verify(&base64(&GOOD[..length]), CHALLENGE, NOW).is_err(),
            "{length}"
        );
    }
}

#[test]
fn a_signature_with_a_changed_byte_is_never_another_persons() {
    let verifier = verifier();
    let original = judge(GOOD).unwrap();
    let mut unnoticed = 0;
    for position in 0..GOOD.len() {
        for change in [0x01, 0x80, 0xff] {
            let mut cms = GOOD.to_vec();
            cms[position] ^= change;
            if let Ok(verified) = verifier.verify(&base64(&cms), CHALLENGE, NOW) {
                assert_eq!(said(&verified), said(&original), "byte {position}");
                unnoticed += 1;
            }
        }
    }
    assert_eq!(unnoticed, 0, "every byte of a signature without hints counts");
}

#[test]
fn a_certificate_with_a_changed_byte_is_not_signed_any_more() {
    let centre = Certificate::parse(vector!("fake/ca/nca_rsa.cer")).unwrap();
    for position in 0..CERTIFICATE.len() {
        let mut der = CERTIFICATE.to_vec();
        der[position] ^= 0x01;
        if let Ok(certificate) = Certificate::parse(&der) {
            assert!(
                !certificate.is_signed_with(Suites::default(), &centre.key),
                "byte {position}"
            );
        }
    }
}

#[test]
fn a_list_with_a_changed_byte_is_not_used() {
    for position in 0..CRL.len() {
        let mut der = CRL.to_vec();
        der[position] ^= 0x01;
        let verifier = EdsVerifier::new(&settings(&der)).unwrap();
        assert_eq!(
            (verifier.crls().len(), verifier.crl_problems().len()),
            (0, 1),
            "byte {position}"
        );
    }
}

/// A good file with some bytes changed, and perhaps a piece taken out or doubled.
fn mutated(good: &'static [u8]) -> impl Strategy<Value = Vec<u8>> {
    let changes = proptest::collection::vec((0..good.len(), any::<u8>()), 0..6);
    (changes, 0..good.len(), 0..64_usize, any::<bool>()).prop_map(move |(changes, at, length, doubled)| {
        let mut bytes = good.to_vec();
        for (position, value) in changes {
            bytes[position] = value;
        }
        let end = bytes.len().min(at + length);
        let piece = bytes[at..end].to_vec();
        if doubled {
            bytes.splice(at..at, piece);
        } else {
            bytes.drain(at..end);
        }
        bytes
    })
}

/// One of the vectors, mutated.
fn one_of(vectors: &'static [&'static [u8]]) -> impl Strategy<Value = Vec<u8>> {
    (0..vectors.len()).prop_flat_map(move |which| mutated(vectors[which]))
}

#[test]
fn every_vector_has_the_properties_itself() {
    every_vector(|bytes| vec![bytes]);
}

/// Asks the properties of what is made of each vector.
fn every_vector(make: fn(&'static [u8]) -> Vec<&'static [u8]>) {
    let ask = |vectors: &[&'static [u8]], property: fn(&[u8])| {
        for bytes in vectors.iter().flat_map(|vector| make(vector)) {
            property(bytes);
        }
    };
    ask(properties::SIGNATURES, properties::cms);
    ask(properties::CERTIFICATES, properties::certificate);
    ask(properties::LISTS, properties::crl);
    ask(properties::ANSWERS, |bytes| {
        properties::ocsp(bytes);
    });
    ask(properties::DOCUMENTS, |bytes| {
        properties::xml(&String::from_utf8_lossy(bytes));
    });
}

#[test]
fn every_vector_cut_anywhere_has_them_too() {
    every_vector(|bytes| (0..bytes.len()).step_by(3).map(|length| &bytes[..length]).collect());
}

// The properties that the fuzz targets ask of any bytes.
proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_mutation_of_a_signature_is_somebody_elses(bytes in one_of(properties::SIGNATURES)) {
        properties::cms(&bytes);
    }

    #[test]
    fn no_mutation_of_a_certificate_is_issued(bytes in one_of(properties::CERTIFICATES)) {
        properties::certificate(&bytes);
    }

    #[test]
    fn no_mutation_of_a_list_is_used(bytes in one_of(properties::LISTS)) {
        properties::crl(&bytes);
    }

    #[test]
    fn no_mutation_of_an_answer_says_something_else(bytes in one_of(properties::ANSWERS)) {
        properties::ocsp(&bytes);
    }

    #[test]
    fn no_mutation_of_a_document_is_somebody_elses(bytes in one_of(properties::DOCUMENTS)) {
        properties::xml(&String::from_utf8_lossy(&bytes));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn mutated_signatures_never_verify_as_somebody_else(cms in mutated(GOOD)) {
        if let Ok(verified) = judge(&cms) {
            let original = judge(GOOD).unwrap();
            prop_assert_eq!(said(&verified), said(&original));
        }
    }

    #[test]
    fn mutated_ber_is_read_or_refused(cms in mutated(vector!("fake/cms/attached_ber_ok.ber"))) {
        prop_assert!(judge(&cms).is_err());
    }

    #[test]
    fn mutated_certificates_are_read_or_refused(der in mutated(CERTIFICATE)) {
        if let Ok(certificate) = Certificate::parse(&der) {
            prop_assert!(certificate.der == CERTIFICATE || !certificate.is_signed_with(Suites::default(), &Certificate::parse(vector!("fake/ca/nca_rsa.cer")).unwrap().key));
        }
    }

    #[test]
    fn mutated_lists_are_read_or_refused(der in mutated(CRL)) {
        let _ = crl::parse(&der);
    }

    #[test]
    fn random_bytes_are_nothing(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(SignedData::parse(&bytes).is_err());
        prop_assert!(Certificate::parse(&bytes).is_err());
        prop_assert!(crl::parse(&bytes).is_err());
        prop_assert!(judge(&bytes).is_err());
    }
}
