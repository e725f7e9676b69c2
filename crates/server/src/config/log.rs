//! `[log]`: how much is said and in which form. `docs/LOGGING.md` lists the fields.

use std::str::FromStr;

use serde::Deserialize;

use super::findings::Findings;
use super::keys::{Key, Section};

pub(super) static SECTION: Section = Section {
    name: "log",
    meaning: "How much is logged and in which form; `LOGGING.md` lists the fields.",
    keys: &[
        Key {
            name: "level",
            standard: "\"info\"",
            meaning: "`error`, `warn`, `info`, `debug` or `trace`; production refuses the last two.",
        },
        Key {
            name: "format",
            standard: "\"json\"",
            meaning: "`json`, one object a line, or `text` for a terminal.",
        },
    ],
};

/// The least important line that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Something of ours is broken.
    Error,
    /// Something may soon be.
    Warn,
    /// What happened, one line per request.
    Info,
    /// For developers.
    Debug,
    /// For developers with patience.
    Trace,
}

impl Level {
    /// The word used in configuration and by the log filter.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

impl FromStr for Level {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let all = [Self::Error, Self::Warn, Self::Info, Self::Debug, Self::Trace];
        all.into_iter()
            .find(|level| level.as_str() == text)
            .ok_or("must be error, warn, info, debug or trace")
    }
}

/// The form of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    Json,
    /// For people at a terminal.
    Text,
}

impl Format {
    /// The word used in configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Text => "text",
        }
    }
}

impl FromStr for Format {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        match text {
            "json" => Ok(Self::Json),
            "text" => Ok(Self::Text),
            _ => Err("must be json or text"),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Raw {
    level: Option<String>,
    format: Option<String>,
}

/// Section `[log]`, checked.
#[derive(Debug, Clone)]
pub struct Log {
    level: Level,
    format: Format,
}

impl Log {
    pub(super) fn check(raw: &Raw, found: &mut Findings) -> Self {
        Self {
            level: found.parsed("log.level", raw.level.as_deref(), Level::from_str, Level::Info),
            format: found.parsed("log.format", raw.format.as_deref(), Format::from_str, Format::Json),
        }
    }

    /// The least important line that is written.
    pub fn level(&self) -> Level {
        self.level
    }

    /// The form of a line.
    pub fn format(&self) -> Format {
        self.format
    }
}
