//! One certificate revocation list (RFC 5280 §5), complete or of changes, read once into a sorted set of serial numbers.

use std::cmp::Ordering;

use authority::time::Timestamp;

use super::algorithm::Algorithm;
use super::ber::{Malformed, Reader, Rules, tag};
use super::certificate::PublicKeyInfo;
use super::extensions::{self, Extension};
use super::revocation::CrlFault;
use super::suite::Suites;
use super::{instant, limits, oid};

/// CRLReason removeFromCRL (RFC 5280 §5.3.1), in lists of changes only.
const REMOVE_FROM_CRL: u8 = 8;

/// What a list says, without its signature.
#[derive(Debug)]
pub(crate) struct RevocationList {
    pub(crate) this_update: Timestamp,
    pub(crate) next_update: Timestamp,
    pub(crate) number: Option<CrlNumber>,
    pub(crate) kind: ListKind,
    /// By serial number (content octets), sorted.
    entries: Vec<(Box<[u8]>, Entry)>,
}

/// A cRLNumber (RFC 5280 §5.2.3): the magnitude, up to twenty octets, without leading zeros.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CrlNumber(Vec<u8>);

/// Whether a list is complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ListKind {
    /// Everything that is withdrawn.
    Complete,
    /// What changed since the complete list of this number (RFC 5280 §5.2.4).
    Changes { since: CrlNumber },
}

/// What a list says about one serial number; ordered so that the stricter comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Entry {
    /// Withdrawn or held at that instant.
    Revoked(Timestamp),
    /// A hold was lifted.
    Lifted(Timestamp),
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

impl CrlNumber {
    fn read(value: &mut Reader<'_>) -> Result<Self, Malformed> {
        let content = value.integer()?;
        // Twenty octets and a sign (RFC 5280 §5.2.3); never negative.
        if content.len() > 21 || content.first().is_none_or(|first| first & 0x80 != 0) {
            return Err(Malformed);
        }
        Ok(Self(content.iter().copied().skip_while(|octet| *octet == 0).collect()))
    }

    /// Hexadecimal, for operators.
    pub(crate) fn to_hex(&self) -> String {
        format!("0x{}", super::inspect::words::hex(&self.0))
    }
}

impl Ord for CrlNumber {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for CrlNumber {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl RevocationList {
    /// What it says about the certificate with this serial. Every reason counts as withdrawn, also certificateHold: a key
    /// on hold is nobody's proof.
    pub(crate) fn entry(&self, serial: &[u8]) -> Option<Entry> {
        let position = self
            .entries
            .binary_search_by(|(listed, _)| listed.as_ref().cmp(serial))
            .ok()?;
        self.entries.get(position).map(|(_, entry)| *entry)
    }

    pub(crate) const fn len(&self) -> usize {
        self.entries.len()
    }

    /// By `thisUpdate`, and by number of those that were made at once.
    pub(crate) fn compare_age(&self, other: &Self) -> Ordering {
        let by_number = || self.number.cmp(&other.number);
        self.this_update.cmp(&other.this_update).then_with(by_number)
    }

    /// Whether it was made earlier than the other one, or has a lower number (RFC 5280 §5.2.3: they rise).
    pub(crate) fn is_behind(&self, other: &Self) -> bool {
        let has_lower_number = match (&self.number, &other.number) {
            (Some(own), Some(others)) => own < others,
            (Some(_) | None, None) | (None, Some(_)) => false,
        };
        has_lower_number || self.this_update < other.this_update
    }

    /// Whether these changes complete that list: it is at least the one they start from and no newer than they are. The
    /// national centre numbers its lists of changes by themselves, so their own numbers are not compared with it.
    pub(crate) fn completes(&self, base: &Self) -> bool {
        match (&self.kind, &base.number) {
            (ListKind::Changes { since }, Some(number)) => number >= since && self.this_update >= base.this_update,
            (ListKind::Changes { .. }, None) | (ListKind::Complete, _) => false,
        }
    }
}

impl ReceivedList<'_> {
    pub(crate) fn is_signed_with(&self, suites: Suites, key: &PublicKeyInfo) -> bool {
        suites.verifies(&self.signature_algorithm, key, self.signed, self.signature)
    }
}

/// Reads a list of version 2 in strict DER.
pub(crate) fn parse(der: &[u8]) -> Result<ReceivedList<'_>, CrlFault> {
    if der.len() > limits::CRL {
        return Err(CrlFault::NotList);
    }
    let (received, flaw) = read(der).map_err(|Malformed| CrlFault::NotList)?;
    flaw.map_or(Ok(received), Err)
}

type Flaw = Option<CrlFault>;

fn read(der: &[u8]) -> Result<(ReceivedList<'_>, Flaw), Malformed> {
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
        None => (Vec::new(), None),
    };
    let mut wrapper = inside.enter(tag::CONTEXT_0)?;
    let said = read_extensions(wrapper.enter(tag::SEQUENCE)?)?;
    wrapper.finish()?;
    inside.finish()?;
    let list = RevocationList {
        this_update,
        next_update,
        number: said.number,
        kind: said.kind,
        entries,
    };
    let received = ReceivedList {
        issuer,
        authority_key_id: said.authority_key_id,
        list,
        signed: signed.raw,
        signature_algorithm,
        signature,
    };
    Ok((received, said.flaw.or(of_entries)))
}

/// Each serial number (content octets) with what the list says of it.
type Entries = Vec<(Box<[u8]>, Entry)>;

fn read_entries(mut list: Reader<'_>) -> Result<(Entries, Flaw), Malformed> {
    let mut entries = Vec::new();
    let mut flaw = None;
    while !list.is_empty() {
        let mut entry = list.enter(tag::SEQUENCE)?;
        let serial = entry.integer()?;
        let at = instant::read(&mut entry)?;
        let mut said = Entry::Revoked(at);
        if let Some(element) = entry.optional(tag::SEQUENCE)? {
            let mut extensions = entry.inside(element)?;
            while !extensions.is_empty() {
                let extension = Extension::read(&mut extensions)?;
                match extension.kind {
                    oid::CRL_REASON => {
                        let mut value = Reader::new(extension.value, Rules::Der);
                        if value.expect(tag::ENUMERATED)?.content == [REMOVE_FROM_CRL] {
                            said = Entry::Lifted(at);
                        }
                        value.finish()?;
                    }
                    // §5.3.3: an entry of another issuer, and with it a list of several.
                    oid::CERTIFICATE_ISSUER => flaw = Some(CrlFault::Scope),
                    // §5.3: with an unknown critical entry extension the list must not be used.
                    _ if extension.critical => flaw = flaw.or(Some(CrlFault::CriticalExtension)),
                    _ => {}
                }
            }
        }
        entry.finish()?;
        entries.push((serial.into(), said));
    }
    // Of a serial that is listed twice, the strictest: withdrawn before lifted, the earliest date.
    entries.sort_unstable();
    entries.dedup_by(|later, earlier| later.0 == earlier.0);
    Ok((entries, flaw))
}

/// What the extensions of a list say.
struct Said {
    authority_key_id: Option<Vec<u8>>,
    number: Option<CrlNumber>,
    kind: ListKind,
    flaw: Flaw,
}

fn read_extensions(mut list: Reader<'_>) -> Result<Said, Malformed> {
    let mut seen: Vec<&[u8]> = Vec::new();
    let mut said = Said {
        authority_key_id: None,
        number: None,
        kind: ListKind::Complete,
        flaw: None,
    };
    while !list.is_empty() {
        let extension = Extension::read(&mut list)?;
        // A list comes unsigned until it is read: comparing must not cost more than reading.
        if seen.len() == limits::EXTENSIONS || seen.contains(&extension.kind) {
            return Err(Malformed);
        }
        seen.push(extension.kind);
        let mut value = Reader::new(extension.value, Rules::Der);
        match extension.kind {
            oid::AUTHORITY_KEY_IDENTIFIER => said.authority_key_id = extensions::authority_key_id(&mut value)?,
            oid::CRL_NUMBER => said.number = Some(CrlNumber::read(&mut value)?),
            // §5.2.4: always critical; whoever left that out would pass changes off as a complete list.
            oid::DELTA_CRL if extension.critical => {
                said.kind = ListKind::Changes {
                    since: CrlNumber::read(&mut value)?,
                };
            }
            oid::DELTA_CRL => return Err(Malformed),
            // §5.2.5: a list of limited scope does not say that a certificate is good.
            oid::ISSUING_DISTRIBUTION_POINT => said.flaw = Some(CrlFault::Scope),
            _ if extension.critical => said.flaw = said.flaw.or(Some(CrlFault::CriticalExtension)),
            _ => {}
        }
    }
    Ok(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(octets: &[u8]) -> CrlNumber {
        let der = [&[tag::INTEGER, u8::try_from(octets.len()).unwrap()], octets].concat();
        CrlNumber::read(&mut Reader::new(&der, Rules::Der)).unwrap()
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        let ascending = [
            number(&[0]),
            number(&[1]),
            number(&[0, 0x80]),
            number(&[1, 0]),
            number(&[0x7f; 20]),
        ];
        assert!(ascending.is_sorted());
        assert_eq!(number(&[0, 0xa6]).to_hex(), "0xa6");
    }

    #[test]
    fn a_number_is_positive_and_no_longer_than_twenty_octets() {
        let read = |octets: &[u8]| {
            let der = [&[tag::INTEGER, u8::try_from(octets.len()).unwrap()], octets].concat();
            CrlNumber::read(&mut Reader::new(&der, Rules::Der))
        };
        assert!(read(&[0x80]).is_err(), "negative");
        assert!(read(&[1; 22]).is_err(), "too long");
        assert!(read(&[1; 20]).is_ok());
    }
}
