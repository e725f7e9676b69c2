//! How many requests are worked on at a time (RL-3), how many bodies are read at a time, and how many of them one address
//! may hold (RL-8).

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

/// Requests that are worked on at a time, with their bodies in hand.
const AT_A_TIME: usize = 512;
/// Bodies that are read at a time. At most 64 KiB each.
const BODIES: usize = 1_024;
/// One address may hold so many of the bodies: whoever sends slowly holds places of reading, not turns.
const BODIES_OF_ONE: usize = 64;
/// How long a further one waits.
const PATIENCE: Duration = Duration::from_secs(2);

/// The turns of a node.
pub(super) struct Turns {
    free: Semaphore,
    most_per_address: usize,
    held: Mutex<HashMap<IpAddr, usize>>,
}

/// A turn; it is given back when this is dropped, also by a panic.
pub(super) struct Turn<'a> {
    turns: &'a Turns,
    address: IpAddr,
    _permit: SemaphorePermit<'a>,
}

impl Turns {
    /// For working on requests; one address holds at most half of them.
    pub(super) fn of_work() -> Self {
        Self::new(AT_A_TIME, AT_A_TIME / 2)
    }

    /// For reading bodies.
    pub(super) fn of_reading() -> Self {
        Self::new(BODIES, BODIES_OF_ONE)
    }

    fn new(at_a_time: usize, most_per_address: usize) -> Self {
        Self {
            free: Semaphore::new(at_a_time),
            most_per_address,
            held: Mutex::default(),
        }
    }

    /// A turn for `address`; none when it holds its share already, or when all are taken and none comes free in time.
    pub(super) async fn take(&self, address: IpAddr) -> Option<Turn<'_>> {
        let address = subscriber(address);
        if self
            .held()
            .get(&address)
            .is_some_and(|held| *held >= self.most_per_address)
        {
            return None;
        }
        let permit = timeout(PATIENCE, self.free.acquire()).await.ok()?.ok()?;
        *self.held().entry(address).or_insert(0) += 1;
        Some(Turn {
            turns: self,
            address,
            _permit: permit,
        })
    }

    fn held(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut held = self.turns.held();
        if let Some(count) = held.get_mut(&self.address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                held.remove(&self.address);
            }
        }
    }
}

/// Whoever has an IPv6 address has 2^64 of them.
pub(crate) fn subscriber(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[tokio::test]
    async fn one_address_holds_at_most_half_of_the_turns() {
        let turns = Turns::new(4, 2);
        let first = turns.take(ip("203.0.113.7")).await;
        let second = turns.take(ip("203.0.113.7")).await;
        assert!(first.is_some() && second.is_some());
        assert!(turns.take(ip("203.0.113.7")).await.is_none());
        assert!(turns.take(ip("203.0.113.8")).await.is_some());
        drop(first);
        assert!(turns.take(ip("203.0.113.7")).await.is_some());
    }

    #[tokio::test]
    async fn addresses_of_one_ipv6_subscriber_share_their_turns_and_leave_nothing_behind() {
        let turns = Turns::new(2, 1);
        let first = turns.take(ip("2001:db8::1")).await;
        assert!(turns.take(ip("2001:db8::2")).await.is_none());
        assert!(turns.take(ip("2001:db8:0:1::1")).await.is_some());
        drop(first);
        assert!(turns.held().is_empty());
    }
}
