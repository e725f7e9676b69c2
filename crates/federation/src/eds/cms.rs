//! A CMS SignedData with one signer (RFC 5652 §5), read from BER; what is signed inside it stays DER, as received.

use std::borrow::Cow;

use super::algorithm::Algorithm;
use super::ber::{self, Malformed, Reader, Rules, tag};
use super::certificate::Certificate;
use super::refusal::{AlgorithmFault, ContentFault, EdsRefusal, FormatFault, SignerFault};
use super::{limits, oid};

/// A SignedData that parsed; nothing about it is believed yet.
pub(crate) struct SignedData<'a> {
    digests: Reader<'a>,
    content_type: &'a [u8],
    /// The attached content; `None` when the signature is detached.
    content: Option<Cow<'a, [u8]>>,
    certificates: Vec<Certificate>,
    signers: Reader<'a>,
}

/// The one SignerInfo (RFC 5652 §5.3).
pub(crate) struct Signer<'a> {
    /// The issuer's name, as received.
    issuer: &'a [u8],
    /// Content octets of the serial number.
    serial: &'a [u8],
    pub(crate) digest: Algorithm,
    /// The signed attributes, still tagged `[0]`; `None` when the signature is over the content itself.
    pub(crate) attributes: Option<&'a [u8]>,
    pub(crate) signature_algorithm: Algorithm,
    pub(crate) signature: Cow<'a, [u8]>,
}

impl<'a> SignedData<'a> {
    /// Reads a ContentInfo with a SignedData and nothing else.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, FormatFault> {
        if bytes.len() > limits::CMS {
            return Err(FormatFault::TooLong);
        }
        // Everything is walked once, also what is ignored later: depth and lengths are bounded before anything is read.
        ber::check(bytes, Rules::Ber).map_err(|Malformed| FormatFault::NotBer)?;
        let mut signed = open_content_info(bytes).map_err(|Malformed| FormatFault::NotSignedData)?;
        let (digests, content_type, content) =
            read_head(&mut signed).map_err(|Malformed| FormatFault::NotSignedData)?;
        let certificates = read_certificates(&mut signed)?;
        let signers = read_tail(signed).map_err(|Malformed| FormatFault::NotSignedData)?;
        Ok(Self {
            digests,
            content_type,
            content,
            certificates,
            signers,
        })
    }

    /// What was signed is the challenge: attached and equal, or detached, in which case the stored bytes are used.
    pub(crate) fn carries(&self, challenge: &[u8]) -> Result<(), ContentFault> {
        if self.content_type != oid::DATA {
            return Err(ContentFault::NotData);
        }
        match &self.content {
            Some(content) if content.as_ref() != challenge => Err(ContentFault::OtherContent),
            Some(_) | None => Ok(()),
        }
    }

    /// The attached content.
    pub(crate) fn content(&self) -> Option<&[u8]> {
        self.content.as_deref()
    }

    /// The certificates that came along.
    pub(crate) fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// The only SignerInfo.
    pub(crate) fn only_signer(&self) -> Result<Signer<'a>, EdsRefusal> {
        let mut signers = self.signers;
        if signers.is_empty() {
            return Err(EdsRefusal::Signer(SignerFault::NotOneSigner));
        }
        let signer = read_signer(&mut signers)?;
        if signers.is_empty() {
            Ok(signer)
        } else {
            Err(EdsRefusal::Signer(SignerFault::NotOneSigner))
        }
    }

    /// The digest that the envelope announces is the signer's: where both differ, or several are announced, readers may
    /// disagree about what was verified.
    pub(crate) fn announces_only(&self, digest: &Algorithm) -> Result<(), AlgorithmFault> {
        let mut digests = self.digests;
        match Algorithm::read(&mut digests) {
            Ok(announced) if digests.is_empty() && announced.is_bare_as(digest) => Ok(()),
            Ok(_) | Err(Malformed) => Err(AlgorithmFault::Announced),
        }
    }

    /// The only certificate with the signer's issuer and serial number, compared as bytes.
    pub(crate) fn certificate_of(&self, signer: &Signer<'_>) -> Result<&Certificate, SignerFault> {
        let is_signers = |c: &&Certificate| c.issuer == signer.issuer && c.serial == signer.serial;
        let mut matching = self.certificates.iter().filter(is_signers);
        match (matching.next(), matching.next()) {
            (Some(certificate), None) => Ok(certificate),
            (Some(_), Some(_)) => Err(SignerFault::SeveralCertificates),
            (None, _) => Err(SignerFault::NoCertificate),
        }
    }
}

/// RFC 5652 §3: `SEQUENCE { contentType, [0] EXPLICIT content }`.
fn open_content_info(bytes: &[u8]) -> Result<Reader<'_>, Malformed> {
    let mut info = Reader::new(bytes, Rules::Ber).enter(tag::SEQUENCE)?;
    if info.oid()? != oid::SIGNED_DATA {
        return Err(Malformed);
    }
    let mut wrapper = info.enter(tag::CONTEXT_0)?;
    info.finish()?;
    let signed = wrapper.enter(tag::SEQUENCE)?;
    wrapper.finish()?;
    Ok(signed)
}

/// The digest algorithms, type of the content, and the content when it is attached.
type Head<'a> = (Reader<'a>, &'a [u8], Option<Cow<'a, [u8]>>);

/// Version, digest algorithms and the encapsulated content.
fn read_head<'a>(signed: &mut Reader<'a>) -> Result<Head<'a>, Malformed> {
    // RFC 5652 §5.1: 1 is right for plain data and issuerAndSerialNumber; some software writes 3.
    if !matches!(signed.small_integer()?, 1 | 3) {
        return Err(Malformed);
    }
    let digests = signed.enter(tag::SET)?;
    let mut encapsulated = signed.enter(tag::SEQUENCE)?;
    let content_type = encapsulated.oid()?;
    let content = match encapsulated.optional(tag::CONTEXT_0)? {
        Some(wrapper) => {
            let mut inside = encapsulated.inside(wrapper)?;
            let content = inside.octets()?;
            inside.finish()?;
            Some(content)
        }
        None => None,
    };
    encapsulated.finish()?;
    Ok((digests, content_type, content))
}

fn read_certificates(signed: &mut Reader<'_>) -> Result<Vec<Certificate>, FormatFault> {
    let mut certificates = Vec::new();
    let Some(set) = signed
        .optional(tag::CONTEXT_0)
        .map_err(|Malformed| FormatFault::NotBer)?
    else {
        return Ok(certificates);
    };
    let mut choices = signed.inside(set).map_err(|Malformed| FormatFault::NotBer)?;
    while !choices.is_empty() {
        if certificates.len() == limits::CERTIFICATES {
            return Err(FormatFault::TooManyCertificates);
        }
        let choice = choices.any().map_err(|Malformed| FormatFault::NotBer)?;
        certificates.push(Certificate::parse(choice.raw).map_err(|Malformed| FormatFault::BadCertificate)?);
    }
    Ok(certificates)
}

/// Revocation lists, which are ignored: ours come from the configuration; and the signers.
fn read_tail(mut signed: Reader<'_>) -> Result<Reader<'_>, Malformed> {
    signed.optional(tag::CONTEXT_1)?;
    let signers = signed.enter(tag::SET)?;
    signed.finish()?;
    Ok(signers)
}

fn read_signer<'a>(signers: &mut Reader<'a>) -> Result<Signer<'a>, EdsRefusal> {
    let malformed = |Malformed| EdsRefusal::Format(FormatFault::NotSignedData);
    let mut info = signers.enter(tag::SEQUENCE).map_err(malformed)?;
    let version = info.small_integer().map_err(malformed)?;
    // Version 3 goes with subjectKeyIdentifier, which would leave the choice of certificate open.
    if version != 1 || info.peek() != Some(tag::SEQUENCE) {
        return Err(EdsRefusal::Signer(SignerFault::NotIssuerAndSerial));
    }
    read_signer_fields(info).map_err(malformed)
}

fn read_signer_fields(mut info: Reader<'_>) -> Result<Signer<'_>, Malformed> {
    let mut name = info.enter(tag::SEQUENCE)?;
    let issuer = name.expect(tag::SEQUENCE)?.raw;
    let serial = name.integer()?;
    name.finish()?;
    let digest = Algorithm::read(&mut info)?;
    let attributes = info.optional(tag::CONTEXT_0)?.map(|element| element.raw);
    let signature_algorithm = Algorithm::read(&mut info)?;
    let signature = info.octets()?;
    // Unsigned attributes (a time stamp, for example) prove nothing at sign-in and are ignored as a whole (CE-4).
    info.optional(tag::CONTEXT_1)?;
    info.finish()?;
    Ok(Signer {
        issuer,
        serial,
        digest,
        attributes,
        signature_algorithm,
        signature,
    })
}
