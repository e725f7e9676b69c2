//! The SMS code: six uniform digits, kept as a keyed digest over attempt, phone and code, taken once (security rules
//! OT-1, OT-2).

use std::fmt;

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::ids::{AttemptId, CodeId, PhoneId, UserId};
use crate::secret::{Keyring, Purpose, TokenDigest};
use crate::throttle::TRIES_PER_CODE;
use crate::time::Timestamp;

/// Six digits.
#[derive(Clone)]
pub struct CodeDigits(Zeroizing<String>);

/// The text is not a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a code has six digits")]
pub struct CodeDigitsError;

impl CodeDigits {
    /// A fresh code; every one of the million is as likely as the others.
    pub fn mint(rng: &mut dyn CryptoRng) -> Self {
        // The greatest multiple of a million below 2^32: values above it would favour low codes.
        const BOUND: u32 = 4_294_000_000;
        loop {
            let drawn = rng.next_u32();
            if drawn < BOUND {
                return Self(Zeroizing::new(format!("{:06}", drawn % 1_000_000)));
            }
        }
    }

    /// Reads what a person typed; spaces and dashes are dropped.
    ///
    /// # Errors
    /// What remains is not six ASCII digits.
    pub fn parse(text: &str) -> Result<Self, CodeDigitsError> {
        if text.len() > 64 {
            return Err(CodeDigitsError);
        }
        let digits: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{200b}'))
            .collect();
        let known = digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit());
        if known {
            Ok(Self(Zeroizing::new(digits)))
        } else {
            Err(CodeDigitsError)
        }
    }

    /// The digits, for the message.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether the digits are the same, in constant time.
    pub fn matches(&self, other: &Self) -> bool {
        subtle::ConstantTimeEq::ct_eq(self.0.as_bytes(), other.0.as_bytes()).into()
    }

    /// What is kept of it.
    pub fn digest(&self, keyring: &Keyring, attempt: AttemptId, phone: PhoneId) -> TokenDigest {
        let (attempt, phone) = (attempt.as_uuid(), phone.as_uuid());
        keyring.digest_list(
            Purpose::SmsCode,
            &[attempt.as_bytes(), phone.as_bytes(), self.0.as_bytes()],
        )
    }
}

impl fmt::Debug for CodeDigits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeDigits(…)")
    }
}

/// A code at rest; one is live for a user at a time, the newest.
#[derive(Clone, Debug)]
pub struct SmsCode {
    /// Our identifier.
    pub id: CodeId,
    /// Whose it is.
    pub user_id: UserId,
    /// The attempt it confirms.
    pub attempt_id: AttemptId,
    /// The phone it went to.
    pub phone_id: PhoneId,
    /// What is kept of the digits.
    pub digest: TokenDigest,
    /// How often one was compared with it, the present try included.
    pub tries: i64,
    /// When it was made.
    pub issued_at: Timestamp,
    /// When it is over.
    pub expires_at: Timestamp,
}

/// Why a code did not confirm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SmsCodeError {
    /// There is no live code, or it belongs to another attempt.
    #[error("no live code for this sign-in")]
    NotLive,
    /// Its time is over.
    #[error("the code has expired")]
    Expired,
    /// It was tried too often.
    #[error("the code was tried too often")]
    TooManyTries,
    /// The digits are others.
    #[error("the code is wrong")]
    Wrong,
}

/// Proof that a code matched; only [`SmsCode::compare`] makes one.
#[derive(Debug)]
pub struct SmsCodeMatch {
    code_id: CodeId,
    phone_id: PhoneId,
}

impl SmsCodeMatch {
    /// The code that matched, to be taken now.
    pub const fn code_id(&self) -> CodeId {
        self.code_id
    }

    /// The phone that was proven.
    pub const fn phone_id(&self) -> PhoneId {
        self.phone_id
    }
}

impl SmsCode {
    /// Compares typed digits with a code whose `tries` already count this try.
    ///
    /// # Errors
    /// Another attempt, too late (at `expires_at` exactly), too many tries, or other digits.
    pub fn compare(
        &self,
        typed: &CodeDigits,
        attempt: AttemptId,
        keyring: &Keyring,
        now: Timestamp,
    ) -> Result<SmsCodeMatch, SmsCodeError> {
        if self.attempt_id != attempt {
            return Err(SmsCodeError::NotLive);
        }
        if now >= self.expires_at {
            return Err(SmsCodeError::Expired);
        }
        if self.tries > TRIES_PER_CODE {
            return Err(SmsCodeError::TooManyTries);
        }
        if typed.digest(keyring, attempt, self.phone_id).matches(&self.digest) {
            Ok(SmsCodeMatch {
                code_id: self.id,
                phone_id: self.phone_id,
            })
        } else {
            Err(SmsCodeError::Wrong)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;
    use crate::secret::Kek;

    struct Case {
        keyring: Keyring,
        digits: CodeDigits,
        code: SmsCode,
    }

    fn case() -> Case {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let now = Timestamp::from_unix_seconds(1_000);
        let keyring = Keyring::derive(&Kek::mint(&mut rng)).unwrap();
        let digits = CodeDigits::mint(&mut rng);
        let (attempt_id, phone_id) = (AttemptId::mint(now, &mut rng), PhoneId::mint(now, &mut rng));
        let code = SmsCode {
            id: CodeId::mint(now, &mut rng),
            user_id: UserId::mint(now, &mut rng),
            attempt_id,
            phone_id,
            digest: digits.digest(&keyring, attempt_id, phone_id),
            tries: 1,
            issued_at: now,
            expires_at: Timestamp::from_unix_seconds(1_300),
        };
        Case { keyring, digits, code }
    }

    #[test]
    fn the_right_digits_match_within_time_and_tries() {
        let Case { keyring, digits, code } = case();
        let last = Timestamp::from_micros(1_300_000_000 - 1);
        assert!(code.compare(&digits, code.attempt_id, &keyring, last).is_ok());
        let fifth = SmsCode { tries: 5, ..code };
        assert!(fifth.compare(&digits, fifth.attempt_id, &keyring, last).is_ok());
    }

    #[test]
    fn each_rule_refuses_by_its_name() {
        let Case { keyring, digits, code } = case();
        let now = code.issued_at;
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let wrong = CodeDigits::mint(&mut rng);
        let refusal = |code: &SmsCode, digits: &CodeDigits, attempt, now| {
            code.compare(digits, attempt, &keyring, now).unwrap_err()
        };
        assert_eq!(refusal(&code, &wrong, code.attempt_id, now), SmsCodeError::Wrong);
        assert_eq!(
            refusal(&code, &digits, AttemptId::mint(now, &mut rng), now),
            SmsCodeError::NotLive
        );
        assert_eq!(
            refusal(&code, &digits, code.attempt_id, code.expires_at),
            SmsCodeError::Expired
        );
        let tired = SmsCode {
            tries: 6,
            ..code.clone()
        };
        assert_eq!(
            refusal(&tired, &digits, code.attempt_id, now),
            SmsCodeError::TooManyTries
        );
        let other_phone = SmsCode {
            phone_id: PhoneId::mint(now, &mut rng),
            ..code
        };
        assert_eq!(
            refusal(&other_phone, &digits, other_phone.attempt_id, now),
            SmsCodeError::Wrong
        );
    }

    #[test]
    fn typed_spaces_and_dashes_are_forgiven() {
        for text in ["482913", " 482 913 ", "482-913", "48\u{a0}29\u{2013}13"] {
            assert_eq!(CodeDigits::parse(text).unwrap().expose(), "482913", "{text:?}");
        }
        for text in ["", "48291", "4829130", "48291a", "４８２９１３", "482.913"] {
            assert_eq!(CodeDigits::parse(text).unwrap_err(), CodeDigitsError, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn parsing_never_panics(text in "\\PC{0,80}") {
            if let Ok(digits) = CodeDigits::parse(&text) {
                prop_assert_eq!(digits.expose().len(), 6);
            }
        }
    }
}
