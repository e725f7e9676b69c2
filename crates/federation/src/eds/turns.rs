//! Expensive checks: off the async executor, a bounded number at a time, and no endless queue (security rule RL-3).

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::{JoinError, spawn_blocking};
use tokio::time::timeout;

/// Turns for expensive checks. Cloning shares them.
#[derive(Clone, Debug)]
pub struct Turns {
    turns: Arc<Semaphore>,
    wait: Duration,
}

/// Why a check was not made.
#[derive(Debug, thiserror::Error)]
pub enum TurnError {
    /// Too many at once.
    #[error("no turn came up in time")]
    Busy,
    /// The check panicked, or the process stops.
    #[error("the check stopped")]
    Broken(#[source] JoinError),
}

impl Turns {
    /// So many at the same time; the others wait that long.
    pub fn new(at_once: usize, wait: Duration) -> Self {
        Self {
            turns: Arc::new(Semaphore::new(at_once)),
            wait,
        }
    }

    /// Makes a check when its turn comes. It is finished and gives its turn back even when nobody waits for it any more.
    ///
    /// # Errors
    /// No turn came up in time, or the check broke.
    pub async fn run<T: Send + 'static>(&self, check: impl FnOnce() -> T + Send + 'static) -> Result<T, TurnError> {
        let turn = timeout(self.wait, Arc::clone(&self.turns).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else {
            return Err(TurnError::Busy);
        };
        let checking = spawn_blocking(move || {
            let checked = check();
            drop(turn);
            checked
        });
        checking.await.map_err(TurnError::Broken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_check_without_a_turn_is_not_made() {
        let none = Turns::new(0, Duration::ZERO);
        assert!(matches!(none.run(|| ()).await, Err(TurnError::Busy)));
    }

    #[tokio::test]
    async fn a_check_that_panics_gives_its_turn_back() {
        let one = Turns::new(1, Duration::from_secs(5));
        let broken: Result<(), _> = one.run(|| panic!("a check")).await;
        assert!(matches!(broken, Err(TurnError::Broken(_))));
        assert_eq!(one.run(|| 7).await.unwrap(), 7);
    }
}
