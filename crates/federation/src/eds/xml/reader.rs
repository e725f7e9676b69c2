//! A reader of the small part of XML 1.0 that signed challenges are written in: elements, attributes, text, the five built-in
//! entities and character references. What the part leaves out (document types, comments, processing instructions, CDATA
//! sections, other entities, names beyond ASCII) is refused, never skipped.

use super::super::limits;
use super::fault::XmlFault;

/// An element with everything in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Element<'a> {
    /// Its name as written, with the prefix.
    pub(crate) name: &'a str,
    /// Its attributes and namespace declarations in the order they were written, values normalised (XML 1.0 §3.3.3).
    pub(crate) attributes: Vec<(&'a str, String)>,
    pub(crate) children: Vec<Node<'a>>,
}

/// What an element contains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node<'a> {
    /// Character data with references replaced; never empty, never beside another text.
    Text(String),
    Element(Element<'a>),
}

/// XML 1.0 §2.11: every end of line is one line feed before anything is read.
pub(crate) fn with_line_feeds(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// XML 1.0 §2.3, S.
pub(crate) const fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

/// XML 1.0 §2.2, Char.
pub(crate) const fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// Reads a document, whose line ends are line feeds already, to the last character.
pub(crate) fn document(text: &str) -> Result<Element<'_>, XmlFault> {
    let mut reader = Reader {
        rest: text,
        elements: 0,
    };
    reader.declaration()?;
    reader.spaces();
    let root = reader.element(0)?;
    reader.spaces();
    if reader.rest.is_empty() {
        Ok(root)
    } else {
        Err(reader.fault())
    }
}

struct Reader<'a> {
    rest: &'a str,
    elements: usize,
}

impl<'a> Reader<'a> {
    /// XML 1.0 §2.8. The text is Unicode already, so an encoding other than UTF-8 would be a lie.
    fn declaration(&mut self) -> Result<(), XmlFault> {
        self.spaces();
        let Some(after) = self.rest.strip_prefix("<?xml ") else {
            return Ok(());
        };
        let (declared, rest) = after.split_once("?>").ok_or(XmlFault::NotXml)?;
        let mut inside = Reader {
            rest: declared,
            elements: 0,
        };
        let mut expected = ["version", "encoding", "standalone"].into_iter();
        let mut is_first = true;
        loop {
            let is_separated = inside.spaces();
            if inside.rest.is_empty() {
                break;
            }
            if !is_first && !is_separated {
                return Err(XmlFault::NotXml);
            }
            let (name, value) = inside.attribute()?;
            // In this order, each at most once, the version always.
            let is_known = expected.any(|known| known == name) && is_first == (name == "version");
            is_first = false;
            let is_accepted = match name {
                "version" => value == "1.0",
                "encoding" => value.eq_ignore_ascii_case("utf-8"),
                _ => value == "yes" || value == "no",
            };
            if !is_known || !is_accepted {
                return Err(XmlFault::NotXml);
            }
        }
        if is_first {
            return Err(XmlFault::NotXml);
        }
        self.rest = rest;
        Ok(())
    }

    fn element(&mut self, depth: usize) -> Result<Element<'a>, XmlFault> {
        self.elements = self.elements.saturating_add(1);
        if depth >= limits::XML_DEPTH || self.elements > limits::XML_ELEMENTS {
            return Err(XmlFault::TooComplex);
        }
        self.take("<")?;
        let name = self.name()?;
        let attributes = self.attributes()?;
        let children = if self.skip("/>") {
            Vec::new()
        } else {
            self.take(">")?;
            let children = self.children(depth)?;
            self.end(name)?;
            children
        };
        Ok(Element {
            name,
            attributes,
            children,
        })
    }

    fn attributes(&mut self) -> Result<Vec<(&'a str, String)>, XmlFault> {
        let mut attributes: Vec<(&'a str, String)> = Vec::new();
        loop {
            let is_separated = self.spaces();
            if self.rest.starts_with(['>', '/']) {
                return Ok(attributes);
            }
            if !is_separated {
                return Err(self.fault());
            }
            let (name, value) = self.attribute()?;
            if attributes.iter().any(|(seen, _)| *seen == name) {
                return Err(XmlFault::NotXml);
            }
            if attributes.len() == limits::XML_ATTRIBUTES {
                return Err(XmlFault::TooComplex);
            }
            attributes.push((name, value));
        }
    }

    fn attribute(&mut self) -> Result<(&'a str, String), XmlFault> {
        let name = self.name()?;
        self.spaces();
        self.take("=")?;
        self.spaces();
        let quote = if self.rest.starts_with('\'') { '\'' } else { '"' };
        let (value, rest) = self
            .rest
            .strip_prefix(quote)
            .and_then(|after| after.split_once(quote))
            .ok_or(XmlFault::NotXml)?;
        if value.contains('<') {
            return Err(XmlFault::NotXml);
        }
        self.rest = rest;
        // XML 1.0 §3.3.3: white space as written becomes spaces, white space by reference stays.
        let plain = |c| if is_space(c) { ' ' } else { c };
        Ok((name, resolve(value, plain)?))
    }

    fn children(&mut self, depth: usize) -> Result<Vec<Node<'a>>, XmlFault> {
        let mut children = Vec::new();
        loop {
            let end = self.rest.find('<').ok_or(XmlFault::NotXml)?;
            let (text, rest) = self.rest.split_at(end);
            if text.contains("]]>") {
                return Err(XmlFault::NotXml);
            }
            self.rest = rest;
            if !text.is_empty() {
                children.push(Node::Text(resolve(text, |c| c)?));
            }
            if rest.starts_with("</") {
                return Ok(children);
            }
            if rest.starts_with("<!") || rest.starts_with("<?") {
                return Err(XmlFault::Forbidden);
            }
            children.push(Node::Element(self.element(depth.saturating_add(1))?));
        }
    }

    fn end(&mut self, name: &str) -> Result<(), XmlFault> {
        self.take("</")?;
        self.take(name)?;
        self.spaces();
        self.take(">")
    }

    /// One or two ASCII names with a colon between them.
    fn name(&mut self) -> Result<&'a str, XmlFault> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':');
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        let is_name = |part: &str| part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let mut parts = name.split(':');
        let is_qualified = parts.next().is_some_and(is_name) && parts.next().is_none_or(is_name);
        if !is_qualified || parts.next().is_some() {
            return Err(self.fault());
        }
        self.rest = rest;
        Ok(name)
    }

    /// Skips white space; whether there was some.
    fn spaces(&mut self) -> bool {
        let rest = self.rest.trim_start_matches(is_space);
        let skipped = rest.len() < self.rest.len();
        self.rest = rest;
        skipped
    }

    fn skip(&mut self, expected: &str) -> bool {
        match self.rest.strip_prefix(expected) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn take(&mut self, expected: &str) -> Result<(), XmlFault> {
        if self.skip(expected) { Ok(()) } else { Err(self.fault()) }
    }

    /// What is wrong here: something that XML has and this part of it leaves out, or no XML at all.
    fn fault(&self) -> XmlFault {
        if ["<!", "<?", "!", "?"]
            .iter()
            .any(|left_out| self.rest.starts_with(left_out))
        {
            XmlFault::Forbidden
        } else {
            XmlFault::NotXml
        }
    }
}

/// Replaces references; `plain` maps the characters that stand for themselves.
fn resolve(text: &str, plain: fn(char) -> char) -> Result<String, XmlFault> {
    let mut resolved = String::with_capacity(text.len());
    let mut rest = text;
    loop {
        let (before, reference) = match rest.split_once('&') {
            Some((before, after)) => (before, Some(after)),
            None => (rest, None),
        };
        if !before.chars().all(is_char) {
            return Err(XmlFault::NotXml);
        }
        resolved.extend(before.chars().map(plain));
        let Some(reference) = reference else {
            return Ok(resolved);
        };
        let (name, after) = reference.split_once(';').ok_or(XmlFault::NotXml)?;
        resolved.push(referenced(name)?);
        rest = after;
    }
}

/// XML 1.0 §4.1, §4.6.
fn referenced(name: &str) -> Result<char, XmlFault> {
    let number = |digits: &str, radix| {
        let is_number = (1..=8).contains(&digits.len()) && digits.chars().all(|c| c.is_digit(radix));
        let code = u32::from_str_radix(digits, radix).ok().filter(|_| is_number);
        code.and_then(char::from_u32)
            .filter(|c| is_char(*c))
            .ok_or(XmlFault::NotXml)
    };
    match name {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => match (name.strip_prefix("#x"), name.strip_prefix('#')) {
            (Some(digits), _) => number(digits, 16),
            (None, Some(digits)) => number(digits, 10),
            (None, None) => Err(XmlFault::Forbidden),
        },
    }
}
