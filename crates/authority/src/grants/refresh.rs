//! Refresh tokens: a family descends from one grant and has one live descendant (RFC 6749 §6, RFC 9700 §4.14).

use crate::clients::ClientId;
use crate::ids::GrantId;
use crate::policy::Policy;
use crate::secret::TokenDigest;
use crate::time::Timestamp;

/// One refresh token of a family.
#[derive(Clone, Debug)]
pub struct RefreshToken {
    /// Digest of the token.
    pub digest: TokenDigest,
    /// The family's grant.
    pub grant_id: GrantId,
    /// Whose family it is.
    pub client_id: ClientId,
    /// Its place in the family, from 0.
    pub seq: i64,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When the family ends in any case; rotation does not move it (security rule TK-4).
    pub absolute_until: Timestamp,
    /// Its lifecycle.
    pub state: RefreshState,
}

/// The lifecycle of a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshState {
    /// The family's live descendant.
    Live,
    /// Was exchanged for its successor.
    Rotated {
        /// When.
        at: Timestamp,
        /// Whether its successor has been presented since: then the client plainly has it.
        successor_used: bool,
    },
    /// Replaced by a retry of its predecessor before it was ever presented.
    Superseded {
        /// When.
        at: Timestamp,
    },
}

/// How a presented token may be exchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// The live one: it becomes rotated, its successor live.
    Advance,
    /// A retry after a lost answer: the successor that nobody used is superseded by another.
    Retry,
}

/// Why a refresh token was not exchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RotateError {
    /// No such token.
    #[error("no such refresh token was issued")]
    Unknown,
    /// It belongs to another client.
    #[error("the refresh token was issued to another client")]
    OtherClient,
    /// The family was not used for too long, or has reached its end.
    #[error("the refresh token has expired")]
    Expired,
    /// It was exchanged before and the overlap is over, or its successor is in use: the family must be revoked.
    #[error("the refresh token was used already")]
    Reused,
    /// The scope asked for exceeds the grant's.
    #[error("the scope exceeds what was granted")]
    ScopeGrew,
    /// The grant was revoked, or its session, device or user ended.
    #[error("the grant behind the refresh token is over")]
    GrantOver,
}

/// Judges a presented token. Nothing is consumed by a refusal (security rule TK-2).
///
/// # Errors
/// It belongs to another client, has expired, or is a reuse.
pub fn rotate(
    token: &RefreshToken,
    client: &ClientId,
    policy: &Policy,
    now: Timestamp,
) -> Result<Rotation, RotateError> {
    if token.client_id != *client {
        return Err(RotateError::OtherClient);
    }
    match token.state {
        RefreshState::Superseded { .. } => Err(RotateError::Reused),
        RefreshState::Rotated { at, successor_used } => {
            let retry = !successor_used && now < at.plus(policy.refresh_overlap);
            if retry {
                Ok(Rotation::Retry)
            } else {
                Err(RotateError::Reused)
            }
        }
        RefreshState::Live if now < token.absolute_until && now < token.issued_at.plus(policy.refresh_idle) => {
            Ok(Rotation::Advance)
        }
        RefreshState::Live => Err(RotateError::Expired),
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;
    use crate::time::{days, seconds};

    fn token(state: RefreshState) -> RefreshToken {
        let at = Timestamp::from_unix_seconds(1_000);
        RefreshToken {
            digest: TokenDigest::from_bytes([0; 32]),
            grant_id: GrantId::mint(at, &mut ChaCha20Rng::seed_from_u64(1)),
            client_id: ClientId::parse("diary").unwrap(),
            seq: 4,
            issued_at: at,
            absolute_until: at.plus(days(90)),
            state,
        }
    }

    fn judge(state: RefreshState, now: Timestamp) -> Result<Rotation, RotateError> {
        rotate(
            &token(state),
            &ClientId::parse("diary").unwrap(),
            &Policy::default(),
            now,
        )
    }

    #[test]
    fn a_live_token_advances_until_idle_or_absolute_end() {
        let start = Timestamp::from_unix_seconds(1_000);
        assert_eq!(judge(RefreshState::Live, start), Ok(Rotation::Advance));
        assert_eq!(
            judge(RefreshState::Live, start.plus(days(14))),
            Err(RotateError::Expired)
        );
        let old = RefreshToken {
            issued_at: start.plus(days(89)),
            ..token(RefreshState::Live)
        };
        let client = ClientId::parse("diary").unwrap();
        assert_eq!(
            rotate(&old, &client, &Policy::default(), start.plus(days(90))),
            Err(RotateError::Expired)
        );
    }

    #[test]
    fn a_lost_answer_may_be_retried_within_the_overlap_only() {
        let at = Timestamp::from_unix_seconds(2_000);
        let rotated = RefreshState::Rotated {
            at,
            successor_used: false,
        };
        assert_eq!(judge(rotated, at.plus(seconds(29))), Ok(Rotation::Retry));
        assert_eq!(judge(rotated, at.plus(seconds(30))), Err(RotateError::Reused));
    }

    #[test]
    fn reuse_is_told_when_the_successor_is_in_use_or_superseded() {
        let at = Timestamp::from_unix_seconds(2_000);
        assert_eq!(
            judge(
                RefreshState::Rotated {
                    at,
                    successor_used: true
                },
                at
            ),
            Err(RotateError::Reused)
        );
        assert_eq!(judge(RefreshState::Superseded { at }, at), Err(RotateError::Reused));
    }

    #[test]
    fn another_client_gets_nothing() {
        let shop = ClientId::parse("shop").unwrap();
        let now = Timestamp::from_unix_seconds(1_000);
        assert_eq!(
            rotate(&token(RefreshState::Live), &shop, &Policy::default(), now),
            Err(RotateError::OtherClient)
        );
    }
}
