//! RSA keys (RFC 8017): the sizes and exponents that are accepted (CE-7).

use super::ber::{Malformed, Reader, Rules, tag};
use super::limits;

/// RFC 8017 §A.1.1, with the sizes of CE-7.
pub(crate) fn is_acceptable_key(key: &[u8]) -> bool {
    let Ok((modulus_bits, exponent)) = read_rsa_key(key) else {
        return false;
    };
    (limits::RSA_MIN_BITS..=limits::RSA_MAX_BITS).contains(&modulus_bits)
        && exponent >= limits::RSA_MIN_EXPONENT
        && exponent % 2 == 1
}

/// Length of the modulus in bits and the public exponent.
fn read_rsa_key(key: &[u8]) -> Result<(usize, u64), Malformed> {
    let mut reader = Reader::new(key, Rules::Der);
    let mut inside = reader.enter(tag::SEQUENCE)?;
    reader.finish()?;
    let modulus = positive(inside.integer()?)?;
    let exponent = positive(inside.integer()?)?;
    inside.finish()?;
    let top = modulus.first().map_or(0, |octet| octet.leading_zeros());
    let bits = (modulus.len() * 8).saturating_sub(usize::try_from(top).unwrap_or(0));
    if exponent.len() > 8 {
        return Err(Malformed);
    }
    Ok((
        bits,
        exponent.iter().fold(0, |sum, octet| (sum << 8) | u64::from(*octet)),
    ))
}

/// The magnitude of a positive INTEGER.
fn positive(content: &[u8]) -> Result<&[u8], Malformed> {
    match content {
        [0, magnitude @ ..] if !magnitude.is_empty() => Ok(magnitude),
        [first @ 0x01..=0x7f, ..] if *first != 0 => Ok(content),
        _ => Err(Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rsa_key(bits: usize, exponent: &[u8]) -> Vec<u8> {
        let mut modulus = vec![0xff; bits / 8];
        modulus.insert(0, 0);
        let integer = |value: &[u8]| {
            let mut der = vec![tag::INTEGER, 0x82];
            der.extend_from_slice(&u16::try_from(value.len()).unwrap().to_be_bytes());
            if value.len() < 0x80 {
                der = vec![tag::INTEGER, u8::try_from(value.len()).unwrap()];
            }
            der.extend_from_slice(value);
            der
        };
        let inside = [integer(&modulus), integer(exponent)].concat();
        let mut der = vec![tag::SEQUENCE, 0x82];
        der.extend_from_slice(&u16::try_from(inside.len()).unwrap().to_be_bytes());
        der.extend_from_slice(&inside);
        der
    }

    #[test]
    fn a_key_has_2048_bits_and_a_large_odd_exponent() {
        assert!(is_acceptable_key(&rsa_key(2048, &[1, 0, 1])));
        assert!(is_acceptable_key(&rsa_key(4096, &[1, 0, 1])));
        for (key, why) in [
            (rsa_key(2040, &[1, 0, 1]), "short modulus"),
            (rsa_key(1024, &[1, 0, 1]), "shorter modulus"),
            (rsa_key(16_384, &[1, 0, 1]), "modulus that costs too much"),
            (rsa_key(2048, &[3]), "e = 3"),
            (rsa_key(2048, &[0x11]), "e = 17"),
            (rsa_key(2048, &[1, 0, 2]), "even e"),
            (rsa_key(2048, &[0xff, 0, 1]), "negative e"),
            (rsa_key(2048, &[1; 9]), "e longer than 64 bits"),
            (vec![], "nothing"),
        ] {
            assert!(!is_acceptable_key(&key), "{why}");
        }
    }
}
