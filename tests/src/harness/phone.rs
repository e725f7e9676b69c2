//! A phone with eGov Mobile, which asks the router in-process.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::Router;
use axum::body::Body;
use http::Request;
use http_body_util::BodyExt;
use kiru::listener::Peer;
use serde_json::Value;
use testkit::phone::{AppAnswer, AppRequest, Carrier, PhoneError};
use tower::ServiceExt;

use super::{ISSUER, Page};

/// How the phone's requests travel.
#[derive(Clone)]
pub struct OverRouter {
    /// The node that answers.
    pub router: Router,
    /// Where the phone's connections come from.
    pub address: IpAddr,
}

impl OverRouter {
    /// A phone in a network of its own.
    pub fn new(router: Router) -> Self {
        let address = Ipv4Addr::new(203, 0, 113, 7).into();
        Self { router, address }
    }
}

impl Carrier for OverRouter {
    async fn send(&self, asked: AppRequest) -> Result<AppAnswer, PhoneError> {
        let path = asked.address.strip_prefix(ISSUER).ok_or(PhoneError::OtherCode)?;
        let mut request = Request::builder()
            .method(asked.method)
            .uri(path)
            .header("host", ISSUER.split("://").nth(1).unwrap())
            .header("accept-language", asked.language)
            .header("content-type", "application/json")
            .extension(Peer(SocketAddr::new(self.address, 4711)));
        if let Some(token) = &asked.bearer {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = asked.body.map_or_else(Body::empty, Body::from);
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        assert_eq!(response.headers()["cache-control"], "no-store");
        assert!(!response.headers().contains_key("set-cookie"));
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Ok(AppAnswer { status, json })
    }
}

impl Page {
    /// The text of the QR code on S3: the same address stands in the link for this phone.
    pub fn code(&self) -> String {
        let link = self.link_of("open-egov");
        let link = url::Url::parse(&link).unwrap();
        let (_, address) = link.query_pairs().find(|(name, _)| name == "link").unwrap();
        format!("mobileSign:{address}")
    }
}
