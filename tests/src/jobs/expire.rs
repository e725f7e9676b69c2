//! What is over is deleted, and what is not stays.

use authority::secret::TokenDigest;
use authority::time::{days, minutes};
use jobs::{Expired, expire};
use storage::{Db, access_tokens, interactions, sessions};

use crate::storage::fixtures::{NOW, Standing, access_token, insert_attempt, insert_standing};
use crate::storage::{both_databases, when};

async fn standing(db: &Db) -> (Standing, TokenDigest) {
    let standing = insert_standing(db, false).await;
    let token = &access_token(&standing.grant);
    db.tx("token", |tx| async move { access_tokens::insert(&tx, token).await })
        .await
        .unwrap();
    (standing, token.digest)
}

both_databases! {
    async fn nothing_that_is_live_is_deleted(db) {
        let (_, token) = standing(db).await;
        insert_attempt(db).await;
        assert_eq!(expire(db, NOW.plus(minutes(1))).await.unwrap(), Expired::default());
        assert!(access_tokens::find_live(db, &token, when(NOW.plus(minutes(1)))).await.unwrap().is_some());
    }

    async fn a_month_later_flows_sessions_and_tokens_are_gone(db) {
        let (standing, token) = standing(db).await;
        let attempt = insert_attempt(db).await;
        expire(db, NOW.plus(days(40))).await.unwrap();
        let session = sessions::find_live(db, &standing.session.cookie_digest, when(NOW)).await.unwrap();
        assert!(session.is_none());
        assert!(interactions::find(db, attempt.interaction_id).await.unwrap().is_none());
        assert!(access_tokens::find_grant(db, &token).await.unwrap().is_none());
    }
}
