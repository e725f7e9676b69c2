//! Answers about certificates (RFC 6960 §4.2), with every part that a test can get wrong, and reading questions (§4.1).

use authority::time::Timestamp;
use aws_lc_rs::digest;

use super::extensions::extension;
use super::{PkiError, SigningKey, oids};
use crate::der;

/// What an answer says about a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OcspStatus {
    /// It was not withdrawn.
    Good,
    /// It was.
    Revoked {
        /// When.
        at: Timestamp,
        /// Why, as in lists (RFC 5280 §5.3.1).
        reason: u8,
    },
    /// Nobody knows it.
    Unknown,
}

impl OcspStatus {
    /// What the national centre says of a certificate that it never issued.
    pub const NEVER_ISSUED: Self = Self::Revoked {
        at: Timestamp::from_unix_seconds(0),
        reason: 6,
    };
}

/// Everything that goes into one answer. Start from [`OcspProfile::honest`].
#[derive(Clone, Debug)]
pub struct OcspProfile<'a> {
    /// The CertID, DER, as the question has it.
    pub cert_id: Vec<u8>,
    /// What it says.
    pub status: OcspStatus,
    /// When that was known to be right.
    pub this_update: Timestamp,
    /// When something newer will be known.
    pub next_update: Option<Timestamp>,
    /// When it was signed.
    pub produced_at: Timestamp,
    /// The nonce.
    pub nonce: Option<Vec<u8>>,
    /// Who answers: a distinguished name, DER.
    pub responder: Vec<u8>,
    /// Names the signer by the hash of its key instead.
    pub by_key: bool,
    /// The certificates that come along.
    pub certificates: Vec<Vec<u8>>,
    /// The key that signs.
    pub key: &'a SigningKey,
    /// How many times the answer appears.
    pub times: usize,
    /// A critical extension that nobody knows: of the answer about the certificate, of the whole.
    pub critical: (bool, bool),
}

impl<'a> OcspProfile<'a> {
    /// What an honest responder of the national centre makes: no `nextUpdate`, the responder by name with its certificate.
    pub fn honest(
        question: &RequestedStatus,
        status: OcspStatus,
        (certificate, key): (&[u8], &'a SigningKey),
        now: Timestamp,
    ) -> Self {
        Self {
            cert_id: question.cert_id.clone(),
            status,
            this_update: now,
            next_update: None,
            produced_at: now,
            nonce: question.nonce.clone(),
            responder: subject(certificate).unwrap_or_default(),
            by_key: false,
            certificates: vec![certificate.to_vec()],
            key,
            times: 1,
            critical: (false, false),
        }
    }

    /// The OCSPResponse, DER.
    ///
    /// # Errors
    /// The key cannot sign.
    pub fn sign(&self) -> Result<Vec<u8>, PkiError> {
        let data = self.data();
        let value = self.key.sign(&data)?;
        let certificates = match self.certificates.as_slice() {
            [] => Vec::new(),
            all => der::of(der::context(0), &[der::sequence(all)]),
        };
        let algorithm = self.key.suite().signature_algorithm();
        let basic = der::sequence(&[data, algorithm, der::bits(&value), certificates]);
        let bytes = der::sequence(&[der::oid(oids::OCSP_BASIC), der::element(der::OCTET_STRING, &basic)]);
        Ok(der::sequence(&[
            der::element(der::ENUMERATED, &[0]),
            der::of(der::context(0), &[bytes]),
        ]))
    }

    /// An OCSPResponse without an answer: 1 malformed request, 2 internal error, 3 try later, 6 unauthorised.
    pub fn refusal(status: u8) -> Vec<u8> {
        der::sequence(&[der::element(der::ENUMERATED, &[status])])
    }

    fn data(&self) -> Vec<u8> {
        let responder = if self.by_key {
            der::of(der::context(2), &[der::element(der::OCTET_STRING, &key_hash(self.key))])
        } else {
            der::of(der::context(1), std::slice::from_ref(&self.responder))
        };
        let nonce = self.nonce.as_ref().map(|nonce| {
            let value = der::element(der::OCTET_STRING, nonce);
            extension(oids::OCSP_NONCE, false, &value)
        });
        let mut extensions: Vec<Vec<u8>> = nonce.into_iter().collect();
        extensions.push(extension(oids::OCSP_EXTENDED_REVOKE, false, &der::null()));
        extensions.extend(self.critical.1.then(unknown));
        der::sequence(&[
            responder,
            der::generalized_time(self.produced_at),
            der::sequence(&vec![self.single(); self.times]),
            der::of(der::context(1), &[der::sequence(&extensions)]),
        ])
    }

    fn single(&self) -> Vec<u8> {
        let status = match self.status {
            OcspStatus::Good => der::element(der::context_primitive(0), &[]),
            OcspStatus::Unknown => der::element(der::context_primitive(2), &[]),
            OcspStatus::Revoked { at, reason } => {
                let reason = der::of(der::context(0), &[der::element(der::ENUMERATED, &[reason])]);
                der::of(der::context(1), &[der::generalized_time(at), reason])
            }
        };
        let next_update = self
            .next_update
            .map(|at| der::of(der::context(0), &[der::generalized_time(at)]));
        let critical = self
            .critical
            .0
            .then(|| der::of(der::context(1), &[der::sequence(&[unknown()])]));
        der::sequence(&[
            self.cert_id.clone(),
            status,
            der::generalized_time(self.this_update),
            next_update.unwrap_or_default(),
            critical.unwrap_or_default(),
        ])
    }
}

fn unknown() -> Vec<u8> {
    extension(&[1, 2, 398, 3, 3, 98], true, &der::null())
}

fn key_hash(key: &SigningKey) -> Vec<u8> {
    // The identifier of a key is that hash.
    key.key_id()
}

/// A question as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestedStatus {
    /// The CertID, DER.
    pub cert_id: Vec<u8>,
    /// The serial number that is asked about, big-endian.
    pub serial: Vec<u8>,
    /// SHA-256 over the issuer's name.
    pub issuer_name_hash: Vec<u8>,
    /// The nonce, when there is one.
    pub nonce: Option<Vec<u8>>,
}

impl RequestedStatus {
    /// Reads an OCSPRequest with one question.
    pub fn parse(request: &[u8]) -> Option<Self> {
        let (_, tbs, _) = der::split(request)?;
        let (_, tbs, _) = der::split(tbs)?;
        let (_, list, extensions) = der::split(tbs)?;
        let (_, single, more) = der::split(list)?;
        let (cert_id, inside, _) = der::split(single)?;
        let (_, _, rest) = der::split(inside)?;
        let (_, issuer_name_hash, rest) = der::split(rest)?;
        let (_, _, rest) = der::split(rest)?;
        let (_, serial, _) = der::split(rest)?;
        more.is_empty().then(|| Self {
            cert_id: cert_id.to_vec(),
            serial: serial.iter().copied().skip_while(|octet| *octet == 0).collect(),
            issuer_name_hash: issuer_name_hash.to_vec(),
            nonce: nonce(extensions),
        })
    }

    /// Whether the question is about a certificate of the authority with this name, DER.
    pub fn is_to(&self, name: &[u8]) -> bool {
        digest::digest(&digest::SHA256, name).as_ref() == self.issuer_name_hash
    }
}

/// The only extension that questions here have.
fn nonce(extensions: &[u8]) -> Option<Vec<u8>> {
    let (_, list, _) = der::split(extensions)?;
    let (_, list, _) = der::split(list)?;
    let (_, extension, _) = der::split(list)?;
    let (oid, _, value) = der::split(extension)?;
    let (_, value, _) = der::split(value)?;
    let (_, nonce, _) = der::split(value)?;
    (oid == der::oid(oids::OCSP_NONCE).as_slice()).then(|| nonce.to_vec())
}

/// The subject's name of a certificate.
fn subject(certificate: &[u8]) -> Option<Vec<u8>> {
    let (_, inside, _) = der::split(certificate)?;
    let (_, mut rest, _) = der::split(inside)?;
    // version, serial number, algorithm, issuer, validity
    for _ in 0..5 {
        rest = der::split(rest)?.2;
    }
    Some(der::split(rest)?.0.to_vec())
}
