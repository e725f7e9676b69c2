//! One certificate revocation list (RFC 5280 §5), read once into a sorted set of serial numbers.

use authority::time::Timestamp;

use super::algorithm::Algorithm;
use super::ber::{Malformed, Reader, Rules, tag};
use super::certificate::PublicKeyInfo;
use super::extensions::{self, Extension};
use super::revocation::CrlFault;
use super::suite::Suites;
use super::{instant, limits, oid};

/// What a list says, without its signature.
#[derive(Debug)]
pub(crate) struct RevocationList {
    pub(crate) this_update: Timestamp,
    pub(crate) next_update: Timestamp,
    /// Serial numbers (content octets) with their revocation dates, sorted.
    entries: Vec<(Box<[u8]>, Timestamp)>,
}

/// A list that parsed; it is not believed before its signature verifies.
pub(crate) struct ReceivedList<'a> {
    /// The issuer's name, DER.
    pub(crate) issuer: &'a [u8],
    pub(crate) authority_key_id: Option<Vec<u8>>,
    pub(crate) list: RevocationList,
    signed: &'a [u8],
    signature_algorithm: Algorithm,
    signature: &'a [u8],
}

impl RevocationList {
    /// When the certificate with this serial was withdrawn. Every entry counts, also certificateHold: a key on hold is
    /// nobody's proof.
    pub(crate) fn revoked_at(&self, serial: &[u8]) -> Option<Timestamp> {
        let position = self
            .entries
            .binary_search_by(|(listed, _)| listed.as_ref().cmp(serial))
            .ok()?;
        self.entries.get(position).map(|(_, at)| *at)
    }

    pub(crate) const fn len(&self) -> usize {
        self.entries.len()
    }
}

impl ReceivedList<'_> {
    pub(crate) fn is_signed_with(&self, suites: Suites, key: &PublicKeyInfo) -> bool {
        suites.verifies(&self.signature_algorithm, key, self.signed, self.signature)
    }
}

/// Reads a complete list of version 2 in strict DER.
pub(crate) fn parse(der: &[u8]) -> Result<ReceivedList<'_>, CrlFault> {
    if der.len() > limits::CRL {
        return Err(CrlFault::NotList);
    }
    let (received, extensions) = read(der).map_err(|Malformed| CrlFault::NotList)?;
    match extensions {
        Found::Plain => Ok(received),
        Found::Delta => Err(CrlFault::Delta),
        Found::UnknownCritical => Err(CrlFault::CriticalExtension),
    }
}

/// What the extensions of the list and its entries make of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    Plain,
    Delta,
    UnknownCritical,
}

fn read(der: &[u8]) -> Result<(ReceivedList<'_>, Found), Malformed> {
    let mut whole = Reader::new(der, Rules::Der);
    let mut outer = whole.enter(tag::SEQUENCE)?;
    whole.finish()?;
    let signed = outer.expect(tag::SEQUENCE)?;
    let signature_algorithm = Algorithm::read(&mut outer)?;
    let signature = outer.whole_bits()?;
    outer.finish()?;

    let mut inside = outer.inside(signed)?;
    // RFC 5280 §5.1.2.1: version 2 is written as 1.
    if inside.small_integer()? != 1 || !Algorithm::read(&mut inside)?.is_same_as(&signature_algorithm) {
        return Err(Malformed);
    }
    let issuer = inside.expect(tag::SEQUENCE)?.raw;
    let this_update = instant::read(&mut inside)?;
    // RFC 5280 §5.1.2.5 requires nextUpdate.
    let next_update = instant::read(&mut inside)?;
    let (entries, of_entries) = match inside.optional(tag::SEQUENCE)? {
        Some(list) => read_entries(inside.inside(list)?)?,
        None => (Vec::new(), Found::Plain),
    };
    let mut wrapper = inside.enter(tag::CONTEXT_0)?;
    let (authority_key_id, of_list) = read_extensions(wrapper.enter(tag::SEQUENCE)?)?;
    wrapper.finish()?;
    inside.finish()?;
    let list = RevocationList {
        this_update,
        next_update,
        entries,
    };
    let found = if of_list == Found::Plain { of_entries } else { of_list };
    Ok((
        ReceivedList {
            issuer,
            authority_key_id,
            list,
            signed: signed.raw,
            signature_algorithm,
            signature,
        },
        found,
    ))
}

type Entries = Vec<(Box<[u8]>, Timestamp)>;

fn read_entries(mut list: Reader<'_>) -> Result<(Entries, Found), Malformed> {
    let mut entries = Vec::new();
    let mut found = Found::Plain;
    while !list.is_empty() {
        let mut entry = list.enter(tag::SEQUENCE)?;
        let serial = entry.integer()?;
        let at = instant::read(&mut entry)?;
        if let Some(element) = entry.optional(tag::SEQUENCE)? {
            let mut extensions = entry.inside(element)?;
            while !extensions.is_empty() {
                let extension = Extension::read(&mut extensions)?;
                // RFC 5280 §5.3: with an unknown critical entry extension (another issuer) the list must not be used.
                if extension.critical && extension.kind != oid::CRL_REASON {
                    found = Found::UnknownCritical;
                }
            }
        }
        entry.finish()?;
        entries.push((serial.into(), at));
    }
    // The earliest date of a serial that is listed twice.
    entries.sort_unstable();
    entries.dedup_by(|later, earlier| later.0 == earlier.0);
    Ok((entries, found))
}

fn read_extensions(mut list: Reader<'_>) -> Result<(Option<Vec<u8>>, Found), Malformed> {
    let mut authority_key_id = None;
    let mut found = Found::Plain;
    while !list.is_empty() {
        let extension = Extension::read(&mut list)?;
        match extension.kind {
            oid::AUTHORITY_KEY_IDENTIFIER => {
                authority_key_id = extensions::authority_key_id(&mut Reader::new(extension.value, Rules::Der))?;
            }
            oid::DELTA_CRL => found = Found::Delta,
            // issuingDistributionPoint is among these: a list of limited scope does not say that a certificate is good.
            _ if extension.critical && found == Found::Plain => found = Found::UnknownCritical,
            _ => {}
        }
    }
    Ok((authority_key_id, found))
}
