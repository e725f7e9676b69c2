//! Administrators and the files their keys come in.

use authority::administrators::AdministratorName;
use authority::audit::EventKind;
use jose::{Algorithm, FileKey, Signer as _};
use kiru::operators::administrators::{KeyFileError, add, read_private, read_public, remove};

use super::{administrator, office, said};
use crate::storage::both_databases;

fn pem(label: &str, der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
}

#[test]
fn keys_are_read_from_pem_and_jwk() {
    let key = FileKey::generate(Algorithm::Es256).unwrap();
    let private = pem("PRIVATE KEY", &key.to_pkcs8().unwrap());
    assert_eq!(read_private(&private).unwrap().kid(), key.kid());
    let jwk = key.public_jwk().to_json().to_string();
    assert_eq!(read_public(&jwk).unwrap().thumbprint(), key.kid());
    assert_eq!(read_public(&private).unwrap_err(), KeyFileError::PrivateGiven);
    let private_jwk = jwk.replacen('{', r#"{"d":"AA","#, 1);
    assert_eq!(read_public(&private_jwk).unwrap_err(), KeyFileError::PrivateGiven);
    for text in [
        "",
        "asel",
        "{}",
        &pem("PUBLIC KEY", b"no key"),
        &pem("CERTIFICATE", b"no key"),
    ] {
        assert_eq!(read_public(text).unwrap_err(), KeyFileError::Public, "{text}");
        assert_eq!(read_private(text).unwrap_err(), KeyFileError::Private, "{text}");
    }
    let rsa = FileKey::generate(Algorithm::Rs256).unwrap();
    assert_eq!(
        read_public(&rsa.public_jwk().to_json().to_string()).unwrap_err(),
        KeyFileError::Public
    );
    assert_eq!(
        read_private(&pem("PRIVATE KEY", &rsa.to_pkcs8().unwrap())).unwrap_err(),
        KeyFileError::Private
    );
}

#[test]
fn a_public_key_as_openssl_writes_it_is_read() {
    // openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 | openssl pkey -pubout
    let text = include_str!("asel.pub");
    assert_eq!(read_public(text).unwrap().algorithm(), Algorithm::Es256);
}

both_databases! {
    async fn a_name_and_a_key_belong_to_one_administrator(db) {
        let (office, _) = office(db);
        let (asel, key) = administrator(&office, "asel").await;
        let other = FileKey::generate(Algorithm::Es256).unwrap();
        let dana = AdministratorName::parse("dana").unwrap();
        assert!(!add(&office, &asel.name, other.public_jwk()).await.unwrap(), "the name is taken");
        assert!(!add(&office, &dana, key.public_jwk()).await.unwrap(), "the key is another one's");
        assert!(remove(&office, &asel.name).await.unwrap());
        assert!(!remove(&office, &asel.name).await.unwrap());
        assert!(!add(&office, &dana, key.public_jwk()).await.unwrap(), "the key was another one's");
        assert!(add(&office, &asel.name, other.public_jwk()).await.unwrap());
        let all = storage::administrators::list(db).await.unwrap();
        assert_eq!(all.iter().map(|one| one.removed_at.is_some()).collect::<Vec<_>>().len(), 2);
        assert_eq!(said(db, EventKind::AdministratorChanged).await.len(), 3);
    }
}
