//! The table of all keys: what is known, what it means, and `docs/CONFIG.md`.

use std::fmt::Write as _;

use super::{
    database, deployment, eds, egov_mobile, listen, log, operator, outbound, places, secrets, sessions, sign_in, sms,
    tokens,
};

/// One key of one section, as an operator reads about it.
pub(super) struct Key {
    pub(super) name: &'static str,
    /// The value when the key is absent, as TOML; empty when there is none and the key may be left out.
    pub(super) standard: &'static str,
    pub(super) meaning: &'static str,
}

/// A section: its name, one sentence, its keys.
pub(super) struct Section {
    pub(super) name: &'static str,
    pub(super) meaning: &'static str,
    pub(super) keys: &'static [Key],
}

/// All sections in the order in which they are documented and printed.
pub(super) const SECTIONS: [&Section; 14] = [
    &deployment::SECTION,
    &operator::SECTION,
    &listen::SECTION,
    &database::SECTION,
    &secrets::SECTION,
    &eds::SECTION,
    &egov_mobile::SECTION,
    &sms::SECTION,
    &sign_in::SECTION,
    &sessions::SECTION,
    &tokens::SECTION,
    &log::SECTION,
    &outbound::SECTION,
    &places::SECTION,
];

/// The names of all sections.
pub(super) fn sections() -> Vec<&'static str> {
    SECTIONS.iter().map(|section| section.name).collect()
}

/// The names of a section's keys, or nothing when there is no such section.
pub(super) fn names(section: &str) -> Option<Vec<&'static str>> {
    let section = SECTIONS.iter().find(|known| known.name == section)?;
    Some(section.keys.iter().map(|key| key.name).collect())
}

/// The tables of `docs/CONFIG.md`, made from the same list that refuses unknown keys.
pub fn documentation() -> String {
    let mut text = String::new();
    for section in SECTIONS {
        // Writing into a String cannot fail.
        let _ = writeln!(
            text,
            "## `[{}]`\n\n{}\n\n| key | default | meaning |\n|---|---|---|",
            section.name, section.meaning
        );
        for key in section.keys {
            let standard = if key.standard.is_empty() {
                "–".to_owned()
            } else {
                format!("`{}`", key.standard)
            };
            let _ = writeln!(text, "| `{}` | {standard} | {} |", key.name, key.meaning);
        }
        text.push('\n');
    }
    text
}
