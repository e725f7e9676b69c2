//! Which URLs are called.

use std::net::IpAddr;

use url::{Host, Url};

use crate::addresses::{Reach, reach};
use crate::errors::Reason;

/// Reads a URL and refuses all that the guard can refuse without resolving a name: other schemes
/// than https, credentials, other ports than 443, literal addresses that are not reached. Where private networks are
/// reached, this machine is called without TLS too: nothing leaves it.
pub(crate) fn parse(text: &str, reach_private: bool) -> Result<Url, Reason> {
    let url = Url::parse(text).map_err(|_| Reason::Url)?;
    let port_fits = reach_private || url.port_or_known_default() == Some(443);
    let scheme_fits = url.scheme() == "https" || (reach_private && url.scheme() == "http" && is_this_machine(&url));
    if scheme_fits && port_fits {
        check_host(url, reach_private)
    } else {
        Err(Reason::Url)
    }
}

/// The same for an object that is signed by itself: plain http on its own port too.
pub(crate) fn parse_signed(text: &str, reach_private: bool) -> Result<Url, Reason> {
    let url = Url::parse(text).map_err(|_| Reason::Url)?;
    let own_port = match url.scheme() {
        "https" => 443,
        "http" => 80,
        _ => return Err(Reason::Url),
    };
    if reach_private || url.port_or_known_default() == Some(own_port) {
        check_host(url, reach_private)
    } else {
        Err(Reason::Url)
    }
}

fn check_host(url: Url, reach_private: bool) -> Result<Url, Reason> {
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Reason::Url);
    }
    // The parser has already folded every spelling of a literal (octal, hex, one number) into one.
    match url.host().ok_or(Reason::Url)? {
        Host::Domain(_) => Ok(url), // the resolver judges what it resolves to
        Host::Ipv4(address) if allowed(IpAddr::V4(address), reach_private) => Ok(url),
        Host::Ipv6(address) if allowed(IpAddr::V6(address), reach_private) => Ok(url),
        Host::Ipv4(_) | Host::Ipv6(_) => Err(Reason::Address),
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether an address may be reached under this setting.
pub(crate) fn allowed(address: IpAddr, reach_private: bool) -> bool {
    match reach(address) {
        Reach::Public => true,
        Reach::Private => reach_private,
        Reach::Never => false,
    }
}

#[cfg(test)]
mod tests;
