//! The reference a person reads out to the help desk.

use std::fmt;

use rand_core::CryptoRng;

/// Crockford's base 32: no I, L, O, U, so that it survives a telephone.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Names one request in pages and log lines: `7QK2-9D4M`, 40 random bits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reference(String);

impl Reference {
    /// A fresh reference.
    pub fn mint(rng: &mut dyn CryptoRng) -> Self {
        let mut bytes = [0_u8; 5];
        rng.fill_bytes(&mut bytes);
        Self::from_bytes(bytes)
    }

    /// The reference those five bytes spell.
    pub fn from_bytes(bytes: [u8; 5]) -> Self {
        let bits = bytes.iter().fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
        let mut text = String::with_capacity(9);
        for place in (0..8_u32).rev() {
            let digit = (bits >> (place * 5)) & 31;
            let digit = usize::try_from(digit).unwrap_or_default();
            text.push(ALPHABET.get(digit).map_or('0', |byte| char::from(*byte)));
            if place == 4 {
                text.push('-');
            }
        }
        Self(text)
    }

    /// The text, nine characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_two_groups_of_four_unmistakable_characters() {
        assert_eq!(Reference::from_bytes([0; 5]).as_str(), "0000-0000");
        assert_eq!(Reference::from_bytes([255; 5]).as_str(), "ZZZZ-ZZZZ");
        let text = Reference::from_bytes([1, 35, 69, 103, 137]).to_string();
        assert_eq!(text, "04HM-ASW9");
    }

    #[test]
    fn every_bit_counts() {
        let all: std::collections::HashSet<_> = (0..40).map(|bit: u32| Reference::from_bytes(bit_at(bit))).collect();
        assert_eq!(all.len(), 40);
    }

    fn bit_at(bit: u32) -> [u8; 5] {
        let bytes = (1_u64 << bit).to_be_bytes();
        [bytes[3], bytes[4], bytes[5], bytes[6], bytes[7]]
    }
}
