//! Lists, written in TOML as arrays and in the environment as one text with commas.

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// Texts in the order given; empty ones are dropped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct List(pub(super) Vec<String>);

impl<'de> Deserialize<'de> for List {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListVisitor)
    }
}

struct ListVisitor;

impl<'de> Visitor<'de> for ListVisitor {
    type Value = List;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list of texts")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<List, E> {
        Ok(List(
            text.split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(str::to_owned)
                .collect(),
        ))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<List, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element::<String>()? {
            list.push(item);
        }
        Ok(List(list))
    }
}
