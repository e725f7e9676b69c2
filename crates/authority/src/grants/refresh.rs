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
    /// When the family's grant was given.
    pub begun_at: Timestamp,
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
    /// Another request with the family was faster, and the overlap is not over: the family goes on without this request.
    #[error("another request with the refresh token was faster")]
    Overtaken,
    /// It was exchanged or superseded before and the overlap is over: the family must be revoked.
    #[error("the refresh token was used already")]
    Reused,
    /// The scope asked for exceeds the grant's.
    #[error("the scope exceeds what was granted")]
    ScopeGrew,
    /// The grant was revoked, or its session, device or user ended.
    #[error("the grant behind the refresh token is over")]
    GrantOver,
}

/// Judges a presented token. Nothing is consumed by a refusal (security rule TK-2). The ends of the family are those it
/// was given or those of `policy`, whichever come first (security rule TK-4).
///
/// # Errors
/// It belongs to another client, has expired, was overtaken, or is a reuse.
pub fn rotate(
    token: &RefreshToken,
    client: &ClientId,
    policy: &Policy,
    now: Timestamp,
) -> Result<Rotation, RotateError> {
    if token.client_id != *client {
        return Err(RotateError::OtherClient);
    }
    let forgiven = |at: Timestamp| now < at.plus(policy.refresh_overlap);
    let absolute_until = token.absolute_until.min(token.begun_at.plus(policy.refresh_absolute));
    let idle_until = token.issued_at.plus(policy.refresh_idle);
    match token.state {
        RefreshState::Superseded { at } | RefreshState::Rotated { at, .. } if !forgiven(at) => Err(RotateError::Reused),
        // Two requests at once, of which this one came too late: the client has what the other one got.
        RefreshState::Superseded { .. }
        | RefreshState::Rotated {
            successor_used: true, ..
        } => Err(RotateError::Overtaken),
        RefreshState::Rotated { .. } | RefreshState::Live if now >= absolute_until || now >= idle_until => {
            Err(RotateError::Expired)
        }
        RefreshState::Rotated { .. } => Ok(Rotation::Retry),
        RefreshState::Live => Ok(Rotation::Advance),
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
            begun_at: at,
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
    fn within_the_overlap_whoever_came_too_late_is_refused_and_the_family_goes_on() {
        let at = Timestamp::from_unix_seconds(2_000);
        let (used, superseded) = (
            RefreshState::Rotated {
                at,
                successor_used: true,
            },
            RefreshState::Superseded { at },
        );
        for state in [used, superseded] {
            assert_eq!(judge(state, at), Err(RotateError::Overtaken));
            assert_eq!(judge(state, at.plus(seconds(29))), Err(RotateError::Overtaken));
            assert_eq!(judge(state, at.plus(seconds(30))), Err(RotateError::Reused));
        }
    }

    #[test]
    fn a_lowered_policy_reaches_families_from_before() {
        let start = Timestamp::from_unix_seconds(1_000);
        let client = ClientId::parse("diary").unwrap();
        let old = RefreshToken {
            issued_at: start.plus(days(9)),
            ..token(RefreshState::Live)
        };
        let lowered = Policy {
            refresh_absolute: days(10),
            refresh_idle: days(2),
            ..Policy::default()
        };
        let last = start.plus(days(10)).minus(seconds(1));
        assert_eq!(rotate(&old, &client, &lowered, last), Ok(Rotation::Advance));
        assert_eq!(
            rotate(&old, &client, &lowered, start.plus(days(10))),
            Err(RotateError::Expired)
        );
        let raised = Policy {
            refresh_absolute: days(300),
            refresh_idle: days(90),
            ..Policy::default()
        };
        assert_eq!(
            rotate(&old, &client, &raised, start.plus(days(90))),
            Err(RotateError::Expired),
            "the end that was given stays"
        );
    }

    #[test]
    fn a_retry_ends_with_its_family() {
        let end = Timestamp::from_unix_seconds(1_000).plus(days(90));
        let rotated = RefreshToken {
            issued_at: end.minus(days(1)),
            ..token(RefreshState::Rotated {
                at: end.minus(seconds(1)),
                successor_used: false,
            })
        };
        let client = ClientId::parse("diary").unwrap();
        assert_eq!(
            rotate(&rotated, &client, &Policy::default(), end),
            Err(RotateError::Expired)
        );
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
