//! `[places]`: about where people sign in.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::findings::Findings;
use super::keys::{Key, Section};

pub(super) static SECTION: Section = Section {
    name: "places",
    meaning: "About where people sign in, as they see it in their cabinet.",
    keys: &[Key {
        name: "database",
        standard: "",
        meaning: "File of cities or countries by network address, in the MaxMind DB format (GeoLite2 City, DB-IP City Lite). Read and verified at the start. Without it no place is shown.",
    }],
};

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Raw {
    database: Option<String>,
}

/// Section `[places]`, checked.
#[derive(Debug, Clone)]
pub struct Places {
    database: Option<PathBuf>,
}

impl Places {
    pub(super) fn check(raw: &Raw, found: &mut Findings) -> Self {
        if raw.database.as_deref() == Some("") {
            found.refuse("places.database", "is empty; leave it out when there is no file");
        }
        Self {
            database: raw.database.as_deref().map(|file| found.path(file)),
        }
    }

    /// The file.
    pub fn database(&self) -> Option<&Path> {
        self.database.as_deref()
    }
}
