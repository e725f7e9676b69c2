//! Where the formats meet: a signature over the challenge that verified with a certificate's key. Whose key it is, and whether
//! anybody vouches for it, is asked afterwards, for every format by the same code.

use authority::time::Timestamp;

use super::armour;
use super::attributes::SignedAttributes;
use super::certificate::Certificate;
use super::cms::SignedData;
use super::refusal::{AttributeFault, EdsRefusal, FormatFault};
use super::suite::{Suite, Suites};
use super::xml::{self, XmlFault};

/// A signature that verified with the key of a certificate about which nothing is known yet.
pub(crate) struct Signed {
    pub(crate) certificate: Certificate,
    pub(crate) suite: &'static Suite,
    /// The time that the signer's computer claims, when the format carries one.
    pub(crate) signing_time: Option<Timestamp>,
}

/// What may be signed with, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Formats {
    pub(crate) suites: Suites,
    /// [`super::EdsSettings::xml`].
    pub(crate) xml: bool,
    /// [`super::EdsSettings::names_certificate`].
    pub(crate) names_certificate: bool,
}

impl Signed {
    /// Reads an answer in the format that its first visible character says.
    pub(crate) fn open(signature: &str, challenge: &[u8], formats: Formats) -> Result<Self, EdsRefusal> {
        if challenge.is_empty() {
            return Err(EdsRefusal::Challenge);
        }
        match (xml::is_xml(signature), formats.xml) {
            (false, _) => Self::open_cms(signature, challenge, formats),
            // The one accepted shape has no place for a certificate's name.
            (true, true) if formats.names_certificate => Err(EdsRefusal::Attributes(AttributeFault::NoCertificate)),
            (true, true) => xml::open(signature, challenge, formats.suites),
            (true, false) => Err(EdsRefusal::Format(FormatFault::Xml(XmlFault::Off))),
        }
    }

    /// RFC 5652 §5.6, with one signer and signed attributes.
    fn open_cms(signature: &str, challenge: &[u8], formats: Formats) -> Result<Self, EdsRefusal> {
        let bytes = armour::open(signature).map_err(EdsRefusal::Format)?;
        let envelope = SignedData::parse(&bytes).map_err(EdsRefusal::Format)?;
        envelope.carries(challenge).map_err(EdsRefusal::Content)?;
        let signer = envelope.only_signer()?;
        let certificate = envelope.certificate_of(&signer).map_err(EdsRefusal::Signer)?;

        let suite = formats
            .suites
            .of_signer(&signer.digest, &signer.signature_algorithm, &certificate.key)
            .map_err(EdsRefusal::Algorithm)?;
        envelope.announces_only(&signer.digest).map_err(EdsRefusal::Algorithm)?;
        let attributes = SignedAttributes::parse(signer.attributes).map_err(EdsRefusal::Attributes)?;
        attributes
            .bind(&suite.digest(challenge))
            .map_err(EdsRefusal::Attributes)?;
        let is_named = attributes.name(certificate).map_err(EdsRefusal::Attributes)?;
        if formats.names_certificate && !is_named {
            return Err(EdsRefusal::Attributes(AttributeFault::NoCertificate));
        }
        if !suite.verifies(&certificate.key, &attributes.message, &signer.signature) {
            return Err(EdsRefusal::Signature);
        }
        Ok(Self {
            certificate: certificate.clone(),
            suite,
            signing_time: attributes.signing_time(),
        })
    }
}
