//! Request parameters: `application/x-www-form-urlencoded`, in a query or a body (RFC 6749 appendix B).

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use http::HeaderMap;
use http::header::CONTENT_TYPE;

/// The most parameters of one request (security rule RL-1).
const MAX_PARAMETERS: usize = 64;
/// The largest query or form body, bytes (security rule RL-1).
pub(crate) const MAX_BODY: usize = 64 * 1024;

/// Decoded parameters, in the order they came. Holds secrets, so it is never printed.
#[derive(Default)]
pub struct Parameters(Vec<(String, String)>);

/// Why a request's parameters are not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParameterError {
    /// The body is not announced as a form.
    #[error("the body must be application/x-www-form-urlencoded")]
    ContentType,
    /// Larger than 64 KiB, or the body ended early.
    #[error("the request is too large or incomplete")]
    Size,
    /// More than 64 parameters.
    #[error("the request has too many parameters")]
    Count,
    /// A percent sign without two hexadecimal digits, or bytes that are not UTF-8.
    #[error("the request is not form encoded UTF-8")]
    Encoding,
    /// A parameter that we know came twice (RFC 6749 §3.1).
    #[error("the parameter {0} is repeated")]
    Repeated(&'static str),
}

impl Parameters {
    /// Reads a query or a body.
    ///
    /// # Errors
    /// It breaks a limit or is not form encoded.
    pub fn parse(text: &[u8]) -> Result<Self, ParameterError> {
        if text.len() > MAX_BODY {
            return Err(ParameterError::Size);
        }
        let mut pairs = Vec::new();
        for pair in text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            if pairs.len() == MAX_PARAMETERS {
                return Err(ParameterError::Count);
            }
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let name = decode(halves.next().unwrap_or_default())?;
            let value = decode(halves.next().unwrap_or_default())?;
            pairs.push((name, value));
        }
        Ok(Self(pairs))
    }

    /// Reads a posted form.
    ///
    /// # Errors
    /// It has another media type, breaks a limit, or is not form encoded.
    pub fn from_form(headers: &HeaderMap, body: Result<Bytes, BytesRejection>) -> Result<Self, ParameterError> {
        if !is_form(headers) {
            return Err(ParameterError::ContentType);
        }
        Self::parse(&body.map_err(|_| ParameterError::Size)?)
    }

    /// The value of a parameter. One without a value counts as omitted (RFC 6749 §3.1).
    ///
    /// # Errors
    /// It came more than once.
    pub fn get(&self, name: &'static str) -> Result<Option<&str>, ParameterError> {
        let mut values = self
            .0
            .iter()
            .filter(|(known, _)| known == name)
            .map(|(_, value)| value.as_str());
        let first = values.next();
        if values.next().is_some() {
            return Err(ParameterError::Repeated(name));
        }
        Ok(first.filter(|value| !value.is_empty()))
    }
}

/// Whether the one media type is that of a form; parameters such as `charset` may follow.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let (Some(only), None) = (values.next(), values.next()) else {
        return false;
    };
    let media_type = only.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default();
    media_type
        .trim_ascii()
        .eq_ignore_ascii_case(b"application/x-www-form-urlencoded")
}

/// Decodes one name or value; unlike the browsers' parser it replaces nothing.
pub(crate) fn decode(text: &[u8]) -> Result<String, ParameterError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let high = rest.next().copied().and_then(digit).ok_or(ParameterError::Encoding)?;
                let low = rest.next().copied().and_then(digit).ok_or(ParameterError::Encoding)?;
                (high << 4) | low
            }
            other => *other,
        });
    }
    String::from_utf8(bytes).map_err(|_| ParameterError::Encoding)
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn get(text: &str, name: &'static str) -> Result<Option<String>, ParameterError> {
        Parameters::parse(text.as_bytes())?
            .get(name)
            .map(|value| value.map(str::to_owned))
    }

    #[test]
    fn values_are_decoded_and_order_does_not_matter() {
        assert_eq!(get("a=1&state=x%2By+z%3D&b", "state"), Ok(Some("x+y z=".to_owned())));
        assert_eq!(get("state=a=b", "state"), Ok(Some("a=b".to_owned())));
        assert_eq!(get("&&state=1&&", "state"), Ok(Some("1".to_owned())));
    }

    #[test]
    fn a_parameter_without_value_counts_as_omitted() {
        assert_eq!(get("state=", "state"), Ok(None));
        assert_eq!(get("state", "state"), Ok(None));
        assert_eq!(get("", "state"), Ok(None));
    }

    #[test]
    fn a_repeated_parameter_is_refused_and_a_repeated_unknown_one_ignored() {
        assert_eq!(get("state=1&state=1", "state"), Err(ParameterError::Repeated("state")));
        assert_eq!(get("state=&state=1", "state"), Err(ParameterError::Repeated("state")));
        assert_eq!(
            get("state=1&st%61te=2", "state"),
            Err(ParameterError::Repeated("state"))
        );
        assert_eq!(get("x=1&x=2&state=1", "state"), Ok(Some("1".to_owned())));
    }

    #[test]
    fn broken_encodings_are_refused() {
        for text in ["a=%", "a=%4", "a=%zz", "%ff=1", "a=%C3%28", "a=\u{0}%8"] {
            assert_eq!(get(text, "a"), Err(ParameterError::Encoding), "{text}");
        }
    }

    #[test]
    fn limits_hold() {
        let many = "a=1&".repeat(65);
        assert_eq!(get(&many, "b"), Err(ParameterError::Count));
        let large = format!("a={}", "x".repeat(MAX_BODY));
        assert_eq!(get(&large, "a"), Err(ParameterError::Size));
    }

    #[test]
    fn only_a_form_is_read_from_a_body() {
        let post = |media_type: &'static str| {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, http::HeaderValue::from_static(media_type))]);
            Parameters::from_form(&headers, Ok(Bytes::from_static(b"a=1"))).map(drop)
        };
        assert_eq!(post("application/x-www-form-urlencoded"), Ok(()));
        assert_eq!(post("Application/X-WWW-Form-Urlencoded; charset=UTF-8"), Ok(()));
        assert_eq!(post("application/json"), Err(ParameterError::ContentType));
        assert_eq!(post("multipart/form-data"), Err(ParameterError::ContentType));
        let bare = Parameters::from_form(&HeaderMap::new(), Ok(Bytes::new())).map(drop);
        assert_eq!(bare, Err(ParameterError::ContentType));
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(parameters) = Parameters::parse(&bytes) {
                let _ = parameters.get("state");
            }
        }

        #[test]
        fn what_was_encoded_comes_back(value in "\\PC{1,60}") {
            let query: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("state", &value).finish();
            prop_assert_eq!(get(&query, "state"), Ok(Some(value)));
        }
    }
}
