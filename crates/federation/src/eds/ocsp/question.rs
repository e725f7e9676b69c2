//! The request (RFC 6960 §4.1), as the centre's own software writes it: SHA-256, one certificate, a nonce.

use aws_lc_rs::digest::{SHA256, digest};
use rand_core::CryptoRng;

use super::super::algorithm::Algorithm;
use super::super::ber::{Malformed, Reader, tag};
use super::super::oid;
use super::super::path::Authority;

/// What makes an answer one to this question and to no earlier one (RFC 8954; 32 octets as RFC 9654 §2.1 wants).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OcspNonce([u8; 32]);

impl OcspNonce {
    /// A new one.
    pub fn mint(rng: &mut dyn CryptoRng) -> Self {
        let mut octets = [0; 32];
        rng.fill_bytes(&mut octets);
        Self(octets)
    }

    /// These octets.
    pub const fn from_octets(octets: [u8; 32]) -> Self {
        Self(octets)
    }
}

/// Names one certificate of one authority (RFC 6960 §4.1.1).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CertId {
    name_hash: Vec<u8>,
    key_hash: Vec<u8>,
    serial: Vec<u8>,
}

impl CertId {
    /// The certificate with this serial number (content octets) of this authority.
    pub(crate) fn of(issuer: &Authority, serial: &[u8]) -> Self {
        let hash = |bytes: &[u8]| digest(&SHA256, bytes).as_ref().to_vec();
        Self {
            name_hash: hash(issuer.name()),
            // For national keys the content of the BIT STRING is an OCTET STRING with its header; all of it is hashed.
            key_hash: hash(&issuer.key().bits),
            serial: serial.to_vec(),
        }
    }

    /// Reads a CertID; `None` when it is hashed otherwise than ours.
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Option<Self>, Malformed> {
        let mut inside = reader.enter(tag::SEQUENCE)?;
        let algorithm = Algorithm::read(&mut inside)?;
        let name_hash = inside.octets()?.into_owned();
        let key_hash = inside.octets()?.into_owned();
        let serial = inside.integer()?.to_vec();
        inside.finish()?;
        Ok(algorithm.is_bare(oid::SHA256).then_some(Self {
            name_hash,
            key_hash,
            serial,
        }))
    }

    /// The certificate's serial number, content octets.
    pub(crate) fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// SHA-256 over the issuer's name and key.
    pub(crate) fn hashes(&self) -> (&[u8], &[u8]) {
        (&self.name_hash, &self.key_hash)
    }

    fn der(&self) -> Vec<u8> {
        let algorithm = sequence(&[element(tag::OID, oid::SHA256), element(tag::NULL, &[])]);
        sequence(&[
            algorithm,
            element(tag::OCTET_STRING, &self.name_hash),
            element(tag::OCTET_STRING, &self.key_hash),
            element(tag::INTEGER, &self.serial),
        ])
    }
}

/// A request, with what its answer has to fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OcspQuestion {
    id: CertId,
    nonce: Vec<u8>,
    der: Vec<u8>,
}

impl OcspQuestion {
    pub(crate) fn new(id: CertId, nonce: &[u8]) -> Self {
        // RFC 8954 §2: an OCTET STRING inside the extension's own.
        let value = element(tag::OCTET_STRING, &element(tag::OCTET_STRING, nonce));
        let extension = sequence(&[element(tag::OID, oid::OCSP_NONCE), value]);
        let requests = sequence(&[sequence(&[id.der()])]);
        let extensions = element(tag::CONTEXT_2, &sequence(&[extension]));
        let der = sequence(&[sequence(&[requests, extensions])]);
        Self {
            id,
            nonce: nonce.to_vec(),
            der,
        }
    }

    pub(crate) fn about(issuer: &Authority, serial: &[u8], nonce: OcspNonce) -> Self {
        Self::new(CertId::of(issuer, serial), &nonce.0)
    }

    /// The OCSPRequest, DER: what is posted as `application/ocsp-request`.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Whether this authority issued the certificate that is asked about.
    pub(crate) fn is_to(&self, issuer: &Authority) -> bool {
        self.id == CertId::of(issuer, &self.id.serial)
    }

    pub(crate) const fn id(&self) -> &CertId {
        &self.id
    }

    pub(super) fn nonce(&self) -> &[u8] {
        &self.nonce
    }
}

fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    element(tag::SEQUENCE, &parts.concat())
}

/// One element, with the shortest form of its length.
fn element(identifier: u8, content: &[u8]) -> Vec<u8> {
    let mut der = vec![identifier];
    let digits = content.len().to_be_bytes();
    let digits: Vec<u8> = digits.into_iter().skip_while(|digit| *digit == 0).collect();
    match digits.as_slice() {
        [] => der.push(0),
        [short @ ..=0x7f] => der.push(*short),
        long => {
            der.push(0x80 | u8::try_from(long.len()).unwrap_or(8));
            der.extend_from_slice(long);
        }
    }
    der.extend_from_slice(content);
    der
}
