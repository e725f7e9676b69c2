//! Algorithm identifiers: every form is known once, and nothing but them.

use std::collections::BTreeSet;

use super::vectors::hex;
use crate::{Curve, KeyAlgorithm, ObjectIdentifier, SignatureAlgorithm, Suite};

#[test]
fn no_identifier_of_a_key_or_a_signature_means_two_things() {
    let keys: BTreeSet<&[u8]> = KeyAlgorithm::all().iter().map(KeyAlgorithm::identifier).collect();
    assert_eq!(keys.len(), KeyAlgorithm::all().len());
    assert_eq!(keys.len(), 3 + 2 * 10 + 2 * 4 + 6);
    let signatures: BTreeSet<&[u8]> = SignatureAlgorithm::all()
        .iter()
        .map(SignatureAlgorithm::identifier)
        .collect();
    assert_eq!(signatures.len(), SignatureAlgorithm::all().len());
    assert_eq!(signatures.len(), 2 * 7);
    assert!(keys.is_disjoint(&signatures));
}

#[test]
fn suites_pair_each_curve_with_a_hash_of_its_size() {
    for algorithm in KeyAlgorithm::all() {
        let hash = algorithm.suite().digest_algorithm();
        assert_eq!(hash.output_len(), algorithm.curve().scalar_len());
        assert!(hash.oids().contains(&algorithm.suite().digest_oid()));
        assert_eq!(algorithm.curve().signature_len(), 2 * hash.output_len());
    }
}

#[test]
fn identifiers_have_the_octets_that_certificates_carry() {
    let prefixes = [
        (
            Suite::KzGost2015_512,
            Curve::Tc26A512,
            "06092a830e030a01010202 3016 060a2a830e030a0101020201 06082a830e030a010303",
        ),
        (
            Suite::KzGost2004,
            Curve::CryptoProA,
            "06092a830e030a01010101 3018 060a2a830e030a0101010101 060a2a830e030a0103010100",
        ),
        (
            Suite::RuGost2012_512,
            Curve::Tc26A512,
            "06082a85030701010102 3015 06092a850307010201020 1 06082a85030701010203",
        ),
        (
            Suite::RuGost2012_256,
            Curve::Tc26A256,
            "06082a85030701010101 300b 06092a8503070102010101",
        ),
        (
            Suite::RuGost2001,
            Curve::CryptoProA,
            "06062a8503020213 3012 06072a85030202 2301 06072a850302021e01",
        ),
    ];
    for (suite, curve, identifier) in prefixes {
        let algorithm = KeyAlgorithm::new(suite, curve).unwrap();
        assert_eq!(algorithm.identifier(), hex(identifier), "{suite}");
        assert_eq!(KeyAlgorithm::from_identifier(&hex(identifier)), Some(algorithm));
    }
}

#[test]
fn the_old_name_of_the_2004_signature_is_known() {
    let gamma = hex("060a2b06010401b511010202");
    assert_eq!(Suite::from_signature_identifier(&gamma), Some(Suite::KzGost2004));
    assert_eq!(
        Suite::from_signature_identifier(&[&gamma[..], &[5, 0]].concat()),
        Some(Suite::KzGost2004)
    );
    assert_eq!(
        Suite::from_signature_identifier(&[&gamma[..], &[5, 1, 0]].concat()),
        None
    );
}

#[test]
fn a_keys_identifier_names_a_signature_in_cms_only() {
    for suite in Suite::ALL {
        let oid = suite.key_oid();
        let bare = [&[6, u8::try_from(oid.as_bytes().len()).unwrap()], oid.as_bytes()].concat();
        assert_eq!(Suite::from_cms_signature_identifier(&bare), Some(suite));
        assert_eq!(Suite::from_signature_identifier(&bare), None);
    }
    for algorithm in SignatureAlgorithm::all() {
        assert_eq!(
            Suite::from_signature_identifier(algorithm.identifier()),
            Some(algorithm.suite())
        );
        assert_eq!(
            Suite::from_cms_signature_identifier(algorithm.identifier()),
            Some(algorithm.suite())
        );
    }
}

#[test]
fn curves_of_another_suite_are_not_found() {
    assert!(KeyAlgorithm::new(Suite::KzGost2015_512, Curve::Tc26B512).is_none());
    assert!(KeyAlgorithm::new(Suite::KzGost2004, Curve::CryptoProB).is_none());
    assert!(KeyAlgorithm::new(Suite::RuGost2012_512, Curve::CryptoProA).is_none());
    let xch_a = ObjectIdentifier::new("1.2.643.2.2.36.0").unwrap();
    assert!(KeyAlgorithm::with_curve_oid(Suite::KzGost2004, &xch_a).is_none());
    assert_eq!(
        KeyAlgorithm::with_curve_oid(Suite::RuGost2012_256, &xch_a).map(KeyAlgorithm::curve),
        Some(Curve::CryptoProA)
    );
}

#[test]
fn only_the_old_hash_is_legacy() {
    let legacy: Vec<Suite> = Suite::ALL.into_iter().filter(|suite| suite.is_legacy()).collect();
    assert_eq!(legacy, [Suite::KzGost2004, Suite::RuGost2001]);
}
