//! A browser without scripts: a cookie jar, forms, redirects, and the headers that browsers send by themselves. The router
//! is asked in-process; nothing listens on a port.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::Router;
use axum::body::Body;
use http::{Method, Request};
use http_body_util::BodyExt;
use kiru::listener::Peer;
use tower::ServiceExt;

use super::device_key::DeviceKey;
use super::page::{Form, Page};

/// One browser profile.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    origin: String,
    /// The cookies by name.
    pub jar: BTreeMap<String, String>,
    /// Device keys by device id: what a real browser keeps in IndexedDB and cannot hand out.
    pub keys: BTreeMap<String, DeviceKey>,
    /// `Accept-Language`.
    pub language: String,
    /// `User-Agent`.
    pub user_agent: String,
    /// Where its connections come from.
    pub address: IpAddr,
}

impl Browser {
    /// A fresh profile that talks to the provider at `origin`.
    pub fn new(router: Router, origin: &str) -> Self {
        Self {
            router,
            origin: origin.to_owned(),
            jar: BTreeMap::new(),
            keys: BTreeMap::new(),
            language: "en".to_owned(),
            address: Ipv4Addr::LOCALHOST.into(),
            user_agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36".to_owned(),
        }
    }

    /// The same cookies in another profile. Keys do not come along: they cannot be exported.
    #[must_use]
    pub fn with_jar_copied(&self) -> Self {
        Self {
            jar: self.jar.clone(),
            keys: BTreeMap::new(),
            ..Self::new(self.router.clone(), &self.origin)
        }
    }

    /// The same profile in another network.
    #[must_use]
    pub fn from_network(&self, address: &str) -> Self {
        let address = address.parse().unwrap();
        Self {
            address,
            ..self.clone()
        }
    }

    /// The same profile, talking to another node.
    #[must_use]
    pub fn at(&self, router: Router) -> Self {
        Self { router, ..self.clone() }
    }

    /// Opens an address: a path, or a URL of the provider.
    pub async fn get(&mut self, address: &str) -> Page {
        let request = self.request(Method::GET, address).header("sec-fetch-mode", "navigate");
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Opens an address as browsers do that say where a navigation began: `none` when a person typed or tapped it.
    pub async fn arrives(&mut self, address: &str, site: &str) -> Page {
        let request = self
            .request(Method::GET, address)
            .header("sec-fetch-site", site)
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-dest", "document");
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Asks for what no navigation asks for, as a script on a page of `origin` does.
    pub async fn fetch_from(&mut self, origin: &str, address: &str) -> Page {
        let site = if origin == self.origin {
            "same-origin"
        } else {
            "cross-site"
        };
        let request = self
            .request(Method::GET, address)
            .header("origin", origin)
            .header("sec-fetch-site", site)
            .header("sec-fetch-mode", "cors");
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Posts fields to an address, as a form of the provider's own page does.
    pub async fn post(&mut self, address: &str, fields: &[(&str, &str)]) -> Page {
        self.post_from(&self.origin.clone(), address, fields).await
    }

    /// Posts fields to an address, as a form on a page of `origin` does.
    pub async fn post_from(&mut self, origin: &str, address: &str, fields: &[(&str, &str)]) -> Page {
        let site = if origin == self.origin {
            "same-origin"
        } else {
            "cross-site"
        };
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = self
            .request(Method::POST, address)
            .header("origin", origin)
            .header("sec-fetch-site", site)
            .header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// Posts a form.
    pub async fn submit(&mut self, form: &Form) -> Page {
        let fields: Vec<(&str, &str)> = form.fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        self.post(&form.action, &fields).await
    }

    /// Posts headers and no body, as the browser itself does without any page.
    pub async fn post_headers(&mut self, address: &str, headers: &[(&str, &str)]) -> Page {
        let mut request = self.request(Method::POST, address);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Presses the button with this id and follows the provider's own redirects.
    pub async fn press(&mut self, page: &Page, button: &str) -> Page {
        let answer = self.submit(&page.form_of(button)).await;
        self.follow(answer).await
    }

    /// Opens an address and follows the provider's own redirects.
    pub async fn open(&mut self, address: &str) -> Page {
        let answer = self.get(address).await;
        self.follow(answer).await
    }

    /// Follows redirects within the provider.
    pub async fn follow(&mut self, mut page: Page) -> Page {
        for _ in 0..10 {
            let Some(next) = page.location().and_then(|location| self.own_path(location)) else {
                return page;
            };
            page = self.get(&next).await;
        }
        panic!("too many redirects, last from {}", page.asked)
    }

    /// The path of an address that is the provider's.
    pub(super) fn own_path(&self, location: &str) -> Option<String> {
        if location.starts_with('/') {
            return Some(location.to_owned());
        }
        location
            .strip_prefix(&self.origin)
            .filter(|path| path.starts_with('/'))
            .map(str::to_owned)
    }

    fn request(&self, method: Method, address: &str) -> http::request::Builder {
        let path = self
            .own_path(address)
            .unwrap_or_else(|| panic!("{address} is not the provider's"));
        let host = self.origin.split("://").nth(1).unwrap_or_default();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", host)
            .header("accept-language", self.language.clone())
            .header("user-agent", self.user_agent.clone());
        request = request.extension(Peer(SocketAddr::new(self.address, 4711)));
        if !self.jar.is_empty() {
            let cookies: Vec<String> = self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", cookies.join("; "));
        }
        request
    }

    async fn send(&mut self, request: Request<Body>) -> Page {
        let asked = request.uri().to_string();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all("set-cookie") {
            self.keep(cookie.to_str().unwrap());
        }
        let body = String::from_utf8_lossy(&body.collect().await.unwrap().to_bytes()).into_owned();
        Page {
            asked,
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    fn keep(&mut self, cookie: &str) {
        let lower = cookie.to_ascii_lowercase();
        let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
        let (name, value) = pair.split_once('=').unwrap();
        assert!(name.starts_with("__Host-"), "{name} is no __Host- cookie");
        for wanted in ["secure", "path=/", "samesite=", "httponly"] {
            assert!(lower.contains(wanted), "the cookie {name} lacks {wanted}: {attributes}");
        }
        if value.is_empty() || lower.contains("max-age=0") {
            self.jar.remove(name);
        } else {
            self.jar.insert(name.to_owned(), value.to_owned());
        }
    }
}
