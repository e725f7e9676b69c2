//! Invented people, as many as needed.

use authority::identifiers::{Checksum, Iin};
use authority::locale::Locale;
use testkit::people::{DemoKey, DemoPerson};

/// People who share a day of birth: the numbers of a day have four digits.
const A_DAY: u32 = 10_000;

/// The invented person of this number, with a right IIN and a phone in an area code that does not exist. What names them
/// is never freed: ask for thousands, not for millions.
pub fn invented(number: u32) -> DemoPerson {
    DemoPerson {
        login: format!("invented-{number}").leak(),
        story: ["", "", ""],
        family_name: "Саналған",
        given_name: "Адам",
        patronymic: None,
        iin: iin(number).leak(),
        phone: Some(phone(number).leak()),
        locale: Locale::En,
        organisation: None,
        key: DemoKey::Individual,
        suite: testkit::pki::Suite::Rsa,
        facts: &[],
    }
}

/// Their IIN. A check digit does not exist for every number; the digit of century and sex has room to move on.
pub(super) fn iin(number: u32) -> String {
    let (day, own) = (number / A_DAY, number % A_DAY);
    let (year, month, day) = (50 + day / 336, 1 + day / 28 % 12, 1 + day % 28);
    let tries = ['3', '4', '1', '2', '5', '6'].into_iter().flat_map(|century| {
        let head = format!("{year:02}{month:02}{day:02}{century}{own:04}");
        (0..10).map(move |check| format!("{head}{check}"))
    });
    let mut right = tries.filter(|text| Iin::parse(text, Checksum::Required).is_ok());
    right.next().expect("a number with a check digit")
}

/// Their phone, E.164.
pub(super) fn phone(number: u32) -> String {
    format!("+7799{number:07}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn everybody_has_a_number_of_their_own() {
        let numbers: BTreeSet<String> = (0..50_000).map(iin).collect();
        assert_eq!(numbers.len(), 50_000);
    }
}
