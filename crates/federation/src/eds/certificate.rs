//! An X.509 v3 certificate (RFC 5280 §4), read once from strict DER into what the checks need.

use authority::time::Timestamp;

use super::algorithm::Algorithm;
use super::ber::{self, Malformed, Reader, Rules, tag};
use super::extensions::Extensions;
use super::instant;
use super::limits;
use super::suite::{Suite, Suites};

/// A certificate that parsed; nothing about it is believed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Certificate {
    /// The whole certificate.
    pub(crate) der: Vec<u8>,
    /// What the issuer signed, as received.
    signed: Vec<u8>,
    /// Content octets of the serial number.
    pub(crate) serial: Vec<u8>,
    /// The issuer's name, DER.
    pub(crate) issuer: Vec<u8>,
    /// The subject's name, DER.
    pub(crate) subject: Vec<u8>,
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
    pub(crate) key: PublicKeyInfo,
    pub(crate) extensions: Extensions,
    signature_algorithm: Algorithm,
    signature: Vec<u8>,
}

/// A SubjectPublicKeyInfo (RFC 5280 §4.1.2.7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PublicKeyInfo {
    pub(crate) algorithm: Algorithm,
    /// The subjectPublicKey without its unused-bits octet.
    pub(crate) bits: Vec<u8>,
    /// The whole structure, DER.
    pub(crate) der: Vec<u8>,
}

/// One attribute of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NameAttribute<'a> {
    /// Content octets of its type.
    pub(crate) kind: &'a [u8],
    /// Its text when it is a UTF8String or PrintableString, the types that NCA uses for names and numbers.
    pub(crate) text: Option<&'a str>,
}

impl Certificate {
    pub(crate) fn parse(der: &[u8]) -> Result<Self, Malformed> {
        if der.len() > limits::CERTIFICATE {
            return Err(Malformed);
        }
        ber::check(der, Rules::Der)?;
        let mut outer = Reader::new(der, Rules::Der).enter(tag::SEQUENCE)?;
        let signed = outer.expect(tag::SEQUENCE)?;
        let signature_algorithm = Algorithm::read(&mut outer)?;
        let signature = outer.whole_bits()?.to_vec();
        outer.finish()?;

        let mut inside = outer.inside(signed)?;
        let mut version = inside.enter(tag::CONTEXT_0)?;
        if version.small_integer()? != 2 {
            return Err(Malformed);
        }
        version.finish()?;
        let serial = inside.integer()?.to_vec();
        // RFC 5280 §4.1.1.2: both algorithm fields say the same.
        if Algorithm::read(&mut inside)? != signature_algorithm {
            return Err(Malformed);
        }
        let issuer = inside.expect(tag::SEQUENCE)?.raw.to_vec();
        let mut validity = inside.enter(tag::SEQUENCE)?;
        let (not_before, not_after) = (instant::read(&mut validity)?, instant::read(&mut validity)?);
        validity.finish()?;
        let subject = inside.expect(tag::SEQUENCE)?.raw.to_vec();
        name_attributes(&subject)?;
        let key = PublicKeyInfo::read(&mut inside)?;
        let mut wrapper = inside.enter(tag::CONTEXT_3)?;
        let extensions = Extensions::read(&mut wrapper)?;
        wrapper.finish()?;
        inside.finish()?;
        Ok(Self {
            der: der.to_vec(),
            signed: signed.raw.to_vec(),
            serial,
            issuer,
            subject,
            not_before,
            not_after,
            key,
            extensions,
            signature_algorithm,
            signature,
        })
    }

    /// The suite of the issuer's signature, if it is accepted.
    pub(crate) fn suite(&self, suites: Suites) -> Option<&'static Suite> {
        suites.of_signed(&self.signature_algorithm)
    }

    /// What the issuer signed, as received.
    pub(crate) fn signed(&self) -> &[u8] {
        &self.signed
    }

    /// The issuer's signature.
    pub(crate) fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// Whether the issuer's signature verifies with this key.
    pub(crate) fn is_signed_with(&self, suites: Suites, key: &PublicKeyInfo) -> bool {
        suites.verifies(&self.signature_algorithm, key, &self.signed, &self.signature)
    }

    /// Whether the subject names itself as its issuer.
    pub(crate) fn is_self_issued(&self) -> bool {
        self.subject == self.issuer
    }

    /// The attributes of the subject's name, in their order.
    pub(crate) fn subject_attributes(&self) -> Vec<NameAttribute<'_>> {
        name_attributes(&self.subject).unwrap_or_default()
    }
}

impl PublicKeyInfo {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let whole = reader.expect(tag::SEQUENCE)?;
        let mut inside = reader.inside(whole)?;
        let algorithm = Algorithm::read(&mut inside)?;
        let bits = inside.whole_bits()?.to_vec();
        inside.finish()?;
        let der = whole.raw.to_vec();
        Ok(Self { algorithm, bits, der })
    }
}

/// RFC 5280 §4.1.2.4: a sequence of sets of attributes.
pub(crate) fn name_attributes(name: &[u8]) -> Result<Vec<NameAttribute<'_>>, Malformed> {
    let mut attributes = Vec::new();
    let mut sequence = Reader::new(name, Rules::Der).enter(tag::SEQUENCE)?;
    while !sequence.is_empty() {
        let mut set = sequence.enter(tag::SET)?;
        while !set.is_empty() {
            let mut attribute = set.enter(tag::SEQUENCE)?;
            let kind = attribute.oid()?;
            let value = attribute.any()?;
            attribute.finish()?;
            let text = match value.tag {
                tag::UTF8_STRING | tag::PRINTABLE_STRING => {
                    Some(std::str::from_utf8(value.content).map_err(|_| Malformed)?)
                }
                _ => None,
            };
            attributes.push(NameAttribute { kind, text });
        }
    }
    Ok(attributes)
}
