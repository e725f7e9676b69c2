//! The challenge as an XML document: the lines of the text as elements, nothing added, so that both forms say the same and one
//! stored text is enough. It has no namespaces and no attributes: nothing is inherited by the signature inside it.

use super::canonical;
use super::reader::{self, Element, Node};

/// The challenge's document in canonical form, from the stored bytes; `None` when they are neither a challenge's text nor
/// such a document.
///
/// ```text
/// id.example.kz                  <challenge><host>id.example.kz</host>
/// Кіру / Вход / Sign-in          <purpose>Кіру / Вход / Sign-in</purpose>
/// service=Diary            →     <service>Diary</service>
/// nonce=7fQm…                    <nonce>7fQm…</nonce></challenge>
/// ```
pub(crate) fn of_challenge(challenge: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(challenge).ok()?;
    if text.starts_with('<') {
        of_document(text)
    } else {
        of_text(text).map(String::into_bytes)
    }
}

/// The document that says what a challenge's text says.
pub(crate) fn of_text(text: &str) -> Option<String> {
    let mut lines = text.strip_suffix('\n')?.split('\n');
    let mut document = String::from("<challenge>");
    write("host", lines.next()?, &mut document)?;
    write("purpose", lines.next()?, &mut document)?;
    let mut facts = 0_usize;
    for line in lines {
        let (name, value) = line.split_once('=')?;
        write(name, value, &mut document)?;
        facts = facts.saturating_add(1);
    }
    document.push_str("</challenge>");
    (facts > 0).then_some(document)
}

fn write(name: &str, value: &str, document: &mut String) -> Option<()> {
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase());
    let is_line = value.chars().all(|c| reader::is_char(c) && !c.is_control());
    if !is_name || !is_line {
        return None;
    }
    document.push('<');
    document.push_str(name);
    document.push('>');
    canonical::write_text(value, document);
    document.push_str("</");
    document.push_str(name);
    document.push('>');
    Some(())
}

/// A document that was issued as such, for those who verify a file.
fn of_document(text: &str) -> Option<Vec<u8>> {
    let text = reader::with_line_feeds(text);
    let root = reader::document(&text).ok()?;
    is_plain(&root).then(|| canonical::of(&root, None))
}

/// Whether neither the element nor what is in it has a prefix or an attribute.
pub(crate) fn is_plain(element: &Element<'_>) -> bool {
    element.attributes.is_empty()
        && !element.name.contains(':')
        && element.children.iter().all(|child| match child {
            Node::Text(_) => true,
            Node::Element(child) => is_plain(child),
        })
}
