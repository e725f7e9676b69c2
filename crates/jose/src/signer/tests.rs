use super::{FileKey, FileKeyError, Signer as _};
use crate::algorithm::Algorithm;

#[test]
fn a_key_survives_its_document() {
    for algorithm in Algorithm::ALL {
        let key = FileKey::generate(algorithm).unwrap();
        let again = FileKey::from_pkcs8(algorithm, &key.to_pkcs8().unwrap()).unwrap();
        assert_eq!(again.kid(), key.kid());
        assert_eq!(again.algorithm(), algorithm);
        let signature = again.sign(b"message").unwrap();
        assert!(key.public_jwk().verifies(b"message", &signature));
        assert!(!key.public_jwk().verifies(b"massage", &signature));
    }
}

#[test]
fn signatures_have_their_fixed_length() {
    let rsa = FileKey::generate(Algorithm::Rs256).unwrap();
    let ec = FileKey::generate(Algorithm::Es256).unwrap();
    for message in 0..20_u8 {
        assert_eq!(rsa.sign(&[message]).unwrap().len(), 256);
        assert_eq!(ec.sign(&[message]).unwrap().len(), 64);
    }
}

#[test]
fn two_generated_keys_differ() {
    let key = || FileKey::generate(Algorithm::Es256).unwrap();
    assert_ne!(key().kid(), key().kid());
}

#[test]
fn a_document_of_another_algorithm_is_refused() {
    let rsa = FileKey::generate(Algorithm::Rs256).unwrap().to_pkcs8().unwrap();
    let ec = FileKey::generate(Algorithm::Es256).unwrap().to_pkcs8().unwrap();
    assert_eq!(
        FileKey::from_pkcs8(Algorithm::Es256, &rsa).err(),
        Some(FileKeyError::Pkcs8)
    );
    assert_eq!(
        FileKey::from_pkcs8(Algorithm::Rs256, &ec).err(),
        Some(FileKeyError::Pkcs8)
    );
}

#[test]
fn a_damaged_document_is_refused() {
    let good = FileKey::generate(Algorithm::Es256).unwrap().to_pkcs8().unwrap();
    for bytes in [&[][..], &[0x30], &good[..good.len() - 1], &good[1..]] {
        assert_eq!(
            FileKey::from_pkcs8(Algorithm::Es256, bytes).err(),
            Some(FileKeyError::Pkcs8)
        );
    }
}

#[test]
fn debug_output_shows_the_public_half_only() {
    let key = FileKey::generate(Algorithm::Es256).unwrap();
    let text = format!("{key:?}");
    assert!(text.contains(key.kid()) && text.len() < 300, "{text}");
}
