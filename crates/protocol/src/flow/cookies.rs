//! Cookies (RFC 6265 §5.4), read strictly: whatever is doubtful counts as absent (security rule SE-2).

use std::time::Duration;

use authority::ids::{DeviceId, InteractionId};
use authority::secret::PlainToken;
use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

/// The cookie of a signed-in browser.
pub const SESSION_COOKIE: &str = "__Host-kiru_session";
/// The language a person chose before anybody was signed in.
pub const LOCALE_COOKIE: &str = "__Host-kiru_locale";
const OUR_PREFIX: &str = "__Host-kiru_";
const FLOW_PREFIX: &str = "__Host-kiru_flow_";
const DEVICE_PREFIX: &str = "__Host-kiru_device_";

/// The most cookies of one request (security rule RL-1).
const MAX_COOKIES: usize = 50;

/// The cookie of one interaction: named after the random end of its identifier (the beginning is the time, which two
/// tabs share), so that several flows in one browser do not disturb each other.
pub fn flow_cookie_name(id: InteractionId) -> String {
    let text = id.to_string();
    let end = text.get(24..).unwrap_or_default();
    format!("{FLOW_PREFIX}{end}")
}

/// The cookie of a bound device.
pub fn device_cookie_name(id: DeviceId) -> String {
    format!("{DEVICE_PREFIX}{id}")
}

/// A `Set-Cookie` value: `__Host-` names need `Secure` and `Path=/` (RFC 6265bis §4.1.3.2). Without `max_age` the cookie
/// ends with the browser.
pub fn set_cookie(name: &str, value: &str, max_age: Option<Duration>) -> Option<HeaderValue> {
    let age = max_age
        .map(|age| format!("; Max-Age={}", age.as_secs()))
        .unwrap_or_default();
    HeaderValue::from_str(&format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{age}")).ok()
}

/// A `Set-Cookie` value that removes the cookie.
pub fn clear_cookie(name: &str) -> Option<HeaderValue> {
    set_cookie(name, "", Some(Duration::ZERO))
}

/// The cookies of one request.
#[derive(Default)]
pub struct Cookies(Vec<(String, String)>);

impl Cookies {
    /// Reads all `Cookie` headers. More than 50 cookies, or bytes that are not visible ASCII, mean none at all.
    pub fn read(headers: &HeaderMap) -> Self {
        let mut cookies = Vec::new();
        for header in headers.get_all(COOKIE) {
            let Ok(text) = header.to_str() else {
                return Self::default();
            };
            for pair in text.split(';') {
                let Some((name, value)) = pair.trim_matches([' ', '\t']).split_once('=') else {
                    continue;
                };
                cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        if cookies.len() > MAX_COOKIES {
            Self::default()
        } else {
            Self(cookies)
        }
    }

    /// The value of the one cookie of that very name; two of one name mean none.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut values = self
            .0
            .iter()
            .filter(|(known, _)| known == name)
            .map(|(_, value)| value.as_str());
        let first = values.next()?;
        values.next().is_none().then_some(first)
    }

    /// The token in the one cookie of that name, if it has the form of one.
    pub fn token(&self, name: &str) -> Option<PlainToken> {
        self.get(name).and_then(|value| PlainToken::parse(value).ok())
    }

    /// Whether any of them is ours.
    pub(crate) fn has_ours(&self) -> bool {
        self.0.iter().any(|(name, _)| name.starts_with(OUR_PREFIX))
    }

    /// The device cookies, each with the device it claims to be; nothing is proven by them (security rule DB-1).
    pub fn devices(&self) -> Vec<(DeviceId, PlainToken)> {
        let names = self
            .0
            .iter()
            .filter_map(|(name, _)| Some((name, name.strip_prefix(DEVICE_PREFIX)?.parse().ok()?)));
        names.filter_map(|(name, id)| Some((id, self.token(name)?))).collect()
    }

    /// Names of the flow cookies in the order the browser lists them: the oldest first (RFC 6265 §5.4).
    pub(crate) fn flows(&self) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .map(|(name, _)| name.as_str())
            .filter(|name| name.starts_with(FLOW_PREFIX))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cookies(lines: &[&str]) -> Cookies {
        let values = lines
            .iter()
            .map(|line| (COOKIE, HeaderValue::from_bytes(line.as_bytes()).unwrap()));
        let mut headers = HeaderMap::new();
        for (name, value) in values {
            headers.append(name, value);
        }
        Cookies::read(&headers)
    }

    #[test]
    fn a_cookie_is_found_by_its_very_name() {
        let jar = cookies(&["a=1; __Host-kiru_session=abc; b=2", "c=x=y"]);
        assert_eq!(jar.get(SESSION_COOKIE), Some("abc"));
        assert_eq!(jar.get("__host-kiru_session"), None);
        assert_eq!(jar.get("c"), Some("x=y"));
    }

    #[test]
    fn a_doubled_cookie_is_none() {
        assert_eq!(
            cookies(&["__Host-kiru_session=a; __Host-kiru_session=a"]).get(SESSION_COOKIE),
            None
        );
        assert_eq!(
            cookies(&["__Host-kiru_session=a", "__Host-kiru_session=b"]).get(SESSION_COOKIE),
            None
        );
    }

    #[test]
    fn undecodable_or_too_many_cookies_are_none() {
        assert_eq!(cookies(&["__Host-kiru_session=a; x=\u{fc}"]).get(SESSION_COOKIE), None);
        let many = "x=1; ".repeat(50) + "__Host-kiru_session=a";
        assert_eq!(cookies(&[&many]).get(SESSION_COOKIE), None);
    }

    #[test]
    fn a_value_that_is_no_token_is_no_token() {
        assert!(cookies(&["__Host-kiru_session=short"]).token(SESSION_COOKIE).is_none());
        assert!(
            cookies(&[&format!("__Host-kiru_session={}", "a".repeat(43))])
                .token(SESSION_COOKIE)
                .is_some()
        );
    }

    #[test]
    fn device_cookies_name_their_device() {
        let id = "018f3b2a7c5d7e4f8a9b0c1d2e3f4a5b";
        let jar = cookies(&[&format!(
            "__Host-kiru_device_{id}={}; __Host-kiru_device_x=1",
            "b".repeat(43)
        )]);
        let devices = jar.devices();
        assert_eq!(devices.len(), 1);
        assert_eq!(devices[0].0.to_string(), id);
        assert_eq!(device_cookie_name(devices[0].0), format!("__Host-kiru_device_{id}"));
    }

    #[test]
    fn our_cookies_keep_the_promises_of_their_prefix() {
        let set = set_cookie(SESSION_COOKIE, "v", Some(authority::time::minutes(1))).unwrap();
        assert_eq!(
            set,
            "__Host-kiru_session=v; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=60"
        );
        assert_eq!(set_cookie("a", "b\r\nx: y", None), None);
    }

    proptest! {
        #[test]
        fn any_header_is_answered_without_panic(line in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(value) = HeaderValue::from_bytes(&line) {
                let jar = Cookies::read(&HeaderMap::from_iter([(COOKIE, value)]));
                let _ = (jar.get(SESSION_COOKIE), jar.devices(), jar.flows().count());
            }
        }
    }
}
