//! Log lines: one JSON object a line on standard error, fields as `docs/LOGGING.md` lists them.
//!
//! Secrets never reach a line because their types do not print; personal numbers are masked by theirs. A panic is
//! logged by its place only: its message may quote a value.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

use crate::config::{Format, Level};

/// Starts logging for the whole process; a second call changes nothing.
pub fn start(level: Level, format: Format) {
    let filter = EnvFilter::new(filter(level));
    let lines = fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(true);
    // A test or an embedding program may have started its own.
    let _ = match format {
        Format::Json => lines
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .try_init(),
        Format::Text => lines.with_ansi(std::io::stderr().is_terminal()).try_init(),
    };
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(target: "kiru::panic", place, "a panic was contained");
    }));
}

/// Our own lines at `level`; other people's libraries only when something is wrong.
fn filter(level: Level) -> String {
    let ours = [
        "kiru",
        "access",
        "authority",
        "federation",
        "jobs",
        "jose",
        "messaging",
        "outbound",
        "pages",
        "protocol",
        "storage",
        "web",
    ];
    let mut filter = String::from(if level == Level::Error { "error" } else { "warn" });
    for target in ours {
        filter.push(',');
        filter.push_str(target);
        filter.push('=');
        filter.push_str(level.as_str());
    }
    filter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_quiet_at_every_level() {
        assert!(filter(Level::Trace).starts_with("warn,kiru=trace,access=trace"));
        assert!(filter(Level::Error).starts_with("error,kiru=error"));
    }
}
