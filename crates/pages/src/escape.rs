//! How values get into HTML: always escaped, unless a macro or `rich` made them.

use minijinja::value::Value;
use minijinja::{Error, ErrorKind, Output, State, escape_formatter};

/// The replacement for a character that means something in HTML text or in a quoted attribute. The slash means nothing
/// there, so addresses stay readable.
pub(crate) fn entity(letter: char) -> Option<&'static str> {
    match letter {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '"' => Some("&quot;"),
        '\'' => Some("&#39;"),
        _ => None,
    }
}

/// Appends `text`, escaped.
pub(crate) fn push(html: &mut String, text: &str) {
    for letter in text.chars() {
        match entity(letter) {
            Some(entity) => html.push_str(entity),
            None => html.push(letter),
        }
    }
}

/// A name or a sentence from outside, fit to stand in a page: without control characters and without the marks that
/// turn the direction of what follows (Unicode UAX #9), which could make a name read as something else.
pub(crate) fn shown(text: &str) -> String {
    let turns =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let private = |c: char| ('\u{e000}'..='\u{f8ff}').contains(&c);
    text.chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !c.is_control() && !turns(*c) && !private(*c))
        .collect()
}

/// The formatter of every environment: texts are escaped, a value that is none is an error.
pub(crate) fn format(output: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    if value.is_none() {
        return Err(Error::new(
            ErrorKind::UndefinedError,
            "a value that is none was to be shown",
        ));
    }
    match value.as_str().filter(|_| !value.is_safe()) {
        Some(text) => {
            let mut html = String::with_capacity(text.len());
            push(&mut html, text);
            output
                .write_str(&html)
                .map_err(|_| Error::new(ErrorKind::WriteFailure, "the page cannot be written"))
        }
        None => escape_formatter(output, state, value),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_stay_readable() {
        let mut html = String::new();
        push(&mut html, "https://a.example/?b=1&c='\"<>");
        assert_eq!(html, "https://a.example/?b=1&amp;c=&#39;&quot;&lt;&gt;");
    }

    #[test]
    fn a_name_cannot_turn_the_line_around() {
        assert_eq!(
            shown("Chrome\u{202e}\u{2066}\n\u{0}, Windows\u{e000}"),
            "Chrome , Windows"
        );
        assert_eq!(shown("Сәбитова Айгерім"), "Сәбитова Айгерім");
    }

    proptest! {
        #[test]
        fn no_text_leaves_its_place(text in ".*") {
            let mut html = String::new();
            push(&mut html, &text);
            prop_assert!(!html.contains(['<', '>', '"', '\'']));
            let back = html.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
            prop_assert_eq!(back.replace("&amp;", "&"), text);
        }
    }
}
