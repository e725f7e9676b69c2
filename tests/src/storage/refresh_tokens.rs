//! Refresh tokens: one live descendant, rotation once, retries within the overlap, reuse found (RFC 9700 §4.14, security
//! rules TK-1 to TK-4).

use authority::grants::{RefreshState, RefreshToken, RotateError, Rotation, rotate};
use authority::policy::Policy;
use authority::secret::TokenDigest;
use authority::time::{Timestamp, days, minutes, seconds};
use storage::refresh_tokens::{self, NextRefreshToken};
use storage::{Db, Moment, Write};

use super::grants::{ENDINGS, end};
use crate::storage::fixtures::{NOW, Standing, fresh_digest, insert_standing, race};
use crate::storage::{both_databases, when};

async fn insert(db: &Db) -> (Standing, RefreshToken) {
    let standing = insert_standing(db, true).await;
    let token = family(&standing);
    let kept = &token;
    db.tx("test", |tx| async move { refresh_tokens::insert(&tx, kept).await })
        .await
        .unwrap();
    (standing, token)
}

fn family(standing: &Standing) -> RefreshToken {
    RefreshToken {
        digest: fresh_digest(),
        grant_id: standing.grant.id,
        client_id: standing.client.id.clone(),
        seq: 0,
        begun_at: standing.grant.created_at,
        issued_at: NOW,
        absolute_until: NOW.plus(days(90)),
        state: RefreshState::Live,
    }
}

/// What a token endpoint does: read, judge, exchange.
async fn present(db: &Db, digest: &TokenDigest, now: Timestamp) -> Result<(TokenDigest, Write), RotateError> {
    let presented = refresh_tokens::find(db, digest, when(now))
        .await
        .unwrap()
        .ok_or(RotateError::Unknown)?;
    if !presented.grant_stands {
        return Err(RotateError::GrantOver);
    }
    let token = &presented.token;
    let rotation = rotate(token, &token.client_id, &Policy::default(), now)?;
    let next = NextRefreshToken {
        digest: fresh_digest(),
        issued_at: now,
    };
    let written = db
        .tx("refresh", |tx| async move {
            refresh_tokens::rotate(&tx, token, rotation, next).await
        })
        .await
        .unwrap();
    Ok((next.digest, written))
}

async fn state(db: &Db, digest: &TokenDigest) -> RefreshState {
    refresh_tokens::find(db, digest, when(NOW))
        .await
        .unwrap()
        .unwrap()
        .token
        .state
}

both_databases! {
    async fn a_token_is_exchanged_for_its_successor(db) {
        let (standing, first) = insert(db).await;
        let (second, written) = present(db, &first.digest, NOW).await.unwrap();
        assert_eq!(written, Write::Done);
        let found = refresh_tokens::find(db, &second, when(NOW)).await.unwrap().unwrap();
        assert_eq!((found.token.seq, found.token.state), (1, RefreshState::Live));
        assert_eq!(found.token.absolute_until, first.absolute_until, "rotation does not move the absolute end");
        assert_eq!(found.rests_on.user.id, standing.user.id);
        assert_eq!(state(db, &first.digest).await, RefreshState::Rotated { at: NOW, successor_used: false });
        assert_eq!(present(db, &fresh_digest(), NOW).await.unwrap_err(), RotateError::Unknown);
    }

    async fn a_retry_within_the_overlap_supersedes_the_unused_successor(db) {
        let (_, first) = insert(db).await;
        let (lost, _) = present(db, &first.digest, NOW).await.unwrap();
        let retried = NOW.plus(seconds(29));
        let (second, written) = present(db, &first.digest, retried).await.unwrap();
        assert_eq!(written, Write::Done);
        assert_eq!(state(db, &lost).await, RefreshState::Superseded { at: retried });
        assert_eq!(state(db, &second).await, RefreshState::Live);
        let (third, _) = present(db, &first.digest, retried).await.unwrap();
        assert_eq!(refresh_tokens::find(db, &third, when(NOW)).await.unwrap().unwrap().token.seq, 3);
        assert_eq!(present(db, &lost, retried).await.unwrap_err(), RotateError::Overtaken, "both ends have one");
        let over = retried.plus(seconds(30));
        assert_eq!(present(db, &lost, over).await.unwrap_err(), RotateError::Reused);
    }

    async fn after_the_overlap_a_rotated_token_is_a_reuse(db) {
        let (_, first) = insert(db).await;
        let _second = present(db, &first.digest, NOW).await.unwrap();
        assert_eq!(present(db, &first.digest, NOW.plus(seconds(30))).await.unwrap_err(), RotateError::Reused);
    }

    async fn a_token_whose_successor_was_used_is_overtaken_within_the_overlap_and_a_reuse_after_it(db) {
        let (_, first) = insert(db).await;
        let (second, _) = present(db, &first.digest, NOW).await.unwrap();
        let _third = present(db, &second, NOW.plus(seconds(1))).await.unwrap();
        assert_eq!(state(db, &first.digest).await, RefreshState::Rotated { at: NOW, successor_used: true });
        assert_eq!(present(db, &first.digest, NOW.plus(seconds(29))).await.unwrap_err(), RotateError::Overtaken);
        assert_eq!(present(db, &first.digest, NOW.plus(seconds(30))).await.unwrap_err(), RotateError::Reused);
    }

    async fn of_fifty_exchanges_judged_alike_one_is_done(db) {
        let (_, first) = insert(db).await;
        let written = race(db, |instance, _| {
            let token = first.clone();
            async move {
                let token = &token;
                let next = NextRefreshToken { digest: fresh_digest(), issued_at: NOW };
                instance.tx("refresh", |tx| async move {
                    refresh_tokens::rotate(&tx, token, Rotation::Advance, next).await
                }).await
            }
        }).await;
        assert_eq!(written.into_iter().filter(|written| *written == Write::Done).count(), 1);
    }

    async fn fifty_retries_leave_one_live_descendant(db) {
        let (_, first) = insert(db).await;
        let _second = present(db, &first.digest, NOW).await.unwrap();
        let presented = race(db, |instance, _| async move {
            Ok(present(&instance, &first.digest, NOW.plus(seconds(1))).await)
        }).await;
        let mut live = 0;
        for (digest, _) in presented.into_iter().map(Result::unwrap).filter(|(_, written)| *written == Write::Done) {
            live += u32::from(state(db, &digest).await == RefreshState::Live);
        }
        assert_eq!(live, 1);
    }

    async fn a_retry_that_lost_against_the_use_of_the_successor_changes_nothing(db) {
        let (_, first) = insert(db).await;
        let (second, _) = present(db, &first.digest, NOW).await.unwrap();
        let stale = &refresh_tokens::find(db, &first.digest, when(NOW)).await.unwrap().unwrap().token;
        let (third, _) = present(db, &second, NOW).await.unwrap();
        let next = NextRefreshToken { digest: fresh_digest(), issued_at: NOW };
        let written = db.tx("refresh", |tx| async move { refresh_tokens::rotate(&tx, stale, Rotation::Retry, next).await });
        assert_eq!(written.await.unwrap(), Write::Lost);
        assert_eq!(state(db, &third).await, RefreshState::Live);
        assert!(refresh_tokens::find(db, &next.digest, when(NOW)).await.unwrap().is_none());
    }

    async fn whatever_ends_above_ends_the_family(db) {
        for what in ENDINGS {
            let (standing, token) = insert(db).await;
            end(db, &standing, what).await;
            assert_eq!(present(db, &token.digest, NOW).await.unwrap_err(), RotateError::GrantOver, "{what}");
            assert_eq!(state(db, &token.digest).await, RefreshState::Live, "a refusal consumes nothing");
        }
    }

    async fn a_family_that_is_not_offline_ends_with_a_session_that_a_lowered_policy_ends(db) {
        let standing = insert_standing(db, false).await;
        let token = &family(&standing);
        db.tx("test", |tx| async move { refresh_tokens::insert(&tx, token).await }).await.unwrap();
        let lowered = Policy { session_idle: minutes(5), ..Policy::default() };
        for (policy, stands) in [(Policy::default(), true), (lowered, false)] {
            let found = refresh_tokens::find(db, &token.digest, Moment::under(&policy, NOW.plus(minutes(5)))).await;
            assert_eq!(found.unwrap().unwrap().grant_stands, stands);
        }
    }

    async fn families_expire_after_their_absolute_end(db) {
        let (_, token) = insert(db).await;
        let expire = |before| db.tx("expire", move |tx| async move { refresh_tokens::expire(&tx, before, 10).await });
        assert_eq!(expire(token.absolute_until).await.unwrap(), 0);
        assert_eq!(expire(token.absolute_until.plus(seconds(1))).await.unwrap(), 1);
    }

    async fn a_token_that_is_both_rotated_and_superseded_is_impossible(db) {
        let (_, token) = insert(db).await;
        db.tamper(&["UPDATE refresh_tokens SET rotated_at = 1, superseded_at = 1"]).await;
        assert!(refresh_tokens::find(db, &token.digest, when(NOW)).await.is_err());
    }
}
