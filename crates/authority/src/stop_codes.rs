//! The stop code of a message about a change: sixteen digits with which anybody who holds the phone can suspend the
//! account, and do nothing else (product A6; security rules DB-12, DB-15).

use std::fmt;
use std::time::Duration;

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::ids::{RegistrationId, UserId};
use crate::secret::{Keyring, Purpose, TokenDigest};
use crate::time::{Timestamp, hours};

/// How long a code works.
pub const STOP_CODE_TTL: Duration = hours(72);
/// Digits of a code: 53 bits.
const DIGITS: usize = 16;
/// One more than the highest code.
const BOUND: u64 = 10_000_000_000_000_000;

/// Sixteen digits.
#[derive(Clone)]
pub struct StopDigits(Zeroizing<String>);

/// The text is not a stop code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stop code has sixteen digits")]
pub struct StopDigitsError;

impl StopDigits {
    /// A fresh code; every one is as likely as the others.
    pub fn mint(rng: &mut dyn CryptoRng) -> Self {
        // Values above the greatest multiple would favour low codes.
        const FAIR: u64 = u64::MAX - u64::MAX % BOUND;
        loop {
            let drawn = rng.next_u64();
            if drawn < FAIR {
                return Self(Zeroizing::new(format!("{:016}", drawn % BOUND)));
            }
        }
    }

    /// Reads what a person typed; spaces and dashes are dropped.
    ///
    /// # Errors
    /// What remains is not sixteen ASCII digits.
    pub fn parse(text: &str) -> Result<Self, StopDigitsError> {
        if text.len() > 128 {
            return Err(StopDigitsError);
        }
        let digits: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{200b}'))
            .collect();
        if digits.len() == DIGITS && digits.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(Zeroizing::new(digits)))
        } else {
            Err(StopDigitsError)
        }
    }

    /// The digits as messages show them: four groups of four.
    pub fn grouped(&self) -> Zeroizing<String> {
        let mut text = String::with_capacity(DIGITS + 3);
        for (place, digit) in self.0.chars().enumerate() {
            if place > 0 && place % 4 == 0 {
                text.push(' ');
            }
            text.push(digit);
        }
        Zeroizing::new(text)
    }

    /// What is kept of it.
    pub fn digest(&self, keyring: &Keyring) -> TokenDigest {
        keyring.digest(Purpose::StopCode, self.0.as_bytes())
    }
}

impl fmt::Debug for StopDigits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StopDigits(…)")
    }
}

/// A stop code at rest.
#[derive(Clone, Debug)]
pub struct StopCode {
    /// What is kept of the digits.
    pub digest: TokenDigest,
    /// Whose account it stops.
    pub user_id: UserId,
    /// The registration whose message carried it; none for other changes.
    pub registration_id: Option<RegistrationId>,
    /// When it was made.
    pub issued_at: Timestamp,
    /// When it is over.
    pub expires_at: Timestamp,
    /// When it was used.
    pub used_at: Option<Timestamp>,
}

/// Why a code that we made stops nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StopRefusal {
    /// It was used before.
    #[error("the stop code was used before")]
    Used,
    /// Its time is over.
    #[error("the stop code has expired")]
    Expired,
}

impl StopCode {
    /// Whether it may stop the account now; at `expires_at` exactly it may not.
    ///
    /// # Errors
    /// Used or expired.
    pub fn check(&self, now: Timestamp) -> Result<(), StopRefusal> {
        if self.used_at.is_some() {
            Err(StopRefusal::Used)
        } else if now < self.expires_at {
            Ok(())
        } else {
            Err(StopRefusal::Expired)
        }
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    #[test]
    fn codes_are_sixteen_digits_in_four_groups_and_are_read_back() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        for _ in 0..100 {
            let code = StopDigits::mint(&mut rng);
            let grouped = code.grouped();
            assert_eq!(grouped.len(), 19);
            assert_eq!(*StopDigits::parse(&grouped).unwrap().0, *code.0);
            assert!(!format!("{code:?}").contains(code.0.as_str()));
        }
    }

    #[test]
    fn only_sixteen_digits_are_read() {
        for text in [
            "",
            "1234",
            "12345678901234567",
            "1234 5678 9012 345x",
            "١٢٣٤٥٦٧٨٩٠١٢٣٤٥٦",
        ] {
            assert_eq!(StopDigits::parse(text).unwrap_err(), StopDigitsError, "{text}");
        }
        for text in ["1234567890123456", " 1234-5678-9012-3456 ", "1234 5678 9012 3456"] {
            assert!(StopDigits::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_code_works_once_and_for_three_days() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let now = Timestamp::from_unix_seconds(1_000);
        let code = StopCode {
            digest: TokenDigest::from_bytes([0; 32]),
            user_id: UserId::mint(now, &mut rng),
            registration_id: None,
            issued_at: now,
            expires_at: now.plus(STOP_CODE_TTL),
            used_at: None,
        };
        let last = Timestamp::from_micros(code.expires_at.as_micros() - 1);
        assert_eq!(code.check(last), Ok(()));
        assert_eq!(code.check(code.expires_at), Err(StopRefusal::Expired));
        let used = StopCode {
            used_at: Some(now),
            ..code
        };
        assert_eq!(used.check(now), Err(StopRefusal::Used));
    }
}
