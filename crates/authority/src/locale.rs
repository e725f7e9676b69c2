//! The three languages, all equal.

use serde::{Deserialize, Serialize};

/// A language the product speaks in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Locale {
    /// Kazakh.
    #[serde(rename = "kk")]
    Kk,
    /// Russian.
    #[serde(rename = "ru")]
    Ru,
    /// English.
    #[serde(rename = "en")]
    En,
}

impl Locale {
    /// All of them, in the order the language switch shows them.
    pub const ALL: [Self; 3] = [Self::Kk, Self::Ru, Self::En];

    /// The BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Kk => "kk",
            Self::Ru => "ru",
            Self::En => "en",
        }
    }

    /// What its speakers call it.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::Kk => "Қазақша",
            Self::Ru => "Русский",
            Self::En => "English",
        }
    }

    /// The language of a BCP 47 tag such as `ru` or `ru-KZ`; `None` for others.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|locale| locale.tag().eq_ignore_ascii_case(primary))
    }

    /// The first language we speak out of a space-separated preference list (`ui_locales`, OIDC Core §3.1.2.1).
    pub fn from_ui_locales(list: &str) -> Option<Self> {
        list.split(' ').find_map(Self::from_tag)
    }

    /// The best language of an `Accept-Language` header (RFC 9110 §12.5.4). Weights are honoured, `*` and unknown
    /// languages skipped; of equal weights the first wins.
    pub fn from_accept_language(header: &str) -> Option<Self> {
        let mut best: Option<(Self, u16)> = None;
        for item in header.split(',').take(32) {
            let mut parts = item.split(';');
            let Some(locale) = parts.next().and_then(|tag| Self::from_tag(tag.trim())) else {
                continue;
            };
            let weight = parts
                .find_map(|p| p.trim().strip_prefix("q=").map(quality))
                .unwrap_or(1000);
            if weight > 0 && best.is_none_or(|(_, seen)| weight > seen) {
                best = Some((locale, weight));
            }
        }
        best.map(|(locale, _)| locale)
    }
}

/// A weight in thousandths; anything malformed counts as nothing.
fn quality(text: &str) -> u16 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = fraction.len() <= 3 && fraction.bytes().all(|b| b.is_ascii_digit());
    match (whole, digits) {
        ("1", true) => 1000,
        ("0", true) => format!("{fraction:0<3}").parse().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_we_speak_wins() {
        assert_eq!(Locale::from_ui_locales("se de kk-KZ ru"), Some(Locale::Kk));
        assert_eq!(Locale::from_ui_locales("se"), None);
        assert_eq!(Locale::from_ui_locales(""), None);
    }

    #[test]
    fn weights_order_accept_language() {
        for (header, expected) in [
            ("en-US,en;q=0.9,ru;q=0.8", Some(Locale::En)),
            ("de, ru;q=0.3, kk;q=0.7", Some(Locale::Kk)),
            ("ru;q=0", None),
            ("*", None),
            ("ru;q=abc, en;q=0.1", Some(Locale::En)),
            ("", None),
        ] {
            assert_eq!(Locale::from_accept_language(header), expected, "{header}");
        }
    }
}
