//! Names, numbers and instants for people to read.

use std::fmt::Write as _;

use authority::time::Timestamp;

use super::super::certificate::name_attributes;
use super::super::oid;

/// Short names of the attributes that the centre writes (RFC 4519); others are written as numbers.
const SHORT: &[(&[u8], &str)] = &[
    (oid::COMMON_NAME, "CN"),
    (oid::SURNAME, "SN"),
    (oid::SERIAL_NUMBER, "SERIALNUMBER"),
    (&[0x55, 0x04, 0x06], "C"),
    (&[0x55, 0x04, 0x07], "L"),
    (&[0x55, 0x04, 0x08], "ST"),
    (oid::ORGANIZATION, "O"),
    (oid::ORGANIZATIONAL_UNIT, "OU"),
    (oid::GIVEN_NAME, "G"),
];

/// A distinguished name, its attributes in the order of the certificate; `None` when it cannot be read.
pub(super) fn name(der: &[u8]) -> Option<String> {
    let attributes = name_attributes(der).ok()?;
    let words = attributes.iter().map(|attribute| {
        let short = SHORT.iter().find(|(kind, _)| *kind == attribute.kind);
        let kind = short.map_or_else(|| dotted(attribute.kind), |(_, short)| (*short).to_owned());
        format!("{kind}={}", attribute.text.unwrap_or("(not text)"))
    });
    Some(words.collect::<Vec<_>>().join(", "))
}

/// An object identifier in numbers (X.690 §8.19).
pub(super) fn dotted(content: &[u8]) -> String {
    let mut numbers: Vec<u128> = Vec::new();
    let mut number: u128 = 0;
    for octet in content {
        number = number.wrapping_shl(7) | u128::from(octet & 0x7f);
        if octet & 0x80 == 0 {
            if numbers.is_empty() {
                let first = (number / 40).min(2);
                numbers.push(first);
                numbers.push(number.saturating_sub(first * 40));
            } else {
                numbers.push(number);
            }
            number = 0;
        }
    }
    numbers.iter().map(u128::to_string).collect::<Vec<_>>().join(".")
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing into a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// RFC 3339, whole seconds.
pub(super) fn instant(at: Timestamp) -> String {
    at.to_rfc3339()
}

/// RFC 3339 with its microseconds, when it has some.
pub(crate) fn micros(at: Timestamp) -> String {
    let fraction = at.as_micros().rem_euclid(1_000_000);
    let whole = at.to_rfc3339();
    match (fraction, whole.strip_suffix('Z')) {
        (0, _) | (_, None) => whole,
        (fraction, Some(seconds)) => format!("{seconds}.{fraction:06}Z"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_written_in_numbers() {
        for (content, numbers) in [
            (oid::COMMON_NAME, "2.5.4.3"),
            (oid::SIGNED_DATA, "1.2.840.113549.1.7.2"),
            (oid::KEY_STORAGE_FILE, "1.2.398.3.3.5.1.1"),
        ] {
            assert_eq!(dotted(content), numbers);
        }
    }

    #[test]
    fn instants_keep_their_fraction_where_it_counts() {
        assert_eq!(micros(Timestamp::from_micros(1_000_005)), "1970-01-01T00:00:01.000005Z");
        assert_eq!(micros(Timestamp::from_micros(1_000_000)), "1970-01-01T00:00:01Z");
        assert_eq!(instant(Timestamp::from_micros(1_000_005)), "1970-01-01T00:00:01Z");
    }
}
