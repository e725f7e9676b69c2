//! What `getKeyInfo` tells of a key.

use serde_json::{Value, json};

use super::state::SignerState;
use crate::keys::PersonKey;
use crate::pki::{Suite, dotted_name, pem};

/// The object that the older module answers with; instants in milliseconds, as text.
pub(super) fn of(state: &SignerState, key: &PersonKey) -> Value {
    let profile = key.person.certificate_profile(state.now());
    let nca = state.keys().centre_of(key.key.suite()).nca();
    let milliseconds = |at: authority::time::Timestamp| (at.as_unix_seconds() * 1000).to_string();
    json!({
        "alias": key.person.login,
        "keyId": hex(&key.key.key_id()),
        "algorithm": match key.key.suite() {
            Suite::Rsa => "RSA",
            Suite::Gost512 | Suite::Gost256 => "ECGOST3410-2015",
            Suite::Gost2004 => "ECGOST34310",
        },
        "subjectCn": format!("{} {}", key.person.family_name.to_uppercase(), key.person.given_name.to_uppercase()),
        "subjectDn": dotted_name(&profile.subject),
        "issuerCn": nca.common_name(),
        "issuerDn": format!("CN={},C=KZ", nca.common_name()),
        "serialNumber": serial(key),
        "certNotBefore": milliseconds(profile.not_before),
        "certNotAfter": milliseconds(profile.not_after),
        "authorityKeyIdentifier": hex(&nca.key().key_id()),
        "pem": pem("CERTIFICATE", &key.certificate),
    })
}

/// The certificate's serial number in lower-case hexadecimal digits.
pub(super) fn serial(key: &PersonKey) -> String {
    hex(&key.key.serial())
}

fn hex(octets: &[u8]) -> String {
    octets
        .iter()
        .fold(String::new(), |text, octet| text + &format!("{octet:02x}"))
}
