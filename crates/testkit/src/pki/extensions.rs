//! Extensions of certificates and lists (RFC 5280 §4.2, §5.2) with the content that the national centre gives them.

use super::{SigningKey, oids};
use crate::der;

pub(crate) fn extension(kind: &[u32], critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if critical { der::yes() } else { Vec::new() };
    der::sequence(&[der::oid(kind), critical, der::element(der::OCTET_STRING, value)])
}

pub(crate) fn authority_key_id(issuer: &SigningKey) -> Vec<u8> {
    der::sequence(&[der::element(der::context_primitive(0), &issuer.key_id())])
}

pub(super) fn policies() -> Vec<u8> {
    let statement = der::element(der::IA5_STRING, b"http://pki.gov.kz/cps");
    let qualifier = der::sequence(&[der::oid(oids::CPS), statement]);
    der::sequence(&[der::sequence(&[
        der::oid(oids::NCA_POLICY),
        der::sequence(&[qualifier]),
    ])])
}

/// Where the issuer's list would be: an address under a name that never resolves (RFC 6761 §6.4), since nobody is to follow
/// what a certificate says.
pub(super) fn distribution_point(list: &str) -> Vec<u8> {
    let full_name = der::of(der::context(0), &[der::of(der::context(0), &[address(list)])]);
    der::sequence(&[der::sequence(&[full_name])])
}

/// Where the responder and the issuer's certificate would be (RFC 5280 §4.2.2.1).
pub(super) fn information_access(responder: &str, issuer: &str) -> Vec<u8> {
    let access = |kind, url| der::sequence(&[der::oid(kind), address(url)]);
    der::sequence(&[access(oids::OCSP, responder), access(oids::CA_ISSUERS, issuer)])
}

fn address(url: &str) -> Vec<u8> {
    der::element(der::context_primitive(6), url.as_bytes())
}
