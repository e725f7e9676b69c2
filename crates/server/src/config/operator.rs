//! `[operator]`: who runs the installation; help, privacy and accessibility pages name them.

use serde::Deserialize;

use super::findings::Findings;
use super::keys::{Key, Section};

pub(super) static SECTION: Section = Section {
    name: "operator",
    meaning: "Who runs the installation; the help, privacy and accessibility pages name them. All keys but `key_fine` are required in production.",
    keys: &[
        Key {
            name: "name_kk",
            standard: "\"Kiru\"",
            meaning: "Name of the organisation in Kazakh.",
        },
        Key {
            name: "name_ru",
            standard: "\"Kiru\"",
            meaning: "Name in Russian.",
        },
        Key {
            name: "name_en",
            standard: "\"Kiru\"",
            meaning: "Name in English.",
        },
        Key {
            name: "telephone",
            standard: "\"1414\"",
            meaning: "Telephone of the help desk, as it is read out.",
        },
        Key {
            name: "email",
            standard: "\"help@kiru.invalid\"",
            meaning: "E-mail address of the help desk.",
        },
        Key {
            name: "hours_kk",
            standard: "\"09:00–18:00\"",
            meaning: "Office hours in Kazakh.",
        },
        Key {
            name: "hours_ru",
            standard: "\"09:00–18:00\"",
            meaning: "Office hours in Russian.",
        },
        Key {
            name: "hours_en",
            standard: "\"09:00–18:00\"",
            meaning: "Office hours in English.",
        },
        Key {
            name: "key_fine",
            standard: "",
            meaning: "The fine for giving one's EDS key to somebody else, in whole tenge; the sign-in page names it. Without it, or with 0, the page says nothing of a fine.",
        },
    ],
};

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Raw {
    name_kk: Option<String>,
    name_ru: Option<String>,
    name_en: Option<String>,
    telephone: Option<String>,
    email: Option<String>,
    hours_kk: Option<String>,
    hours_ru: Option<String>,
    hours_en: Option<String>,
    key_fine: Option<u32>,
}

/// Section `[operator]`, checked. Texts in three languages are in the order Kazakh, Russian, English.
#[derive(Debug, Clone)]
pub struct Operator {
    name: [String; 3],
    telephone: String,
    email: String,
    hours: [String; 3],
    key_fine: Option<u32>,
    missing: Vec<&'static str>,
}

/// Longest text of this section, in characters; it has to fit into a footer.
const LONGEST: usize = 120;

impl Operator {
    pub(super) fn check(raw: Raw, found: &mut Findings) -> Self {
        let mut missing = Vec::new();
        let mut text = |key: &'static str, given: Option<String>, standard: &str| {
            if given.is_none() {
                missing.push(key);
            }
            let text = given.unwrap_or_else(|| standard.to_owned());
            if text.trim().is_empty() || text.chars().count() > LONGEST || text.chars().any(char::is_control) {
                found.refuse(
                    key,
                    format_args!("must be a text of 1 to {LONGEST} characters on one line"),
                );
            }
            text
        };
        let hours = "09:00–18:00";
        Self {
            name: [
                text("operator.name_kk", raw.name_kk, "Kiru"),
                text("operator.name_ru", raw.name_ru, "Kiru"),
                text("operator.name_en", raw.name_en, "Kiru"),
            ],
            telephone: text("operator.telephone", raw.telephone, "1414"),
            email: text("operator.email", raw.email, "help@kiru.invalid"),
            hours: [
                text("operator.hours_kk", raw.hours_kk, hours),
                text("operator.hours_ru", raw.hours_ru, hours),
                text("operator.hours_en", raw.hours_en, hours),
            ],
            key_fine: raw.key_fine.filter(|sum| *sum > 0),
            missing,
        }
    }

    /// The fine for giving one's key to somebody else, in tenge.
    pub fn key_fine(&self) -> Option<u32> {
        self.key_fine
    }

    /// Name of the organisation.
    pub fn name(&self) -> &[String; 3] {
        &self.name
    }

    /// Telephone of the help desk.
    pub fn telephone(&self) -> &str {
        &self.telephone
    }

    /// E-mail address of the help desk.
    pub fn email(&self) -> &str {
        &self.email
    }

    /// Office hours.
    pub fn hours(&self) -> &[String; 3] {
        &self.hours
    }

    /// Keys that were left at their stand-ins.
    pub(super) fn missing(&self) -> &[&'static str] {
        &self.missing
    }
}
