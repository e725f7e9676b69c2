//! How many parts a text needs (3GPP TS 23.038 §6, TS 23.040 §9.2.3.24.1).
//!
//! One character outside the GSM alphabet turns the whole message into UCS-2 and halves its room.

/// How a text travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// The 7-bit default alphabet with its extension table: 160 septets alone, 153 in a chain.
    Gsm7,
    /// UTF-16 code units: 70 alone, 67 in a chain.
    Ucs2,
}

/// What a text costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// How it travels.
    pub encoding: Encoding,
    /// Its length in septets (GSM-7) or UTF-16 code units (UCS-2).
    pub units: usize,
    /// The number of messages that the operator bills; an empty text is one.
    pub count: usize,
}

impl Encoding {
    /// Room in a message that stands alone, and in each message of a chain.
    const fn room(self) -> (usize, usize) {
        match self {
            Self::Gsm7 => (160, 153),
            Self::Ucs2 => (70, 67),
        }
    }
}

impl Parts {
    /// Counts.
    pub fn of(text: &str) -> Self {
        let septets: Option<Vec<usize>> = text.chars().map(septets).collect();
        match septets {
            Some(widths) => Self::pack(Encoding::Gsm7, widths.into_iter()),
            None => Self::pack(Encoding::Ucs2, text.chars().map(char::len_utf16)),
        }
    }

    fn pack(encoding: Encoding, widths: impl Iterator<Item = usize> + Clone) -> Self {
        let (alone, chained) = encoding.room();
        let units = widths.clone().sum();
        let count = if units <= alone { 1 } else { chain(chained, widths) };
        Self { encoding, units, count }
    }
}

/// Fills the messages of a chain. An escaped character and a surrogate pair are never torn apart,
/// so a message may have to leave its last unit empty.
fn chain(room: usize, widths: impl Iterator<Item = usize>) -> usize {
    let (mut count, mut used) = (1, 0);
    for width in widths {
        if used + width > room {
            count += 1;
            used = 0;
        }
        used += width;
    }
    count
}

/// The default alphabet in the order of its table, without the escape (3GPP TS 23.038 §6.2.1).
const DEFAULT_ALPHABET: &str = concat!(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?",
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);

/// The extension table, each behind an escape (3GPP TS 23.038 §6.2.1.1).
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// The septets of a character; `None` outside the alphabet.
fn septets(c: char) -> Option<usize> {
    if DEFAULT_ALPHABET.contains(c) {
        return Some(1);
    }
    EXTENSION.contains(c).then_some(2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Encoding, Parts};

    fn count(text: &str) -> usize {
        Parts::of(text).count
    }

    #[test]
    fn the_default_alphabet_has_127_characters_and_ten_more_behind_the_escape() {
        let width = |units: usize| {
            (0..=0xffff_u32)
                .filter_map(char::from_u32)
                .filter(|c| {
                    Parts::of(&c.to_string())
                        == Parts {
                            encoding: Encoding::Gsm7,
                            units,
                            count: 1,
                        }
                })
                .count()
        };
        assert_eq!((width(1), width(2)), (127, 10));
    }

    #[test]
    fn gsm_text_has_160_septets_alone_and_153_in_a_chain() {
        for (length, parts) in [
            (0, 1),
            (1, 1),
            (160, 1),
            (161, 2),
            (306, 2),
            (307, 3),
            (459, 3),
            (460, 4),
        ] {
            assert_eq!(count(&"a".repeat(length)), parts, "{length}");
        }
    }

    #[test]
    fn cyrillic_text_has_70_units_alone_and_67_in_a_chain() {
        for (length, parts) in [(1, 1), (70, 1), (71, 2), (134, 2), (135, 3), (201, 3), (202, 4)] {
            assert_eq!(count(&"ж".repeat(length)), parts, "{length}");
        }
    }

    #[test]
    fn one_foreign_character_turns_the_whole_text() {
        assert_eq!(Parts::of(&"a".repeat(71)).encoding, Encoding::Gsm7);
        let text = format!("{}ә", "a".repeat(70));
        assert_eq!(
            Parts::of(&text),
            Parts {
                encoding: Encoding::Ucs2,
                units: 71,
                count: 2
            }
        );
        for c in ['`', '«', '№', '—', 'ç', '’', '\u{a0}', '\t', 'α'] {
            assert_eq!(Parts::of(&c.to_string()).encoding, Encoding::Ucs2, "{c:?}");
        }
    }

    #[test]
    fn characters_of_the_extension_table_cost_two() {
        assert_eq!(Parts::of("€{}[]~^|\\").units, 18);
        assert_eq!(count(&"€".repeat(80)), 1);
        assert_eq!(count(&"€".repeat(81)), 2);
    }

    #[test]
    fn an_escaped_character_is_not_torn_apart() {
        // 152 + 2 septets do not fit into 153, so the second message starts with the escape.
        let torn = format!("{}€{}", "a".repeat(152), "a".repeat(151));
        assert_eq!(
            Parts::of(&torn),
            Parts {
                encoding: Encoding::Gsm7,
                units: 305,
                count: 2
            }
        );
        assert_eq!(count(&format!("{torn}a")), 3);
        assert_eq!(count(&"a".repeat(306)), 2);
    }

    #[test]
    fn a_surrogate_pair_is_two_units_and_not_torn_apart() {
        assert_eq!(
            Parts::of("😀"),
            Parts {
                encoding: Encoding::Ucs2,
                units: 2,
                count: 1
            }
        );
        assert_eq!(count(&"😀".repeat(35)), 1);
        assert_eq!(count(&"😀".repeat(36)), 2);
        assert_eq!(count(&"😀".repeat(66)), 2);
        assert_eq!(count(&"😀".repeat(67)), 3); // 33 pairs a message, one unit stays empty
    }

    #[test]
    fn the_code_message_is_one_part() {
        for text in [
            "482913 — код входа Kiru. Никому не говорите.\n@id.kiru.example #482913",
            "482913 — Kiru кіру коды. Ешкімге айтпаңыз.\n@id.kiru.example #482913",
        ] {
            assert_eq!(count(text), 1, "{}", Parts::of(text).units);
        }
    }

    proptest! {
        #[test]
        fn a_longer_text_never_costs_less(text in any::<String>(), more in any::<String>()) {
            let longer = format!("{text}{more}");
            prop_assert!(count(&text) <= count(&longer));
        }
    }
}
