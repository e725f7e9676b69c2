//! Certificate revocation lists (RFC 5280 §5).

use authority::time::Timestamp;

use super::certificate::Issuer;
use super::extensions::{authority_key_id, extension};
use super::{PkiError, oids};
use crate::der;

/// A withdrawn certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// Its serial number, big-endian.
    pub serial: Vec<u8>,
    /// When it was withdrawn.
    pub at: Timestamp,
    /// The reason code (RFC 5280 §5.3.1): 1 key compromise, 5 cessation of operation, 6 hold, 8 lifted (in lists of changes).
    pub reason: u8,
}

/// What a list says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrlProfile {
    /// When it is made.
    pub this_update: Timestamp,
    /// When the next one is due.
    pub next_update: Timestamp,
    /// Who is on it.
    pub revocations: Vec<Revocation>,
    /// Its number; that of its time in seconds when nothing is said.
    pub number: Option<u64>,
    /// It lists changes since the complete list of this number.
    pub changes_since: Option<u64>,
    /// The arcs of an additional critical extension of the list, whose value is NULL.
    pub critical_extension: Option<Vec<u32>>,
    /// The arcs of an additional critical extension of every entry, whose value is NULL.
    pub critical_entry_extension: Option<Vec<u32>>,
}

impl CrlProfile {
    /// An ordinary list.
    pub const fn new(this_update: Timestamp, next_update: Timestamp, revocations: Vec<Revocation>) -> Self {
        Self {
            this_update,
            next_update,
            revocations,
            number: None,
            changes_since: None,
            critical_extension: None,
            critical_entry_extension: None,
        }
    }

    /// The list, signed by the issuer, DER.
    pub(crate) fn issue(&self, issuer: &Issuer<'_>) -> Result<Vec<u8>, PkiError> {
        let algorithm = issuer.key.suite().signature_algorithm();
        let entries: Vec<Vec<u8>> = self.revocations.iter().map(|entry| self.entry(entry)).collect();
        let number = self.number.map_or_else(
            || der::integer(&self.this_update.as_unix_seconds().to_be_bytes()),
            |number| der::integer(&number.to_be_bytes()),
        );
        let mut extensions = vec![
            extension(oids::AUTHORITY_KEY_ID, false, &authority_key_id(issuer.key)),
            extension(oids::CRL_NUMBER, false, &number),
        ];
        if let Some(since) = self.changes_since {
            let since = der::integer(&since.to_be_bytes());
            extensions.push(extension(oids::DELTA_CRL, true, &since));
        }
        extensions.extend(
            self.critical_extension
                .iter()
                .map(|kind| extension(kind, true, &der::null())),
        );
        let signed = der::sequence(&[
            der::integer(&[1]),
            algorithm.clone(),
            issuer.name.to_vec(),
            der::time(self.this_update),
            der::time(self.next_update),
            // RFC 5280 §5.1.2.6: without entries the field is absent.
            if entries.is_empty() {
                Vec::new()
            } else {
                der::sequence(&entries)
            },
            der::of(der::context(0), &[der::sequence(&extensions)]),
        ]);
        let value = issuer.key.sign(&signed)?;
        Ok(der::sequence(&[signed, algorithm, der::bits(&value)]))
    }

    fn entry(&self, entry: &Revocation) -> Vec<u8> {
        let reason = der::element(der::ENUMERATED, &[entry.reason]);
        let mut extensions = vec![extension(oids::CRL_REASON, false, &reason)];
        extensions.extend(
            self.critical_entry_extension
                .iter()
                .map(|kind| extension(kind, true, &der::null())),
        );
        der::sequence(&[
            der::integer(&entry.serial),
            der::time(entry.at),
            der::sequence(&extensions),
        ])
    }
}
