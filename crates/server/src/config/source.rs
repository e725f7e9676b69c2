//! Where values come from: the file first, the environment over it; each value keeps its origin.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use config::{ConfigError, Environment, File, FileFormat, Value};
use serde::de::DeserializeOwned;

use super::findings::{Findings, Problems};
use super::keys;

/// The raw sections by name.
pub(super) struct Source {
    sections: HashMap<String, Value>,
    origins: BTreeMap<String, String>,
}

impl Source {
    /// Lays the environment over the file. A file that is not TOML is a problem at once.
    pub(super) fn read(file: &Path, text: &str, environment: &BTreeMap<String, String>) -> Result<Self, Problems> {
        let name = file.display().to_string();
        let from_file = sections_of(::config::Config::builder().add_source(File::from_str(text, FileFormat::Toml)))
            .map_err(|error| Problems::one(&name, "", error.to_string().trim()))?;
        let ours = variables(environment);
        // Without prefix_separator the crate ignores every variable silently.
        let variables = Environment::with_prefix("KIRU").prefix_separator("_").separator("__");
        let from_environment = variables.source(Some(ours.clone().into_iter().collect()));
        let mut sections = from_file;
        let mut origins = origins_of(&sections, |_| name.clone());
        let over = sections_of(::config::Config::builder().add_source(from_environment))
            .map_err(|error| Problems::one("environment", "", &error.to_string()))?;
        origins.extend(origins_of(&over, |key| format!("environment {}", variable_name(key))));
        for (section, value) in over {
            lay_over(
                sections
                    .entry(section)
                    .or_insert_with(|| Value::new(None, HashMap::<String, Value>::new())),
                value,
            );
        }
        Ok(Self { sections, origins })
    }

    /// Where each given key came from.
    pub(super) fn origins(&self) -> BTreeMap<String, String> {
        self.origins.clone()
    }

    /// Notes every section and key that does not exist, so that a typing error never passes as a default.
    pub(super) fn refuse_unknown(&self, found: &mut Findings) {
        for key in self.origins.keys() {
            let (section, name) = key.split_once('.').unwrap_or((key, ""));
            match keys::names(section) {
                None => found.refuse(
                    key,
                    format_args!("unknown section; known: {}", keys::sections().join(", ")),
                ),
                Some(names) if name.is_empty() => {
                    found.refuse(key, format_args!("is a section with the keys {}", names.join(", ")));
                }
                Some(names) if !names.contains(&name) => {
                    found.refuse(key, format_args!("unknown key; known: {}", names.join(", ")));
                }
                Some(_) => {}
            }
        }
    }

    /// The raw form of one section; a value of the wrong type is noted and the section's defaults are used.
    pub(super) fn section<T: DeserializeOwned + Default>(&mut self, name: &str, found: &mut Findings) -> T {
        let Some(value) = self.sections.remove(name) else {
            return T::default();
        };
        let known = keys::names(name).unwrap_or_default();
        let Ok(mut table) = value.into_table() else {
            return T::default();
        };
        table.retain(|key, _| known.contains(&key.as_str()));
        match Value::new(None, table).try_deserialize() {
            Ok(raw) => raw,
            Err(error) => {
                let (key, reason) = explain(error);
                found.refuse(&format!("{name}.{key}"), reason);
                T::default()
            }
        }
    }
}

fn sections_of(
    builder: ::config::ConfigBuilder<::config::builder::DefaultState>,
) -> Result<HashMap<String, Value>, ConfigError> {
    builder.build()?.cache.into_table()
}

/// Only `KIRU_SECTION__KEY`: other programs and our own tests use `KIRU_…` names without a section.
fn variables(environment: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let ours = |name: &str| name.strip_prefix("KIRU_").is_some_and(|rest| rest.contains("__"));
    environment
        .iter()
        .filter(|(name, _)| ours(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn variable_name(key: &str) -> String {
    format!("KIRU_{}", key.replace('.', "__").to_uppercase())
}

/// `section.key` of every value; a section given as a plain value appears under its own name.
fn origins_of(sections: &HashMap<String, Value>, origin: impl Fn(&str) -> String) -> BTreeMap<String, String> {
    let mut origins = BTreeMap::new();
    for (section, value) in sections {
        match value.clone().into_table() {
            Ok(table) => origins.extend(table.keys().map(|key| {
                let key = format!("{section}.{key}");
                let origin = origin(&key);
                (key, origin)
            })),
            Err(_) => {
                origins.insert(section.clone(), origin(section));
            }
        }
    }
    origins
}

fn lay_over(below: &mut Value, above: Value) {
    let (Ok(mut merged), Ok(over)) = (below.clone().into_table(), above.into_table()) else {
        return;
    };
    merged.extend(over);
    *below = Value::new(None, merged);
}

/// Key and reason of a type error, without the value: it may be a secret.
fn explain(error: ConfigError) -> (String, String) {
    if let ConfigError::Type { expected, key, .. } = error {
        return (key.unwrap_or_default(), format!("must be {expected}"));
    }
    if let ConfigError::At { error, key, .. } = error {
        return (key.unwrap_or_default(), error.to_string());
    }
    (String::new(), error.to_string())
}
