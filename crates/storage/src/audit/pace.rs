//! Whether the sealer keeps pace. What this node saw last is kept beside the pools, so that a write which audits asks no
//! statement of the database for it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use authority::time::Timestamp;
use tokio::time::Instant;

use super::find_oldest_pending;
use crate::{Db, StorageError};

/// A sealer that is further behind alarms, and nothing that must be audited is written (security rule DU-2).
pub const SEALER_TOO_LATE: Duration = Duration::from_mins(1);
/// A node that has not been able to look for so long does not know, and writes nothing either.
const LOOKED_TOO_LONG_AGO: Duration = Duration::from_secs(10);

/// How far the sealer was behind when this node looked last; nothing in a process that does not look, as a command does.
#[derive(Debug, Default)]
pub(crate) struct Pace(Mutex<Option<Seen>>);

#[derive(Clone, Copy, Debug)]
struct Seen {
    at: Instant,
    behind: Duration,
}

impl Pace {
    /// Refuses while the sealer is too late, or while nobody knows.
    pub(crate) fn check(&self) -> Result<(), StorageError> {
        match self.seen() {
            Some(seen) if is_late(seen.behind, seen.at.elapsed()) => Err(StorageError::SealerLate),
            Some(_) | None => Ok(()),
        }
    }

    fn seen(&self) -> Option<Seen> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A node that cannot look keeps what it saw; the first look counts from when it was tried.
    fn record(&self, behind: Option<Duration>) {
        let at = Instant::now();
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *seen = match (behind, *seen) {
            (Some(behind), _) => Some(Seen { at, behind }),
            (None, Some(before)) => Some(before),
            (None, None) => Some(Seen {
                at,
                behind: Duration::ZERO,
            }),
        };
    }
}

const fn is_late(behind: Duration, looked_ago: Duration) -> bool {
    behind.as_micros() > SEALER_TOO_LATE.as_micros() || looked_ago.as_micros() > LOOKED_TOO_LONG_AGO.as_micros()
}

/// Looks how far the sealer is behind and keeps it for the writes of this node, all of whose copies of [`Db`] share it. A
/// node looks once a second; from the first look on its writes depend on it.
///
/// # Errors
/// The database is not available. When that lasts, writes are refused.
pub async fn look(db: &Db, now: Timestamp) -> Result<Duration, StorageError> {
    let oldest = find_oldest_pending(db).await;
    let behind = oldest.map(|oldest| oldest.map_or(Duration::ZERO, |at| now.since(at)));
    db.pace.record(behind.as_ref().ok().copied());
    behind
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixty_seconds_behind_are_in_time_and_more_are_not() {
        let micro = Duration::from_micros(1);
        assert!(!is_late(SEALER_TOO_LATE, Duration::ZERO));
        assert!(is_late(SEALER_TOO_LATE.saturating_add(micro), Duration::ZERO));
    }

    #[test]
    fn a_node_that_cannot_look_refuses_after_ten_seconds() {
        assert!(!is_late(Duration::ZERO, LOOKED_TOO_LONG_AGO));
        assert!(is_late(
            Duration::ZERO,
            LOOKED_TOO_LONG_AGO.saturating_add(Duration::from_micros(1))
        ));
    }

    #[test]
    fn a_process_that_never_looks_writes_and_one_that_saw_a_late_sealer_does_not() {
        let pace = Pace::default();
        assert!(pace.check().is_ok());
        pace.record(None);
        assert!(pace.check().is_ok(), "it has ten seconds to look");
        pace.record(Some(Duration::from_secs(61)));
        assert!(matches!(pace.check(), Err(StorageError::SealerLate)));
        pace.record(None);
        assert!(pace.check().is_err(), "a look that failed changes nothing");
        pace.record(Some(Duration::from_secs(1)));
        assert!(pace.check().is_ok());
    }
}
