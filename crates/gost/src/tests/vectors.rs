//! Reads the files in `vectors/`, and takes signed documents apart.

use base64::Engine;
use base64::engine::general_purpose::{GeneralPurpose, STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::{DigestAlgorithm, KeyAlgorithm, PublicKey, Suite, VerifyError};

pub(super) fn file(path: &str) -> Vec<u8> {
    std::fs::read(format!("{}/vectors/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

pub(super) fn json(path: &str) -> Value {
    serde_json::from_slice(&file(path)).unwrap()
}

pub(super) fn hex(digits: &str) -> Vec<u8> {
    let digits: Vec<char> = digits.chars().filter(|c| !c.is_whitespace()).collect();
    assert_eq!(digits.len() % 2, 0);
    let octet = |pair: &[char]| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap();
    digits.chunks(2).map(octet).collect()
}

/// A number of at most `length` octets in hexadecimal, as exactly so many, big-endian.
pub(super) fn number(value: &Value, length: usize) -> Vec<u8> {
    let digits = value.as_str().unwrap();
    hex(&format!("{digits:0>width$}", width = 2 * length))
}

pub(super) fn reversed(octets: &[u8]) -> Vec<u8> {
    octets.iter().rev().copied().collect()
}

pub(super) fn base64(text: &str) -> Vec<u8> {
    decode(&STANDARD, text)
}

pub(super) fn base64url(text: &str) -> Vec<u8> {
    decode(&URL_SAFE_NO_PAD, text)
}

fn decode(engine: &GeneralPurpose, text: &str) -> Vec<u8> {
    engine.decode(text.split_whitespace().collect::<String>()).unwrap()
}

pub(super) fn pem(text: &str) -> Vec<u8> {
    base64(
        &text
            .lines()
            .filter(|line| !line.starts_with("-----"))
            .collect::<String>(),
    )
}

/// One DER element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    /// With tag and length.
    pub(super) whole: &'a [u8],
    pub(super) contents: &'a [u8],
}

/// The elements in a row.
pub(super) fn elements(mut der: &[u8]) -> Vec<Element<'_>> {
    let mut found = Vec::new();
    while !der.is_empty() {
        let (head, length) = match der[1] {
            0x81 => (3, usize::from(der[2])),
            0x82 => (4, usize::from(u16::from_be_bytes([der[2], der[3]]))),
            short => (2, usize::from(short)),
        };
        let (whole, rest) = der.split_at(head + length);
        found.push(Element {
            tag: whole[0],
            whole,
            contents: &whole[head..],
        });
        der = rest;
    }
    found
}

/// The elements inside the first element.
pub(super) fn inside(der: &[u8]) -> Vec<Element<'_>> {
    elements(elements(der)[0].contents)
}

/// Certificate, request, revocation list or OCSP answer: what is signed, by what, and the signature.
#[derive(Clone, Debug)]
pub(super) struct Signed {
    pub(super) message: Vec<u8>,
    pub(super) algorithm: Vec<u8>,
    pub(super) signature: Vec<u8>,
}

impl Signed {
    pub(super) fn new(der: &[u8]) -> Self {
        let parts = inside(der);
        assert_eq!(parts[2].contents[0], 0, "a signature has whole octets");
        Self {
            message: parts[0].whole.to_vec(),
            algorithm: parts[1].contents.to_vec(),
            signature: parts[2].contents[1..].to_vec(),
        }
    }

    /// As a verifier of certificates does it: the named suite must be the key's.
    pub(super) fn verify(&self, key: &PublicKey) -> Result<(), VerifyError> {
        assert_eq!(Suite::from_signature_identifier(&self.algorithm), Some(key.suite()));
        key.verify(&self.message, &self.signature)
    }
}

/// The SubjectPublicKeyInfo of a certificate.
pub(super) fn spki(certificate: &[u8]) -> Vec<u8> {
    let fields = elements(inside(certificate)[0].contents);
    let explicit_version = usize::from(fields[0].tag == 0xA0);
    fields[5 + explicit_version].whole.to_vec()
}

pub(super) fn key_of(certificate: &[u8]) -> PublicKey {
    PublicKey::from_spki_der(&spki(certificate)).unwrap()
}

/// A key on any curve, those for tests too.
pub(super) fn key_on_any_curve(spki: &[u8]) -> PublicKey {
    let parts = inside(spki);
    let algorithm = KeyAlgorithm::from_identifier(parts[0].contents).unwrap();
    PublicKey::from_xy(algorithm, elements(&parts[1].contents[1..])[0].contents).unwrap()
}

/// One SignerInfo of a CMS SignedData, with what its signature covers.
#[derive(Clone, Debug)]
pub(super) struct Signer {
    pub(super) certificate: Option<Vec<u8>>,
    pub(super) digest: DigestAlgorithm,
    pub(super) suite: Option<Suite>,
    /// The signed attributes as they are hashed; nothing when the content itself is signed.
    pub(super) attributes: Option<Vec<u8>>,
    pub(super) content: Option<Vec<u8>>,
    pub(super) signature: Vec<u8>,
}

/// The first signer of a CMS SignedData whose digest is one of ours.
pub(super) fn signer(cms: &[u8]) -> Signer {
    let content_info = inside(cms);
    let signed_data = inside(content_info[1].contents);
    let content = elements(signed_data[2].contents)
        .get(1)
        .map(|explicit| elements(explicit.contents)[0].contents.to_vec());
    let certificates = signed_data.iter().find(|element| element.tag == 0xA0);
    let certificates = certificates.map_or(Vec::new(), |set| elements(set.contents));
    let infos = signed_data.last().unwrap();
    assert_eq!(infos.tag, 0x31);
    let mut ours = elements(infos.contents).into_iter().filter_map(|info| {
        let fields = elements(info.contents);
        let serial = *elements(fields[1].contents).get(1)?;
        let digest = DigestAlgorithm::from_identifier(fields[2].contents)?;
        let attributes = (fields[3].tag == 0xA0).then(|| [&[0x31], &fields[3].whole[1..]].concat());
        let after = usize::from(attributes.is_some());
        let certificate = certificates
            .iter()
            .find(|certificate| {
                let fields = elements(inside(certificate.whole)[0].contents);
                fields.iter().take(2).any(|field| field.whole == serial.whole)
            })
            .map(|certificate| certificate.whole.to_vec());
        Some(Signer {
            certificate,
            digest,
            suite: Suite::from_cms_signature_identifier(fields[3 + after].contents),
            attributes,
            content: content.clone(),
            signature: fields[4 + after].contents.to_vec(),
        })
    });
    ours.next().unwrap()
}

impl Signer {
    /// The signature under this key over the attributes, or over the content (given when it is detached), and the digest of the
    /// content in the attributes.
    pub(super) fn verify(&self, key: &PublicKey, detached: Option<&[u8]>) -> Result<(), VerifyError> {
        assert_eq!(self.digest, key.suite().digest_algorithm());
        assert_eq!(self.suite, Some(key.suite()));
        let content = detached.or(self.content.as_deref()).unwrap();
        let Some(attributes) = &self.attributes else {
            return key.verify(content, &self.signature);
        };
        let digest = self.digest.digest(content);
        let names_content = attributes
            .windows(digest.as_bytes().len())
            .any(|window| window == digest.as_bytes());
        assert!(names_content, "the attributes do not carry the digest of the content");
        key.verify(attributes, &self.signature)
    }
}
