//! The two ways X.509 writes an instant (RFC 5280 §4.1.2.5).

use authority::time::Timestamp;

use super::ber::{Malformed, Reader, tag};

/// Reads a UTCTime or GeneralizedTime in whole seconds with `Z`, the only forms that RFC 5280 allows.
pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Timestamp, Malformed> {
    let element = reader.any()?;
    let text = std::str::from_utf8(element.content).map_err(|_| Malformed)?;
    let digits = text
        .strip_suffix('Z')
        .filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
        .ok_or(Malformed)?;
    let (century, rest) = match (element.tag, digits.len()) {
        // RFC 5280 §4.1.2.5.1: years from 50 are of the twentieth century.
        (tag::UTC_TIME, 12) => (if digits < "5" { "20" } else { "19" }, digits),
        (tag::GENERALIZED_TIME, 14) => digits.split_at(2),
        _ => return Err(Malformed),
    };
    let pairs: Vec<&str> = (0..6).filter_map(|pair| rest.get(pair * 2..pair * 2 + 2)).collect();
    let [year, month, day, hour, minute, second] = pairs.as_slice() else {
        return Err(Malformed);
    };
    if *second == "60" {
        return Err(Malformed);
    }
    Timestamp::from_rfc3339(&format!("{century}{year}-{month}-{day}T{hour}:{minute}:{second}Z")).map_err(|_| Malformed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::ber::Rules;
    use super::*;

    fn instant(identifier: u8, text: &str) -> Option<String> {
        let mut der = vec![identifier, u8::try_from(text.len()).unwrap()];
        der.extend_from_slice(text.as_bytes());
        read(&mut Reader::new(&der, Rules::Der)).ok().map(Timestamp::to_rfc3339)
    }

    #[test]
    fn both_forms_are_read() {
        for (identifier, text, expected) in [
            (tag::UTC_TIME, "261121120000Z", "2026-11-21T12:00:00Z"),
            (tag::UTC_TIME, "491231235959Z", "2049-12-31T23:59:59Z"),
            (tag::UTC_TIME, "500101000000Z", "1950-01-01T00:00:00Z"),
            (tag::GENERALIZED_TIME, "20500101000000Z", "2050-01-01T00:00:00Z"),
        ] {
            assert_eq!(instant(identifier, text).as_deref(), Some(expected));
        }
    }

    #[test]
    fn other_forms_are_refused() {
        for (identifier, text) in [
            (tag::UTC_TIME, "2611211200Z"),
            (tag::UTC_TIME, "261121120000+0500"),
            (tag::UTC_TIME, "261121120000"),
            (tag::UTC_TIME, "261321120000Z"),
            (tag::UTC_TIME, "260230120000Z"),
            (tag::UTC_TIME, "261121120060Z"),
            (tag::GENERALIZED_TIME, "20261121120000.5Z"),
            (tag::GENERALIZED_TIME, "261121120000Z"),
            (tag::OCTET_STRING, "261121120000Z"),
        ] {
            assert_eq!(instant(identifier, text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_an_instant_or_refused(generalized in any::<bool>(), text in "[0-9]{10,15}Z?|\\PC{0,20}") {
            let identifier = if generalized { tag::GENERALIZED_TIME } else { tag::UTC_TIME };
            let der = [&[identifier, u8::try_from(text.len()).unwrap()][..], text.as_bytes()].concat();
            let _ = read(&mut Reader::new(&der, Rules::Ber));
        }
    }
}
