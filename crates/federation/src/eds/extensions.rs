//! The extensions of a certificate that the checks look at (RFC 5280 §4.2).

use super::ber::{Malformed, Reader, Rules, tag};
use super::{limits, oid};

/// `digitalSignature`, bit 0 of keyUsage.
pub(crate) const DIGITAL_SIGNATURE: u16 = 0x8000;
/// `nonRepudiation`, bit 1 of keyUsage.
pub(crate) const NON_REPUDIATION: u16 = 0x4000;
/// `keyEncipherment`, bit 2, and `keyAgreement`, bit 4 of keyUsage.
pub(crate) const KEY_EXCHANGE: u16 = 0x2800;
/// `keyCertSign`, bit 5 of keyUsage.
pub(crate) const KEY_CERT_SIGN: u16 = 0x0400;
/// `cRLSign`, bit 6 of keyUsage.
pub(crate) const CRL_SIGN: u16 = 0x0200;

/// What the extensions say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is an extension that is there or not")]
pub(crate) struct Extensions {
    /// basicConstraints has cA.
    pub(crate) is_authority: bool,
    /// pathLenConstraint: how many authorities may follow before the leaf.
    pub(crate) path_length: Option<u32>,
    /// The bits of keyUsage, bit 0 uppermost; `None` without the extension.
    pub(crate) key_usage: Option<u16>,
    /// Content octets of the extended key usages.
    pub(crate) extended_key_usage: Vec<Vec<u8>>,
    /// Content octets of the certificate policies.
    pub(crate) policies: Vec<Vec<u8>>,
    /// subjectKeyIdentifier.
    pub(crate) subject_key_id: Option<Vec<u8>>,
    /// keyIdentifier of authorityKeyIdentifier.
    pub(crate) authority_key_id: Option<Vec<u8>>,
    /// Content octets of the key storage that NCA names.
    pub(crate) key_storage: Option<Vec<u8>>,
    /// id-pkix-ocsp-nocheck: its issuer says that nobody need ask about it.
    pub(crate) is_not_asked_about: bool,
    /// nameConstraints are present, critical or not.
    pub(crate) has_name_constraints: bool,
    /// An extension that is critical and not understood here.
    pub(crate) has_unknown_critical: bool,
}

impl Extensions {
    /// Reads the SEQUENCE OF Extension. An extension that appears twice is malformed (RFC 5280 §4.2).
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut list = reader.enter(tag::SEQUENCE)?;
        let mut seen: Vec<&[u8]> = Vec::new();
        let mut extensions = Self::default();
        while !list.is_empty() {
            let extension = Extension::read(&mut list)?;
            if seen.len() == limits::EXTENSIONS || seen.contains(&extension.kind) {
                return Err(Malformed);
            }
            seen.push(extension.kind);
            extensions.take(extension)?;
        }
        Ok(extensions)
    }

    /// Whether this extended key usage is there: content octets of its identifier.
    pub(crate) fn has_usage(&self, usage: &[u8]) -> bool {
        self.extended_key_usage.iter().any(|found| found == usage)
    }

    fn take(&mut self, extension: Extension<'_>) -> Result<(), Malformed> {
        let mut value = Reader::new(extension.value, Rules::Der);
        match extension.kind {
            oid::BASIC_CONSTRAINTS => (self.is_authority, self.path_length) = basic_constraints(&mut value)?,
            oid::KEY_USAGE => self.key_usage = Some(named_bits(&mut value)?),
            oid::EXTENDED_KEY_USAGE => self.extended_key_usage = oids(&mut value)?,
            oid::SUBJECT_KEY_IDENTIFIER => self.subject_key_id = Some(value.octets()?.into_owned()),
            oid::AUTHORITY_KEY_IDENTIFIER => self.authority_key_id = authority_key_id(&mut value)?,
            // Its form is known from examples only: another form says nothing, and must not lock anybody out.
            oid::KEY_STORAGE => {
                self.key_storage = oids(&mut value).ok().and_then(|mut found| found.pop());
                return Ok(());
            }
            // RFC 6960 §4.2.2.2.1 wants NULL as its value; the national centre writes NULL or nothing at all.
            oid::OCSP_NO_CHECK => {
                self.is_not_asked_about = true;
                return Ok(());
            }
            oid::NAME_CONSTRAINTS => {
                self.has_name_constraints = true;
                self.has_unknown_critical |= extension.critical;
                return Ok(());
            }
            oid::CERTIFICATE_POLICIES => self.policies = policies(&mut value)?,
            _ => {
                self.has_unknown_critical |= extension.critical;
                return Ok(());
            }
        }
        value.finish()
    }
}

/// One extension of a certificate, a revocation list or an entry of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extension<'a> {
    /// Content octets of its type.
    pub(crate) kind: &'a [u8],
    pub(crate) critical: bool,
    pub(crate) value: &'a [u8],
}

impl<'a> Extension<'a> {
    pub(crate) fn read(reader: &mut Reader<'a>) -> Result<Self, Malformed> {
        let mut inside = reader.enter(tag::SEQUENCE)?;
        let kind = inside.oid()?;
        let critical = inside
            .optional(tag::BOOLEAN)?
            .is_some_and(|element| element.content == [0xff]);
        let value = inside.expect(tag::OCTET_STRING)?.content;
        inside.finish()?;
        Ok(Self { kind, critical, value })
    }
}

/// RFC 5280 §4.2.1.9.
fn basic_constraints(value: &mut Reader<'_>) -> Result<(bool, Option<u32>), Malformed> {
    let mut inside = value.enter(tag::SEQUENCE)?;
    let is_authority = inside
        .optional(tag::BOOLEAN)?
        .is_some_and(|element| element.content == [0xff]);
    let path_length = match inside.optional(tag::INTEGER)? {
        Some(element) => match element.content {
            [n] if *n < 0x80 && is_authority => Some(u32::from(*n)),
            _ => return Err(Malformed),
        },
        None => None,
    };
    inside.finish()?;
    Ok((is_authority, path_length))
}

/// RFC 5280 §4.2.1.3: nine named bits at most.
fn named_bits(value: &mut Reader<'_>) -> Result<u16, Malformed> {
    match value.expect(tag::BIT_STRING)?.content {
        [_, first] => Ok(u16::from_be_bytes([*first, 0])),
        [_, first, second] => Ok(u16::from_be_bytes([*first, *second])),
        _ => Err(Malformed),
    }
}

/// A SEQUENCE OF OBJECT IDENTIFIER with at least one (RFC 5280 §4.2.1.12).
fn oids(value: &mut Reader<'_>) -> Result<Vec<Vec<u8>>, Malformed> {
    let mut inside = value.enter(tag::SEQUENCE)?;
    let mut found = vec![inside.oid()?.to_vec()];
    while !inside.is_empty() {
        found.push(inside.oid()?.to_vec());
    }
    Ok(found)
}

/// RFC 5280 §4.2.1.4: at least one; qualifiers are for people to read.
fn policies(value: &mut Reader<'_>) -> Result<Vec<Vec<u8>>, Malformed> {
    let mut inside = value.enter(tag::SEQUENCE)?;
    let mut found = Vec::new();
    while found.is_empty() || !inside.is_empty() {
        let mut policy = inside.enter(tag::SEQUENCE)?;
        found.push(policy.oid()?.to_vec());
        policy.optional(tag::SEQUENCE)?;
        policy.finish()?;
    }
    Ok(found)
}

/// RFC 5280 §4.2.1.1: only the keyIdentifier is used; issuer and serial may follow it.
pub(crate) fn authority_key_id(value: &mut Reader<'_>) -> Result<Option<Vec<u8>>, Malformed> {
    let mut inside = value.enter(tag::SEQUENCE)?;
    let id = inside
        .optional(tag::CONTEXT_0_PRIMITIVE)?
        .map(|element| element.content.to_vec());
    while !inside.is_empty() {
        inside.any()?;
    }
    Ok(id)
}
