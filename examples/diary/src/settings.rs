//! What a relying party is told: where the provider is, who it is itself, where it is reached.

use std::time::{SystemTime, UNIX_EPOCH};

use openidconnect::{IssuerUrl, PostLogoutRedirectUrl, RedirectUrl};
use url::{Host, Url};

/// All that the diary knows about the world. Everything else it reads from the discovery document.
#[derive(Clone)]
pub struct DiarySettings {
    /// The provider's issuer, exactly as its discovery document has it (no slash is added or removed).
    pub issuer: String,
    /// The diary's `client_id` at the provider.
    pub client_id: String,
    /// The diary's client secret, sent by HTTP Basic to the token endpoint only.
    pub client_secret: String,
    /// The diary's own address without a path, e.g. `http://127.0.0.1:7301`.
    pub base_url: String,
    /// Certificates in PEM that are trusted beside the system's, for a provider with a private authority.
    pub extra_trust: Option<String>,
    /// An address for people who try the demo (where text messages appear); shown as a link, never fetched.
    pub desk_url: Option<String>,
    /// Where the time comes from; `None` for the system's clock.
    pub clock: Option<DiaryClock>,
}

/// Tells the seconds since 1970-01-01T00:00:00Z.
pub type DiaryClock = std::sync::Arc<dyn Fn() -> i64 + Send + Sync>;

impl std::fmt::Debug for DiarySettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DiarySettings")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .field("base_url", &self.base_url)
            .field("desk_url", &self.desk_url)
            .finish_non_exhaustive()
    }
}

/// The system's clock.
#[expect(
    clippy::disallowed_methods,
    reason = "the diary is a program of its own and has the system's clock"
)]
pub(crate) fn system_clock() -> DiaryClock {
    std::sync::Arc::new(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}

/// Which of the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A setting is not an absolute `http` or `https` address.
    #[error("{setting} is not an absolute http or https address")]
    Address {
        /// Name of the setting.
        setting: &'static str,
    },
    /// The certificates to trust are not PEM, or the HTTP client refused them.
    #[error("the HTTP client cannot be made")]
    HttpClient(#[from] reqwest::Error),
}

/// The addresses of [`DiarySettings`], parsed once.
#[derive(Debug, Clone)]
pub(crate) struct Addresses {
    pub(crate) issuer: IssuerUrl,
    pub(crate) callback: RedirectUrl,
    pub(crate) signed_out: PostLogoutRedirectUrl,
    pub(crate) desk: Option<String>,
    /// Whether the diary itself is served over TLS: decides the `Secure` attribute of its cookies.
    pub(crate) secure: bool,
    /// Whether the provider is on this machine: then no proxy stands between.
    pub(crate) provider_is_local: bool,
}

impl Addresses {
    pub(crate) fn parse(settings: &DiarySettings) -> Result<Self, SettingsError> {
        let issuer = web_address(&settings.issuer, "issuer")?;
        let base = web_address(&settings.base_url, "base_url")?;
        if let Some(desk) = &settings.desk_url {
            web_address(desk, "desk_url")?;
        }
        let own = settings.base_url.trim_end_matches('/');
        let refused = |_| SettingsError::Address { setting: "base_url" };
        Ok(Self {
            // From the text, never from a parsed `Url`, which would put a slash at the end.
            issuer: IssuerUrl::new(settings.issuer.clone())
                .map_err(|_| SettingsError::Address { setting: "issuer" })?,
            callback: RedirectUrl::new(format!("{own}/callback")).map_err(refused)?,
            signed_out: PostLogoutRedirectUrl::new(format!("{own}/signed-out")).map_err(refused)?,
            desk: settings.desk_url.clone(),
            secure: base.scheme() == "https",
            provider_is_local: is_loopback(&issuer),
        })
    }
}

fn web_address(text: &str, setting: &'static str) -> Result<Url, SettingsError> {
    Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .ok_or(SettingsError::Address { setting })
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Addresses, DiarySettings, SettingsError};

    fn settings(issuer: &str, base_url: &str) -> DiarySettings {
        DiarySettings {
            issuer: issuer.to_owned(),
            client_id: "diary".to_owned(),
            client_secret: "s3cret".to_owned(),
            base_url: base_url.to_owned(),
            extra_trust: None,
            desk_url: None,
            clock: None,
        }
    }

    #[test]
    fn the_issuer_keeps_its_exact_spelling() {
        let addresses = Addresses::parse(&settings("http://localhost:7300", "http://127.0.0.1:7301")).unwrap();
        assert_eq!(addresses.issuer.as_str(), "http://localhost:7300");
        assert!(addresses.provider_is_local);
    }

    #[test]
    fn the_callback_has_one_slash_whatever_the_base_ends_with() {
        for base in ["https://diary.example", "https://diary.example/"] {
            let addresses = Addresses::parse(&settings("https://id.example", base)).unwrap();
            assert_eq!(addresses.callback.as_str(), "https://diary.example/callback");
            assert_eq!(addresses.signed_out.as_str(), "https://diary.example/signed-out");
            assert!(addresses.secure);
        }
    }

    #[test]
    fn an_address_that_is_not_of_the_web_is_refused_by_name() {
        for (issuer, base, name) in [
            ("localhost:7300", "http://127.0.0.1:7301", "issuer"),
            ("", "http://127.0.0.1:7301", "issuer"),
            ("http://localhost:7300", "ftp://127.0.0.1", "base_url"),
            ("http://localhost:7300", "/relative", "base_url"),
        ] {
            match Addresses::parse(&settings(issuer, base)) {
                Err(SettingsError::Address { setting }) => assert_eq!(setting, name),
                other => panic!("{issuer} {base}: {other:?}"),
            }
        }
    }

    #[test]
    fn the_secret_does_not_show_in_debug_output() {
        let text = format!("{:?}", settings("http://localhost:7300", "http://127.0.0.1:7301"));
        assert!(!text.contains("s3cret"), "{text}");
    }
}
