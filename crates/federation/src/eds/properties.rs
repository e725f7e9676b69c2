//! What holds for any bytes whatever: nothing makes a reader panic, and nothing is believed but what was signed. The fuzz
//! targets (`fuzz/`) ask it for hours, the tests for a moment; both start from the same vectors.

mod answers;

use std::sync::LazyLock;

use authority::time::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::certificate::Certificate;
use super::path::TrustStore;
use super::settings::{EdsSettings, TrustFile};
use super::verify::EdsVerifier;
use super::{attributes::SignedAttributes, cms::SignedData, crl, xml};

pub use answers::ocsp;

macro_rules! vector {
    ($path:literal) => {
        include_bytes!(concat!("../../vectors/", $path)).as_slice()
    };
}

/// 2026-11-21T12:00:00Z, the moment for which the imitation was made.
const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_262_400);
const TEXT: &[u8] = vector!("fake/cms/challenge.txt");
const DOCUMENT: &[u8] = vector!("fake/xml/challenge.xml");

/// Signatures in CMS over the imitation's text.
pub const SIGNATURES: &[&[u8]] = &[
    vector!("fake/cms/attached_rsa_auth_ok.der"),
    vector!("fake/cms/attached_ok.der"),
    vector!("fake/cms/detached_ok.der"),
    vector!("fake/cms/attached_ber_ok.ber"),
    vector!("fake/cms/attached_with_chain_ok.der"),
    vector!("fake/cms/attached_cades_t_ok.der"),
    vector!("fake/cms/attached_two_signers.der"),
];
/// Certificates that the imitation's authorities issued.
pub const CERTIFICATES: &[&[u8]] = &[
    vector!("fake/ee/rsa_auth_valid.cer"),
    vector!("fake/ee/rsa_sign_valid.cer"),
    vector!("fake/ee/individual_valid.cer"),
    vector!("fake/ee/ceo_valid.cer"),
    vector!("fake/ee/infosystem_valid.cer"),
];
/// Revocation lists of the imitation's authorities.
pub const LISTS: &[&[u8]] = &[
    vector!("fake/crl/nca_rsa_fresh.crl"),
    vector!("fake/crl/nca_rsa_revoking.crl"),
    vector!("fake/crl/nca_rsa_stale.crl"),
    vector!("fake/crl/full.crl"),
    vector!("fake/crl/delta.crl"),
];
/// Answers of the centre's test contour, one of each family, and of the imitation.
pub const ANSWERS: &[&[u8]] = &[
    vector!("ocsp-test/rsa_good.der"),
    vector!("ocsp-test/gost2015_never_issued_1970.der"),
    vector!("fake/ocsp/good.der"),
    vector!("fake/ocsp/revoked.der"),
    vector!("fake/ocsp/try_later.der"),
];
/// Signed documents over the imitation's document.
pub const DOCUMENTS: &[&[u8]] = &[
    vector!("fake/xml/compact_ok.xml"),
    vector!("fake/xml/santuario_ok.xml"),
    vector!("fake/xml/decl_santuario_rsa_ok.xml"),
    vector!("fake/xml/comment_injected.xml"),
    vector!("xml-kalkan/enveloped_gost512_santuario.xml"),
];

/// The imitation's authorities of both families, with lists that revoke nobody who signs here.
static VERIFIER: LazyLock<Option<EdsVerifier>> = LazyLock::new(|| EdsVerifier::new(&settings()).ok());
static TRUST: LazyLock<Option<TrustStore>> = LazyLock::new(|| TrustStore::new(&settings()).ok());
fn settings() -> EdsSettings {
    EdsSettings {
        anchors: vec![
            file(vector!("fake/ca/root_rsa.cer")),
            file(vector!("fake/ca/root_gost2015-512.cer")),
        ],
        intermediates: vec![
            file(vector!("fake/ca/nca_rsa.cer")),
            file(vector!("fake/ca/nca_gost2015-512.cer")),
        ],
        crls: vec![
            file(vector!("fake/crl/nca_rsa_fresh.crl")),
            file(vector!("fake/crl/full.crl")),
        ],
        xml: true,
        ..EdsSettings::default()
    }
}

fn file(bytes: &[u8]) -> TrustFile {
    TrustFile {
        name: "vector".to_owned(),
        bytes: bytes.to_vec(),
    }
}

/// A CMS signature over the imitation's text is refused, or its signer is one of those who signed it.
pub fn cms(bytes: &[u8]) {
    if let Ok(envelope) = SignedData::parse(bytes)
        && let Ok(signer) = envelope.only_signer()
    {
        let _ = envelope.certificate_of(&signer).is_ok();
        let _ = SignedAttributes::parse(signer.attributes).is_ok();
    }
    accepts_nobody_else(&STANDARD.encode(bytes), TEXT);
}

/// A certificate is refused, not signed by the imitation's authorities, or one that they issued.
pub fn certificate(bytes: &[u8]) {
    let Ok(certificate) = Certificate::parse(bytes) else {
        return;
    };
    assert_eq!(certificate.der, bytes, "what was read is what was received");
    let trust = TRUST.as_ref();
    let is_issued = trust.is_some_and(|trust| trust.path(&certificate, NOW).is_ok());
    assert!(!is_issued || CERTIFICATES.contains(&bytes), "nobody issued it");
}

/// A revocation list is refused, of nobody whom the imitation knows, or one that its authorities made.
pub fn crl(bytes: &[u8]) {
    let _ = crl::parse(bytes).is_ok();
    let verifier = VERIFIER.as_ref();
    let is_usable = verifier.is_some_and(|verifier| verifier.check_list("list", bytes).is_ok());
    assert!(!is_usable || LISTS.contains(&bytes), "nobody made it");
}

/// A signed document over the imitation's is refused, or its signer is one of those who signed it. Returns what else should
/// canonicalise it the same: documents with their canonical form.
pub fn xml(text: &str) -> Vec<(String, Vec<u8>)> {
    accepts_nobody_else(text, DOCUMENT);
    xml::canonical_forms(text)
}

fn accepts_nobody_else(signature: &str, challenge: &[u8]) {
    let verified = VERIFIER
        .as_ref()
        .and_then(|verifier| verifier.verify(signature, challenge, NOW).ok());
    if let Some(verified) = verified {
        assert!(CERTIFICATES.contains(&verified.certificate()), "somebody else signed");
    }
}
