//! The three languages: chosen by a switch, remembered in a cookie, else by what the browser asks for.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;

use crate::routes::cookie;

/// Cookie of the switch.
pub(crate) const LANGUAGE_COOKIE: &str = "diary_language";

/// A language the diary speaks. Kazakh is the first: nobody asked for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Language {
    #[default]
    Kk,
    Ru,
    En,
}

impl Language {
    pub(crate) const ALL: [Self; 3] = [Self::Kk, Self::Ru, Self::En];

    /// The tag of BCP 47, for `lang`, the cookie and `ui_locales`.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::Kk => "kk",
            Self::Ru => "ru",
            Self::En => "en",
        }
    }

    /// The language's name in itself, written in full.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Kk => "Қазақша",
            Self::Ru => "Русский",
            Self::En => "English",
        }
    }

    pub(crate) fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default().trim();
        Self::ALL
            .into_iter()
            .find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The language of a request: the cookie, else the first language of `Accept-Language` that we speak.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        if let Some(chosen) = cookie(headers, LANGUAGE_COOKIE).and_then(Self::from_tag) {
            return chosen;
        }
        let asked = headers
            .get(ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        asked
            .split(',')
            .find_map(|part| Self::from_tag(part.split(';').next().unwrap_or_default()))
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::Language;

    fn of(cookie: &str, accept: &str) -> Language {
        let mut headers = HeaderMap::new();
        headers.insert("cookie", cookie.parse().unwrap());
        headers.insert("accept-language", accept.parse().unwrap());
        Language::of(&headers)
    }

    #[test]
    fn the_switch_wins_over_the_browser() {
        assert_eq!(of("a=b; diary_language=en", "ru-RU,ru;q=0.9"), Language::En);
    }

    #[test]
    fn without_a_choice_the_first_known_language_of_the_browser_is_spoken() {
        assert_eq!(of("a=b", "de-DE,de;q=0.9,ru-KZ;q=0.8,en;q=0.7"), Language::Ru);
    }

    #[test]
    fn nothing_known_is_kazakh() {
        assert_eq!(of("diary_language=xx", "de, *;q=0.1"), Language::Kk);
        assert_eq!(Language::of(&HeaderMap::new()), Language::Kk);
    }
}
