//! Certificates, requests, revocation lists and OCSP answers: real ones of Kazakhstan's centre, and published Russian ones.

use num_bigint::BigUint;

use super::vectors::{Signed, base64, elements, file, hex, inside, json, key_of, key_on_any_curve, number, spki};
use crate::curve::Arithmetic;
use crate::limbs;
use crate::{Curve, KeyAlgorithm, PublicKey, SigningKey, Suite, VerifyError};

const ROOT_2022: &str = "kz/root_gost_2022.cer";
const ROOT_2020: &str = "kz/root_gost_2020.cer";
const TEST_CENTRE: &str = "kz/nca_gost2022_test.cer";
const TEST_CENTRE_2004: &str = "kz/nca_gost_test_2004.cer";

/// What the centre issued: the document and the issuer's certificate.
const ISSUED: &[(&str, &str)] = &[
    (ROOT_2022, ROOT_2022),
    ("kz/nca_gost_2022.cer", ROOT_2022),
    (ROOT_2020, ROOT_2020),
    ("kz/btsd_gost.cer", ROOT_2020),
    ("kz/root_test_gost_2022.cer", "kz/root_test_gost_2022.cer"),
    (TEST_CENTRE, "kz/root_test_gost_2022.cer"),
    ("kz/individual_2023.cer", TEST_CENTRE),
    ("kz/individual_revoked_2026.cer", TEST_CENTRE),
    ("kz/individual_valid_2026.cer", TEST_CENTRE),
    ("kz/legal_ceo_revoked_2026.cer", TEST_CENTRE),
    ("kz/legal_ceo_valid_2026.cer", TEST_CENTRE),
    ("kz/legal_employee_2026_revoked_later.cer", TEST_CENTRE),
    ("kz/legal_infosystem_2025_odd_urls.cer", TEST_CENTRE),
    ("kz/legal_infosystem_revoked_2026.cer", TEST_CENTRE),
    ("kz/legal_infosystem_valid_2026.cer", TEST_CENTRE),
    ("kz/legal_signer_revoked_2026.cer", TEST_CENTRE),
    ("kz/legal_treasury_2026.cer", TEST_CENTRE),
    ("kz/legal_ceo_sign_gost2004_2022.cer", TEST_CENTRE_2004),
    ("kz/nca_gost2022_d_test_2025-04-29_delta.crl", TEST_CENTRE),
    ("kz/nca_gost2022_test_2025-04-29.crl", TEST_CENTRE),
    ("kz/nca_gost2022_test_2026-08-11.crl", TEST_CENTRE),
    ("kz/nca_gost_test_2004_2022-03-29.crl", TEST_CENTRE_2004),
];

#[test]
fn what_kazakhstans_centre_issued_verifies() {
    for (document, issuer) in ISSUED {
        let key = key_of(&file(issuer));
        let suite = if issuer.contains("2020") || issuer.contains("2004") {
            Suite::KzGost2004
        } else {
            Suite::KzGost2015_512
        };
        assert_eq!(key.suite(), suite);
        assert_eq!(Signed::new(&file(document)).verify(&key), Ok(()), "{document}");
    }
}

#[test]
fn what_kazakhstans_centre_issued_is_refused_when_altered() {
    for (document, issuer) in ISSUED.iter().take(6) {
        let key = key_of(&file(issuer));
        let signed = Signed::new(&file(document));
        for octet in [0, 20, signed.message.len() / 2, signed.message.len() - 1] {
            let mut altered = signed.clone();
            altered.message[octet] ^= 1;
            assert_eq!(altered.verify(&key), Err(VerifyError::Mismatch), "{document}");
        }
        let mut backwards = signed.clone();
        backwards.signature.reverse();
        assert!(backwards.verify(&key).is_err(), "{document} in the Russian byte order");
    }
    let other = key_of(&file("kz/nca_gost_2022.cer"));
    assert_eq!(
        Signed::new(&file(TEST_CENTRE)).verify(&other),
        Err(VerifyError::Mismatch)
    );
}

#[test]
fn the_worked_example_of_a_real_certificate_has_these_numbers() {
    let signed = Signed::new(&file("kz/nca_gost_2022.cer"));
    assert_eq!(signed.message.len(), 856);
    let digest = Suite::KzGost2015_512.digest_algorithm().digest(&signed.message);
    assert_eq!(
        digest.as_bytes(),
        hex("91845d42c838df1520be07faae12aa43c9a9b3eade910bbd66840d729d35b8d8
             7cac440a57e64cfeace00ccf01d71358d781edcb5da358a24d870dce9bb2d7c1")
    );
    assert!(
        key_of(&file(ROOT_2022))
            .to_xy()
            .starts_with(&hex("2e4844618208761f17936701c4e74cb4"))
    );
    assert!(signed.signature.starts_with(&hex("149e32093991e7cf3db3ba9550e12aa5")));
}

/// The parts of an OCSP answer: what is signed, and the certificate inside.
fn ocsp(response: &[u8]) -> (Signed, Option<Vec<u8>>) {
    let response_bytes = elements(inside(response)[1].contents)[0];
    let basic = elements(response_bytes.contents)[1].contents;
    let certificate = inside(basic)
        .get(3)
        .map(|certificates| inside(certificates.contents)[0].whole.to_vec());
    (Signed::new(basic), certificate)
}

#[test]
fn a_real_ocsp_answer_and_its_responder_verify() {
    let (signed, certificate) = ocsp(&file("kz/gost2015_never_issued_1970.der"));
    let certificate = certificate.unwrap();
    assert_eq!(Signed::new(&certificate).verify(&key_of(&file(TEST_CENTRE))), Ok(()));
    assert_eq!(signed.verify(&key_of(&certificate)), Ok(()));
}

#[test]
fn the_synthetic_centre_verifies_and_its_broken_documents_do_not() {
    let file = |name: &str| file(&format!("kz-synthetic/{name}"));
    let centre = key_of(&file("nca_gost2015-512.cer"));
    for good in ["individual_valid.cer", "full.crl"] {
        assert_eq!(Signed::new(&file(good)).verify(&centre), Ok(()), "{good}");
    }
    for bad in ["broken_signature.cer", "rogue_individual.cer", "full_rogue.crl"] {
        assert!(Signed::new(&file(bad)).verify(&centre).is_err(), "{bad}");
    }
    let centre_2004 = key_of(&file("nca_gost2004.cer"));
    assert_eq!(
        Signed::new(&file("gost2004_individual.cer")).verify(&centre_2004),
        Ok(())
    );
    for (answer, good) in [("ocsp_good.der", true), ("ocsp_bad_signature.der", false)] {
        let (signed, certificate) = ocsp(&file(answer));
        assert_eq!(signed.verify(&key_of(&certificate.unwrap())).is_ok(), good, "{answer}");
    }
}

#[test]
fn examples_of_rfc_9215_verify_and_belong_to_their_private_keys() {
    let vectors = json("public/rfc9215.json");
    let vectors = vectors["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 3);
    for vector in vectors {
        let certificate = base64(vector["certificate_base64"].as_str().unwrap());
        let key = key_on_any_curve(&spki(&certificate));
        assert_eq!(key.to_spki_der(), spki(&certificate));
        assert_eq!(
            key.algorithm().curve_oid().to_string(),
            vector["curve_oid"].as_str().unwrap()
        );
        // To write a key we choose the form of the parameters that the RFC shows.
        assert_eq!(
            KeyAlgorithm::new(key.suite(), key.algorithm().curve()),
            Some(key.algorithm())
        );
        for document in ["certificate", "csr", "crl"] {
            let signed = Signed::new(&base64(vector[format!("{document}_base64")].as_str().unwrap()));
            assert_eq!(signed.verify(&key), Ok(()), "{document} of {}", vector["name"]);
        }
        let d = number(&vector["d"], key.algorithm().curve().scalar_len());
        let signing_key = SigningKey::from_le_bytes(key.algorithm(), &reduced(&d, key.algorithm().curve())).unwrap();
        assert_eq!(signing_key.public_key(), key);
        let signature = signing_key.sign_deterministic(b"another message");
        assert_eq!(key.verify(b"another message", &signature), Ok(()));
    }
}

/// A big-endian number modulo the order of a curve, little-endian. The RFC took the private key of RFC 7091 for TC26 256 A
/// as well, where it exceeds the order.
fn reduced(number: &[u8], curve: Curve) -> Vec<u8> {
    let order = match curve.arithmetic() {
        Arithmetic::Short(parameters) => limbs::to_le_bytes(parameters.order()),
        Arithmetic::Long(parameters) => limbs::to_le_bytes(parameters.order()),
    };
    let mut octets = (BigUint::from_bytes_be(number) % BigUint::from_bytes_le(&order)).to_bytes_le();
    octets.resize(order.len(), 0);
    octets
}

#[test]
fn the_example_of_rfc_4491_with_the_old_hash_verifies() {
    let certificate = file("public/rfc4491-2001.der");
    let key = key_of(&certificate);
    assert_eq!(
        (key.suite(), key.algorithm().curve()),
        (Suite::RuGost2001, Curve::CryptoProA)
    );
    assert_eq!(Signed::new(&certificate).verify(&key), Ok(()));
}

#[test]
fn certificates_of_openssls_engine_on_every_curve_verify() {
    let vectors = json("openssl/vectors.json");
    let vectors = vectors["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 8);
    for vector in vectors {
        let text = |name: &str| vector[name].as_str().unwrap().to_owned();
        let certificate = file(&format!("openssl/{}", text("certificate_file")));
        let key = key_of(&certificate);
        assert_eq!(key.algorithm().curve_oid().to_string(), text("curve_oid"));
        assert_eq!(key.to_xy(), hex(&text("spki_octets_hex")));
        assert_eq!(Signed::new(&certificate).verify(&key), Ok(()), "{}", text("name"));
        let message = file("openssl/message.txt");
        let signature = file(&format!("openssl/message-{}.sig", text("name")));
        assert_eq!(signature, hex(&text("signature_hex")));
        assert_eq!(key.verify(&message, &signature), Ok(()), "{}", text("name"));
        assert_eq!(key.verify(b"another message", &signature), Err(VerifyError::Mismatch));
    }
}

#[test]
fn the_same_point_under_another_name_of_its_curve_is_the_same_key() {
    let key = key_of(&file("openssl/cert-256-XA.der"));
    for algorithm in KeyAlgorithm::all() {
        let renamed = PublicKey::from_xy(algorithm, &key.to_xy());
        let same = algorithm.suite() == key.suite() && algorithm.curve() == Curve::CryptoProA;
        assert_eq!(renamed.as_ref() == Ok(&key), same, "{:?}", algorithm.curve_oid());
    }
}
