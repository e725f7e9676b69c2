//! The address in a code and the token that its document asks for. Both are made from the transaction's identifier with a key
//! that only we have, so that nothing secret is stored and the page can show the same code again.

use authority::ids::QrTransactionId;
use authority::secret::{Keyring, PlainToken, Purpose, TokenDigest};
use http::HeaderMap;
use http::header::AUTHORIZATION;

/// The last part of the address.
pub(super) fn link(keyring: &Keyring, id: QrTransactionId) -> PlainToken {
    derived(keyring, b"link", id)
}

/// The token that the app sends with the document.
pub(super) fn bearer(keyring: &Keyring, id: QrTransactionId) -> PlainToken {
    derived(keyring, b"bearer", id)
}

/// What a transaction is found by.
pub(super) fn link_digest(keyring: &Keyring, link: &PlainToken) -> TokenDigest {
    keyring.digest_list(Purpose::QrTransaction, &[b"found by", link.expose().as_bytes()])
}

/// Whether the request carries the token of this transaction (RFC 6750 §2.1), compared in constant time.
pub(super) fn is_authorised(keyring: &Keyring, id: QrTransactionId, headers: &HeaderMap) -> bool {
    let mut sent = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (sent.next(), sent.next()) else {
        return false;
    };
    let presented = value.to_str().ok().and_then(|value| value.split_once(' '));
    let Some((scheme, token)) = presented else { return false };
    let digest = |token: &str| keyring.digest_list(Purpose::QrTransaction, &[b"compared", token.as_bytes()]);
    scheme.eq_ignore_ascii_case("bearer") && digest(token).matches(&digest(bearer(keyring, id).expose()))
}

/// What a kept signature is sealed for.
pub(super) fn context(id: QrTransactionId) -> Vec<u8> {
    [b"qr_transactions/signature/", id.as_uuid().as_bytes().as_slice()].concat()
}

fn derived(keyring: &Keyring, kind: &[u8], id: QrTransactionId) -> PlainToken {
    PlainToken::derived(&keyring.digest_list(Purpose::QrTransaction, &[kind, id.as_uuid().as_bytes()]))
}

#[cfg(test)]
mod tests {
    use authority::secret::Kek;
    use authority::time::Timestamp;
    use http::HeaderValue;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;

    #[test]
    fn address_and_token_differ_and_belong_to_one_transaction() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let keyring = Keyring::derive(&Kek::mint(&mut rng)).unwrap();
        let [one, two] = [1, 2].map(|n| QrTransactionId::mint(Timestamp::from_unix_seconds(n), &mut rng));
        let texts = [
            link(&keyring, one),
            link(&keyring, two),
            bearer(&keyring, one),
            bearer(&keyring, two),
        ];
        let distinct: std::collections::BTreeSet<_> = texts.iter().map(PlainToken::expose).collect();
        assert_eq!(distinct.len(), 4);
        assert_eq!(link(&keyring, one).expose(), texts[0].expose());
    }

    #[test]
    fn only_the_own_token_is_accepted_and_only_once_in_a_request() {
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let keyring = Keyring::derive(&Kek::mint(&mut rng)).unwrap();
        let [one, two] = [1, 2].map(|n| QrTransactionId::mint(Timestamp::from_unix_seconds(n), &mut rng));
        let sent = |values: &[String]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(AUTHORIZATION, HeaderValue::from_str(value).unwrap());
            }
            is_authorised(&keyring, one, &headers)
        };
        let (own, other) = (bearer(&keyring, one), bearer(&keyring, two));
        assert!(sent(&[format!("Bearer {}", own.expose())]) && sent(&[format!("bearer {}", own.expose())]));
        for wrong in [
            vec![],
            vec![format!("Bearer {}", other.expose())],
            vec![format!("Bearer {}", link(&keyring, one).expose())],
            vec![format!("Basic {}", own.expose())],
            vec![own.expose().to_owned()],
            vec!["Bearer ".to_owned()],
            vec![format!("Bearer {}", own.expose()), format!("Bearer {}", own.expose())],
        ] {
            assert!(!sent(&wrong));
        }
    }
}
