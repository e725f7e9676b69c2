//! The names of the suites in XML signatures (kz-eds §5.1; RFC 6931 §2.3.2).

use super::super::certificate::PublicKeyInfo;
use super::super::refusal::AlgorithmFault;
use super::super::suite::{Suite, Suites};

/// A suite, its SignatureMethod and its DigestMethod. RSA with SHA-1 is not among them.
const ROWS: [(&str, &str, &str); 4] = [
    (
        "rsa-sha256",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        "http://www.w3.org/2001/04/xmlenc#sha256",
    ),
    (
        "gost2015-512",
        "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34102015-gostr34112015-512",
        "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34112015-512",
    ),
    (
        "gost2015-256",
        "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34102015-gostr34112015-256",
        "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34112015-256",
    ),
    (
        "gost2004",
        "http://www.w3.org/2001/04/xmldsig-more#gost34310-gost34311",
        "http://www.w3.org/2001/04/xmldsig-more#gost34311",
    ),
];

/// The accepted suite with this digest, this signature and this key (CE-7).
pub(crate) fn suite(
    suites: Suites,
    signature: &str,
    digest: &str,
    key: &PublicKeyInfo,
) -> Result<&'static Suite, AlgorithmFault> {
    let (name, method, _) = ROWS
        .iter()
        .find(|(_, _, found)| *found == digest)
        .ok_or(AlgorithmFault::Digest)?;
    let suite = suites.named(name).ok_or(AlgorithmFault::Digest)?;
    if *method != signature {
        return Err(AlgorithmFault::Signature);
    }
    if suite.takes(key) {
        Ok(suite)
    } else {
        Err(AlgorithmFault::Key)
    }
}
