//! Clients and people from files: `kiru clients apply F`, `kiru people apply F`. Both files are JSON arrays; applying
//! the same file twice changes nothing the second time.

mod clients;
mod people;

use storage::StorageError;

pub use clients::{ClientEntry, ClientRules, apply_clients, parse_clients};
pub use people::{PersonEntry, apply_people, parse_people};

/// What became of one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// It is new.
    Added,
    /// It was there and differs now.
    Changed,
    /// It was there just so.
    Unchanged,
}

impl Applied {
    /// The word for the terminal.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
        }
    }
}

/// Why a file is not applied. Nothing of it is then.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// Not JSON, or not an array of entries with known members.
    #[error("not a list of entries: {0}")]
    Malformed(String),
    /// One entry breaks a rule.
    #[error("{entry}: {member}: {reason}")]
    Entry {
        /// Which: the client's or person's name in the file.
        entry: String,
        /// The member at fault.
        member: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// The phone number serves as many people as it may.
    #[error("{entry}: phone: the number belongs to {most} people already, which is the most")]
    PhoneShared {
        /// Which: the person's name in the file.
        entry: String,
        /// How many people may share a number.
        most: usize,
    },
    /// The database.
    #[error("the database refused")]
    Storage(#[from] StorageError),
}

fn refuse(entry: &str, member: &'static str, reason: impl std::fmt::Display) -> ApplyError {
    ApplyError::Entry {
        entry: entry.to_owned(),
        member,
        reason: reason.to_string(),
    }
}
