//! Counting over time.

use std::time::Duration;

use kiru_tests::harness::spent_on_signing;
use serde_json::{Value, json};
use tokio::time::Instant;

/// Linux counts processor time in hundredths of a second (`getconf CLK_TCK`).
const TICK: Duration = Duration::from_millis(10);

/// How often something was done.
#[derive(Clone, Copy, Default)]
pub(crate) struct Measured {
    done: usize,
    wall: Duration,
    cpu: Duration,
}

/// A measurement that is running.
pub(crate) struct Running {
    begun: Instant,
    cpu: Duration,
    others: u64,
}

impl Running {
    /// From now on.
    pub(crate) fn begin() -> Self {
        Self {
            begun: Instant::now(),
            cpu: processor_time(),
            others: spent_on_signing(),
        }
    }

    /// Until now; so much was done.
    pub(crate) fn end(self, done: usize) -> Measured {
        let others = Duration::from_nanos(spent_on_signing() - self.others);
        let cpu = (processor_time() - self.cpu).saturating_sub(others);
        Measured {
            done,
            wall: self.begun.elapsed(),
            cpu,
        }
    }
}

impl Measured {
    /// Another stretch of the same thing.
    pub(crate) fn add(&mut self, other: Self) {
        self.done += other.done;
        self.wall += other.wall;
        self.cpu += other.cpu;
    }

    /// How long it was measured.
    pub(crate) fn wall(&self) -> Duration {
        self.wall
    }

    fn per_second(&self) -> f64 {
        self.done as f64 / self.wall.as_secs_f64()
    }

    /// The figure alone.
    pub(crate) fn to_json(self) -> Value {
        let per_cpu_second = (!self.cpu.is_zero()).then(|| rounded(self.done as f64 / self.cpu.as_secs_f64()));
        json!({"per_second": rounded(self.per_second()), "per_cpu_second": per_cpu_second, "measured": self.done})
    }

    /// The figure as a share of what the database commits and, where it rests on one signature, of what a core signs.
    pub(crate) fn beside(self, bare: &Self, signatures: Option<&Value>) -> Value {
        let mut figure = self.to_json();
        figure["to_bare_transactions"] = rounded(self.per_second() / bare.per_second()).into();
        if let Some(signatures) = signatures.and_then(Value::as_f64) {
            figure["to_signatures_of_a_core"] = rounded(self.per_second() / signatures).into();
        }
        figure
    }
}

/// Three digits that mean something.
pub(crate) fn rounded(figure: f64) -> f64 {
    if figure >= 100.0 {
        figure.round()
    } else {
        (figure * 1000.0).round() / 1000.0
    }
}

/// What this process took so far, in and out of the kernel; zero where there is no `/proc`.
fn processor_time() -> Duration {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // proc(5): the name in parentheses may hold anything; utime and stime are the 12th and 13th field behind it.
    let fields = text.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
    let ticks: u32 = fields
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<u32>().ok())
        .sum();
    TICK * ticks
}
