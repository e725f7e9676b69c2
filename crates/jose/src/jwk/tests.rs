use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{JwkError, P256_SPKI, PublicJwk};
use crate::algorithm::Algorithm;
use crate::signer::{FileKey, Signer as _};

// RFC 7638 §3.1.
const N: &str = concat!(
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZ",
    "CiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJ",
    "ZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBn",
    "iIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
);
const X: &str = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
const Y: &str = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";

fn parse(value: &Value) -> Result<PublicJwk, JwkError> {
    PublicJwk::parse(value.to_string().as_bytes())
}

fn rsa() -> Value {
    json!({"kty": "RSA", "n": N, "e": "AQAB"})
}

fn ec() -> Value {
    json!({"kty": "EC", "crv": "P-256", "x": X, "y": Y})
}

fn with(mut key: Value, name: &str, value: Value) -> Value {
    key[name] = value;
    key
}

fn encode(bytes: &[u8]) -> Value {
    json!(URL_SAFE_NO_PAD.encode(bytes))
}

#[test]
fn the_thumbprint_agrees_with_rfc_7638() {
    let key = parse(&with(with(rsa(), "alg", json!("RS256")), "kid", json!("2011-04-29"))).unwrap();
    assert_eq!(key.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    assert_eq!(key.algorithm(), Algorithm::Rs256);
}

#[test]
fn a_key_nests_at_most_thirty_two_levels() {
    let nested = |levels: usize| (1..levels).fold(json!(1), |inside, _| json!([inside]));
    assert!(parse(&with(ec(), "x-other", nested(32))).is_ok());
    assert_eq!(
        parse(&with(ec(), "x-other", nested(33))).err(),
        Some(JwkError::Malformed)
    );
}

#[test]
fn a_key_survives_its_json() {
    for value in [rsa(), ec()] {
        let key = parse(&value).unwrap();
        assert_eq!(key.to_json(), value);
        assert_eq!(parse(&key.to_json()).unwrap(), key);
    }
}

#[test]
fn what_a_browser_exports_is_read() {
    let exported = json!({"crv": "P-256", "ext": true, "key_ops": ["verify"], "kty": "EC", "x": X, "y": Y});
    assert_eq!(parse(&exported).unwrap(), parse(&ec()).unwrap());
}

#[test]
fn private_and_symmetric_members_are_refused() {
    for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        assert_eq!(
            parse(&with(rsa(), name, json!("AQAB"))).err(),
            Some(JwkError::Private),
            "{name}"
        );
        assert_eq!(
            parse(&with(ec(), name, json!(null))).err(),
            Some(JwkError::Private),
            "{name}"
        );
    }
    assert_eq!(
        parse(&json!({"kty": "oct", "k": "AAAA"})).err(),
        Some(JwkError::Private)
    );
}

#[test]
fn other_key_types_are_refused() {
    for key in [
        json!({"kty": "oct"}),
        json!({"kty": "OKP", "crv": "Ed25519", "x": X}),
        json!({"kty": "EC", "x": X, "y": Y}),
        json!({"kty": "rsa", "n": N, "e": "AQAB"}),
        with(ec(), "crv", json!("P-384")),
        with(ec(), "crv", json!("secp256k1")),
    ] {
        assert_eq!(parse(&key).err(), Some(JwkError::KeyType), "{key}");
    }
    assert_eq!(parse(&json!({})).err(), Some(JwkError::Member("kty")));
    assert_eq!(parse(&json!({"kty": 1})).err(), Some(JwkError::Member("kty")));
}

#[test]
fn an_rsa_modulus_has_2048_to_8192_bits_and_is_odd() {
    let modulus = |len: usize, first: u8, last: u8| {
        let mut bytes = vec![0x55_u8; len];
        bytes[0] = first;
        bytes[len - 1] = last;
        parse(&with(rsa(), "n", encode(&bytes))).err()
    };
    assert_eq!(modulus(256, 0x80, 1), None);
    assert_eq!(modulus(1024, 0xff, 1), None);
    for (len, first, last) in [
        (255, 0xff, 1),
        (256, 0x7f, 1),
        (1025, 1, 1),
        (257, 0, 1),
        (256, 0x80, 2),
        (128, 0xff, 1),
    ] {
        assert_eq!(
            modulus(len, first, last),
            Some(JwkError::Modulus),
            "{len} {first} {last}"
        );
    }
    assert_eq!(parse(&with(rsa(), "n", json!(""))).err(), Some(JwkError::Modulus));
    assert_eq!(
        parse(&with(rsa(), "n", json!("A=="))).err(),
        Some(JwkError::Member("n"))
    );
    assert_eq!(
        parse(&with(rsa(), "n", json!(65_537))).err(),
        Some(JwkError::Member("n"))
    );
}

#[test]
fn an_rsa_exponent_is_odd_and_at_least_65537() {
    let exponent = |bytes: &[u8]| parse(&with(rsa(), "e", encode(bytes))).err();
    assert_eq!(exponent(&[1, 0, 3]), None);
    assert_eq!(exponent(&[1, 0xff, 0xff, 0xff, 0xff]), None);
    for bytes in [
        &[][..],
        &[1],
        &[3],
        &[0xff, 0xff],
        &[1, 0, 0],
        &[1, 0, 2],
        &[0, 1, 0, 1],
        &[2, 0, 0, 0, 1],
        &[1, 0, 0, 0, 0, 0, 1],
        &[0],
    ] {
        assert_eq!(exponent(bytes), Some(JwkError::Exponent), "{bytes:?}");
    }
}

#[test]
fn a_point_lies_on_the_curve_and_has_full_length() {
    let coordinates = |x: &[u8], y: &[u8]| parse(&with(with(ec(), "x", encode(x)), "y", encode(y))).err();
    let x = URL_SAFE_NO_PAD.decode(X).unwrap();
    let y = URL_SAFE_NO_PAD.decode(Y).unwrap();
    assert_eq!(coordinates(&x, &y), None);
    assert_eq!(coordinates(&y, &x), Some(JwkError::NotOnCurve));
    assert_eq!(coordinates(&x, &x), Some(JwkError::NotOnCurve));
    assert_eq!(coordinates(&[0; 32], &[0; 32]), Some(JwkError::NotOnCurve));
    assert_eq!(coordinates(&[0xff; 32], &y), Some(JwkError::NotOnCurve));
    assert_eq!(coordinates(&x[1..], &y), Some(JwkError::Member("x")));
    assert_eq!(coordinates(&[&[0], &x[..]].concat(), &y), Some(JwkError::Member("x")));
    assert_eq!(coordinates(&x, &[]), Some(JwkError::Member("y")));
    let mut wrong = y.clone();
    wrong[31] ^= 1;
    assert_eq!(coordinates(&x, &wrong), Some(JwkError::NotOnCurve));
}

#[test]
fn a_key_meant_for_something_else_is_refused() {
    for (name, value) in [
        ("use", json!("enc")),
        ("use", json!(null)),
        ("key_ops", json!(["sign"])),
        ("key_ops", json!([])),
        ("key_ops", json!("verify")),
        ("alg", json!("PS256")),
        ("alg", json!("none")),
        ("alg", json!("HS256")),
    ] {
        assert_eq!(
            parse(&with(rsa(), name, value.clone())).err(),
            Some(JwkError::Purpose),
            "{name} {value}"
        );
        assert_eq!(
            parse(&with(ec(), name, value.clone())).err(),
            Some(JwkError::Purpose),
            "{name} {value}"
        );
    }
    assert_eq!(parse(&with(ec(), "alg", json!("RS256"))).err(), Some(JwkError::Purpose));
    assert!(parse(&with(ec(), "use", json!("sig"))).is_ok());
}

#[test]
fn what_is_no_small_object_is_refused() {
    for text in [
        "",
        "[]",
        "null",
        r#"{"kty":"EC","kty":"EC"}"#,
        &format!(r#"{{"a":"{}"}}"#, "x".repeat(8192)),
    ] {
        assert_eq!(PublicJwk::parse(text.as_bytes()).err(), Some(JwkError::Malformed));
    }
}

#[test]
fn debug_output_names_the_key_without_spilling_it() {
    let key = FileKey::generate(Algorithm::Es256).unwrap();
    let text = format!("{:?}", key.public_jwk());
    assert!(text.contains(key.kid()) && text.len() < 200, "{text}");
}

proptest! {
    #[test]
    fn any_bytes_are_answered_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = PublicJwk::parse(&bytes);
    }

    #[test]
    fn any_members_are_answered_without_panic(
        kty in "RSA|EC|oct", n in "[A-Za-z0-9_-]{0,400}", e in "[A-Za-z0-9_-]{0,12}", x in "[A-Za-z0-9_-]{42,44}",
    ) {
        let _ = parse(&json!({"kty": kty, "crv": "P-256", "n": n, "e": e, "x": x, "y": x}));
    }
}

#[test]
fn a_subject_public_key_info_of_p256_is_read_and_any_other_is_not() {
    // openssl ecparam -name prime256v1 -genkey | openssl pkey -pubout -outform DER
    let der = [P256_SPKI.as_slice(), &GENERATOR].concat();
    let key = PublicJwk::from_p256_spki(&der).unwrap();
    assert_eq!(key.algorithm(), Algorithm::Es256);
    assert!(PublicJwk::from_p256_spki(&der[..der.len() - 1]).is_err());
    assert!(PublicJwk::from_p256_spki(&[der.as_slice(), &[0]].concat()).is_err());
    assert!(PublicJwk::from_p256_spki(&der[1..]).is_err());
    let mut off_the_curve = der;
    *off_the_curve.last_mut().unwrap() ^= 1;
    assert!(matches!(
        PublicJwk::from_p256_spki(&off_the_curve),
        Err(JwkError::NotOnCurve)
    ));
}

/// The base point of P-256 (SEC 2 §2.4.2), which is a point of the curve.
const GENERATOR: [u8; 64] = [
    0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d,
    0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a,
    0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb,
    0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
];
