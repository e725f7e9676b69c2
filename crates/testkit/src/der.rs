//! A small writer of DER (X.690 §10), so that certificates and signatures have exactly the shapes of the national centre,
//! and exactly the flaws that a test wants.

use authority::time::Timestamp;

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const OID: u8 = 0x06;
pub(crate) const ENUMERATED: u8 = 0x0a;
pub(crate) const UTF8_STRING: u8 = 0x0c;
pub(crate) const PRINTABLE_STRING: u8 = 0x13;
pub(crate) const IA5_STRING: u8 = 0x16;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;

/// The identifier of `[number]`, constructed.
pub(crate) const fn context(number: u8) -> u8 {
    0xa0 | number
}

/// The identifier of `[number]`, primitive.
pub(crate) const fn context_primitive(number: u8) -> u8 {
    0x80 | number
}

/// One element.
pub(crate) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut der = vec![tag];
    let length = content.len().to_be_bytes();
    let digits: Vec<u8> = length.into_iter().skip_while(|digit| *digit == 0).collect();
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

/// One element of several others.
pub(crate) fn of(tag: u8, parts: &[Vec<u8>]) -> Vec<u8> {
    element(tag, &parts.concat())
}

/// A SEQUENCE.
pub(crate) fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    of(SEQUENCE, parts)
}

/// An OBJECT IDENTIFIER from its arcs.
pub(crate) fn oid(arcs: &[u32]) -> Vec<u8> {
    let mut content = Vec::new();
    if let [first, second, rest @ ..] = arcs {
        push_arc(&mut content, first * 40 + second);
        for arc in rest {
            push_arc(&mut content, *arc);
        }
    }
    element(OID, &content)
}

fn push_arc(content: &mut Vec<u8>, arc: u32) {
    let groups = (0..5)
        .rev()
        .map(|group| arc >> (group * 7))
        .skip_while(|rest| *rest == 0)
        .collect::<Vec<_>>();
    let last = groups.len().saturating_sub(1);
    if groups.is_empty() {
        content.push(0);
    }
    for (position, group) in groups.iter().enumerate() {
        let septet = u8::try_from(group & 0x7f).unwrap_or(0);
        content.push(if position == last { septet } else { septet | 0x80 });
    }
}

/// A positive INTEGER from its magnitude.
pub(crate) fn integer(magnitude: &[u8]) -> Vec<u8> {
    let mut content: Vec<u8> = magnitude.iter().copied().skip_while(|octet| *octet == 0).collect();
    if content.first().is_none_or(|first| *first > 0x7f) {
        content.insert(0, 0);
    }
    element(INTEGER, &content)
}

/// A BIT STRING without unused bits.
pub(crate) fn bits(octets: &[u8]) -> Vec<u8> {
    element(BIT_STRING, &[&[0], octets].concat())
}

/// A BIT STRING of at most sixteen named bits, bit 0 uppermost, without zeros at its end (X.690 §11.2.2).
pub(crate) fn named_bits(flags: u16) -> Vec<u8> {
    let octets = flags.to_be_bytes();
    let content: &[u8] = match octets {
        [0, 0] => &[],
        [_, 0] => octets.split_at(1).0,
        [_, _] => &octets,
    };
    let unused = content.last().map_or(0, |last| last.trailing_zeros());
    element(BIT_STRING, &[&[u8::try_from(unused).unwrap_or(0)], content].concat())
}

/// NULL.
pub(crate) fn null() -> Vec<u8> {
    element(0x05, &[])
}

/// TRUE.
pub(crate) fn yes() -> Vec<u8> {
    element(BOOLEAN, &[0xff])
}

/// A UTCTime, or a GeneralizedTime from the year 2050 on (RFC 5280 §4.1.2.5).
pub(crate) fn time(at: Timestamp) -> Vec<u8> {
    let digits: String = at.to_rfc3339().chars().filter(char::is_ascii_digit).collect();
    let (tag, text) = match digits.split_at_checked(2) {
        Some(("19", rest)) if rest >= "5" => (UTC_TIME, rest),
        Some(("20", rest)) if rest < "5" => (UTC_TIME, rest),
        _ => (GENERALIZED_TIME, digits.as_str()),
    };
    element(tag, format!("{text}Z").as_bytes())
}

/// A GeneralizedTime, whatever the year (RFC 6960 §4.2.2.1).
pub(crate) fn generalized_time(at: Timestamp) -> Vec<u8> {
    let digits: String = at.to_rfc3339().chars().filter(char::is_ascii_digit).collect();
    element(GENERALIZED_TIME, format!("{digits}Z").as_bytes())
}

/// Takes the first element apart: the whole element, its content, and what follows. Reads what this module writes.
pub(crate) fn split(der: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (length, header) = match *der.get(1)? {
        short @ 0..=0x7f => (usize::from(short), 2),
        long => {
            let digits = der.get(2..2 + usize::from(long & 0x7f))?;
            let length = digits
                .iter()
                .fold(0_usize, |sum, digit| (sum << 8) | usize::from(*digit));
            (length, 2 + digits.len())
        }
    };
    let whole = der.get(..header.checked_add(length)?)?;
    Some((whole, whole.get(header..)?, der.get(whole.len()..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_written_as_the_standard_says() {
        assert_eq!(
            oid(&[1, 2, 840, 113_549, 1, 7, 2]),
            [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2]
        );
        assert_eq!(oid(&[2, 5, 29, 0]), [6, 3, 0x55, 0x1d, 0]);
        assert_eq!(integer(&[0, 0x80]), [2, 2, 0, 0x80]);
        assert_eq!(integer(&[]), [2, 1, 0]);
        assert_eq!(named_bits(0xc000), [3, 2, 6, 0xc0]);
        assert_eq!(named_bits(0), [3, 1, 0]);
        assert_eq!(element(4, &[7; 200])[..4], [4, 0x81, 200, 7]);
        assert_eq!(element(4, &[7; 300])[..5], [4, 0x82, 1, 44, 7]);
    }

    #[test]
    fn times_change_their_form_in_2050() {
        let der = |text| time(Timestamp::from_rfc3339(text).unwrap());
        assert_eq!(der("2026-11-21T12:00:00Z"), element(UTC_TIME, b"261121120000Z"));
        assert_eq!(der("1999-01-01T00:00:00Z"), element(UTC_TIME, b"990101000000Z"));
        assert_eq!(
            der("2050-01-01T00:00:00Z"),
            element(GENERALIZED_TIME, b"20500101000000Z")
        );
    }
}
