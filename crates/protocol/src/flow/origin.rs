//! Where a posted form came from (Fetch Metadata; Fetch §3.1; security rule SE-5).

use http::HeaderMap;
use http::header::ORIGIN;

/// The form was posted from another site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the form was posted from another origin")]
pub struct ForeignOrigin;

/// Checks that a form was posted by a page of ours. The form token is checked besides.
///
/// Our pages send no referrer, and then browsers write `Origin: null` even for our own forms. So `null` passes, unless
/// `Sec-Fetch-Site` says that the page was another's; a browser without that header is judged by the form token alone.
///
/// # Errors
/// A header names another origin.
pub fn check_origin(headers: &HeaderMap, issuer: &str) -> Result<(), ForeignOrigin> {
    let sites = headers.get_all("sec-fetch-site");
    let same_site = sites.iter().all(|site| site == "same-origin" || site == "none");
    let own = url::Url::parse(issuer)
        .map(|url| url.origin().ascii_serialization())
        .unwrap_or_default();
    let same_origin = headers
        .get_all(ORIGIN)
        .iter()
        .all(|origin| origin == own.as_str() || origin == "null");
    if same_site && same_origin {
        Ok(())
    } else {
        Err(ForeignOrigin)
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn check(pairs: &[(&'static str, &'static str)]) -> Result<(), ForeignOrigin> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        check_origin(&headers, "https://id.example/")
    }

    #[test]
    fn our_own_forms_pass() {
        assert_eq!(check(&[]), Ok(()));
        assert_eq!(check(&[("origin", "https://id.example")]), Ok(()));
        assert_eq!(check(&[("origin", "null"), ("sec-fetch-site", "same-origin")]), Ok(()));
        assert_eq!(check(&[("sec-fetch-site", "none")]), Ok(()));
    }

    #[test]
    fn forms_of_others_do_not() {
        for pairs in [
            &[("origin", "https://evil.example")][..],
            &[("origin", "http://id.example")],
            &[("origin", "https://id.example:444")],
            &[("origin", "https://id.example.evil.example")],
            &[("origin", "https://id.example"), ("origin", "https://evil.example")],
            &[("origin", "null"), ("sec-fetch-site", "cross-site")],
            &[("origin", "https://id.example"), ("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "nonsense")],
        ] {
            assert_eq!(check(pairs), Err(ForeignOrigin), "{pairs:?}");
        }
    }
}
