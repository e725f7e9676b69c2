//! Canonical XML 1.0 (inclusive, without comments) of elements with at most one attribute or namespace declaration.

use super::reader::{Element, Node};

/// The canonical form of an element at the top of what is canonicalised. `inherited` is the namespace declaration in scope,
/// which Canonical XML §2.4 writes on the topmost element.
pub(crate) fn of(element: &Element<'_>, inherited: Option<(&str, &str)>) -> Vec<u8> {
    let mut out = String::new();
    write(element, inherited, &mut out);
    out.into_bytes()
}

/// Recursion is bounded: the reader allows few levels.
fn write(element: &Element<'_>, inherited: Option<(&str, &str)>, out: &mut String) {
    out.push('<');
    out.push_str(element.name);
    let own = element.attributes.iter().map(|(name, value)| (*name, value.as_str()));
    for (name, value) in inherited.into_iter().chain(own) {
        out.push(' ');
        out.push_str(name);
        out.push_str("=\"");
        write_attribute(value, out);
        out.push('"');
    }
    out.push('>');
    for child in &element.children {
        match child {
            Node::Text(text) => write_text(text, out),
            Node::Element(child) => write(child, None, out),
        }
    }
    out.push_str("</");
    out.push_str(element.name);
    out.push('>');
}

/// Canonical XML §2.3, text nodes.
pub(crate) fn write_text(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#xD;"),
            _ => out.push(c),
        }
    }
}

/// Canonical XML §2.3, attribute nodes.
fn write_attribute(value: &str, out: &mut String) {
    for c in value.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#x9;"),
            '\n' => out.push_str("&#xA;"),
            '\r' => out.push_str("&#xD;"),
            _ => out.push(c),
        }
    }
}
