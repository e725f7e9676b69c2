//! What one request says about the browser that sent it.

use std::convert::Infallible;

use authority::locale::Locale;
use authority::secret::{Keyring, Purpose, TokenDigest};
use authority::throttle;
use axum::extract::FromRequestParts;
use http::header::ACCEPT_LANGUAGE;
use http::request::Parts;
use http::{HeaderMap, Method, Uri};
use pages::{Frame, Reference};

use super::{Cookies, LOCALE_COOKIE};
use crate::{PeerAddress, Provider};

/// One request's browser. A handler takes it as an argument.
pub struct Visit {
    /// Its cookies.
    pub cookies: Cookies,
    /// All headers.
    pub headers: HeaderMap,
    /// The language chosen here before, else the browser's, else Kazakh.
    pub locale: Locale,
    /// Where the request came from, as the server found out.
    pub address: Option<PeerAddress>,
    /// Names this request on pages and in the log.
    pub reference: Reference,
    /// Path and query of the page that the request is about: where the language switch returns to.
    pub here: String,
}

impl Visit {
    /// Reads the head of a request.
    pub fn of(parts: &Parts, provider: &Provider) -> Self {
        let cookies = Cookies::read(&parts.headers);
        let shown = parts.headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let locale = cookies
            .get(LOCALE_COOKIE)
            .and_then(Locale::from_tag)
            .or_else(|| shown.and_then(Locale::from_accept_language))
            .unwrap_or(Locale::Kk);
        let given = parts.extensions.get::<Reference>().cloned();
        Self {
            cookies,
            headers: parts.headers.clone(),
            locale,
            address: parts.extensions.get::<PeerAddress>().copied(),
            reference: given.unwrap_or_else(|| Reference::mint(&mut provider.rng())),
            here: page_of(&parts.method, &parts.uri),
        }
    }

    /// The language for a flow whose client asked for one (`ui_locales`): what the person chose here goes first.
    pub fn locale_for(&self, asked: Option<Locale>) -> Locale {
        let chosen = self.cookies.get(LOCALE_COOKIE).and_then(Locale::from_tag);
        chosen.or(asked).unwrap_or(self.locale)
    }

    /// A frame for a page outside any flow.
    pub fn frame(&self, provider: &Provider) -> Frame {
        let mut frame = Frame::new(self.locale, self.reference.clone(), provider.now());
        frame.here.clone_from(&self.here);
        frame
    }

    /// The network that this request is counted under, as a keyed digest.
    pub fn network(&self, keyring: &Keyring) -> TokenDigest {
        let network = self
            .address
            .map(|PeerAddress(address)| throttle::network(address).to_string());
        let text = network.unwrap_or_default();
        keyring.digest_list(Purpose::Throttle, &[b"network", text.as_bytes()])
    }

    /// The address as audit events keep it.
    pub fn address_text(&self) -> Option<String> {
        self.address.map(|PeerAddress(address)| address.to_string())
    }
}

/// The page that shows what this request is about. Where a form is posted there may be nothing to open.
fn page_of(method: &Method, uri: &Uri) -> String {
    if *method != Method::POST {
        return uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
    }
    let path = uri.path();
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    match *segments.as_slice() {
        ["flow", flow, "eds", "signature"] => format!("/flow/{flow}/eds"),
        ["flow", flow, "egov", "continue"] => format!("/flow/{flow}/egov"),
        ["flow", flow, "confirm", "resend"] => format!("/flow/{flow}/confirm"),
        ["flow", flow, "cancel"] => format!("/flow/{flow}/sign-in"),
        ["flow", _, _] | ["logout"] => path.to_owned(),
        ["cabinet", "history", ..] => "/cabinet/history".to_owned(),
        // What was just ended would begin again.
        ["cabinet", "suspend"] | ["cabinet", "sessions", "end-all"] => "/".to_owned(),
        ["cabinet", ..] => "/cabinet".to_owned(),
        // The parameters of a request that was posted are not in its address.
        _ => "/".to_owned(),
    }
}

impl FromRequestParts<Provider> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, provider: &Provider) -> Result<Self, Infallible> {
        Ok(Self::of(parts, provider))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_switch_returns_to_a_page_that_can_be_opened() {
        for (method, asked, page) in [
            ("GET", "/flow/1/eds?a=b", "/flow/1/eds?a=b"),
            ("HEAD", "/help", "/help"),
            ("POST", "/flow/1/eds/signature", "/flow/1/eds"),
            ("POST", "/flow/1/egov/continue", "/flow/1/egov"),
            ("POST", "/flow/1/confirm/resend", "/flow/1/confirm"),
            ("POST", "/flow/1/cancel", "/flow/1/sign-in"),
            ("POST", "/flow/1/device", "/flow/1/device"),
            ("POST", "/logout", "/logout"),
            ("POST", "/cabinet/history/csv", "/cabinet/history"),
            ("POST", "/cabinet/history/1/dispute", "/cabinet/history"),
            ("POST", "/cabinet/device/1/name", "/cabinet"),
            ("POST", "/cabinet/suspend", "/"),
            ("POST", "/cabinet/sessions/end-all", "/"),
            ("POST", "/authorize", "/"),
            ("POST", "/language", "/"),
        ] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            assert_eq!(page_of(&method, &asked.parse().unwrap()), page, "{method} {asked}");
        }
    }
}
