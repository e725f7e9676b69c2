//! The published key set (RFC 7517 §5, OIDC Core §10.1).

use serde_json::{Value, json};

use crate::jwk::PublicJwk;

/// Two keys of one set have the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key occurs twice in the set")]
pub struct RepeatedKey;

/// Public keys with distinct names. A key's `kid` is its thumbprint.
#[derive(Clone, Debug, Default)]
pub struct Jwks {
    keys: Vec<PublicJwk>,
}

impl Jwks {
    /// A set of keys, in the order in which they are published.
    ///
    /// # Errors
    /// [`RepeatedKey`] when a key is listed twice.
    pub fn new(keys: Vec<PublicJwk>) -> Result<Self, RepeatedKey> {
        let mut names: Vec<&str> = keys.iter().map(PublicJwk::thumbprint).collect();
        names.sort_unstable();
        names.dedup();
        if names.len() == keys.len() {
            Ok(Self { keys })
        } else {
            Err(RepeatedKey)
        }
    }

    /// The keys, in the order in which they are published.
    pub fn keys(&self) -> &[PublicJwk] {
        &self.keys
    }

    /// The key of that name.
    pub fn find(&self, kid: &str) -> Option<&PublicJwk> {
        self.keys.iter().find(|key| key.thumbprint() == kid)
    }

    /// The document as UTF-8 JSON: each key with `kid`, `use` and `alg`, and no private member.
    pub fn to_bytes(&self) -> Vec<u8> {
        let keys: Vec<Value> = self.keys.iter().map(published).collect();
        json!({ "keys": keys }).to_string().into_bytes()
    }
}

fn published(key: &PublicJwk) -> Value {
    let mut value = key.to_json();
    if let Some(members) = value.as_object_mut() {
        members.insert("kid".to_owned(), key.thumbprint().into());
        members.insert("use".to_owned(), "sig".into());
        members.insert("alg".to_owned(), key.algorithm().name().into());
    }
    value
}

#[cfg(test)]
mod tests {
    use super::{Jwks, RepeatedKey};
    use crate::algorithm::Algorithm;
    use crate::signer::{FileKey, Signer as _};

    #[test]
    fn the_document_names_every_key_and_nothing_private() {
        let rsa = FileKey::generate(Algorithm::Rs256).unwrap();
        let ec = FileKey::generate(Algorithm::Es256).unwrap();
        let set = Jwks::new(vec![rsa.public_jwk().clone(), ec.public_jwk().clone()]).unwrap();
        let document: serde_json::Value = serde_json::from_slice(&set.to_bytes()).unwrap();
        let names = |index: usize| {
            let mut names: Vec<_> = document["keys"][index].as_object().unwrap().keys().cloned().collect();
            names.sort();
            names.join(" ")
        };
        assert_eq!(names(0), "alg e kid kty n use");
        assert_eq!(names(1), "alg crv kid kty use x y");
        assert_eq!(document["keys"][0]["alg"], "RS256");
        assert_eq!(document["keys"][1]["alg"], "ES256");
        assert_eq!(document["keys"][1]["use"], "sig");
        assert_eq!(document["keys"][1]["kid"], ec.kid());
        assert_eq!(set.find(rsa.kid()), Some(rsa.public_jwk()));
        assert_eq!(set.find("another"), None);
    }

    #[test]
    fn a_key_is_not_published_twice() {
        let key = FileKey::generate(Algorithm::Es256).unwrap();
        let twice = vec![key.public_jwk().clone(), key.public_jwk().clone()];
        assert_eq!(Jwks::new(twice).err(), Some(RepeatedKey));
    }
}
