//! How many connections one address may hold (RL-8). A proxy's connections are everybody's, so its address is exempt.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::config::Network;
use crate::middleware::subscriber;

/// The connections of a listener by address.
pub(super) struct Places {
    most: u32,
    proxies: Vec<Network>,
    held: Mutex<HashMap<IpAddr, u32>>,
}

/// One connection; given back when this is dropped.
pub(super) struct Place {
    places: Arc<Places>,
    /// None for a proxy, which is not counted.
    address: Option<IpAddr>,
}

impl Places {
    pub(super) fn new(most: u32, proxies: Vec<Network>) -> Self {
        Self {
            most,
            proxies,
            held: Mutex::default(),
        }
    }

    /// A place for a connection from `address`; none when it holds its share already.
    pub(super) fn take(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        if self.proxies.iter().any(|network| network.contains(address)) {
            return Some(Place {
                places: Arc::clone(self),
                address: None,
            });
        }
        let address = subscriber(address);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.entry(address).or_insert(0);
        if *count >= self.most {
            return None;
        }
        *count = count.saturating_add(1);
        drop(held);
        Some(Place {
            places: Arc::clone(self),
            address: Some(address),
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(address) = self.address else { return };
        let mut held = self.places.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = held.get_mut(&address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                held.remove(&address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_address_or_ipv6_subscriber_holds_its_share_and_gives_it_back() {
        let places = Arc::new(Places::new(2, vec!["10.0.0.0/8".parse().unwrap()]));
        for (own, same, other) in [
            ("203.0.113.7", "203.0.113.7", "203.0.113.8"),
            ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"),
        ] {
            let first = places.take(ip(own));
            let second = places.take(ip(same));
            assert!(first.is_some() && second.is_some());
            assert!(places.take(ip(own)).is_none());
            assert!(places.take(ip(other)).is_some());
            drop(first);
            assert!(places.take(ip(same)).is_some());
        }
        let proxied: Vec<_> = (0..5).map(|_| places.take(ip("10.1.2.3"))).collect();
        assert!(proxied.iter().all(Option::is_some), "a proxy is not counted");
        assert!(places.held.lock().unwrap().is_empty());
    }
}
