//! The one accepted shape of a `ds:Signature` (XML Signature §4): every element in its place, no attribute but the listed.

use super::super::limits;
use super::canonical;
use super::fault::XmlFault;
use super::reader::{Element, Node, is_space};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const NAMESPACE: (&str, &str) = ("xmlns:ds", "http://www.w3.org/2000/09/xmldsig#");
const CANONICAL_XML: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
/// The comments it speaks of are never covered: a reference with `URI=""` starts without them (XML Signature §4.4.3.3).
const CANONICAL_XML_WITH_COMMENTS: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments";

/// A signature of the accepted shape; nothing about it is believed yet.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct XmlSignature<'a> {
    /// The canonical form of SignedInfo: what the signature value is over.
    pub(crate) signed_info: Vec<u8>,
    pub(crate) method: &'a str,
    pub(crate) digest_method: &'a str,
    pub(crate) digest: Vec<u8>,
    pub(crate) value: Vec<u8>,
    /// The certificate, DER.
    pub(crate) certificate: Vec<u8>,
}

impl<'a> XmlSignature<'a> {
    pub(crate) fn read(signature: &'a Element<'_>) -> Result<Self, XmlFault> {
        let declared: Vec<_> = signature.attributes.iter().map(|(n, v)| (*n, v.as_str())).collect();
        if signature.name != "ds:Signature" || declared != [NAMESPACE] {
            return Err(XmlFault::Shape);
        }
        let mut parts = Parts::of(signature);
        let info = parts.bare("ds:SignedInfo")?;
        let value = base64(parts.bare("ds:SignatureValue")?)?;
        let certificate = certificate(parts.bare("ds:KeyInfo")?)?;
        parts.finish()?;

        let mut parts = Parts::of(info);
        parts
            .algorithm("ds:CanonicalizationMethod")
            .and_then(|found| is(found, CANONICAL_XML))?;
        let method = parts.algorithm("ds:SignatureMethod")?;
        let reference = parts.with("ds:Reference", "URI")?;
        parts.finish()?;
        let (digest_method, digest) = read_reference(reference)?;
        Ok(Self {
            signed_info: canonical::of(info, Some(NAMESPACE)),
            method,
            digest_method,
            digest,
            value,
            certificate,
        })
    }
}

/// The digest of the whole document without the signature: no other reference is accepted.
fn read_reference<'a>((uri, reference): (&'a str, &'a Element<'_>)) -> Result<(&'a str, Vec<u8>), XmlFault> {
    is(uri, "").map_err(|_| XmlFault::Reference)?;
    let mut parts = Parts::of(reference);
    let mut transforms = Parts::of(parts.bare("ds:Transforms")?);
    for expected in [ENVELOPED, CANONICAL_XML_WITH_COMMENTS] {
        transforms
            .algorithm("ds:Transform")
            .and_then(|found| is(found, expected))?;
    }
    transforms.finish()?;
    let method = parts.algorithm("ds:DigestMethod")?;
    let digest = base64(parts.bare("ds:DigestValue")?)?;
    parts.finish()?;
    Ok((method, digest))
}

/// The only certificate. A KeyValue may stand before or after it and is not looked at.
fn certificate(key_info: &Element<'_>) -> Result<Vec<u8>, XmlFault> {
    let mut data = None;
    let mut parts = Parts::of(key_info);
    while let Some(part) = parts.next()? {
        match part.name {
            "ds:KeyValue" => {}
            "ds:X509Data" if data.is_none() && part.attributes.is_empty() => data = Some(part),
            _ => return Err(XmlFault::KeyInfo),
        }
    }
    let mut parts = Parts::of(data.ok_or(XmlFault::KeyInfo)?);
    let certificate = parts.bare("ds:X509Certificate").map_err(|_| XmlFault::KeyInfo)?;
    parts.finish().map_err(|_| XmlFault::KeyInfo)?;
    base64(certificate)
}

fn is(found: &str, expected: &str) -> Result<(), XmlFault> {
    if found == expected {
        Ok(())
    } else {
        Err(XmlFault::Transform)
    }
}

/// The elements in an element, with nothing but white space between them.
struct Parts<'a, 'b>(std::slice::Iter<'a, Node<'b>>);

impl<'a, 'b> Parts<'a, 'b> {
    fn of(element: &'a Element<'b>) -> Self {
        Self(element.children.iter())
    }

    fn next(&mut self) -> Result<Option<&'a Element<'b>>, XmlFault> {
        for node in self.0.by_ref() {
            match node {
                Node::Element(element) => return Ok(Some(element)),
                Node::Text(text) if text.chars().all(is_space) => {}
                Node::Text(_) => return Err(XmlFault::Shape),
            }
        }
        Ok(None)
    }

    /// The next element, which must have this name.
    fn named(&mut self, name: &str) -> Result<&'a Element<'b>, XmlFault> {
        let next = self.next()?;
        next.filter(|element| element.name == name).ok_or(XmlFault::Shape)
    }

    /// The next element, which must have this name and no attributes.
    fn bare(&mut self, name: &str) -> Result<&'a Element<'b>, XmlFault> {
        let next = self.named(name)?;
        if next.attributes.is_empty() {
            Ok(next)
        } else {
            Err(XmlFault::Shape)
        }
    }

    /// The next element, which must have this name and exactly this attribute, and the attribute's value.
    fn with(&mut self, name: &str, attribute: &str) -> Result<(&'a str, &'a Element<'b>), XmlFault> {
        let next = self.named(name)?;
        match next.attributes.as_slice() {
            [(only, value)] if *only == attribute => Ok((value, next)),
            _ => Err(XmlFault::Shape),
        }
    }

    /// The value of Algorithm of the next element, which must have this name and be empty.
    fn algorithm(&mut self, name: &str) -> Result<&'a str, XmlFault> {
        let (value, element) = self.with(name, "Algorithm")?;
        Parts::of(element).finish()?;
        Ok(value)
    }

    /// Nothing may follow.
    fn finish(mut self) -> Result<(), XmlFault> {
        if self.next()?.is_none() {
            Ok(())
        } else {
            Err(XmlFault::Shape)
        }
    }
}

/// The octets of an element that contains base64 with white space and nothing else.
fn base64(element: &Element<'_>) -> Result<Vec<u8>, XmlFault> {
    let [Node::Text(text)] = element.children.as_slice() else {
        return Err(XmlFault::NotBase64);
    };
    let plain: String = text.chars().filter(|c| !is_space(*c)).collect();
    let bytes = STANDARD.decode(plain).map_err(|_| XmlFault::NotBase64)?;
    if bytes.is_empty() || bytes.len() > limits::CERTIFICATE {
        Err(XmlFault::NotBase64)
    } else {
        Ok(bytes)
    }
}
