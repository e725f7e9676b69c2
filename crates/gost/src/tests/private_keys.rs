//! Private keys: the forms in which they are stored, and the range in which they lie.

use super::vectors::{file, hex, json, key_of, number, pem, reversed};
use crate::{Curve, KeyAlgorithm, KeyError, PublicKey, SigningKey, Suite};

fn pem_file(path: &str) -> Vec<u8> {
    pem(&String::from_utf8(file(path)).unwrap())
}

#[test]
fn keys_of_openssls_engine_on_every_curve_are_read_and_written() {
    for vector in json("openssl/vectors.json")["vectors"].as_array().unwrap() {
        let name = vector["name"].as_str().unwrap();
        let der = pem_file(&format!("openssl/key-{name}.pem"));
        let key = SigningKey::from_pkcs8_der(&der).unwrap();
        let d = number(&vector["d"], key.algorithm().curve().scalar_len());
        assert_eq!(*key.to_le_bytes(), reversed(&d), "{name}");
        assert_eq!(*key.to_pkcs8_der(), der, "{name}");
        let spki = pem_file(&format!("openssl/pub-{name}.pem"));
        assert_eq!(key.public_key().to_spki_der(), spki, "{name}");
        assert_eq!(PublicKey::from_spki_der(&spki), Ok(key.public_key()), "{name}");
        let signature = key.sign_deterministic(b"a message");
        assert_eq!(key.public_key().verify(b"a message", &signature), Ok(()), "{name}");
    }
}

#[test]
fn scalars_of_the_synthetic_centre_belong_to_its_certificates() {
    let scalars = json("kz-synthetic/gost_scalars.json");
    for (name, certificate) in [
        ("root-gost2015-512", "root_gost2015-512"),
        ("nca-gost2015-512", "nca_gost2015-512"),
        ("root-gost2004", "root_gost2004"),
        ("nca-gost2004", "nca_gost2004"),
        ("ee-individual_valid", "individual_valid"),
        ("ee-gost2004_individual", "gost2004_individual"),
    ] {
        let key = key_of(&file(&format!("kz-synthetic/{certificate}.cer")));
        let d = number(
            &scalars["scalars_hex_big_endian"][name]["d"],
            key.algorithm().curve().scalar_len(),
        );
        let signing_key = SigningKey::from_be_bytes(key.algorithm(), &d).unwrap();
        assert_eq!(signing_key.public_key(), key, "{name}");
        let read = SigningKey::from_pkcs8_der(&signing_key.to_pkcs8_der()).unwrap();
        assert_eq!(read.public_key(), key, "{name}");
    }
}

/// `PrivateKeyInfo` of TC26 256 A around these contents of its OCTET STRING.
fn private_key_info(contents: &str) -> Vec<u8> {
    let octets = hex(contents);
    let algorithm = hex("3017 06082a85030701010101 300b 06092a8503070102010101");
    let outer = [&[4, u8::try_from(octets.len()).unwrap()], &octets[..]].concat();
    let fields = [&[2, 1, 0], &algorithm[..], &outer[..]].concat();
    [&[0x30, u8::try_from(fields.len()).unwrap()], &fields[..]].concat()
}

const LITTLE: &str = "efcdab8967452301 0000000000000000 0000000000000000 0000000000000001";
const BIG: &str = "0100000000000000 0000000000000000 0000000000000000 0123456789abcdef";

#[test]
fn the_three_forms_of_a_private_key_are_the_same_key() {
    let forms = [LITTLE.to_owned(), format!("0420 {LITTLE}"), format!("0220 {BIG}")];
    for form in forms {
        let key = SigningKey::from_pkcs8_der(&private_key_info(&form)).unwrap();
        assert_eq!(*key.to_le_bytes(), hex(LITTLE), "{form}");
    }
    let short = SigningKey::from_pkcs8_der(&private_key_info("0203 00a0b0")).unwrap();
    assert!(short.to_le_bytes().starts_with(&[0xb0, 0xa0, 0]));
}

#[test]
fn malformed_private_keys_are_refused() {
    let good = private_key_info(LITTLE);
    for length in 0..good.len() {
        assert_eq!(
            SigningKey::from_pkcs8_der(&good[..length]).err(),
            Some(KeyError::Malformed)
        );
    }
    assert_eq!(
        SigningKey::from_pkcs8_der(&[&good[..], &[0]].concat()).err(),
        Some(KeyError::Malformed)
    );
    let mut version = good.clone();
    version[4] = 1;
    assert_eq!(SigningKey::from_pkcs8_der(&version).err(), Some(KeyError::Malformed));
    for wrong in ["", "0420", "0220", "0101ff"] {
        assert!(SigningKey::from_pkcs8_der(&private_key_info(wrong)).is_err(), "{wrong}");
    }
    // Not positive, not in the shortest form, nothing.
    for wrong in ["0202 8001", "0203 0000b0", "0202 007f", "0201 00", "0200"] {
        let refused = SigningKey::from_pkcs8_der(&private_key_info(wrong)).err();
        assert_eq!(refused, Some(KeyError::Malformed), "{wrong}");
    }
    let long = format!("0421 {LITTLE} 00");
    assert_eq!(
        SigningKey::from_pkcs8_der(&private_key_info(&long)).err(),
        Some(KeyError::Length {
            expected: 32,
            actual: 33
        })
    );
}

#[test]
fn a_private_key_is_above_zero_and_below_the_order() {
    let algorithm = KeyAlgorithm::new(Suite::RuGost2012_256, Curve::Tc26A256).unwrap();
    let q = hex("400000000000000000000000000000000FD8CDDFC87B6635C115AF556C360C67");
    let largest = hex("400000000000000000000000000000000FD8CDDFC87B6635C115AF556C360C66");
    assert!(SigningKey::from_be_bytes(algorithm, &largest).is_ok());
    for wrong in [vec![0; 32], q, vec![0xFF; 32]] {
        assert_eq!(
            SigningKey::from_be_bytes(algorithm, &wrong).err(),
            Some(KeyError::ScalarOutOfRange)
        );
    }
    for length in [0, 31, 33, 64] {
        let refused = SigningKey::from_le_bytes(algorithm, &vec![1; length]).err();
        assert_eq!(
            refused,
            Some(KeyError::Length {
                expected: 32,
                actual: length
            })
        );
    }
}

#[test]
fn a_private_key_is_not_printed() {
    let algorithm = KeyAlgorithm::new(Suite::KzGost2015_512, Curve::Tc26A512).unwrap();
    let key = SigningKey::from_le_bytes(algorithm, &[0x5A; 64]).unwrap();
    let printed = format!("{key:?}");
    assert!(
        printed.contains("Tc26A512") && !printed.contains("5a5a") && !printed.contains("6510615"),
        "{printed}"
    );
}
