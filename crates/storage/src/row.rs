//! From columns to domain values: every conversion that can fail names table, column and row.

use authority::authorization::Scope;
use authority::ids::PowerId;
use authority::representation::Acting;
use authority::secret::TokenDigest;
use authority::time::Timestamp;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::Inconsistent;

/// The row a value stands in.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) table: &'static str,
    pub(crate) id: &'a dyn std::fmt::Display,
}

impl Place<'_> {
    /// The error for this column.
    pub(crate) fn bad(&self, column: &'static str) -> Inconsistent {
        Inconsistent::new(self.table, column, self.id)
    }

    /// A value that the column's text must name.
    pub(crate) fn word<T>(&self, column: &'static str, value: Option<T>) -> Result<T, Inconsistent> {
        value.ok_or_else(|| self.bad(column))
    }

    /// Exactly 32 bytes.
    pub(crate) fn bytes32(&self, column: &'static str, bytes: &[u8]) -> Result<[u8; 32], Inconsistent> {
        bytes.try_into().map_err(|_| self.bad(column))
    }

    /// A digest.
    pub(crate) fn digest(&self, column: &'static str, bytes: &[u8]) -> Result<TokenDigest, Inconsistent> {
        self.bytes32(column, bytes).map(TokenDigest::from_bytes)
    }

    /// Scopes, separated by spaces; one that is not known is an error, because it was known when it was written.
    pub(crate) fn scopes(&self, column: &'static str, text: &str) -> Result<Vec<Scope>, Inconsistent> {
        let words = text.split(' ').filter(|word| !word.is_empty());
        self.word(column, words.map(Scope::from_word).collect())
    }

    /// In whose name, if it was said.
    pub(crate) fn acting(&self, word: Option<&str>, power: Option<Uuid>) -> Result<Option<Acting>, Inconsistent> {
        let power = power.map(PowerId::from_uuid);
        match word {
            None if power.is_none() => Ok(None),
            None => Err(self.bad("in_name")),
            Some(word) => self.word("in_name", Acting::of_word(word, power)).map(Some),
        }
    }

    /// A small number.
    pub(crate) fn small<T: TryFrom<i64>>(&self, column: &'static str, value: i64) -> Result<T, Inconsistent> {
        T::try_from(value).map_err(|_| self.bad(column))
    }

    /// A structure kept as JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self, column: &'static str, text: &str) -> Result<T, Inconsistent> {
        serde_json::from_str(text).map_err(|_| self.bad(column))
    }
}

/// An optional instant.
pub(crate) fn maybe(micros: Option<i64>) -> Option<Timestamp> {
    micros.map(Timestamp::from_micros)
}
