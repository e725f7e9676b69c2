//! `[listen]`: addresses, TLS, the proxies in front.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;

use super::findings::Findings;
use super::keys::{Key, Section};
use super::list::List;
use super::network::Network;

pub(super) static SECTION: Section = Section {
    name: "listen",
    meaning: "Addresses, TLS and the proxies in front.",
    keys: &[
        Key {
            name: "public",
            standard: "\"127.0.0.1:8080\"",
            meaning: "Address and port for people and clients.",
        },
        Key {
            name: "health",
            standard: "\"127.0.0.1:8081\"",
            meaning: "Address and port of `/live` and `/ready`; never the public one.",
        },
        Key {
            name: "tls_certificate",
            standard: "",
            meaning: "PEM file with the certificate chain, leaf first. With it the public address speaks TLS 1.3 and 1.2.",
        },
        Key {
            name: "tls_key",
            standard: "",
            meaning: "PEM file with the key of `tls_certificate`.",
        },
        Key {
            name: "trusted_proxies",
            standard: "[]",
            meaning: "Networks of the proxies whose forwarded header is believed. From anyone else the header is dropped.",
        },
        Key {
            name: "forwarded_header",
            standard: "\"x-forwarded-for\"",
            meaning: "`x-forwarded-for` or `forwarded` (RFC 7239): the one header your proxies write. The nearest untrusted hop is the client.",
        },
        Key {
            name: "handshake_timeout",
            standard: "\"5s\"",
            meaning: "For the TLS handshake; 1s to 30s.",
        },
        Key {
            name: "header_timeout",
            standard: "\"10s\"",
            meaning: "For the whole request head; 1s to 60s.",
        },
        Key {
            name: "request_timeout",
            standard: "\"30s\"",
            meaning: "For a body to arrive and a request to be answered; 1s to 2m.",
        },
        Key {
            name: "shutdown_grace",
            standard: "\"20s\"",
            meaning: "How long requests in flight may take after SIGTERM; 1s to 5m.",
        },
        Key {
            name: "max_connections",
            standard: "4096",
            meaning: "Open connections; further ones wait. 16 to 65536.",
        },
    ],
};

/// The header from which the client's address is read behind proxies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`, a list of addresses.
    XForwardedFor,
    /// `Forwarded` (RFC 7239), its `for` parameters.
    Forwarded,
}

impl ForwardedHeader {
    /// The header's name, lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::XForwardedFor => "x-forwarded-for",
            Self::Forwarded => "forwarded",
        }
    }
}

impl FromStr for ForwardedHeader {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        match text {
            "x-forwarded-for" => Ok(Self::XForwardedFor),
            "forwarded" => Ok(Self::Forwarded),
            _ => Err("must be x-forwarded-for or forwarded"),
        }
    }
}

/// The files from which TLS is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    certificate: PathBuf,
    key: PathBuf,
}

impl TlsFiles {
    /// The chain and its key, both PEM.
    pub fn new(certificate: PathBuf, key: PathBuf) -> Self {
        Self { certificate, key }
    }

    /// PEM, leaf first.
    pub fn certificate(&self) -> &Path {
        &self.certificate
    }

    /// PEM.
    pub fn key(&self) -> &Path {
        &self.key
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Raw {
    public: Option<String>,
    health: Option<String>,
    tls_certificate: Option<String>,
    tls_key: Option<String>,
    trusted_proxies: List,
    forwarded_header: Option<String>,
    handshake_timeout: Option<String>,
    header_timeout: Option<String>,
    request_timeout: Option<String>,
    shutdown_grace: Option<String>,
    max_connections: Option<u32>,
}

/// Section `[listen]`, checked.
#[derive(Debug, Clone)]
pub struct Listen {
    public: SocketAddr,
    health: SocketAddr,
    tls: Option<TlsFiles>,
    trusted_proxies: Vec<Network>,
    forwarded_header: ForwardedHeader,
    handshake_timeout: Duration,
    header_timeout: Duration,
    request_timeout: Duration,
    shutdown_grace: Duration,
    max_connections: u32,
}

impl Listen {
    pub(super) fn check(raw: Raw, found: &mut Findings) -> Self {
        let seconds = Duration::from_secs;
        let address = |text: &str| {
            text.parse::<SocketAddr>()
                .map_err(|_| "not an address with a port (for example 127.0.0.1:8080)")
        };
        let public = found.parsed(
            "listen.public",
            raw.public.as_deref(),
            address,
            SocketAddr::from(([127, 0, 0, 1], 8080)),
        );
        let health = found.parsed(
            "listen.health",
            raw.health.as_deref(),
            address,
            SocketAddr::from(([127, 0, 0, 1], 8081)),
        );
        if public == health && public.port() != 0 {
            found.refuse("listen.health", "must be another address than listen.public");
        }
        let mut span = |key: &str, given: Option<&str>, standard: u64, most: u64| {
            found.duration(key, given, seconds(standard), seconds(1)..=seconds(most))
        };
        Self {
            handshake_timeout: span("listen.handshake_timeout", raw.handshake_timeout.as_deref(), 5, 30),
            header_timeout: span("listen.header_timeout", raw.header_timeout.as_deref(), 10, 60),
            request_timeout: span("listen.request_timeout", raw.request_timeout.as_deref(), 30, 120),
            shutdown_grace: span("listen.shutdown_grace", raw.shutdown_grace.as_deref(), 20, 300),
            max_connections: found.number("listen.max_connections", raw.max_connections, 4096, 16..=65_536),
            tls: tls(raw.tls_certificate, raw.tls_key, found),
            trusted_proxies: proxies(&raw.trusted_proxies, found),
            forwarded_header: found.parsed(
                "listen.forwarded_header",
                raw.forwarded_header.as_deref(),
                ForwardedHeader::from_str,
                ForwardedHeader::XForwardedFor,
            ),
            public,
            health,
        }
    }

    /// For people and clients.
    pub fn public(&self) -> SocketAddr {
        self.public
    }

    /// For `/live` and `/ready`.
    pub fn health(&self) -> SocketAddr {
        self.health
    }

    /// The TLS files, when the public address speaks TLS itself.
    pub fn tls(&self) -> Option<&TlsFiles> {
        self.tls.as_ref()
    }

    /// The peers whose forwarded header is believed.
    pub fn trusted_proxies(&self) -> &[Network] {
        &self.trusted_proxies
    }

    /// The one header those peers write.
    pub fn forwarded_header(&self) -> ForwardedHeader {
        self.forwarded_header
    }

    /// Time for a TLS handshake.
    pub fn handshake_timeout(&self) -> Duration {
        self.handshake_timeout
    }

    /// Time for a request head.
    pub fn header_timeout(&self) -> Duration {
        self.header_timeout
    }

    /// Time for a body to arrive and a request to be answered.
    pub fn request_timeout(&self) -> Duration {
        self.request_timeout
    }

    /// Time for requests in flight after SIGTERM.
    pub fn shutdown_grace(&self) -> Duration {
        self.shutdown_grace
    }

    /// Open connections at a time.
    pub fn max_connections(&self) -> u32 {
        self.max_connections
    }
}

fn tls(certificate: Option<String>, key: Option<String>, found: &mut Findings) -> Option<TlsFiles> {
    match (certificate, key) {
        (Some(certificate), Some(key)) => Some(TlsFiles::new(found.path(&certificate), found.path(&key))),
        (Some(_), None) => {
            found.refuse("listen.tls_certificate", "needs listen.tls_key beside it");
            None
        }
        (None, Some(_)) => {
            found.refuse("listen.tls_key", "needs listen.tls_certificate beside it");
            None
        }
        (None, None) => None,
    }
}

fn proxies(given: &List, found: &mut Findings) -> Vec<Network> {
    let mut networks = Vec::new();
    for text in &given.0 {
        match text.parse() {
            Ok(network) => networks.push(network),
            Err(reason) => found.refuse("listen.trusted_proxies", format_args!("{text}: {reason}")),
        }
    }
    networks
}
