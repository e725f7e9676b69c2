//! A revocation list: whose it is, whether it is signed by its issuer, whether it is fresh.

use authority::time::Timestamp;
use serde::Serialize;

use super::super::crl::{self, ListKind};
use super::super::limits;
use super::super::lists;
use super::super::refusal::StatusFault;
use super::super::revocation::CrlFault;
use super::super::settings::TrustFile;
use super::super::verify::EdsVerifier;
use super::{Broken, Inspection, words};

/// A sign-in that has no better list ends so.
const UNKNOWN: &str = "E_STATUS_UNKNOWN";

/// A revocation list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ListReading {
    /// The issuer.
    pub issuer: Option<String>,
    /// Its number, hexadecimal.
    pub number: Option<String>,
    /// It lists changes since the list of this number only.
    pub delta_since: Option<String>,
    /// When it was made, RFC 3339.
    pub this_update: Option<String>,
    /// When the next one is due, RFC 3339.
    pub next_update: Option<String>,
    /// How many certificates it names.
    pub entries: Option<usize>,
}

impl EdsVerifier {
    /// Judges a revocation list (DER or PEM) as those of the configuration are judged, and its freshness.
    pub fn inspect_list(&self, file: &TrustFile, at: Timestamp) -> Inspection<ListReading> {
        let objects = file.objects("X509 CRL");
        let Some(der) = objects.first() else {
            return Inspection::new(Err(broken(CrlFault::NotList)), at, ListReading::default());
        };
        let verdict = lists::read_one(der, &file.name, self.trust())
            .map_err(broken)
            .and_then(|list| {
                if list.this_update() > at.plus(limits::CLOCK_SKEW) {
                    Err((
                        "E_CRL_NOT_YET_VALID",
                        "E_CRL_NOT_YET_VALID: it is from the future".to_owned(),
                    ))
                } else if at >= list.next_update() {
                    Err((UNKNOWN, format!("{UNKNOWN}: {}", StatusFault::Stale)))
                } else {
                    Ok(())
                }
            });
        let read = crl::parse(der).map_or_else(
            |_| ListReading::default(),
            |received| ListReading {
                issuer: words::name(received.issuer),
                number: received.list.number.as_ref().map(crl::CrlNumber::to_hex),
                delta_since: match &received.list.kind {
                    ListKind::Complete => None,
                    ListKind::Changes { since } => Some(since.to_hex()),
                },
                this_update: Some(words::instant(received.list.this_update)),
                next_update: Some(words::instant(received.list.next_update)),
                entries: Some(received.list.len()),
            },
        );
        Inspection::new(verdict, at, read)
    }
}

fn broken(fault: CrlFault) -> Broken {
    let code = match fault {
        CrlFault::NotList => "E_FORMAT",
        CrlFault::UnknownIssuer => "E_CHAIN",
        CrlFault::NotListSigner => "E_PURPOSE",
        CrlFault::Signature => "E_SIGNATURE",
        CrlFault::CriticalExtension | CrlFault::Scope | CrlFault::Older | CrlFault::Early | CrlFault::OtherPlace => {
            UNKNOWN
        }
    };
    (code, format!("{code}: {fault}"))
}
