//! JSON objects without duplicate names, at any depth (RFC 7515 §4, RFC 7519 §4, RFC 8725 §2.4).
//!
//! serde_json lets the last of two equal names win. Two readers of one token could then see two
//! different values, so a token with a doubled name is refused before anybody looks inside. Nesting is limited as well
//! (security rule RL-1).

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Most levels of arrays and objects, the outermost object included (security rule RL-1).
pub const MAX_DEPTH: usize = 32;

/// Why bytes are not an acceptable JSON object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StrictJsonError {
    /// Not JSON at all, a name occurs twice in one object, or more than [`MAX_DEPTH`] levels.
    #[error("the text is not JSON, repeats a name or nests too deeply")]
    Malformed,
    /// JSON, but an array, a string or another value where an object must stand.
    #[error("the JSON value is not an object")]
    NotAnObject,
}

/// Reads a JSON object of at most [`MAX_DEPTH`] levels whose names are distinct in it and in every object inside it.
///
/// # Errors
/// [`StrictJsonError`] when the bytes are anything else, including text after the object.
pub fn parse_object(bytes: &[u8]) -> Result<Map<String, Value>, StrictJsonError> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    Shape { levels: MAX_DEPTH }
        .deserialize(&mut reader)
        .map_err(|_| StrictJsonError::Malformed)?;
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(StrictJsonError::NotAnObject),
        Err(_) => Err(StrictJsonError::Malformed),
    }
}

/// Walks a value, keeps nothing, fails on the first repeated name or the first level too many.
#[derive(Clone, Copy)]
struct Shape {
    /// Levels that may still begin.
    levels: usize,
}

impl Shape {
    fn inside<E: serde::de::Error>(self) -> Result<Self, E> {
        let levels = self.levels.checked_sub(1).ok_or_else(|| E::custom("too deep"))?;
        Ok(Self { levels })
    }
}

impl<'de> DeserializeSeed<'de> for Shape {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Shape {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON with distinct names")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let inside = self.inside()?;
        let mut seen = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            map.next_value_seed(inside)?;
            if !seen.insert(name) {
                return Err(A::Error::custom("repeated name"));
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let inside = self.inside()?;
        while seq.next_element_seed(inside)?.is_some() {}
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{StrictJsonError, parse_object};

    #[test]
    fn an_object_of_every_kind_of_value_is_read() {
        let text = br#"{"a":1,"b":-1,"c":1.5,"d":"x","e":null,"f":true,"g":[{"a":1},{"a":2}],"h":{"a":{}}}"#;
        assert_eq!(parse_object(text).unwrap().len(), 8);
    }

    #[test]
    fn a_repeated_name_is_refused_at_any_depth() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"x":{"a":1,"b":2,"a":3}}"#,
            r#"{"x":[0,[{"a":1,"a":3}]]}"#,
        ] {
            assert_eq!(parse_object(text.as_bytes()), Err(StrictJsonError::Malformed), "{text}");
        }
    }

    #[test]
    fn what_is_not_an_object_is_refused() {
        for text in ["[]", "1", "\"a\"", "null", "true"] {
            assert_eq!(
                parse_object(text.as_bytes()),
                Err(StrictJsonError::NotAnObject),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_not_json_is_refused() {
        let deep = format!("{}{}", "{\"a\":".repeat(5_000), "1".to_owned() + &"}".repeat(5_000));
        for text in [
            "",
            "{",
            "{}x",
            "{} {}",
            "{\"a\":}",
            "{'a':1}",
            "\u{feff}{}",
            "{\"a\":1,}",
            &deep,
        ] {
            assert_eq!(
                parse_object(text.as_bytes()),
                Err(StrictJsonError::Malformed),
                "{text:.20}"
            );
        }
        assert_eq!(parse_object(b"{\"a\":\"\xff\"}"), Err(StrictJsonError::Malformed));
    }

    #[test]
    fn thirty_two_levels_pass_and_thirty_three_are_refused() {
        let objects = |levels: usize| format!("{}1{}", r#"{"a":"#.repeat(levels), "}".repeat(levels));
        let arrays = |levels: usize| format!(r#"{{"a":{}{}}}"#, "[".repeat(levels - 1), "]".repeat(levels - 1));
        for nested in [objects, arrays] {
            assert!(parse_object(nested(32).as_bytes()).is_ok());
            assert_eq!(parse_object(nested(33).as_bytes()), Err(StrictJsonError::Malformed));
        }
        let wide = format!(r#"{{"a":[{}1]}}"#, "[[1]],".repeat(200));
        assert!(
            parse_object(wide.as_bytes()).is_ok(),
            "what stands side by side is not deep"
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse_object(&bytes);
        }

        #[test]
        fn json_like_text_is_answered_without_panic(text in r#"[{}\[\]",:a0\\u1. ]{0,60}"#) {
            let _ = parse_object(text.as_bytes());
        }
    }
}
