//! National identifiers and phone numbers, parsed once at the edge.
//!
//! `Debug` and `Display` never show them in full: what is logged by accident is masked.

use std::borrow::Cow;
use std::fmt;

/// Why a value is not a national number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Not exactly twelve ASCII digits.
    #[error("a national number has twelve digits")]
    Form,
    /// The twelfth digit does not check the others.
    #[error("the check digit of the national number is wrong")]
    Checksum,
}

/// Whether the check digit is judged. The certification centre's test people carry numbers that fail it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// The twelfth digit must be right.
    Required,
    /// Any twelve digits pass.
    Ignored,
}

macro_rules! national_number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub struct $name(String);

        impl $name {
            /// Reads twelve digits.
            ///
            /// # Errors
            /// Another form, or a wrong check digit where one is required.
            pub fn parse(text: &str, checksum: Checksum) -> Result<Self, NumberError> {
                check_national_number(text, checksum)?;
                Ok(Self(text.to_owned()))
            }

            /// The twelve digits, for the places that need the whole number.
            pub fn expose(&self) -> &str {
                &self.0
            }

            /// The number with all but its last four digits hidden.
            pub fn masked(&self) -> String {
                let tail = self.0.get(8..).unwrap_or_default();
                format!("•••••• ••{tail}")
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.masked())
            }
        }
    };
}

national_number! {
    /// The individual identification number of a person in Kazakhstan.
    Iin
}

national_number! {
    /// The business identification number of an organisation in Kazakhstan. A sole proprietor uses the owner's IIN, so
    /// length and check digit are all there is to judge.
    Bin
}

fn check_national_number(text: &str, checksum: Checksum) -> Result<(), NumberError> {
    let digits: Vec<u32> = text.chars().map_while(|c| c.to_digit(10)).collect();
    let [head @ .., last] = digits.as_slice() else {
        return Err(NumberError::Form);
    };
    if digits.len() != 12 || text.len() != 12 {
        return Err(NumberError::Form);
    }
    if checksum == Checksum::Ignored || check_digit(head) == Some(*last) {
        return Ok(());
    }
    Err(NumberError::Checksum)
}

/// The twelfth digit that belongs to eleven; `None` when no digit does and the number is never issued.
fn check_digit(head: &[u32]) -> Option<u32> {
    const FIRST: [u32; 11] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
    const SECOND: [u32; 11] = [3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2];
    let sum = |weights: [u32; 11]| {
        head.iter()
            .zip(weights)
            .map(|(digit, weight)| digit * weight)
            .sum::<u32>()
            % 11
    };
    [sum(FIRST), sum(SECOND)].into_iter().find(|sum| *sum < 10)
}

/// A phone number in E.164 (`+` and 8 to 15 digits).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PhoneNumber(String);

/// The text is not a phone number in E.164.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a phone number is a plus sign and 8 to 15 digits")]
pub struct PhoneError;

impl PhoneNumber {
    /// Reads E.164; spaces, dashes and brackets between digits are dropped.
    ///
    /// # Errors
    /// What remains is not `+`, a digit from 1 to 9 and 7 to 14 more digits.
    pub fn parse(text: &str) -> Result<Self, PhoneError> {
        if text.len() > 40 {
            return Err(PhoneError);
        }
        let plain: String = text
            .chars()
            .filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '\u{a0}'))
            .collect();
        let digits = plain.strip_prefix('+').ok_or(PhoneError)?;
        let known =
            (8..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
        if known { Ok(Self(plain)) } else { Err(PhoneError) }
    }

    /// The number in E.164.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The number as screens show it: country code of one digit and the last four, `+7 ••• ••• 47 18`.
    pub fn masked(&self) -> String {
        let first = self.0.get(..2).unwrap_or_default();
        let tail = self.0.get(self.0.len().saturating_sub(4)..).unwrap_or_default();
        let (one, two) = tail.split_at_checked(2).unwrap_or((tail, ""));
        format!("{first} ••• ••• {one} {two}")
    }
}

impl PhoneNumber {
    /// The plus sign and the first eight digits, which a number shares with its neighbours: a thousand of them where
    /// numbers have eleven digits.
    pub fn range(&self) -> &str {
        self.0.get(..9).unwrap_or(&self.0)
    }
}

/// What numbers of a country or an operator begin with, such as `+7` or `+99890`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberPrefix(Cow<'static, str>);

/// The text is not the beginning of a phone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a prefix of phone numbers is a plus sign and 1 to 15 digits")]
pub struct PrefixError;

impl NumberPrefix {
    /// Kazakhstan and Russia.
    pub const KAZAKHSTAN_AND_RUSSIA: Self = Self(Cow::Borrowed("+7"));

    /// Reads a plus sign and digits, nothing else.
    ///
    /// # Errors
    /// Another form, or more digits than a number has.
    pub fn parse(text: &str) -> Result<Self, PrefixError> {
        let digits = text.strip_prefix('+').ok_or(PrefixError)?;
        let known =
            (1..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
        if known {
            Ok(Self(Cow::Owned(text.to_owned())))
        } else {
            Err(PrefixError)
        }
    }

    /// Whether the number begins so.
    pub fn begins(&self, number: &PhoneNumber) -> bool {
        number.0.starts_with(self.0.as_ref())
    }

    /// The prefix, with its plus sign.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PhoneNumber({})", self.masked())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_check_digit_follows_both_passes() {
        for text in [
            "900315300209",
            "850712400013",
            "900315300111",
            "900315300123",
            "180140000028",
            "180140000901",
        ] {
            assert!(Iin::parse(text, Checksum::Required).is_ok(), "{text}");
        }
        for text in ["123456789011", "123456789012", "123456789021", "900315300208"] {
            assert_eq!(
                Iin::parse(text, Checksum::Required),
                Err(NumberError::Checksum),
                "{text}"
            );
            assert!(Iin::parse(text, Checksum::Ignored).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_number_without_a_possible_check_digit_is_never_valid() {
        for stem in ["90031530010", "85071240042", "18014000170"] {
            for last in 0..10 {
                assert!(Bin::parse(&format!("{stem}{last}"), Checksum::Required).is_err());
            }
        }
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "90031530020",
            "9003153002091",
            "90031530020a",
            "९00315300209",
            " 900315300209",
        ] {
            assert_eq!(Iin::parse(text, Checksum::Ignored), Err(NumberError::Form), "{text:?}");
        }
    }

    #[test]
    fn nothing_prints_a_whole_number() {
        let iin = Iin::parse("900315300209", Checksum::Required).unwrap();
        assert_eq!(iin.masked(), "•••••• ••0209");
        assert!(!format!("{iin:?}").contains("90031530"));
        let phone = PhoneNumber::parse("+7 (701) 234-47-18").unwrap();
        assert_eq!(phone.expose(), "+77012344718");
        assert_eq!(phone.masked(), "+7 ••• ••• 47 18");
        assert!(!format!("{phone:?}").contains("234"));
    }

    #[test]
    fn a_phone_number_is_e164() {
        for text in [
            "",
            "+",
            "87012344718",
            "+07012344718",
            "+7701234",
            "+7701234471812345",
            "+7701234471a",
            "+٧7012344718",
        ] {
            assert_eq!(PhoneNumber::parse(text), Err(PhoneError), "{text:?}");
        }
    }

    #[test]
    fn a_prefix_is_a_plus_sign_and_digits() {
        for text in ["", "7", "+", "+0", "+7 701", "+7*", "+1234567890123456"] {
            assert_eq!(NumberPrefix::parse(text), Err(PrefixError), "{text:?}");
        }
        assert_eq!(NumberPrefix::parse("+7").unwrap(), NumberPrefix::KAZAKHSTAN_AND_RUSSIA);
    }

    #[test]
    fn neighbouring_numbers_share_their_range() {
        let range = |text: &str| PhoneNumber::parse(text).unwrap().range().to_owned();
        assert_eq!(range("+77012344718"), "+77012344");
        assert_eq!(range("+77012344999"), "+77012344");
        assert_ne!(range("+77012345718"), "+77012344");
        assert_eq!(range("+12345678"), "+12345678");
    }

    proptest! {
        #[test]
        fn parsers_never_panic(text in "\\PC*") {
            let _ = Iin::parse(&text, Checksum::Required);
            if let Ok(phone) = PhoneNumber::parse(&text) {
                prop_assert_eq!(PhoneNumber::parse(phone.expose()), Ok(phone.clone()));
                let _ = phone.masked();
            }
        }
    }
}
