//! Access tokens: opaque, checked live by one join (security rule TK-14).

use authority::grants::AccessToken;
use authority::policy::Policy;
use authority::time::{hours, minutes};
use storage::{Moment, access_tokens};

use super::grants::{ENDINGS, end};
use crate::storage::fixtures::{NOW, Standing, access_token, fresh_digest, insert_standing};
use crate::storage::{both_databases, when};

async fn insert(db: &storage::Db, offline: bool) -> (Standing, AccessToken) {
    let standing = insert_standing(db, offline).await;
    let token = access_token(&standing.grant);
    let kept = &token;
    db.tx("test", |tx| async move { access_tokens::insert(&tx, kept).await })
        .await
        .unwrap();
    (standing, token)
}

both_databases! {
    async fn a_live_token_brings_everything_userinfo_needs(db) {
        let (standing, token) = insert(db, false).await;
        let live = access_tokens::find_live(db, &token.digest, when(NOW)).await.unwrap().unwrap();
        assert_eq!(format!("{:?}", live.token), format!("{token:?}"));
        assert_eq!(live.rests_on.grant.client_id, standing.client.id);
        assert_eq!(live.rests_on.user.subject, standing.user.subject);
        assert_eq!(live.rests_on.device.unwrap().id, standing.device.id);
        assert!(access_tokens::find_live(db, &fresh_digest(), when(NOW)).await.unwrap().is_none());
    }

    async fn whatever_ends_above_ends_the_token_at_once(db) {
        for what in ENDINGS {
            let (standing, token) = insert(db, false).await;
            assert!(access_tokens::find_live(db, &token.digest, when(NOW)).await.unwrap().is_some());
            end(db, &standing, what).await;
            assert!(access_tokens::find_live(db, &token.digest, when(NOW)).await.unwrap().is_none(), "{what}");
            let grant = access_tokens::find_grant(db, &token.digest).await.unwrap();
            assert_eq!(grant, Some(standing.grant.id), "{what}");
        }
    }

    async fn a_token_ends_at_its_instant_exactly(db) {
        let (_, token) = insert(db, true).await;
        let last = token.expires_at.minus(std::time::Duration::from_micros(1));
        assert!(access_tokens::find_live(db, &token.digest, when(last)).await.unwrap().is_some());
        assert!(access_tokens::find_live(db, &token.digest, when(token.expires_at)).await.unwrap().is_none());
    }

    async fn a_token_ends_with_a_session_that_a_lowered_policy_ends(db) {
        let (standing, token) = insert(db, false).await;
        let at = token.expires_at.minus(minutes(1));
        let lowered = Policy { session_idle: at.since(standing.session.touched_at), ..Policy::default() };
        for (policy, lives) in [(Policy::default(), true), (lowered, false)] {
            let found = access_tokens::find_live(db, &token.digest, Moment::under(&policy, at)).await.unwrap();
            assert_eq!(found.is_some(), lives);
        }
    }

    async fn a_token_ends_with_the_idle_end_of_its_session(db) {
        let (standing, token) = insert(db, false).await;
        db.tamper(&[&format!("UPDATE access_tokens SET expires_at = {}", i64::MAX)]).await;
        let end = standing.session.idle_until;
        assert!(access_tokens::find_live(db, &token.digest, when(end.minus(minutes(1)))).await.unwrap().is_some());
        assert!(access_tokens::find_live(db, &token.digest, when(end)).await.unwrap().is_none());
    }

    async fn a_revoked_token_is_gone_and_others_of_its_grant_stay(db) {
        let (standing, token) = insert(db, false).await;
        let other = &access_token(&standing.grant);
        db.tx("test", |tx| async move { access_tokens::insert(&tx, other).await }).await.unwrap();
        let revoke = || db.tx("revoke", |tx| async move { access_tokens::revoke(&tx, &token.digest).await });
        assert!(revoke().await.unwrap());
        assert!(!revoke().await.unwrap());
        assert!(access_tokens::find_live(db, &token.digest, when(NOW)).await.unwrap().is_none());
        assert!(access_tokens::find_live(db, &other.digest, when(NOW)).await.unwrap().is_some());
    }

    async fn tokens_expire_in_batches(db) {
        for _ in 0..3 {
            insert(db, false).await;
        }
        let expire = |before| db.tx("expire", move |tx| async move { access_tokens::expire(&tx, before, 2).await });
        assert_eq!(expire(NOW).await.unwrap(), 0);
        assert_eq!(expire(NOW.plus(hours(1))).await.unwrap(), 2);
        assert_eq!(expire(NOW.plus(hours(1))).await.unwrap(), 1);
    }

    async fn a_token_with_an_impossible_scope_is_an_error(db) {
        let (_, token) = insert(db, false).await;
        db.tamper(&["UPDATE access_tokens SET scopes = 'root'"]).await;
        assert!(access_tokens::find_live(db, &token.digest, when(NOW)).await.is_err());
    }
}
