use authority::time::{Timestamp, minutes, seconds};
use serde_json::{Map, Value, json};

use super::{ClaimError, audience, equals, expires_at, issued_at, left_half_hash, not_before, text};
use crate::algorithm::Algorithm;

const NOW: i64 = 1_795_262_400;

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(NOW)
}

fn claims(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

#[test]
fn an_expiry_is_required_and_must_not_be_past() {
    let check = |value| expires_at(&claims(&value), now());
    assert_eq!(
        check(json!({"exp": NOW + 1})),
        Ok(Timestamp::from_unix_seconds(NOW + 1))
    );
    assert_eq!(
        check(json!({"exp": NOW - 14})),
        Ok(Timestamp::from_unix_seconds(NOW - 14))
    );
    assert_eq!(check(json!({"exp": NOW - 15})), Err(ClaimError::Expired));
    assert_eq!(check(json!({"exp": 0})), Err(ClaimError::Expired));
    assert_eq!(check(json!({})), Err(ClaimError::Missing("exp")));
}

#[test]
fn a_time_is_a_whole_number_within_bounds() {
    let far = 253_402_300_800_i64;
    for value in [
        json!(null),
        json!("1795262400"),
        json!(1_795_262_400.0),
        json!(1.5),
        json!(-1),
        json!(far),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(1e300),
        json!([NOW]),
        json!(true),
    ] {
        let with = |name: &str| claims(&json!({ name: value }));
        assert_eq!(
            expires_at(&with("exp"), now()),
            Err(ClaimError::Malformed("exp")),
            "{value}"
        );
        assert_eq!(
            issued_at(&with("iat"), minutes(1), now()),
            Err(ClaimError::Malformed("iat")),
            "{value}"
        );
        assert_eq!(
            not_before(&with("nbf"), now()),
            Err(ClaimError::Malformed("nbf")),
            "{value}"
        );
    }
    assert!(expires_at(&claims(&json!({"exp": far - 1})), now()).is_ok());
}

#[test]
fn an_issue_time_is_required_and_neither_ahead_nor_stale() {
    let check = |value| issued_at(&claims(&value), seconds(60), now());
    assert!(check(json!({"iat": NOW})).is_ok());
    assert!(check(json!({"iat": NOW + 15})).is_ok());
    assert_eq!(check(json!({"iat": NOW + 16})), Err(ClaimError::Future("iat")));
    assert!(check(json!({"iat": NOW - 75})).is_ok());
    assert_eq!(check(json!({"iat": NOW - 76})), Err(ClaimError::Stale));
    assert_eq!(check(json!({})), Err(ClaimError::Missing("iat")));
}

#[test]
fn not_before_may_be_absent_but_not_ahead() {
    let check = |value| not_before(&claims(&value), now());
    assert_eq!(check(json!({})), Ok(()));
    assert_eq!(check(json!({"nbf": NOW + 15})), Ok(()));
    assert_eq!(check(json!({"nbf": NOW + 16})), Err(ClaimError::Future("nbf")));
}

#[test]
fn a_text_claim_is_compared_exactly() {
    let claims = claims(&json!({"iss": "https://a.example", "n": 1, "empty": ""}));
    assert_eq!(equals(&claims, "iss", "https://a.example"), Ok(()));
    assert_eq!(
        equals(&claims, "iss", "https://a.example/"),
        Err(ClaimError::Unequal("iss"))
    );
    assert_eq!(
        equals(&claims, "iss", "HTTPS://a.example"),
        Err(ClaimError::Unequal("iss"))
    );
    assert_eq!(text(&claims, "n"), Err(ClaimError::Malformed("n")));
    assert_eq!(text(&claims, "empty"), Err(ClaimError::Malformed("empty")));
    assert_eq!(text(&claims, "sub"), Err(ClaimError::Missing("sub")));
}

#[test]
fn the_audience_is_exactly_one() {
    let check = |value| audience(&claims(&value), "me");
    assert_eq!(check(json!({"aud": "me"})), Ok(()));
    assert_eq!(check(json!({"aud": ["me"]})), Ok(()));
    assert_eq!(check(json!({"aud": "you"})), Err(ClaimError::Unequal("aud")));
    assert_eq!(check(json!({"aud": ["me", "you"]})), Err(ClaimError::Unequal("aud")));
    assert_eq!(check(json!({"aud": []})), Err(ClaimError::Unequal("aud")));
    assert_eq!(check(json!({"aud": [1]})), Err(ClaimError::Malformed("aud")));
    assert_eq!(check(json!({"aud": {"me": 1}})), Err(ClaimError::Malformed("aud")));
    assert_eq!(check(json!({})), Err(ClaimError::Missing("aud")));
}

// OIDC Core appendix A.3 and A.4: the values of the examples there.
#[test]
fn hashes_agree_with_the_examples_of_the_specification() {
    let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
    let code = "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk";
    for algorithm in Algorithm::ALL {
        assert_eq!(left_half_hash(algorithm, token), "77QmUPtjPfzWtF2AnpK9RQ");
        assert_eq!(left_half_hash(algorithm, code), "LDktKdoQak3Pk0cnXxCltA");
    }
}
