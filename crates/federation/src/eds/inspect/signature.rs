//! An answer to a challenge, in whatever form it lies in a file.

use std::borrow::Cow;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::super::armour;
use super::super::attributes::SignedAttributes;
use super::super::certificate::Certificate;
use super::super::cms::SignedData;
use super::super::refusal::EdsRefusal;
use super::super::verify::EdsVerifier;
use super::super::xml;
use super::reading::{CertificateReading, RevocationReading};
use super::{Inspection, Terms, broken, words};

/// Stands for the challenge of what cannot be read.
const UNREADABLE: &[u8] = b"<challenge></challenge>";

/// A signature, and the certificate that it was made with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SignatureReading {
    /// `cms` or `xml`; `null` when it is neither.
    pub format: Option<&'static str>,
    /// Whether the signed text is part of it.
    pub attached: Option<bool>,
    /// `given`: compared with a challenge; `attached`: there was none to compare with, so its own text was taken.
    pub challenge: &'static str,
    /// The signed text, when it is part of it and is text.
    pub content: Option<String>,
    /// The time that the signer's computer claims, RFC 3339; decides nothing.
    pub signing_time: Option<String>,
    /// How many certificates came along.
    pub certificates: Option<usize>,
    /// The certificate of the signer.
    #[serde(flatten)]
    pub certificate: CertificateReading,
}

impl EdsVerifier {
    /// Judges a signature as a sign-in does. `file` is CMS in DER, BER, PEM or base64, or
    /// a signed XML document; without a challenge the attached text
    /// is taken for it.
    pub fn inspect_signature(
        &self,
        file: &[u8],
        challenge: Option<&[u8]>,
        terms: &Terms<'_>,
    ) -> Inspection<SignatureReading> {
        let text = as_posted(file);
        let seen = Seen::of(&text);
        let own = seen.as_ref().and_then(|seen| seen.content.clone());
        // What cannot be read is refused for its form, not for want of something to compare with.
        let nothing = || {
            if seen.is_none() {
                UNREADABLE.to_vec()
            } else {
                Vec::new()
            }
        };
        let compared = challenge.map(<[u8]>::to_vec).or(own).unwrap_or_else(nothing);
        let verdict = self.verdict(&text, &compared, terms);
        let mut read = seen.map_or_else(SignatureReading::default, |seen| self.read_signature(seen, terms));
        read.challenge = if challenge.is_some() { "given" } else { "attached" };
        Inspection::new(verdict.map_err(|refusal| broken(&refusal)), terms.at, read)
    }

    /// What a sign-in says to it.
    fn verdict(&self, signature: &str, challenge: &[u8], terms: &Terms<'_>) -> Result<(), EdsRefusal> {
        let examined = self.examine(signature, challenge, terms.at)?;
        if !terms.revocation {
            return Ok(());
        }
        let (path, serial) = examined.certified();
        let (source, _) = self.source(path, serial, terms);
        self.check_status((path, serial), source, (terms.at, Duration::ZERO))
            .map(drop)
    }

    fn read_signature(&self, seen: Seen, terms: &Terms<'_>) -> SignatureReading {
        let not_read = || CertificateReading {
            revocation: (!terms.revocation).then(RevocationReading::not_checked),
            ..CertificateReading::default()
        };
        SignatureReading {
            format: Some(seen.format),
            attached: Some(seen.content.is_some()),
            challenge: "",
            content: seen.content.and_then(|content| String::from_utf8(content).ok()),
            signing_time: seen.signing_time,
            certificates: Some(seen.certificates),
            certificate: seen
                .certificate
                .map_or_else(not_read, |certificate| self.read_certificate(&certificate, terms)),
        }
    }
}

/// What stands in a SignedData or signed document, believed or not.
struct Seen {
    format: &'static str,
    content: Option<Vec<u8>>,
    certificates: usize,
    certificate: Option<Certificate>,
    signing_time: Option<String>,
}

impl Seen {
    fn of(text: &str) -> Option<Self> {
        if xml::is_xml(text) {
            Self::of_xml(text)
        } else {
            Self::of_cms(text)
        }
    }

    fn of_xml(text: &str) -> Option<Self> {
        let (content, certificate) = xml::glance(text)?;
        Some(Self {
            format: "xml",
            content: Some(content),
            certificates: usize::from(certificate.is_some()),
            certificate,
            signing_time: None,
        })
    }

    fn of_cms(text: &str) -> Option<Self> {
        let bytes = armour::open(text).ok()?;
        let envelope = SignedData::parse(&bytes).ok()?;
        let signer = envelope.only_signer().ok();
        let of_signer = signer.as_ref().and_then(|signer| envelope.certificate_of(signer).ok());
        let attributes = signer
            .as_ref()
            .and_then(|signer| SignedAttributes::parse(signer.attributes).ok());
        let signing_time = attributes.and_then(|attributes| attributes.signing_time());
        Some(Self {
            format: "cms",
            content: envelope.content().map(<[u8]>::to_vec),
            certificates: envelope.certificates().len(),
            certificate: of_signer
                .or(match envelope.certificates() {
                    [only] => Some(only),
                    _ => None,
                })
                .cloned(),
            signing_time: signing_time.map(words::instant),
        })
    }
}

/// The text that a page would post: what is text stays, bytes become base64.
fn as_posted(file: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(file) {
        Ok(text) if !text.contains(|c: char| c.is_control() && !c.is_whitespace()) => Cow::Borrowed(text),
        Ok(_) | Err(_) => Cow::Owned(STANDARD.encode(file)),
    }
}
