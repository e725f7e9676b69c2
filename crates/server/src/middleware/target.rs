//! What a request is aimed at: host, path, method, and how much of it there is (OP-1, OP-5, RL-1).

use axum::extract::Request;
use http::header::{COOKIE, HOST};
use http::{HeaderMap, Method};

use super::Refusal;

/// `/authorize` carries whole requests in its query; nothing else of ours does.
const LONG_TARGET: usize = 16 * 1024;
const TARGET: usize = 8 * 1024;
const HEADERS: usize = 16 * 1024;
const PARAMETERS: usize = 64;
const COOKIES: usize = 50;
/// Colon, space, carriage return, line feed.
const FIELD_OVERHEAD: usize = 4;

/// The hosts that are answered.
pub(super) struct Hosts {
    allowed: Vec<String>,
    default_port: &'static str,
}

impl Hosts {
    pub(super) fn new(allowed: &[String], https: bool) -> Self {
        let default_port = if https { ":443" } else { ":80" };
        let without = |host: &String| host.strip_suffix(default_port).unwrap_or(host).to_owned();
        Self {
            allowed: allowed.iter().map(without).collect(),
            default_port,
        }
    }

    /// One host, said once, and one of ours (RFC 9112 §3.2, RFC 9113 §8.3.1). Nothing is ever built from it.
    pub(super) fn check(&self, request: &Request) -> Result<(), Refusal> {
        let mut lines = request.headers().get_all(HOST).iter();
        let line = lines
            .next()
            .map(|line| line.to_str().map_err(|_| Refusal::Host))
            .transpose()?;
        if lines.next().is_some() {
            return Err(Refusal::Host);
        }
        let target = request.uri().authority().map(http::uri::Authority::as_str);
        let named = target.or(line).ok_or(Refusal::Host)?;
        if line.is_some_and(|line| !line.eq_ignore_ascii_case(named)) {
            return Err(Refusal::Host);
        }
        let named = named.to_ascii_lowercase();
        let named = named.strip_suffix(self.default_port).unwrap_or(&named);
        if self.allowed.iter().any(|host| host == named) {
            Ok(())
        } else {
            Err(Refusal::Misdirected)
        }
    }
}

/// Methods that reflect or tunnel have no place here.
pub(super) fn check_method(method: &Method) -> Result<(), Refusal> {
    let tunnels =
        *method == Method::TRACE || *method == Method::CONNECT || method.as_str().eq_ignore_ascii_case("track");
    if tunnels { Err(Refusal::Method) } else { Ok(()) }
}

/// Routing sees the very bytes that were sent: no path of ours needs an escape, a parameter, a dot segment or an empty
/// segment, so whatever has one names nothing.
pub(super) fn check_path(path: &str) -> Result<(), Refusal> {
    let odd = |c: char| matches!(c, '%' | ';' | '\\') || !c.is_ascii_graphic();
    let dotted = path.split('/').any(|segment| segment == "." || segment == "..");
    if !path.starts_with('/') || path.contains(odd) || path.contains("//") || dotted {
        return Err(Refusal::NoSuchPage);
    }
    Ok(())
}

/// Target, parameters and headers within their limits.
pub(super) fn check_size(request: &Request) -> Result<(), Refusal> {
    let uri = request.uri();
    let limit = if uri.path() == "/authorize" {
        LONG_TARGET
    } else {
        TARGET
    };
    if uri.path_and_query().map_or(0, |target| target.as_str().len()) > limit {
        return Err(Refusal::TargetTooLong);
    }
    if uri.query().map_or(0, |query| query.split('&').count()) > PARAMETERS {
        return Err(Refusal::TooManyParameters);
    }
    let field =
        |(name, value): (&http::HeaderName, &http::HeaderValue)| name.as_str().len() + value.len() + FIELD_OVERHEAD;
    if request.headers().iter().map(field).sum::<usize>() > HEADERS {
        return Err(Refusal::HeadersTooLarge);
    }
    Ok(())
}

/// Too many cookies are refused, and the answer clears those of old flows, so that the next try passes.
pub(super) fn check_cookies(headers: &HeaderMap) -> Result<(), Refusal> {
    let names = cookie_names(headers);
    if names.len() <= COOKIES {
        return Ok(());
    }
    let of_flows = names
        .into_iter()
        .filter(|name| is_of_a_flow(name))
        .map(str::to_owned)
        .collect();
    Err(Refusal::TooManyCookies { of_flows })
}

fn cookie_names(headers: &HeaderMap) -> Vec<&str> {
    let lines = headers.get_all(COOKIE).iter().map(|line| line.to_str().unwrap_or(""));
    lines
        .flat_map(|line| line.split(';'))
        .map(|pair| pair.split('=').next().unwrap_or("").trim())
        .collect()
}

fn is_of_a_flow(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    name.starts_with("__Host-kiru_flow_") && name.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use proptest::prelude::*;

    use super::*;

    fn request(uri: &str, hosts: &[&str]) -> Request {
        let mut builder = Request::builder().uri(uri);
        for host in hosts {
            builder = builder.header(HOST, *host);
        }
        builder.body(Body::empty()).unwrap()
    }

    fn hosts() -> Hosts {
        Hosts::new(&["id.edu.kz".to_owned(), "id.internal:8443".to_owned()], true)
    }

    #[test]
    fn an_allowed_host_is_answered_with_or_without_its_default_port() {
        for host in ["id.edu.kz", "ID.edu.kz", "id.edu.kz:443", "id.internal:8443"] {
            assert_eq!(hosts().check(&request("/", &[host])), Ok(()), "{host}");
        }
        assert_eq!(hosts().check(&request("https://id.edu.kz/", &["id.edu.kz"])), Ok(()));
        assert_eq!(hosts().check(&request("https://id.edu.kz/", &[])), Ok(()));
    }

    #[test]
    fn another_host_is_misdirected() {
        for host in [
            "evil.kz",
            "id.edu.kz.evil.kz",
            "id.edu.kz:8443",
            "id.internal",
            "user@id.edu.kz",
            "",
            "id.edu.kz.",
        ] {
            assert_eq!(
                hosts().check(&request("/", &[host])),
                Err(Refusal::Misdirected),
                "{host}"
            );
        }
        assert_eq!(
            hosts().check(&request("https://evil.kz/", &[])),
            Err(Refusal::Misdirected)
        );
    }

    #[test]
    fn a_host_that_is_absent_doubled_or_contradicted_is_no_host() {
        assert_eq!(hosts().check(&request("/", &[])), Err(Refusal::Host));
        assert_eq!(
            hosts().check(&request("/", &["id.edu.kz", "id.edu.kz"])),
            Err(Refusal::Host)
        );
        assert_eq!(
            hosts().check(&request("https://id.edu.kz/", &["evil.kz"])),
            Err(Refusal::Host)
        );
    }

    #[test]
    fn a_path_with_tricks_names_nothing() {
        for path in [
            "/flow%2fx",
            "/flow/%2e%2e/x",
            "/a;b",
            "/a/../b",
            "/a/./b",
            "/..",
            "//a",
            "/a//b",
            "/a\\b",
            "*",
            "",
            "/a%00",
        ] {
            assert_eq!(check_path(path), Err(Refusal::NoSuchPage), "{path}");
        }
        for path in [
            "/",
            "/.well-known/openid-configuration",
            "/assets/0123-style.css",
            "/flow/0198c0de-0000-7000-8000-000000000000/eds",
        ] {
            assert_eq!(check_path(path), Ok(()), "{path}");
        }
    }

    #[test]
    fn only_the_authorization_endpoint_takes_a_long_target() {
        let long = format!("?x={}", "a".repeat(10_000));
        assert_eq!(check_size(&request(&format!("/authorize{long}"), &[])), Ok(()));
        assert_eq!(
            check_size(&request(&format!("/token{long}"), &[])),
            Err(Refusal::TargetTooLong)
        );
        let longer = format!("/authorize?x={}", "a".repeat(16_400));
        assert_eq!(check_size(&request(&longer, &[])), Err(Refusal::TargetTooLong));
        let many = format!("/authorize?{}", vec!["a=b"; 65].join("&"));
        assert_eq!(check_size(&request(&many, &[])), Err(Refusal::TooManyParameters));
    }

    #[test]
    fn headers_and_cookies_have_limits() {
        let mut large = request("/", &[]);
        large.headers_mut().insert("x", "a".repeat(16 * 1024).parse().unwrap());
        assert_eq!(check_size(&large), Err(Refusal::HeadersTooLarge));
        let cookies = |count: usize| {
            let pairs: Vec<_> = (0..count)
                .map(|number| format!("__Host-kiru_flow_{number:08x}=v"))
                .collect();
            HeaderMap::from_iter([(COOKIE, pairs.join("; ").parse().unwrap())])
        };
        assert_eq!(check_cookies(&cookies(50)), Ok(()));
        assert!(
            matches!(check_cookies(&cookies(51)), Err(Refusal::TooManyCookies { of_flows }) if of_flows.len() == 51)
        );
    }

    #[test]
    fn methods_that_reflect_or_tunnel_are_refused() {
        for method in ["TRACE", "CONNECT", "TRACK", "Track"] {
            assert_eq!(check_method(&method.parse().unwrap()), Err(Refusal::Method), "{method}");
        }
        assert_eq!(check_method(&Method::OPTIONS), Ok(()));
    }

    proptest! {
        #[test]
        fn an_accepted_path_has_one_reading(path in "[ -~]{0,40}") {
            if check_path(&path).is_ok() {
                prop_assert!(path.starts_with('/') && !path.contains('%') && !path.contains("/../") && !path.contains("//"));
            }
        }
    }
}
