//! The headers of the draft (structured fields, RFC 9651). Values of ours and of browsers are strings without escapes.

use http::{HeaderMap, HeaderName, HeaderValue};

/// Offers a registration.
pub(super) const REGISTRATION: HeaderName = HeaderName::from_static("secure-session-registration");
/// Brings a challenge.
pub(super) const CHALLENGE: HeaderName = HeaderName::from_static("secure-session-challenge");
/// Brings the signed token.
pub(super) const RESPONSE: HeaderName = HeaderName::from_static("secure-session-response");
/// Names the session that asks for its next cookie. No script can send it.
pub(super) const SESSION_ID: HeaderName = HeaderName::from_static("sec-secure-session-id");

/// The value of [`REGISTRATION`]: keys on P-256 only.
pub(super) fn registration(path: &str, challenge: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("(ES256);path=\"{path}\";challenge=\"{challenge}\"")).ok()
}

/// The value of [`CHALLENGE`].
pub(super) fn challenge(challenge: &str, session: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("\"{challenge}\";id=\"{session}\"")).ok()
}

/// The string in the one header of that name; parameters are ignored. Browsers of earlier drafts left the quotation marks
/// out. `None` when it is absent, doubled or no string.
pub(super) fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?.trim();
    if values.next().is_some() {
        return None;
    }
    let text = match value.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"')?.0,
        None => value.split(';').next()?.trim_end(),
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (!text.is_empty() && text.bytes().all(plain)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(RESPONSE, HeaderValue::from_str(value).unwrap());
        }
        text(&headers, &RESPONSE).map(str::to_owned)
    }

    #[test]
    fn a_string_is_read_with_and_without_quotation_marks_and_parameters_are_ignored() {
        for value in [
            "\"a.b-c_1\"",
            "a.b-c_1",
            "\"a.b-c_1\";x=1",
            "a.b-c_1;x=1",
            " \"a.b-c_1\" ",
        ] {
            assert_eq!(read(&[value]).as_deref(), Some("a.b-c_1"), "{value}");
        }
    }

    #[test]
    fn absent_doubled_or_strange_values_are_none() {
        for values in [
            &[][..],
            &["\"a\"", "\"a\""],
            &["\"a"],
            &["\"\""],
            &[""],
            &["\"a b\""],
            &["\"a\\\"b\""],
            &["a, b"],
            &[":YQ==:"],
        ] {
            assert_eq!(read(values), None, "{values:?}");
        }
    }

    #[test]
    fn our_headers_have_the_form_of_the_draft() {
        assert_eq!(
            registration("/dbsc/registration", "c").unwrap(),
            "(ES256);path=\"/dbsc/registration\";challenge=\"c\""
        );
        assert_eq!(challenge("c", "s").unwrap(), "\"c\";id=\"s\"");
    }
}
