//! Who the client is behind proxies (OP-1), and which headers nobody outside may send (OP-2).

use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, HeaderName};

use crate::config::{ForwardedHeader, Network};

/// Hops that are looked at; a longer list is somebody's invention.
const MAX_HOPS: usize = 32;

/// The nearest hop that is not a trusted proxy. A header from an untrusted peer counts for nothing; an unreadable
/// entry ends the walk at the last hop that was readable.
pub(super) fn client_address(
    peer: IpAddr,
    proxies: &[Network],
    header: ForwardedHeader,
    headers: &HeaderMap,
) -> IpAddr {
    let is_trusted = |address: IpAddr| proxies.iter().any(|network| network.contains(address));
    let mut nearest = peer.to_canonical();
    if !is_trusted(nearest) {
        return nearest;
    }
    for hop in hops(header, headers).into_iter().rev().take(MAX_HOPS) {
        let Some(address) = hop else { break };
        nearest = address.to_canonical();
        if !is_trusted(nearest) {
            break;
        }
    }
    nearest
}

/// The entries of all header lines in order, nearest last; `None` is an entry that names no address.
fn hops(header: ForwardedHeader, headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let lines = headers.get_all(header.name()).iter();
    let entries = lines.flat_map(|line| line.to_str().unwrap_or("?").split(','));
    match header {
        ForwardedHeader::XForwardedFor => entries.map(|entry| address(entry.trim())).collect(),
        ForwardedHeader::Forwarded => entries.map(forwarded_for).collect(),
    }
}

/// The `for` parameter of one element (RFC 7239 §4, §6).
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let pair = |part: &str| {
        part.trim()
            .split_once('=')
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
    };
    let (_, value) = element.split(';').filter_map(pair).find(|(name, _)| name == "for")?;
    address(value.trim().trim_matches('"'))
}

/// An address, with or without port, an IPv6 one with or without brackets.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(text);
    bare.parse()
        .ok()
        .or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
}

/// Beginnings of headers by which proxies speak to servers behind them, in lower case with dashes.
const CLAIMS: [&str; 17] = [
    "x-forwarded",
    "forwarded",
    "x-real-ip",
    "x-client",
    "x-cluster-client",
    "x-originating",
    "x-original",
    "x-rewrite",
    "x-http-method",
    "x-method-override",
    "x-remote",
    "remote-",
    "x-ssl",
    "ssl-",
    "client-cert",
    "true-client-ip",
    "cf-connecting",
];

/// Removes all spellings of such headers, `X_Forwarded_For` included: the edge has read what it may believe.
pub(super) fn drop_claims(headers: &mut HeaderMap) {
    let is_claim = |name: &HeaderName| {
        let name = name.as_str().replace('_', "-");
        CLAIMS.iter().any(|claim| name.starts_with(claim))
    };
    let claims: Vec<HeaderName> = headers.keys().filter(|name| is_claim(name)).cloned().collect();
    for name in claims {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    const X: ForwardedHeader = ForwardedHeader::XForwardedFor;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn seen(peer: &str, header: ForwardedHeader, lines: &[&'static str]) -> IpAddr {
        let proxies: Vec<Network> = ["10.0.0.0/8", "fd00::/8"]
            .iter()
            .map(|text| text.parse().unwrap())
            .collect();
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header.name(), HeaderValue::from_static(line));
        }
        client_address(ip(peer), &proxies, header, &headers)
    }

    #[test]
    fn the_nearest_untrusted_hop_is_the_client() {
        assert_eq!(seen("10.0.0.1", X, &["203.0.113.7"]), ip("203.0.113.7"));
        assert_eq!(
            seen("10.0.0.1", X, &["1.1.1.1, 203.0.113.7, 10.0.0.9"]),
            ip("203.0.113.7")
        );
        assert_eq!(seen("10.0.0.1", X, &["1.1.1.1", "203.0.113.7:4711"]), ip("203.0.113.7"));
        assert_eq!(seen("::ffff:10.0.0.1", X, &["2001:db8::1"]), ip("2001:db8::1"));
        assert_eq!(seen("10.0.0.1", X, &[]), ip("10.0.0.1"));
    }

    #[test]
    fn a_header_from_an_untrusted_peer_counts_for_nothing() {
        assert_eq!(seen("203.0.113.7", X, &["10.0.0.1"]), ip("203.0.113.7"));
        assert_eq!(seen("203.0.113.7", X, &["127.0.0.1"]), ip("203.0.113.7"));
    }

    #[test]
    fn an_unreadable_entry_is_not_skipped() {
        assert_eq!(seen("10.0.0.1", X, &["1.1.1.1, unknown"]), ip("10.0.0.1"));
        assert_eq!(seen("10.0.0.1", X, &["1.1.1.1, nonsense, 10.0.0.9"]), ip("10.0.0.9"));
    }

    #[test]
    fn rfc_7239_elements_are_read() {
        let header = ForwardedHeader::Forwarded;
        assert_eq!(
            seen("10.0.0.1", header, &["for=192.0.2.60;proto=http;by=203.0.113.43"]),
            ip("192.0.2.60")
        );
        assert_eq!(
            seen("10.0.0.1", header, &["For=\"[2001:db8:cafe::17]:4711\""]),
            ip("2001:db8:cafe::17")
        );
        assert_eq!(seen("10.0.0.1", header, &["for=1.1.1.1, for=_hidden"]), ip("10.0.0.1"));
    }

    #[test]
    fn every_spelling_of_a_claim_is_dropped() {
        let mut headers = HeaderMap::new();
        for name in [
            "x-forwarded-for",
            "X_Forwarded_For",
            "x-real-ip",
            "ssl_client_verify",
            "x-http-method-override",
            "forwarded",
        ] {
            headers.insert(name.parse::<HeaderName>().unwrap(), HeaderValue::from_static("x"));
        }
        headers.insert("user-agent", HeaderValue::from_static("stays"));
        drop_claims(&mut headers);
        assert_eq!(headers.len(), 1);
    }

    proptest! {
        #[test]
        fn any_header_is_read_without_panic(value in "[ -~]{0,80}") {
            let mut headers = HeaderMap::new();
            headers.insert("forwarded", HeaderValue::from_str(&value).unwrap());
            headers.insert("x-forwarded-for", HeaderValue::from_str(&value).unwrap());
            let proxies = ["10.0.0.0/8".parse().unwrap()];
            for header in [X, ForwardedHeader::Forwarded] {
                let _address = client_address(ip("10.0.0.1"), &proxies, header, &headers);
            }
        }
    }
}
