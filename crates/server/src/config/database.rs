//! `[database]`: where the truth is kept.

use std::path::Path;

use authority::secret::Secret;
use serde::Deserialize;

use super::findings::Findings;
use super::keys::{Key, Section};

pub(super) static SECTION: Section = Section {
    name: "database",
    meaning: "Where the truth is kept.",
    keys: &[
        Key {
            name: "url",
            standard: "",
            meaning: "Required. `postgres://user:password@host/database` or `sqlite:///path/to/file`. Better set by `KIRU_DATABASE__URL` when it holds a password.",
        },
        Key {
            name: "max_connections",
            standard: "16",
            meaning: "Connections to PostgreSQL; 2 to 256.",
        },
        Key {
            name: "sqlite_readers",
            standard: "4",
            meaning: "Reading connections to an SQLite file, beside the one that writes; 1 to 64.",
        },
    ],
};

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Raw {
    url: Option<String>,
    max_connections: Option<u32>,
    sqlite_readers: Option<u32>,
}

/// Section `[database]`, checked.
#[derive(Debug, Clone)]
pub struct Database {
    url: Secret<String>,
    max_connections: u32,
    sqlite_readers: u32,
}

impl Database {
    pub(super) fn check(raw: Raw, found: &mut Findings) -> Self {
        let url = raw.url.unwrap_or_default();
        if url.is_empty() {
            found.refuse("database.url", "is required");
        } else if !is_sqlite(&url) && !is_postgres(&url) {
            found.refuse("database.url", "must begin with postgres:// or sqlite://");
        } else if is_sqlite(&url) && url.contains(":memory:") {
            found.refuse(
                "database.url",
                "a database in memory forgets everything at the end; name a file",
            );
        }
        Self {
            url: Secret::new(url),
            max_connections: found.number("database.max_connections", raw.max_connections, 16, 2..=256),
            sqlite_readers: found.number("database.sqlite_readers", raw.sqlite_readers, 4, 1..=64),
        }
    }

    /// The connection URL; may hold a password.
    pub fn url(&self) -> &Secret<String> {
        &self.url
    }

    /// Whether the database is an SQLite file.
    pub fn is_sqlite(&self) -> bool {
        is_sqlite(self.url.expose())
    }

    /// The SQLite file, when the database is one.
    pub fn sqlite_file(&self) -> Option<&Path> {
        let rest = self.url.expose().strip_prefix("sqlite:")?;
        let rest = rest.strip_prefix("//").unwrap_or(rest);
        Some(Path::new(rest.split_once('?').map_or(rest, |(file, _)| file)))
    }

    /// The URL without user and password, for people to read.
    pub fn redacted_url(&self) -> String {
        let url = self.url.expose();
        if self.is_sqlite() {
            return url.clone();
        }
        let Some((scheme, rest)) = url.split_once("://") else {
            return "REDACTED".to_owned();
        };
        let rest = rest.split_once('?').map_or(rest, |(before, _)| before);
        match rest.rsplit_once('@') {
            Some((_, place)) => format!("{scheme}://REDACTED@{place}"),
            None => format!("{scheme}://{rest}"),
        }
    }

    /// Connections to PostgreSQL.
    pub fn max_connections(&self) -> u32 {
        self.max_connections
    }

    /// Reading connections to an SQLite file.
    pub fn sqlite_readers(&self) -> u32 {
        self.sqlite_readers
    }
}

fn is_sqlite(url: &str) -> bool {
    url.starts_with("sqlite:")
}

fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}
