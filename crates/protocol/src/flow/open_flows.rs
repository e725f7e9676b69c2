//! How many sign-ins are under way in the whole deployment, as one node knows it (security rule RL-2). The database is
//! asked every few seconds, and only while sign-ins begin; in between the node adds its own. So one node never has more
//! under way than the limit, and several together pass it by what the others let in within that time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use authority::time::{Timestamp, seconds};

/// After this time the database is asked again.
const STALE: Duration = seconds(5);

/// The count of a node. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub struct OpenFlows {
    known: Arc<Mutex<Option<Known>>>,
    said_at: Arc<Mutex<Option<Timestamp>>>,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    counted_at: Timestamp,
    open: i64,
}

impl OpenFlows {
    /// The count, unless the database has to be asked.
    pub(crate) fn known(&self, now: Timestamp) -> Option<i64> {
        let known = *self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .filter(|known| now < known.counted_at.plus(STALE))
            .map(|known| known.open)
    }

    /// The database said so.
    pub(crate) fn learn(&self, open: i64, now: Timestamp) -> i64 {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Some(Known { counted_at: now, open });
        open
    }

    /// Whether it may be said now that some gave way: not more often than the database is asked, since a flood is long.
    pub(crate) fn may_say(&self, now: Timestamp) -> bool {
        let mut said_at = self.said_at.lock().unwrap_or_else(PoisonError::into_inner);
        let may = said_at.is_none_or(|said_at| now >= said_at.plus(STALE));
        if may {
            *said_at = Some(now);
        }
        may
    }

    /// Another sign-in was begun here.
    pub(crate) fn add(&self) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.as_mut() {
            known.open = known.open.saturating_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_grows_by_what_begins_here_and_is_asked_for_again() {
        let (flows, now) = (OpenFlows::default(), Timestamp::from_unix_seconds(1_795_262_400));
        assert_eq!(flows.known(now), None);
        flows.learn(7, now);
        flows.clone().add();
        assert_eq!(flows.known(now), Some(8));
        assert_eq!(flows.known(now.plus(seconds(4))), Some(8));
        assert_eq!(flows.known(now.plus(seconds(5))), None);
    }
}
