//! Authorization codes: redeemed once, by whoever is first (RFC 6749 §4.1.2, §10.5).

use authority::authorization::CodeChallenge;
use authority::grants::{AuthorizationCode, CodeState, RedeemError};
use authority::time::seconds;
use storage::StorageError;
use storage::authorization_codes::{self, TakenCode};
use storage::grants::{self, RevokeReason};

use crate::storage::fixtures::{NOW, Standing, fresh_digest, insert_standing, race};
use crate::storage::{both_databases, when};

fn code(standing: &Standing) -> AuthorizationCode {
    AuthorizationCode {
        digest: fresh_digest(),
        grant_id: standing.grant.id,
        client_id: standing.client.id.clone(),
        redirect_uri: "https://client.example.kz/callback".to_owned(),
        code_challenge: Some(CodeChallenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").unwrap()),
        nonce: Some("n".to_owned()),
        issued_at: NOW,
        state: CodeState::Issued {
            expires_at: NOW.plus(seconds(60)),
        },
    }
}

async fn insert(db: &storage::Db) -> (Standing, AuthorizationCode) {
    let standing = insert_standing(db, false).await;
    let code = code(&standing);
    let kept = &code;
    db.tx("test", |tx| async move { authorization_codes::insert(&tx, kept).await })
        .await
        .unwrap();
    (standing, code)
}

both_databases! {
    async fn a_code_comes_back_as_it_was_issued(db) {
        let (_, kept) = insert(db).await;
        let found = authorization_codes::find(db, &kept.digest).await.unwrap().unwrap();
        assert!(found.digest.matches(&kept.digest));
        assert_eq!(format!("{found:?}"), format!("{kept:?}"));
    }

    async fn a_code_is_redeemed_once(db) {
        let (standing, kept) = insert(db).await;
        let digest = kept.digest;
        let take = || db.tx("redeem", |tx| async move { authorization_codes::take(&tx, &digest, NOW).await });
        let TakenCode::Redeemed(taken) = take().await.unwrap() else { panic!("refused") };
        assert_eq!(taken.state, CodeState::Redeemed { at: NOW });
        let TakenCode::Refused { error, grant_id } = take().await.unwrap() else { panic!("redeemed twice") };
        assert_eq!((error, grant_id), (RedeemError::Replayed, Some(standing.grant.id)));
    }

    async fn of_fifty_clients_with_the_code_one_redeems_it(db) {
        let (_, kept) = insert(db).await;
        let digest = kept.digest;
        let taken = race(db, |instance, _| async move {
            instance.tx("redeem", |tx| async move { authorization_codes::take(&tx, &digest, NOW).await }).await
        }).await;
        let redeemed = taken.iter().filter(|taken| matches!(taken, TakenCode::Redeemed(_))).count();
        let replayed = taken.iter().filter(|taken| matches!(taken, TakenCode::Refused { error: RedeemError::Replayed, .. })).count();
        assert_eq!((redeemed, replayed), (1, 49));
    }

    async fn a_replay_revokes_the_grant_in_the_same_transaction(db) {
        let (standing, kept) = insert(db).await;
        let digest = kept.digest;
        let take = || db.tx("redeem", |tx| async move {
            let taken = authorization_codes::take(&tx, &digest, NOW).await?;
            if let TakenCode::Refused { error: RedeemError::Replayed, grant_id: Some(grant) } = taken {
                grants::revoke(&tx, grant, RevokeReason::CodeReplayed, NOW).await?;
            }
            Ok::<_, StorageError>(())
        });
        take().await.unwrap();
        assert!(grants::find_in_force(db, standing.grant.id, when(NOW)).await.unwrap().is_some());
        take().await.unwrap();
        assert!(grants::find_in_force(db, standing.grant.id, when(NOW)).await.unwrap().is_none());
    }

    async fn an_expired_or_unknown_code_is_refused_and_not_consumed(db) {
        let (standing, kept) = insert(db).await;
        let take = |digest, now| db.tx("redeem", move |tx| async move { authorization_codes::take(&tx, &digest, now).await });
        let end = NOW.plus(seconds(60));
        let TakenCode::Refused { error, grant_id } = take(kept.digest, end).await.unwrap() else { panic!("redeemed") };
        assert_eq!((error, grant_id), (RedeemError::Expired, Some(standing.grant.id)));
        let TakenCode::Refused { error, grant_id } = take(fresh_digest(), NOW).await.unwrap() else { panic!("redeemed") };
        assert_eq!((error, grant_id), (RedeemError::Unknown, None));
        assert!(matches!(take(kept.digest, NOW).await.unwrap(), TakenCode::Redeemed(_)));
    }

    async fn an_impossible_challenge_is_an_error(db) {
        let (_, kept) = insert(db).await;
        db.tamper(&["UPDATE authorization_codes SET code_challenge = 'short'"]).await;
        assert!(authorization_codes::find(db, &kept.digest).await.is_err());
    }
}
