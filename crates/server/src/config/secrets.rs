//! `[secrets]`: the key that seals all other keys.

use std::path::PathBuf;

use authority::secret::Secret;
use serde::Deserialize;

use super::findings::Findings;
use super::keys::{Key, Section};

pub(super) static SECTION: Section = Section {
    name: "secrets",
    meaning: "The key encryption key (KEK) seals signing keys, phone numbers and everything that must not lie open in the database. It lives outside database and data folder. `head -c 32 /dev/urandom | base64` makes one.",
    keys: &[
        Key {
            name: "kek_file",
            standard: "",
            meaning: "File with the KEK, base64 of 32 bytes, readable by its owner only. This or `KIRU_SECRETS__KEK` is required.",
        },
        Key {
            name: "kek",
            standard: "",
            meaning: "The KEK itself; only accepted as the variable `KIRU_SECRETS__KEK`.",
        },
    ],
};

/// Where the key encryption key is.
#[derive(Debug, Clone)]
pub enum KekSource {
    /// In a file that only its owner may read.
    File(PathBuf),
    /// In the environment variable.
    Variable(Secret<String>),
    /// Not given; commands that need it refuse.
    Missing,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Raw {
    kek_file: Option<String>,
    kek: Option<String>,
}

/// Section `[secrets]`, checked.
#[derive(Debug, Clone)]
pub struct Secrets {
    kek: KekSource,
}

impl Secrets {
    pub(super) fn check(raw: Raw, found: &mut Findings) -> Self {
        let kek = match (raw.kek_file, raw.kek) {
            (Some(file), None) => KekSource::File(found.path(&file)),
            (None, Some(kek)) => KekSource::Variable(Secret::new(kek)),
            (None, None) => KekSource::Missing,
            (Some(_), Some(_)) => {
                found.refuse("secrets.kek", "is given beside secrets.kek_file; give one of them");
                KekSource::Missing
            }
        };
        if found.is_given("secrets.kek") && !found.is_from_environment("secrets.kek") {
            found.refuse(
                "secrets.kek",
                "does not belong into a file with other settings; use kek_file or KIRU_SECRETS__KEK",
            );
        }
        Self { kek }
    }

    /// Where the key encryption key is.
    pub fn kek(&self) -> &KekSource {
        &self.kek
    }
}
