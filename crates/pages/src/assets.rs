//! Static files, embedded and named by what is in them, so that they may be kept for ever.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use rust_embed::RustEmbed;

use crate::headers;

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Files;

/// One file ready to be sent.
struct Asset {
    content_type: HeaderValue,
    bytes: axum::body::Bytes,
}

/// All files, by the name they are served under.
pub(crate) struct Assets {
    served: BTreeMap<String, Asset>,
    names: BTreeMap<String, String>,
}

impl Assets {
    /// Reads every file. Style sheets come last, because their names depend on those of the fonts in them.
    pub(crate) fn load() -> Self {
        let mut assets = Self {
            served: BTreeMap::new(),
            names: BTreeMap::new(),
        };
        let mut files: Vec<String> = Files::iter()
            .map(std::borrow::Cow::into_owned)
            .filter(|name| is_served(name))
            .collect();
        files.sort_by_key(|name| (is_style(name), name.clone()));
        for name in files {
            if let Some(file) = Files::get(&name) {
                let content_type = HeaderValue::from_str(&content_type(file.metadata.mimetype()))
                    .unwrap_or(HeaderValue::from_static("application/octet-stream"));
                assets.add(&name, content_type, file.data.into_owned());
            }
        }
        assets
    }

    fn add(&mut self, name: &str, content_type: HeaderValue, data: Vec<u8>) {
        let data = if is_style(name) {
            self.with_served_names(&data)
        } else {
            data
        };
        let served = served_name(name, &data);
        self.names.insert(name.to_owned(), format!("/assets/{served}"));
        self.served.insert(
            served,
            Asset {
                content_type,
                bytes: data.into(),
            },
        );
    }

    /// `url(fonts/x.woff2)` becomes `url(/assets/{hash}-x.woff2)`.
    fn with_served_names(&self, data: &[u8]) -> Vec<u8> {
        let mut style = String::from_utf8_lossy(data).into_owned();
        for (name, path) in &self.names {
            style = style.replace(&format!("url({name})"), &format!("url({path})"));
        }
        style.into_bytes()
    }

    /// The address of a file.
    pub(crate) fn path(&self, name: &str) -> Option<String> {
        self.names.get(name).cloned()
    }

    /// Every address with its content.
    pub(crate) fn all(&self) -> Vec<(String, axum::body::Bytes)> {
        self.served
            .iter()
            .map(|(name, asset)| (format!("/assets/{name}"), asset.bytes.clone()))
            .collect()
    }

    /// The answer to `GET /assets/{name}`; `None` is the caller's 404.
    pub(crate) fn respond(&self, served: &str) -> Option<Response> {
        let asset = self.served.get(served)?;
        let mut response = Response::new(Body::from(asset.bytes.clone()));
        *response.status_mut() = StatusCode::OK;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, asset.content_type.clone());
        headers.insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=31536000, immutable"),
        );
        headers::add_to_asset(headers);
        Some(response)
    }
}

/// Licences and notes lie beside the fonts and stay here.
fn is_served(name: &str) -> bool {
    matches!(name.rsplit('.').next(), Some("css" | "js" | "svg" | "woff2"))
}

fn is_style(name: &str) -> bool {
    name.rsplit('.').next() == Some("css")
}

fn content_type(mime: &str) -> String {
    if mime.starts_with("text/") || mime == "application/javascript" {
        format!("{mime}; charset=utf-8")
    } else {
        mime.to_owned()
    }
}

/// `{first 12 hex digits of SHA-256}-{file name}`.
fn served_name(name: &str, data: &[u8]) -> String {
    use std::fmt::Write as _;
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, data);
    let mut served = String::new();
    for byte in digest.as_ref().iter().take(6) {
        let _ = write!(served, "{byte:02x}");
    }
    served.push('-');
    served.push_str(name.rsplit('/').next().unwrap_or(name));
    served
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_served_under_the_name_of_its_content() {
        let assets = Assets::load();
        let path = assets.path("style.css").unwrap();
        let served = path.strip_prefix("/assets/").unwrap();
        let response = assets.respond(served).unwrap();
        assert_eq!(
            response.headers()["cache-control"],
            "public, max-age=31536000, immutable"
        );
        assert_eq!(response.headers()["content-type"], "text/css; charset=utf-8");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    }

    #[test]
    fn no_other_name_is_answered() {
        let assets = Assets::load();
        for name in [
            "style.css",
            "../Cargo.toml",
            "",
            "000000000000-style.css",
            "fonts/OFL.txt",
        ] {
            assert!(assets.respond(name).is_none(), "{name}");
        }
    }

    #[test]
    fn the_style_sheet_loads_only_served_fonts() {
        let assets = Assets::load();
        let path = assets.path("style.css").unwrap();
        let asset = &assets.served[path.strip_prefix("/assets/").unwrap()];
        let style = std::str::from_utf8(&asset.bytes).unwrap();
        let urls: Vec<&str> = style
            .split("url(")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
            .collect();
        assert!(urls.len() >= 3);
        for url in urls {
            assert!(
                assets.served.contains_key(url.strip_prefix("/assets/").unwrap()),
                "{url}"
            );
        }
    }
}
