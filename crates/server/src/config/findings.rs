//! What is wrong with a configuration, collected so that an operator sees all of it at once.

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::duration;

/// One thing that is wrong: where it stands, which key, why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    file: String,
    key: String,
    reason: String,
}

impl Problem {
    /// The file, or the environment variable, that says it.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The key, as `section.key`; empty when the whole file is meant.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Why it is refused. Never contains a secret's value.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.key.is_empty() {
            write!(f, "{}: {}", self.file, self.reason)
        } else {
            write!(f, "{}: {}: {}", self.file, self.key, self.reason)
        }
    }
}

/// All problems of one configuration, one a line when displayed. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", lines(.0))]
pub struct Problems(Vec<Problem>);

impl Problems {
    pub(crate) fn one(file: &str, key: &str, reason: &str) -> Self {
        Self(vec![Problem {
            file: file.to_owned(),
            key: key.to_owned(),
            reason: reason.to_owned(),
        }])
    }

    /// The problems, in the order of the sections.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The list being written while sections are checked.
pub(super) struct Findings {
    file: String,
    folder: PathBuf,
    origins: BTreeMap<String, String>,
    problems: Vec<Problem>,
}

impl Findings {
    pub(super) fn new(file: &Path, origins: BTreeMap<String, String>) -> Self {
        let folder = file.parent().map(Path::to_path_buf).unwrap_or_default();
        Self {
            file: file.display().to_string(),
            folder,
            origins,
            problems: Vec::new(),
        }
    }

    /// Notes a problem with `key`, attributed to where its value came from.
    pub(super) fn refuse(&mut self, key: &str, reason: impl Display) {
        let file = self.origins.get(key).unwrap_or(&self.file).clone();
        self.problems.push(Problem {
            file,
            key: key.to_owned(),
            reason: reason.to_string(),
        });
    }

    /// Whether the value of `key` came from an environment variable.
    pub(super) fn is_from_environment(&self, key: &str) -> bool {
        self.origins
            .get(key)
            .is_some_and(|origin| origin.starts_with("environment "))
    }

    /// Whether `key` was given at all.
    pub(super) fn is_given(&self, key: &str) -> bool {
        self.origins.contains_key(key)
    }

    /// A path; relative ones start at the folder of the configuration file.
    pub(super) fn path(&self, given: &str) -> PathBuf {
        self.folder.join(given)
    }

    /// A text with a meaning, by its own parser; `fallback` keeps the check going after a problem.
    pub(super) fn parsed<T, E: Display>(
        &mut self,
        key: &str,
        given: Option<&str>,
        parse: impl Fn(&str) -> Result<T, E>,
        fallback: T,
    ) -> T {
        match given.map(parse) {
            None => fallback,
            Some(Ok(value)) => value,
            Some(Err(reason)) => {
                self.refuse(key, reason);
                fallback
            }
        }
    }

    /// A duration within what the security limits allow.
    pub(super) fn duration(
        &mut self,
        key: &str,
        given: Option<&str>,
        standard: Duration,
        allowed: RangeInclusive<Duration>,
    ) -> Duration {
        let value = self.parsed(key, given, duration::parse, standard);
        if allowed.contains(&value) {
            return value;
        }
        let (least, most) = (duration::print(*allowed.start()), duration::print(*allowed.end()));
        self.refuse(
            key,
            format_args!("{} is outside {least} to {most}", duration::print(value)),
        );
        standard
    }

    /// A whole number within what the security limits allow.
    pub(super) fn number(&mut self, key: &str, given: Option<u32>, standard: u32, allowed: RangeInclusive<u32>) -> u32 {
        let value = given.unwrap_or(standard);
        if allowed.contains(&value) {
            return value;
        }
        self.refuse(
            key,
            format_args!("{value} is outside {} to {}", allowed.start(), allowed.end()),
        );
        standard
    }

    /// Whether nothing was found so far.
    pub(super) fn is_clean(&self) -> bool {
        self.problems.is_empty()
    }

    /// The configuration, when nothing was found.
    pub(super) fn finish<T>(self, value: T) -> Result<T, Problems> {
        if self.problems.is_empty() {
            Ok(value)
        } else {
            Err(Problems(self.problems))
        }
    }
}
