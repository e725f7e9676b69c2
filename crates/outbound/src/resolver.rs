//! Name resolution under guard.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::errors::ForbiddenAddress;
use crate::target::allowed;

/// Resolves a name once for a connection. The connection is made to the addresses that were
/// checked here and to no others, so a second answer of the name server changes nothing.
pub(crate) struct GuardedResolver {
    pub(crate) reach_private: bool,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let reach_private = self.reach_private;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(check(found, reach_private)?.into_iter()) as Addrs)
        })
    }
}

/// One forbidden address spoils the whole answer: a name with a foot in our network is no peer.
fn check(found: Vec<SocketAddr>, reach_private: bool) -> Result<Vec<SocketAddr>, ForbiddenAddress> {
    if found.iter().all(|address| allowed(address.ip(), reach_private)) {
        Ok(found)
    } else {
        Err(ForbiddenAddress)
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::check;

    fn addresses(list: &[&str]) -> Vec<SocketAddr> {
        list.iter()
            .map(|one| SocketAddr::new(one.parse().unwrap(), 0))
            .collect()
    }

    #[test]
    fn public_addresses_are_handed_on_as_they_are() {
        let found = addresses(&["1.1.1.1", "2606:4700::1111"]);
        assert_eq!(check(found.clone(), false).unwrap(), found);
    }

    #[test]
    fn one_forbidden_address_spoils_the_answer() {
        for one in [
            "127.0.0.1",
            "10.0.0.1",
            "169.254.169.254",
            "::1",
            "::ffff:10.0.0.1",
            "fd00::1",
        ] {
            assert!(check(addresses(&["1.1.1.1", one]), false).is_err(), "{one}");
        }
        assert!(check(addresses(&["127.0.0.1", "169.254.169.254"]), true).is_err());
        assert!(check(addresses(&["127.0.0.1", "::1"]), true).is_ok());
    }
}
