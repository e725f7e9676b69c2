use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use proptest::prelude::*;

use super::{CompactError, CompactJws, MAX_TOKEN_LEN};
use crate::algorithm::Algorithm;

fn token(header: &str, payload: &str) -> String {
    format!(
        "{}.{}.AAAA",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(payload)
    )
}

fn refusal(token: &str) -> Option<CompactError> {
    CompactJws::parse(token).err()
}

#[test]
fn a_token_in_its_only_form_is_read() {
    let token = token(r#"{"alg":"ES256","kid":"k","typ":"at+jwt","other":[1]}"#, r#"{"a":1}"#);
    let jws = CompactJws::parse(&token).unwrap();
    assert_eq!(jws.header().algorithm, Algorithm::Es256);
    assert_eq!(jws.header().kid.as_deref(), Some("k"));
    assert_eq!(jws.header().typ.as_deref(), Some("at+jwt"));
    assert_eq!(jws.signature(), [0, 0, 0]);
}

#[test]
fn header_and_payload_nest_at_most_thirty_two_levels() {
    let nested = |levels: usize| {
        format!(
            r#"{{"alg":"ES256","x":{}{}}}"#,
            "[".repeat(levels - 1),
            "]".repeat(levels - 1)
        )
    };
    assert_eq!(refusal(&token(&nested(32), &nested(32))), None);
    assert_eq!(refusal(&token(&nested(33), "{}")), Some(CompactError::Header));
    assert_eq!(refusal(&token(&nested(2), &nested(33))), Some(CompactError::Payload));
}

#[test]
fn there_are_exactly_three_segments() {
    for token in ["", "a", "e30.e30", "e30.e30.AA.AA", "e30.e30.AA.AA.AA", "e30.e30..AA"] {
        assert_eq!(refusal(token), Some(CompactError::Segments), "{token}");
    }
}

#[test]
fn segments_are_unpadded_base64url_and_not_empty() {
    let good = URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256"}"#);
    let spaced = URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256" }"#);
    let padded = URL_SAFE.encode(r#"{"alg":"ES256" }"#);
    let standard = STANDARD.encode(r#"{"alg":"ES256","??>>":"~~~"}"#);
    assert!(spaced.len() < padded.len() && standard.contains(['+', '/']));
    for token in [
        format!(".{}.AAAA", URL_SAFE_NO_PAD.encode("{}")),
        format!("{good}..AAAA"),
        format!("{good}.e30."),
        format!("{padded}.e30.AAAA"),
        format!("{standard}.e30.AAAA"),
        format!("{good}.e30=.AAAA"),
        format!("{good}.e30.AAAA\n"),
        format!(" {good}.e30.AAAA"),
        format!("{good}.e31.AAAA"), // trailing bits that are not zero
        format!("{good}.e30.AAA\u{e9}"),
    ] {
        assert_eq!(refusal(&token), Some(CompactError::Base64), "{token}");
    }
    assert_eq!(refusal(&format!("{spaced}.e30.AAAA")), None);
}

#[test]
fn header_and_payload_are_objects_with_distinct_names() {
    for header in [
        "",
        " ",
        "[]",
        "1",
        r#""ES256""#,
        r#"{"alg":"ES256","alg":"ES256"}"#,
        "{\"alg\"",
        "\u{feff}{}",
    ] {
        let expected = if header.is_empty() {
            CompactError::Base64
        } else {
            CompactError::Header
        };
        assert_eq!(refusal(&token(header, "{}")), Some(expected), "{header}");
    }
    for payload in [" ", "[]", "null", r#"{"a":1,"a":2}"#, r#"{"x":{"a":1,"a":2}}"#, "{}{}"] {
        let token = token(r#"{"alg":"ES256"}"#, payload);
        assert_eq!(refusal(&token), Some(CompactError::Payload), "{payload}");
    }
}

#[test]
fn extensions_are_refused() {
    for header in [
        r#"{"alg":"ES256","crit":["exp"],"exp":1}"#,
        r#"{"alg":"ES256","crit":[]}"#,
        r#"{"alg":"ES256","b64":false,"crit":["b64"]}"#,
        r#"{"alg":"ES256","b64":true}"#,
    ] {
        assert_eq!(refusal(&token(header, "{}")), Some(CompactError::Extension), "{header}");
    }
}

#[test]
fn an_algorithm_is_demanded() {
    for header in [
        "{}",
        r#"{"alg":null}"#,
        r#"{"alg":["ES256"]}"#,
        r#"{"alg":"none"}"#,
        r#"{"alg":"HS256"}"#,
    ] {
        assert_eq!(refusal(&token(header, "{}")), Some(CompactError::Algorithm), "{header}");
    }
}

#[test]
fn kid_and_typ_are_short_texts() {
    let header = |kid: &str| format!(r#"{{"alg":"ES256","kid":{kid}}}"#);
    let long = "\u{436}".repeat(128);
    assert_eq!(refusal(&token(&header(&format!("\"{long}\"")), "{}")), None);
    for kid in ["1", "null", "\"\"", "[\"a\"]", &format!("\"{long}x\"")] {
        assert_eq!(
            refusal(&token(&header(kid), "{}")),
            Some(CompactError::HeaderMember("kid")),
            "{kid}"
        );
    }
    let typ = token(r#"{"alg":"ES256","typ":1}"#, "{}");
    assert_eq!(refusal(&typ), Some(CompactError::HeaderMember("typ")));
}

#[test]
fn a_long_token_is_not_looked_at() {
    let fill = |len: usize| format!(r#"{{"a":"{}"}}"#, "x".repeat(len));
    assert_eq!(refusal(&token(r#"{"alg":"ES256"}"#, &fill(12_000))), None);
    assert_eq!(
        refusal(&token(r#"{"alg":"ES256"}"#, &fill(13_000))),
        Some(CompactError::TooLong)
    );
    assert_eq!(refusal(&".".repeat(MAX_TOKEN_LEN + 1)), Some(CompactError::TooLong));
}

#[test]
fn types_compare_as_media_types() {
    let is = |typ: &str, expected| {
        let token = token(&format!(r#"{{"alg":"ES256","typ":"{typ}"}}"#), "{}");
        CompactJws::parse(&token).unwrap().header().is_of_type(expected)
    };
    assert!(is("at+jwt", Some("at+jwt")));
    assert!(is("AT+JWT", Some("at+jwt")));
    assert!(is("application/at+jwt", Some("at+jwt")));
    assert!(is("jwt", None));
    assert!(!is("at+jwt", None));
    assert!(!is("text/at+jwt", Some("at+jwt")));
    assert!(!is("application/application/at+jwt", Some("at+jwt")));
    assert!(!is("", None));
    assert!(!is("JWT", Some("at+jwt")));
}

proptest! {
    #[test]
    fn any_text_is_answered_without_panic(text in ".{0,300}") {
        let _ = CompactJws::parse(&text);
    }

    #[test]
    fn anything_inside_the_segments_is_answered_without_panic(
        header in r#"[{}\[\]":,a-z0-9\\]{0,40}"#, payload in proptest::collection::vec(any::<u8>(), 0..60),
        signature in "[A-Za-z0-9_=-]{0,90}",
    ) {
        let token = format!("{}.{}.{signature}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let _ = CompactJws::parse(&token);
    }
}
