//! How the response travels back: in the query of the redirect URI, or posted by a page (RFC 6749 §4.1.2, Form Post
//! Response Mode §2). `state` goes back byte for byte and `iss` always goes along (RFC 9207 §2).

use authority::authorization::{AuthorizationRequest, ResponseMode};
use authority::clients::{ClientId, RedirectUri};
use authority::ids::UserId;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, LOCATION, PRAGMA, REFERRER_POLICY};
use http::{HeaderName, StatusCode};
use pages::screens::{FormPost, HiddenField};
use pages::{Flow, FlowOrigin};
use url::form_urlencoded;

use super::RequestError;
use crate::Provider;
use crate::flow::Visit;

/// Where a trusted client gets its response.
#[derive(Clone, Debug)]
pub(crate) struct ReturnPath {
    /// Whose response it is.
    pub(super) client_id: ClientId,
    /// The registered redirect URI of the request.
    pub(super) redirect_uri: RedirectUri,
    /// How the response travels.
    pub(super) mode: ResponseMode,
    /// What the client wants back.
    pub(super) state: Option<String>,
}

impl ReturnPath {
    /// The way back of a parsed request.
    pub(crate) fn of(request: &AuthorizationRequest) -> Self {
        Self {
            client_id: request.client_id.clone(),
            redirect_uri: request.redirect_uri.clone(),
            mode: request.response_mode,
            state: request.state.clone(),
        }
    }

    /// The success response, about this person.
    pub(crate) fn succeed(&self, provider: &Provider, visit: &Visit, user_id: UserId, code: &str) -> Response {
        let mut response = self.respond(provider, visit, vec![("code", code.to_owned())]);
        response.extensions_mut().insert(user_id);
        response
    }

    /// The error response; its description ends with the reference that is in the log too.
    pub(crate) fn fail(&self, provider: &Provider, visit: &Visit, error: RequestError) -> Response {
        let code = error.code();
        tracing::info!(reference = visit.reference.as_str(), outcome = code, %error, "authorization refused");
        let description = format!("{error} (reference {})", visit.reference);
        self.respond(
            provider,
            visit,
            vec![("error", code.to_owned()), ("error_description", description)],
        )
    }

    fn respond(&self, provider: &Provider, visit: &Visit, mut members: Vec<(&'static str, String)>) -> Response {
        members.extend(self.state.clone().map(|state| ("state", state)));
        members.push(("iss", provider.issuer().to_owned()));
        let mut response = match self.mode {
            ResponseMode::Query => redirect(&self.redirect_uri, &members),
            ResponseMode::FormPost => self.form_post(provider, visit, members),
        };
        // For the log line of the request.
        response.extensions_mut().insert(self.client_id.clone());
        response
    }

    fn form_post(&self, provider: &Provider, visit: &Visit, members: Vec<(&'static str, String)>) -> Response {
        let mut frame = visit.frame(provider);
        let origin = FlowOrigin::of_redirect_uri(self.redirect_uri.as_str());
        frame.flow = origin.ok().map(|origin| Flow {
            path: String::new(),
            id: String::new(),
            origin,
        });
        let fields = members.into_iter().map(|(name, value)| HiddenField {
            name: name.to_owned(),
            value,
        });
        let screen = FormPost {
            action: self.redirect_uri.as_str().to_owned(),
            fields: fields.collect(),
        };
        provider.pages.render(&frame, &screen)
    }
}

/// 303: whatever the method was, the next request is a GET (security rule AZ-8).
fn redirect(uri: &RedirectUri, members: &[(&'static str, String)]) -> Response {
    see_other(&append_query(uri.as_str(), members))
}

/// The address with members added to its query, which stays as it was registered (RFC 6749 §3.1.2).
pub(crate) fn append_query(uri: &str, members: &[(&'static str, String)]) -> String {
    if members.is_empty() {
        return uri.to_owned();
    }
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in members {
        query.append_pair(name, value);
    }
    let joint = match uri.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some((_, known)) if known.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{uri}{joint}{}", query.finish())
}

/// A 303 that is neither stored nor tells its address to the next page.
pub(crate) fn see_other(location: &str) -> Response {
    let headers: [(HeaderName, &str); 4] = [
        (LOCATION, location),
        (CACHE_CONTROL, "no-store"),
        (PRAGMA, "no-cache"),
        (REFERRER_POLICY, "no-referrer"),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::Url;

    use super::*;

    fn location(uri: &str, members: &[(&'static str, String)]) -> String {
        let response = redirect(&RedirectUri::parse(uri).unwrap(), members);
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        response.headers()[LOCATION].to_str().unwrap().to_owned()
    }

    #[test]
    fn the_registered_query_is_kept() {
        let code = [("code", "x".to_owned())];
        assert_eq!(location("https://a.example/cb", &code), "https://a.example/cb?code=x");
        assert_eq!(location("https://a.example/cb?", &code), "https://a.example/cb?code=x");
        assert_eq!(
            location("https://a.example/cb?dummy1=lorem&dummy2=ipsum", &code),
            "https://a.example/cb?dummy1=lorem&dummy2=ipsum&code=x"
        );
        assert_eq!(location("com.example.app:/cb", &code), "com.example.app:/cb?code=x");
    }

    proptest! {
        #[test]
        fn state_comes_back_byte_for_byte_and_adds_nothing(state in "\\PC{1,120}") {
            let location = location("https://a.example/cb?a=b", &[("state", state.clone()), ("iss", "i".to_owned())]);
            let pairs: Vec<_> = Url::parse(&location).unwrap().query_pairs().into_owned().collect();
            let expected = [("a", "b"), ("state", state.as_str()), ("iss", "i")];
            prop_assert_eq!(pairs, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        }
    }
}
