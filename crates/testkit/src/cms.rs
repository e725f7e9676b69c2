//! Signatures as NCALayer makes them (RFC 5652, CAdES baseline without time stamp), and every way to get one wrong: start
//! from [`CmsRecipe::honest`] and change a part.

use authority::time::Timestamp;
use aws_lc_rs::digest;

use crate::der;
use crate::pki::{PkiError, SigningKey, Suite, pem, thumbprint};

const SIGNED_DATA: &[u32] = &[1, 2, 840, 113_549, 1, 7, 2];
const DATA: &[u32] = &[1, 2, 840, 113_549, 1, 7, 1];
const CONTENT_TYPE: &[u32] = &[1, 2, 840, 113_549, 1, 9, 3];
const MESSAGE_DIGEST: &[u32] = &[1, 2, 840, 113_549, 1, 9, 4];
const SIGNING_TIME: &[u32] = &[1, 2, 840, 113_549, 1, 9, 5];
const SIGNING_CERTIFICATE: &[u32] = &[1, 2, 840, 113_549, 1, 9, 16, 2, 12];
const SIGNING_CERTIFICATE_V2: &[u32] = &[1, 2, 840, 113_549, 1, 9, 16, 2, 47];
const SIGNATURE_TIME_STAMP: &[u32] = &[1, 2, 840, 113_549, 1, 9, 16, 2, 14];

/// How a signed attribute says which certificate signs (RFC 5035).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NamedCertificate {
    /// It does not.
    None,
    /// signingCertificateV2 over this certificate, with the default hash.
    V2(Vec<u8>),
    /// signingCertificateV2 over the first certificate, with issuer name and serial number of the second.
    V2WithSerial(Vec<u8>, Vec<u8>),
    /// signingCertificate with SHA-1 over this certificate.
    V1(Vec<u8>),
}

/// In which form the signed attributes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedAttributes {
    /// Sorted, each once.
    Proper,
    /// There are none: the signature is over the content.
    Absent,
    /// In the opposite of DER's order.
    Unsorted,
    /// The message digest appears twice.
    DoubledDigest,
}

/// How the parts are encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// DER.
    Der,
    /// Indefinite lengths and the content in pieces, as streaming libraries write.
    Ber,
}

/// Everything that goes into one SignedData.
#[derive(Clone, Debug)]
pub struct CmsRecipe<'a> {
    /// The attached content; `None` for a detached signature.
    pub content: Option<Vec<u8>>,
    /// What the message digest is computed over.
    pub digested: Vec<u8>,
    /// The message digest itself, where only that is known.
    pub message_digest: Option<Vec<u8>>,
    /// The certificates that come along.
    pub certificates: Vec<Vec<u8>>,
    /// The certificate that the signer names by issuer and serial number.
    pub signer: Vec<u8>,
    /// The key that signs.
    pub key: &'a SigningKey,
    /// Of which suite the digest is.
    pub digest: Suite,
    /// Of which suite the signature is said to be.
    pub signature: Suite,
    /// The time the signer claims.
    pub signing_time: Timestamp,
    /// How the certificate is named among the attributes.
    pub named: NamedCertificate,
    /// In which form the signed attributes are.
    pub attributes: SignedAttributes,
    /// How many times the SignerInfo appears.
    pub signers: usize,
    /// An unsigned time stamp that is none.
    pub broken_time_stamp: bool,
    /// How the envelope is encoded.
    pub encoding: Encoding,
}

impl<'a> CmsRecipe<'a> {
    /// What an honest signing program makes: attached, with the certificate and all attributes.
    pub fn honest(key: &'a SigningKey, certificate: &[u8], content: &[u8], at: Timestamp) -> Self {
        Self {
            content: Some(content.to_vec()),
            digested: content.to_vec(),
            message_digest: None,
            certificates: vec![certificate.to_vec()],
            signer: certificate.to_vec(),
            key,
            digest: key.suite(),
            signature: key.suite(),
            signing_time: at,
            named: NamedCertificate::V2(certificate.to_vec()),
            attributes: SignedAttributes::Proper,
            signers: 1,
            broken_time_stamp: false,
            encoding: Encoding::Der,
        }
    }

    /// The ContentInfo.
    ///
    /// # Errors
    /// The key cannot sign, or the signer's certificate is none.
    pub fn sign(&self) -> Result<Vec<u8>, PkiError> {
        let signer = self.signer_info()?;
        let certificates = der::of(der::context(0), &self.certificates);
        let certificates = if self.certificates.is_empty() {
            Vec::new()
        } else {
            certificates
        };
        let signers = der::of(der::SET, &vec![signer; self.signers]);
        let digests = der::of(der::SET, &[self.digest.digest_algorithm()]);
        let parts = [der::integer(&[1]), digests, self.encapsulated(), certificates, signers];
        let envelope = self.wrap(der::SEQUENCE, &parts.concat());
        let wrapper = self.wrap(der::context(0), &envelope);
        Ok(self.wrap(der::SEQUENCE, &[der::oid(SIGNED_DATA), wrapper].concat()))
    }

    fn encapsulated(&self) -> Vec<u8> {
        let content = match (&self.content, self.encoding) {
            (None, _) => Vec::new(),
            (Some(content), Encoding::Der) => self.wrap(der::context(0), &der::element(der::OCTET_STRING, content)),
            (Some(content), Encoding::Ber) => {
                let pieces: Vec<Vec<u8>> = content
                    .chunks(20)
                    .map(|piece| der::element(der::OCTET_STRING, piece))
                    .collect();
                self.wrap(der::context(0), &self.wrap(der::OCTET_STRING | 0x20, &pieces.concat()))
            }
        };
        self.wrap(der::SEQUENCE, &[der::oid(DATA), content].concat())
    }

    fn wrap(&self, tag: u8, content: &[u8]) -> Vec<u8> {
        match self.encoding {
            Encoding::Der => der::element(tag, content),
            Encoding::Ber => [&[tag, 0x80], content, &[0, 0]].concat(),
        }
    }

    fn signer_info(&self) -> Result<Vec<u8>, PkiError> {
        let (issuer, serial) = issuer_and_serial(&self.signer).ok_or(PkiError::Key)?;
        let attributes = self.signed_attributes()?;
        let (message, attributes) = if self.attributes == SignedAttributes::Absent {
            (self.digested.clone(), Vec::new())
        } else {
            // RFC 5652 §5.4: signed as a SET OF, sent with the tag [0].
            (
                der::element(der::SET, &attributes),
                der::element(der::context(0), &attributes),
            )
        };
        let value = self.key.sign(&message)?;
        let unsigned = attribute(SIGNATURE_TIME_STAMP, &der::sequence(&[]));
        Ok(der::sequence(&[
            der::integer(&[1]),
            der::sequence(&[issuer, serial]),
            self.digest.digest_algorithm(),
            attributes,
            self.signature.signature_algorithm(),
            der::element(der::OCTET_STRING, &value),
            if self.broken_time_stamp {
                der::element(der::context(1), &unsigned)
            } else {
                Vec::new()
            },
        ]))
    }

    fn signed_attributes(&self) -> Result<Vec<u8>, PkiError> {
        let hash = self
            .message_digest
            .clone()
            .unwrap_or_else(|| self.digest.digest(&self.digested));
        let digest = attribute(MESSAGE_DIGEST, &der::element(der::OCTET_STRING, &hash));
        let mut attributes = vec![
            attribute(CONTENT_TYPE, &der::oid(DATA)),
            attribute(SIGNING_TIME, &der::time(self.signing_time)),
            digest.clone(),
        ];
        attributes.extend(self.signing_certificate()?);
        if self.attributes == SignedAttributes::DoubledDigest {
            attributes.push(digest);
        }
        attributes.sort();
        if self.attributes == SignedAttributes::Unsorted {
            attributes.reverse();
        }
        Ok(attributes.concat())
    }

    fn signing_certificate(&self) -> Result<Option<Vec<u8>>, PkiError> {
        let (kind, hash, name) = match &self.named {
            NamedCertificate::None => return Ok(None),
            NamedCertificate::V2(certificate) => (SIGNING_CERTIFICATE_V2, thumbprint(certificate), Vec::new()),
            NamedCertificate::V2WithSerial(hashed, other) => {
                let (issuer, serial) = issuer_and_serial(other).ok_or(PkiError::Key)?;
                let names = der::sequence(&[der::element(der::context(4), &issuer)]);
                (
                    SIGNING_CERTIFICATE_V2,
                    thumbprint(hashed),
                    der::sequence(&[names, serial]),
                )
            }
            NamedCertificate::V1(certificate) => {
                let hash = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, certificate);
                (SIGNING_CERTIFICATE, hash.as_ref().to_vec(), Vec::new())
            }
        };
        let id = der::sequence(&[der::element(der::OCTET_STRING, &hash), name]);
        Ok(Some(attribute(kind, &der::sequence(&[der::sequence(&[id])]))))
    }
}

/// The signature in the armour that NCALayer's `basics` module answers with.
pub fn armour(cms: &[u8]) -> String {
    pem("CMS", cms)
}

fn attribute(kind: &[u32], value: &[u8]) -> Vec<u8> {
    der::sequence(&[der::oid(kind), der::element(der::SET, value)])
}

/// Issuer name and serial number of a certificate, each as its whole element.
fn issuer_and_serial(certificate: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (_, inside, _) = der::split(certificate)?;
    let (_, signed, _) = der::split(inside)?;
    let (_, _, rest) = der::split(signed)?; // version
    let (serial, _, rest) = der::split(rest)?;
    let (_, _, rest) = der::split(rest)?; // algorithm
    let (issuer, _, _) = der::split(rest)?;
    Some((issuer.to_vec(), serial.to_vec()))
}

#[cfg(test)]
mod tests;
