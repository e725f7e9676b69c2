use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use serde_json::json;

use super::{VerifyError, verify, verify_by_kid};
use crate::algorithm::Algorithm;
use crate::compact::CompactError;
use crate::jwk::PublicJwk;
use crate::sign::sign;
use crate::signer::{FileKey, Signer};

const PAYLOAD: &str = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

// RFC 7515 A.2.
const RS256_KEY: &str = concat!(
    r#"{"kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-"#,
    "Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-",
    "bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5",
    r#"IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}"#,
);
const RS256_SIGNATURE: &str = concat!(
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9",
    "uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB",
    "_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rq",
    "Vt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
);

// RFC 7515 A.3.
const ES256_KEY: &str = concat!(
    r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","#,
    r#""y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#,
);
const ES256_SIGNATURE: &str = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

/// The order of P-256's base point (SEC 2 §2.4.2).
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7,
    0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

fn key(json: &str) -> PublicJwk {
    PublicJwk::parse(json.as_bytes()).unwrap()
}

fn token(header: &str, signature: &str) -> String {
    format!("{}.{PAYLOAD}.{signature}", encode(header))
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

/// Signs a header that our own `sign` would never write.
fn signed_with_header(signer: &FileKey, header: &str) -> String {
    let input = format!("{}.{PAYLOAD}", encode(header));
    let signature = signer.sign(input.as_bytes()).unwrap();
    format!("{input}.{}", encode(signature))
}

#[test]
fn the_rs256_example_of_rfc_7515_verifies() {
    let token = token(r#"{"alg":"RS256"}"#, RS256_SIGNATURE);
    let verified = verify(&token, None, &key(RS256_KEY)).unwrap();
    assert_eq!(verified.payload.get("exp"), Some(&json!(1_300_819_380)));
    assert_eq!(verified.header.algorithm, Algorithm::Rs256);
}

#[test]
fn the_es256_example_of_rfc_7515_verifies() {
    let token = token(r#"{"alg":"ES256"}"#, ES256_SIGNATURE);
    let verified = verify(&token, None, &key(ES256_KEY)).unwrap();
    assert_eq!(verified.payload.get("iss"), Some(&json!("joe")));
}

#[test]
fn the_key_decides_the_algorithm() {
    let rsa = FileKey::generate(Algorithm::Rs256).unwrap();
    let ec = FileKey::generate(Algorithm::Es256).unwrap();
    let claims_ec = signed_with_header(&rsa, r#"{"alg":"ES256"}"#);
    let claims_rsa = signed_with_header(&ec, r#"{"alg":"RS256"}"#);
    assert_eq!(verify(&claims_ec, None, rsa.public_jwk()), Err(VerifyError::Algorithm));
    assert_eq!(verify(&claims_ec, None, ec.public_jwk()), Err(VerifyError::Signature));
    assert_eq!(verify(&claims_rsa, None, ec.public_jwk()), Err(VerifyError::Algorithm));
    assert_eq!(verify(&claims_rsa, None, rsa.public_jwk()), Err(VerifyError::Signature));
}

#[test]
fn no_other_algorithm_verifies() {
    let rsa = key(RS256_KEY);
    for name in [
        "none", "NONE", "HS256", "HS512", "PS256", "RS512", "ES384", "EdDSA", "rs256", "",
    ] {
        let token = token(&json!({ "alg": name }).to_string(), RS256_SIGNATURE);
        let refused = Err(VerifyError::Malformed(CompactError::Algorithm));
        assert_eq!(verify(&token, None, &rsa), refused, "{name}");
    }
}

#[test]
fn another_key_does_not_verify() {
    for algorithm in Algorithm::ALL {
        let token = sign(&FileKey::generate(algorithm).unwrap(), "JWT", &json!({})).unwrap();
        let other = FileKey::generate(algorithm).unwrap();
        assert_eq!(verify(&token, None, other.public_jwk()), Err(VerifyError::Signature));
    }
}

// RFC 8725 §3.10: the attacker's key in the header is not looked at.
#[test]
fn a_key_that_the_token_brings_is_ignored() {
    let attacker = FileKey::generate(Algorithm::Es256).unwrap();
    let ours = FileKey::generate(Algorithm::Es256).unwrap();
    let header = json!({
        "alg": "ES256", "kid": ours.kid(), "jwk": attacker.public_jwk().to_json(),
        "jku": "https://attacker.example/jwks", "x5u": "https://attacker.example/c", "x5c": ["AA"],
    })
    .to_string();
    let find = |kid: &str| (kid == ours.kid()).then(|| ours.public_jwk().clone());
    let forged = signed_with_header(&attacker, &header);
    assert_eq!(verify_by_kid(&forged, None, find), Err(VerifyError::Signature));
    let honest = signed_with_header(&ours, &header);
    assert!(
        verify_by_kid(&honest, None, find).is_ok(),
        "the members do not disturb either"
    );
}

#[test]
fn a_token_without_a_known_kid_finds_no_key() {
    let key = FileKey::generate(Algorithm::Es256).unwrap();
    let unnamed = signed_with_header(&key, r#"{"alg":"ES256"}"#);
    let any = |_: &str| Some(key.public_jwk().clone());
    assert_eq!(verify_by_kid(&unnamed, None, any), Err(VerifyError::UnknownKey));
    let named = sign(&key, "JWT", &json!({})).unwrap();
    assert_eq!(verify_by_kid(&named, None, |_| None), Err(VerifyError::UnknownKey));
    assert!(verify_by_kid(&named, None, any).is_ok());
}

#[test]
fn a_token_of_another_kind_is_refused() {
    let key = FileKey::generate(Algorithm::Es256).unwrap();
    let proof = sign(&key, "kiru-device-proof+jwt", &json!({})).unwrap();
    let plain = sign(&key, "JWT", &json!({})).unwrap();
    let untyped = signed_with_header(&key, r#"{"alg":"ES256"}"#);
    let check = |token: &str, typ| verify(token, typ, key.public_jwk()).map(|_| ());
    assert_eq!(check(&proof, Some("kiru-device-proof+jwt")), Ok(()));
    assert_eq!(check(&proof, None), Err(VerifyError::Type));
    assert_eq!(check(&proof, Some("at+jwt")), Err(VerifyError::Type));
    assert_eq!(check(&plain, Some("kiru-device-proof+jwt")), Err(VerifyError::Type));
    assert_eq!(check(&untyped, Some("kiru-device-proof+jwt")), Err(VerifyError::Type));
    assert_eq!(check(&untyped, None), Ok(()));
}

// FIPS 186-5 §6.4.2: r and s lie between 1 and the order less one.
#[test]
fn signatures_out_of_range_are_refused() {
    let good = decode(ES256_SIGNATURE);
    let (r, s) = good.split_at(32);
    let zero = [0_u8; 32];
    let full = [0xff_u8; 32];
    let (ec, header) = (key(ES256_KEY), r#"{"alg":"ES256"}"#);
    for (r, s) in [
        (&zero[..], s),
        (r, &zero),
        (&zero, &zero),
        (&ORDER, s),
        (r, &ORDER),
        (&full, s),
        (r, &full),
    ] {
        let token = token(header, &encode([r, s].concat()));
        assert_eq!(verify(&token, None, &ec), Err(VerifyError::Signature));
    }
}

#[test]
fn signatures_of_another_length_or_form_are_refused() {
    let good = decode(ES256_SIGNATURE);
    let (r, s) = good.split_at(32);
    // The same signature as ASN.1 DER; s has its high bit set and needs a zero before it.
    let der = [&[0x30, 0x45, 0x02, 0x20][..], r, &[0x02, 0x21, 0x00], s].concat();
    let (ec, header) = (key(ES256_KEY), r#"{"alg":"ES256"}"#);
    for signature in [
        &der[..],
        &good[1..],
        &good[..63],
        &[&[0], &good[..]].concat(),
        &[0; 64],
        &[0],
    ] {
        let token = token(header, &encode(signature));
        assert_eq!(verify(&token, None, &ec), Err(VerifyError::Signature));
    }
    let good = decode(RS256_SIGNATURE);
    let (rsa, header) = (key(RS256_KEY), r#"{"alg":"RS256"}"#);
    for signature in [
        &good[1..],
        &good[..255],
        &[&[0], &good[..]].concat(),
        &[0; 256],
        &[0xff; 256],
    ] {
        let token = token(header, &encode(signature));
        assert_eq!(verify(&token, None, &rsa), Err(VerifyError::Signature));
    }
}

proptest! {
    #[test]
    fn a_token_with_one_changed_character_never_verifies(
        rsa in any::<bool>(), at in any::<prop::sample::Index>(), new in "[A-Za-z0-9_.=-]",
    ) {
        let (token, key) = if rsa {
            (token(r#"{"alg":"RS256"}"#, RS256_SIGNATURE), key(RS256_KEY))
        } else {
            (token(r#"{"alg":"ES256"}"#, ES256_SIGNATURE), key(ES256_KEY))
        };
        let at = at.index(token.len());
        let mut changed = token.clone();
        changed.replace_range(at..=at, &new);
        prop_assume!(changed != token);
        prop_assert!(verify(&changed, None, &key).is_err());
    }

    #[test]
    fn a_token_with_something_inserted_or_cut_never_verifies(
        at in any::<prop::sample::Index>(), end in any::<prop::sample::Index>(), new in "[A-Za-z0-9_.= -]{0,5}",
    ) {
        let token = token(r#"{"alg":"ES256"}"#, ES256_SIGNATURE);
        let (a, b) = (at.index(token.len()), end.index(token.len()));
        let mut changed = token.clone();
        changed.replace_range(a.min(b)..a.max(b), &new);
        prop_assume!(changed != token);
        prop_assert!(verify(&changed, None, &key(ES256_KEY)).is_err());
    }
}
