//! Telling a browser that keeps no cookies from another browser (ux R7, X11). Both come to a flow without its cookie.
//!
//! A person who blocks cookies comes to the first page of the flow by the redirect of `/authorize`: at once, from a page of
//! the service, without any cookie of ours. Who opens the address in another browser typed it, pasted it or tapped it in
//! another application, which browsers call `Sec-Fetch-Site: none` (Fetch Metadata §2.3), or comes later. So all of that is
//! looked at, and in doubt it is another browser. When the flow began stands in its identifier, so nothing is read from the
//! database and a flow that never was still looks like any other (security rule AZ-12). Only the words depend on it.
//!
//! A mark in the address would be copied along with it; a second redirect that tries a cookie would make every refusal a
//! redirect.

use std::time::Duration;

use authority::ids::InteractionId;
use authority::time::{Timestamp, minutes};
use http::HeaderMap;
use http::header::ORIGIN;

use super::Cookies;

/// How soon the first page is asked for, on a slow line.
const AT_ONCE: Duration = minutes(1);

/// Whether the browser that asks for a page of this flow was just sent there and kept no cookie.
pub(super) fn keeps_no_cookies(cookies: &Cookies, headers: &HeaderMap, id: InteractionId, now: Timestamp) -> bool {
    !cookies.has_ours() && is_sent_by_a_page(headers) && began_at(id).is_some_and(|began| now.since(began) < AT_ONCE)
}

/// A navigation that a page began, by link or redirect. Posted forms name an `Origin`; their pages had the cookie.
fn is_sent_by_a_page(headers: &HeaderMap) -> bool {
    let says = |name: &str, words: &[&str]| {
        let mut values = headers.get_all(name).iter();
        values
            .next()
            .is_some_and(|value| words.iter().any(|word| value == word))
            && values.next().is_none()
    };
    says("sec-fetch-site", &["cross-site", "same-site", "same-origin"])
        && says("sec-fetch-mode", &["navigate"])
        && !headers.contains_key(ORIGIN)
}

/// When the identifier was minted (RFC 9562 §5.7), to the second.
fn began_at(id: InteractionId) -> Option<Timestamp> {
    let (seconds, _) = id.as_uuid().get_timestamp()?.to_unix();
    i64::try_from(seconds).ok().map(Timestamp::from_unix_seconds)
}

#[cfg(test)]
mod tests {
    use authority::time::seconds;
    use http::{HeaderName, HeaderValue};
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    const BEGAN: Timestamp = Timestamp::from_unix_seconds(1_795_262_400);
    const REDIRECTED: [(&str, &str); 2] = [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")];

    fn judged(pairs: &[(&'static str, &'static str)], after: Duration) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let id = InteractionId::mint(BEGAN, &mut ChaCha20Rng::seed_from_u64(1));
        keeps_no_cookies(&Cookies::read(&headers), &headers, id, BEGAN.plus(after))
    }

    #[test]
    fn a_browser_that_was_just_redirected_without_cookies_keeps_none() {
        for site in ["cross-site", "same-site", "same-origin"] {
            assert!(
                judged(&[("sec-fetch-site", site), ("sec-fetch-mode", "navigate")], seconds(0)),
                "{site}"
            );
        }
        assert!(judged(&REDIRECTED, seconds(59)));
        let foreign = [&REDIRECTED[..], &[("cookie", "diary_session=1")]].concat();
        assert!(
            judged(&foreign, seconds(1)),
            "cookies of others on the same host are not ours"
        );
    }

    #[test]
    fn anything_else_may_be_another_browser() {
        assert!(!judged(&REDIRECTED, seconds(60)), "too late");
        assert!(!judged(&[], seconds(0)), "an old browser or a program");
        for pairs in [
            &[("sec-fetch-site", "none"), ("sec-fetch-mode", "navigate")][..],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "cors")],
            &[
                ("sec-fetch-site", "cross-site"),
                ("sec-fetch-site", "none"),
                ("sec-fetch-mode", "navigate"),
            ],
            &[("sec-fetch-site", "nonsense"), ("sec-fetch-mode", "navigate")],
        ] {
            assert!(!judged(pairs, seconds(0)), "{pairs:?}");
        }
        for more in [
            ("origin", "null"),
            ("cookie", "__Host-kiru_locale=kk"),
            ("cookie", "__Host-kiru_flow_1=x"),
        ] {
            assert!(!judged(&[&REDIRECTED[..], &[more]].concat(), seconds(0)), "{more:?}");
        }
    }

    #[test]
    fn an_identifier_without_a_time_says_nothing() {
        let id = "00000000000000000000000000000000".parse().unwrap();
        assert_eq!(began_at(id), None);
    }
}
