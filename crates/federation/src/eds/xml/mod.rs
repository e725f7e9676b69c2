//! XML signatures (XML Signature 1.1, CE-17): a second format for the same proof, off unless the configuration says so.
//!
//! We know the document that was to be signed, so this is no general XML Signature engine but the opposite: one document, one
//! place for the signature, one shape of it.
//!
//! | file | question it answers |
//! |---|---|
//! | `document` | what does the challenge look like as a document? |
//! | `reader` | is the answer written in the small part of XML that is accepted? |
//! | `signature` | has the signature the one accepted shape? |
//! | `algorithms` | which names do the suites have in XML? |
//! | `canonical` | which octets were digested and signed? |
//! | `fault` | which rule was broken? |
//!
//! Why no XML library: what is compared and what is verified must be read by one reader, and one that knows less than XML
//! leaves less to disagree about. Elements have at most one attribute here, so Canonical XML shrinks to escaping: the whole
//! is smaller than the restrictions would be that a complete parser needs around it. `bergshamra-c14n`, which reads with
//! `uppsala` (months old, a megabyte of source with schemas and XPath), is the oracle instead: the fuzz target `xml`
//! asks that it canonicalises everything that is accepted here to the same octets.

mod algorithms;
mod canonical;
mod document;
mod fault;
mod reader;
mod signature;

#[cfg(test)]
mod tests;

pub(crate) use document::of_text as document_of_text;
pub use fault::XmlFault;

use super::certificate::Certificate;
use super::limits;
use super::refusal::{AttributeFault, ContentFault, EdsRefusal, FormatFault};
use super::signed::Signed;
use super::suite::Suites;
use reader::{Element, Node};
use signature::XmlSignature;

/// Whether the text is an answer in XML rather than base64 or PEM.
pub(crate) fn is_xml(text: &str) -> bool {
    text.trim_start_matches(reader::is_space).starts_with('<')
}

/// Checks a signed document against the challenge, up to and including the signature value.
pub(crate) fn open(text: &str, challenge: &[u8], suites: Suites) -> Result<Signed, EdsRefusal> {
    if text.len() > limits::SIGNATURE_TEXT {
        return Err(EdsRefusal::Format(FormatFault::TooLong));
    }
    let expected = document::of_challenge(challenge).ok_or(EdsRefusal::Challenge)?;
    let text = reader::with_line_feeds(text);
    let mut root = reader::document(&text).map_err(malformed)?;
    let signature = take_signature(&mut root).map_err(malformed)?;
    let signature = XmlSignature::read(&signature).map_err(malformed)?;
    // What is digested is our own document: that it is the received one too is what this comparison says. It alone keeps
    // everything out that could be wrapped around, put beside or slipped into the document.
    if !document::is_plain(&root) || canonical::of(&root, None) != expected {
        return Err(EdsRefusal::Content(ContentFault::OtherContent));
    }
    let certificate =
        Certificate::parse(&signature.certificate).map_err(|_| EdsRefusal::Format(FormatFault::BadCertificate))?;
    let suite = algorithms::suite(suites, signature.method, signature.digest_method, &certificate.key)
        .map_err(EdsRefusal::Algorithm)?;
    if suite.digest(&expected) != signature.digest {
        return Err(EdsRefusal::Attributes(AttributeFault::OtherDigest));
    }
    if !suite.verifies(&certificate.key, &signature.signed_info, &signature.value) {
        return Err(EdsRefusal::Signature);
    }
    Ok(Signed {
        certificate,
        suite,
        signing_time: None,
    })
}

/// What can be read of a signed document, believed or not: the canonical document without its signature, and the certificate.
/// For operators, never to judge by.
pub(crate) fn glance(text: &str) -> Option<(Vec<u8>, Option<Certificate>)> {
    if text.len() > limits::SIGNATURE_TEXT {
        return None;
    }
    let text = reader::with_line_feeds(text);
    let mut root = reader::document(&text).ok()?;
    let signature = take_signature(&mut root).ok()?;
    let certificate = XmlSignature::read(&signature)
        .ok()
        .map(|signature| signature.certificate);
    let certificate = certificate.and_then(|der| Certificate::parse(&der).ok());
    Some((canonical::of(&root, None), certificate))
}

const fn malformed(fault: XmlFault) -> EdsRefusal {
    EdsRefusal::Format(FormatFault::Xml(fault))
}

/// Takes the only signature out of the root, whose last child it must be.
fn take_signature<'a>(root: &mut Element<'a>) -> Result<Element<'a>, XmlFault> {
    if signatures(root) != 1 {
        return Err(XmlFault::NotOneSignature);
    }
    match root.children.pop() {
        Some(Node::Element(last)) if is_signature(&last) => Ok(last),
        Some(Node::Element(_) | Node::Text(_)) | None => Err(XmlFault::NotOneSignature),
    }
}

/// How many signatures are in the element, itself included, under whatever prefix.
fn signatures(element: &Element<'_>) -> usize {
    let inside = element.children.iter().map(|child| match child {
        Node::Text(_) => 0,
        Node::Element(child) => signatures(child),
    });
    inside.fold(usize::from(is_signature(element)), usize::saturating_add)
}

fn is_signature(element: &Element<'_>) -> bool {
    element.name.rsplit(':').next() == Some("Signature")
}

/// The canonical forms that are made of a text here, each with what they are the form of.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn canonical_forms(text: &str) -> Vec<(String, Vec<u8>)> {
    let text = reader::with_line_feeds(text);
    let Ok(mut root) = reader::document(&text) else {
        return Vec::new();
    };
    let mut forms = Vec::new();
    if document::is_plain(&root) {
        forms.push((text.clone(), canonical::of(&root, None)));
    }
    if let Ok(signature) = take_signature(&mut root)
        && let Ok(signature) = XmlSignature::read(&signature)
        && let Ok(signed_info) = String::from_utf8(signature.signed_info.clone())
    {
        // What is canonical is its own canonical form.
        forms.push((signed_info, signature.signed_info));
    }
    forms
}
