//! A relying party: builds authorization requests, redeems codes, reads tokens. Protocol messages are written out here, so
//! that a test can break any of them; `journeys` also has one on the `openidconnect` crate.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use aws_lc_rs::digest;
use axum::Router;
use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use kiru::listener::Peer;
use serde_json::Value;
use tower::ServiceExt;
use url::Url;

use super::ISSUER;

/// A PKCE verifier that all requests of the tests use, unless they bring their own.
pub const VERIFIER: &str = "a-verifier-of-the-tests-with-more-than-43-characters";

/// The secret of a registered client.
pub fn secret(client_id: &str) -> String {
    format!("{client_id}-secret-of-at-least-32-characters")
}

/// A client.
#[derive(Clone)]
pub struct RelyingParty {
    router: Router,
    /// Its identifier.
    pub client_id: String,
    /// Its secret.
    pub secret: String,
    /// Where responses go.
    pub redirect_uri: String,
    /// Where its connections come from.
    pub address: IpAddr,
}

/// An answer in JSON.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; `Null` when it is not JSON.
    pub json: Value,
}

impl Answer {
    /// `400 invalid_grant`, for comparing.
    pub fn summary(&self) -> String {
        let error = self.json["error"].as_str().unwrap_or_default();
        format!("{} {error}", self.status.as_u16()).trim().to_owned()
    }

    /// A member as text.
    pub fn text(&self, name: &str) -> &str {
        self.json[name]
            .as_str()
            .unwrap_or_else(|| panic!("no {name} in {}", self.json))
    }
}

impl RelyingParty {
    /// The registered client with this id, at a router.
    pub fn new(router: Router, client_id: &str) -> Self {
        Self {
            router,
            client_id: client_id.to_owned(),
            secret: secret(client_id),
            redirect_uri: format!("https://{client_id}.example/cb"),
            address: Ipv4Addr::LOCALHOST.into(),
        }
    }

    /// The same client in another network.
    #[must_use]
    pub fn from_network(&self, address: &str) -> Self {
        let address = address.parse().unwrap();
        Self {
            address,
            ..self.clone()
        }
    }

    /// An authorization request with PKCE; `extra` replaces or adds parameters, an empty value takes one out.
    pub fn request(&self, extra: &[(&str, &str)]) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, VERIFIER.as_bytes()));
        let mut parameters: Vec<(&str, &str)> = vec![
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", &self.redirect_uri),
            ("scope", "openid profile organisation device"),
            ("state", "a state"),
            ("nonce", "a nonce"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        for (name, value) in extra {
            parameters.retain(|(known, _)| known != name);
            if !value.is_empty() {
                parameters.push((name, value));
            }
        }
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(parameters)
            .finish();
        format!("/authorize?{query}")
    }

    /// A parameter of the response that a redirect carries to this client.
    pub fn response(&self, location: &str, name: &str) -> Option<String> {
        assert!(
            location.starts_with(&self.redirect_uri),
            "{location} does not lead to {}",
            self.client_id
        );
        let url = Url::parse(location).unwrap();
        url.query_pairs()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.into_owned())
    }

    /// The code of a response, after checking `iss`.
    pub fn code(&self, location: &str) -> String {
        assert_eq!(self.response(location, "iss").as_deref(), Some(ISSUER), "{location}");
        self.response(location, "code")
            .unwrap_or_else(|| panic!("no code in {location}"))
    }

    /// Redeems a code.
    pub async fn redeems(&self, code: &str) -> Answer {
        self.token(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", VERIFIER),
        ])
        .await
    }

    /// Refreshes.
    pub async fn refreshes(&self, token: &str) -> Answer {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)])
            .await
    }

    /// Asks the token endpoint with these fields and HTTP Basic.
    pub async fn token(&self, fields: &[(&str, &str)]) -> Answer {
        let basic = format!(
            "Basic {}",
            STANDARD.encode(format!("{}:{}", self.client_id, self.secret))
        );
        self.token_with(fields, Some(&basic)).await
    }

    /// Asks the token endpoint with these fields and this `Authorization`.
    pub async fn token_with(&self, fields: &[(&str, &str)], authorization: Option<&str>) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let mut request = self
            .request_to("POST", "/token")
            .header("content-type", "application/x-www-form-urlencoded");
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// Asks userinfo with a bearer token.
    pub async fn userinfo(&self, token: &str) -> Answer {
        let request = self
            .request_to("GET", "/userinfo")
            .header("authorization", format!("Bearer {token}"));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Gets an address of the provider.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request_to("GET", path).body(Body::empty()).unwrap())
            .await
    }

    /// Any request to the provider.
    pub fn request_to(&self, method: &str, path: &str) -> http::request::Builder {
        let host = ISSUER.split("://").nth(1).unwrap();
        let peer = Peer(SocketAddr::new(self.address, 4711));
        Request::builder()
            .method(method)
            .uri(path)
            .header("host", host)
            .extension(peer)
    }

    /// Sends a request.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer {
            status: parts.status,
            headers: parts.headers,
            json,
        }
    }
}

/// The payload of a JWT, unverified; signatures are verified where that is what a test is about.
pub fn payload(jwt: &str) -> Value {
    let part = jwt.split('.').nth(1).unwrap_or_else(|| panic!("{jwt} is no JWT"));
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}
