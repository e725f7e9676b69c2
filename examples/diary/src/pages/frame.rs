//! The frame of every page: test bar, header with languages, main, footer.

use axum::response::Html;

use super::texts::Texts;
use crate::language::Language;

/// A page's surroundings.
pub(super) struct Frame {
    language: Language,
    title: &'static str,
    sign_out: Option<&'static str>,
}

impl Frame {
    pub(super) fn new(language: Language, title: &'static str) -> Self {
        Self {
            language,
            title,
            sign_out: None,
        }
    }

    /// Adds the way out to the header.
    pub(super) fn with_sign_out(self, label: &'static str) -> Self {
        Self {
            sign_out: Some(label),
            ..self
        }
    }

    /// The whole document around `main`, which is markup already.
    pub(super) fn html(&self, main: &str) -> Html<String> {
        let texts = Texts::of(self.language);
        let sign_out = self.sign_out.map_or_else(String::new, |label| {
            format!(r#"<a class="out" href="/sign-out">{label}</a>"#)
        });
        Html(format!(
            r##"<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} — {site}</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E%3Cpath fill='%238a3b1c' d='M0 0h8v8H0z'/%3E%3C/svg%3E">
<link rel="stylesheet" href="/diary.css">
</head>
<body>
<a class="skip" href="#main">{skip}</a>
<header>
<div class="test"><span>{test}</span></div>
<div class="bar"><div class="inner">
<a class="site" href="/">{book}<span>{site}</span></a>
{sign_out}
</div></div>
<nav class="languages inner" aria-label="{languages_label}">{languages}</nav>
</header>
<main id="main" class="inner">
{main}
</main>
<footer><div class="inner">{footer}</div></footer>
</body>
</html>
"##,
            lang = self.language.tag(),
            title = self.title,
            site = texts.site,
            skip = texts.skip,
            test = texts.test,
            book = BOOK,
            languages_label = texts.languages,
            languages = self.switch(),
            footer = texts.footer,
        ))
    }

    fn switch(&self) -> String {
        let link = |language: Language| {
            let current = if language == self.language {
                r#" aria-current="true""#
            } else {
                ""
            };
            let (tag, name) = (language.tag(), language.name());
            format!(
                r#"<a id="language-{tag}" lang="{tag}" hreflang="{tag}" href="/language/{tag}"{current}>{name}</a>"#
            )
        };
        Language::ALL.map(link).concat()
    }
}

const BOOK: &str = r#"<svg viewBox="0 0 32 32" width="32" height="32" aria-hidden="true"><path fill="currentColor" d="M0 0h32v32H0z"/><path class="ink" d="M6 9c4-1.600 7-1.200 9.300.5v14C13 22 10 21.600 6 23zM26 9c-4-1.600-7-1.200-9.300.5v14C19 22 22 21.600 26 23z"/></svg>"#;

/// A value as text inside markup or a quoted attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn nothing_escaped_can_leave_its_place() {
        assert_eq!(escaped(r#"a<b>&"c'"#), "a&lt;b&gt;&amp;&quot;c&#39;");
        assert_eq!(escaped("Әлихан"), "Әлихан");
    }
}
