//! Challenges and nonces: made by the server, answered once (security rules CE-1, DB-2).

use crate::ids::{AttemptId, ChallengeId};
use crate::secret::TokenDigest;
use crate::time::Timestamp;

/// What an answer to a challenge is good for; an answer of one purpose is nothing for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChallengePurpose {
    /// To be signed with a certificate's key as the first stage.
    EdsSignIn,
    /// To be signed with a certificate's key instead of the picture code of a registration.
    EdsRegistration,
    /// To be signed on a phone as the first stage.
    EdsPhoneSignIn,
    /// To be signed on a phone as the second stage.
    EdsPhoneConfirm,
    /// To be signed with a new device key, which binds it.
    DeviceBinding,
    /// To be signed with the bound device's key.
    DeviceProof,
    /// To be signed with the bound device's key beside an SMS code.
    DeviceConfirm,
}

impl ChallengePurpose {
    /// All purposes.
    pub const ALL: [Self; 7] = [
        Self::EdsSignIn,
        Self::EdsRegistration,
        Self::EdsPhoneSignIn,
        Self::EdsPhoneConfirm,
        Self::DeviceBinding,
        Self::DeviceProof,
        Self::DeviceConfirm,
    ];

    /// The word that storage keeps and a device proof's `purpose` member carries.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EdsSignIn => "eds_sign_in",
            Self::EdsRegistration => "eds_registration",
            Self::EdsPhoneSignIn => "eds_phone_sign_in",
            Self::EdsPhoneConfirm => "eds_phone_confirm",
            Self::DeviceBinding => "device_binding",
            Self::DeviceProof => "device_proof",
            Self::DeviceConfirm => "device_confirm",
        }
    }

    /// The purpose of a stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == word)
    }
}

/// A challenge at rest.
#[derive(Clone, Debug)]
pub struct Challenge {
    /// Our identifier.
    pub id: ChallengeId,
    /// What the answer is good for.
    pub purpose: ChallengePurpose,
    /// The attempt it was made in.
    pub attempt_id: AttemptId,
    /// The browser it was made for.
    pub browser_digest: TokenDigest,
    /// The text to sign, or the nonce.
    pub text: String,
    /// When it was made.
    pub issued_at: Timestamp,
    /// When it is over.
    pub expires_at: Timestamp,
}

/// Why a challenge cannot be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChallengeError {
    /// There is none, or it was answered before: the first try consumes it.
    #[error("no open challenge")]
    NotOpen,
    /// Its time is over.
    #[error("the challenge has expired")]
    Expired,
    /// It was made for another browser, attempt or purpose.
    #[error("the challenge belongs to another sign-in")]
    OtherContext,
}

impl Challenge {
    /// Whether the challenge, just taken from storage, may be answered here and now.
    ///
    /// # Errors
    /// Another context, or too late; at `expires_at` exactly it is over.
    pub fn check(
        &self,
        purpose: ChallengePurpose,
        attempt_id: AttemptId,
        browser: &TokenDigest,
        now: Timestamp,
    ) -> Result<(), ChallengeError> {
        if self.purpose != purpose || self.attempt_id != attempt_id || !self.browser_digest.matches(browser) {
            return Err(ChallengeError::OtherContext);
        }
        if now < self.expires_at {
            Ok(())
        } else {
            Err(ChallengeError::Expired)
        }
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    #[test]
    fn a_challenge_is_bound_to_purpose_attempt_browser_and_time() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let now = Timestamp::from_unix_seconds(1_000);
        let (attempt, other) = (AttemptId::mint(now, &mut rng), AttemptId::mint(now, &mut rng));
        let browser = TokenDigest::from_bytes([1; 32]);
        let challenge = Challenge {
            id: ChallengeId::mint(now, &mut rng),
            purpose: ChallengePurpose::EdsSignIn,
            attempt_id: attempt,
            browser_digest: browser,
            text: String::new(),
            issued_at: now,
            expires_at: Timestamp::from_unix_seconds(1_300),
        };
        let late = Timestamp::from_unix_seconds(1_300);
        let (eds, proof) = (ChallengePurpose::EdsSignIn, ChallengePurpose::DeviceProof);
        assert_eq!(challenge.check(eds, attempt, &browser, now), Ok(()));
        assert_eq!(
            challenge.check(proof, attempt, &browser, now),
            Err(ChallengeError::OtherContext)
        );
        assert_eq!(
            challenge.check(eds, other, &browser, now),
            Err(ChallengeError::OtherContext)
        );
        let stranger = TokenDigest::from_bytes([2; 32]);
        assert_eq!(
            challenge.check(eds, attempt, &stranger, now),
            Err(ChallengeError::OtherContext)
        );
        assert_eq!(
            challenge.check(eds, attempt, &browser, late),
            Err(ChallengeError::Expired)
        );
    }
}
