//! How long one thing takes, with one client who does nothing else.

use std::time::Duration;

use serde_json::{Value, json};

use super::measure::rounded;

/// Times of the same thing.
#[derive(Clone, Default)]
pub(crate) struct Latencies(Vec<Duration>);

impl Latencies {
    /// One more.
    pub(crate) fn add(&mut self, took: Duration) {
        self.0.push(took);
    }

    /// Those of somebody else beside them.
    pub(crate) fn join(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// How many.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// The time that this share of them stays below, in milliseconds.
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a place in a list of thousands"
        )]
        let place = ((sorted.len() as f64 - 1.0).max(0.0) * share).round() as usize;
        sorted.get(place).map_or(f64::NAN, |took| took.as_secs_f64() * 1_000.0)
    }

    /// The one in the middle.
    pub(crate) fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// Median and the slowest of twenty.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "p50_ms": rounded(self.median()),
            "p95_ms": rounded(self.quantile(0.95)),
            "measured": self.0.len(),
        })
    }

    /// These as multiples of those.
    pub(crate) fn to(&self, base: &Self) -> Value {
        json!({
            "p50": rounded(self.median() / base.median()),
            "p95": rounded(self.quantile(0.95) / base.quantile(0.95)),
        })
    }
}
