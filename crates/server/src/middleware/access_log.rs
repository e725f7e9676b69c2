//! One log line per request; `docs/LOGGING.md` documents the fields.

use std::net::IpAddr;

use authority::clients::ClientId;
use authority::ids::UserId;
use axum::extract::{MatchedPath, Request};
use axum::response::Response;
use http::Method;
use pages::Reference;
use tokio::time::Instant;

/// What is known about a request before it is answered.
pub(super) struct Line {
    reference: String,
    method: Method,
    route: String,
    begun: Instant,
}

impl Line {
    pub(super) fn begin(request: &Request, reference: &Reference) -> Self {
        // The route's pattern, not the path: paths carry identifiers, queries carry everything.
        let route = request
            .extensions()
            .get::<MatchedPath>()
            .map_or("none", MatchedPath::as_str)
            .to_owned();
        let method = request.method().clone();
        Self {
            reference: reference.to_string(),
            method,
            route,
            begun: Instant::now(),
        }
    }

    /// Writes the line. A user and a client are known when the handler left them in the answer's extensions.
    pub(super) fn end(self, address: IpAddr, answer: &mut Response) {
        let status = answer.status();
        let outcome = match status.as_u16() {
            500.. => "failed",
            400..500 => "refused",
            _ => "answered",
        };
        let user = answer.extensions_mut().remove::<UserId>().map(|user| user.to_string());
        let client = answer
            .extensions_mut()
            .remove::<ClientId>()
            .map(|client| client.to_string());
        tracing::info!(
            target: "access",
            reference = self.reference,
            method = self.method.as_str(),
            route = self.route,
            status = status.as_u16(),
            outcome,
            duration_ms = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            network = network(address),
            user.id = user,
            client.id = client,
            "request"
        );
    }
}

/// The client's network instead of its address: enough to see an attack, not enough to name a household.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_logged_as_its_network() {
        assert_eq!(network("203.0.113.77".parse().unwrap()), "203.0.113.0/24");
        assert_eq!(network("::ffff:203.0.113.77".parse().unwrap()), "203.0.113.0/24");
        assert_eq!(network("2001:db8:1:2::3".parse().unwrap()), "2001:db8:1::/48");
    }
}
