//! What is over is deleted, and what is not stays.

use authority::secret::TokenDigest;
use authority::stop_codes::StopCode;
use authority::time::{days, minutes};
use jobs::{Expired, expire};
use storage::cabinet_tickets::{self, Ticket, TicketKind};
use storage::{Db, StorageError, access_tokens, interactions, sessions, stop_codes};

use crate::storage::fixtures::{NOW, Standing, access_token, fresh_digest, insert_attempt, insert_standing};
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

    async fn tickets_go_after_a_day_and_stop_codes_after_a_week(db) {
        let standing = insert_standing(db, false).await;
        let end = NOW.plus(minutes(5));
        let ticket = &Ticket {
            digest: fresh_digest(),
            kind: TicketKind::Form,
            session_id: standing.session.id,
            path: "/cabinet",
            issued_at: NOW,
            expires_at: end,
        };
        let code = &StopCode {
            digest: fresh_digest(),
            user_id: standing.user.id,
            registration_id: None,
            issued_at: NOW,
            expires_at: end,
            used_at: None,
        };
        let kept = db.tx("test", |tx| async move {
            cabinet_tickets::insert(&tx, ticket).await?;
            stop_codes::insert(&tx, code).await
        });
        assert!(kept.await.map_err(|error: StorageError| error).unwrap());
        assert_eq!(expire(db, end.plus(days(1))).await.unwrap(), Expired::default(), "at their end exactly they stay");
        let later = expire(db, end.plus(days(1)).plus(minutes(1))).await.unwrap();
        assert_eq!(later, Expired(vec![("cabinet_tickets", 1)]));
        assert!(stop_codes::find(db, &code.digest).await.unwrap().is_some());
        expire(db, end.plus(days(8))).await.unwrap();
        assert!(stop_codes::find(db, &code.digest).await.unwrap().is_none());
    }
}
