//! Grants: in force only while everything above them stands (security rules TK-3, TK-14, SE-3).

use authority::authorization::{ClaimName, ClaimsRequest};
use authority::certificates::{Certificate, CertificateRole, KeyStorage};
use authority::grants::Grant;
use authority::ids::{CertificateId, GrantId};
use authority::time::{days, hours, minutes};
use authority::users::{LockReason, UserState};
use storage::grants::{self, RevokeReason};
use storage::sessions::{self, SessionEnd};
use storage::{access_tokens, certificates, clients, devices, users};

use crate::storage::fixtures::{NOW, Standing, access_token, fresh_uuid, grant, insert_standing, race};
use crate::storage::{both_databases, when};

/// Every way in which something above a grant ends.
pub(crate) const ENDINGS: [&str; 8] = [
    "grant", "sign-out", "epoch", "device", "lock", "close", "client", "consent",
];

/// Ends what the word says.
pub(crate) async fn end(db: &storage::Db, standing: &Standing, what: &'static str) {
    let (user, session, grant) = (standing.user.id, standing.session.id, standing.grant.id);
    let ended = db.tx("end", |tx| async move {
        let locked = UserState::Locked {
            reason: LockReason::Own,
            at: NOW,
        };
        match what {
            "grant" => grants::revoke(&tx, grant, RevokeReason::ByClient, NOW).await.map(drop),
            "sign-out" => sessions::end(&tx, session, SessionEnd::SignedOut, NOW).await.map(drop),
            "epoch" => users::raise_epoch(&tx, user).await,
            "device" => devices::end(&tx, user, standing.device.id, "operator", NOW)
                .await
                .map(drop),
            "lock" => users::record_state(&tx, user, locked, NOW).await,
            "close" => users::record_state(&tx, user, UserState::Closed { at: NOW }, NOW).await,
            "client" => clients::end(&tx, &standing.client.id, NOW).await.map(drop),
            "consent" => storage::consents::withdraw(&tx, user, &standing.client.id, NOW)
                .await
                .map(drop),
            other => panic!("{other}"),
        }
    });
    ended.await.unwrap();
}

both_databases! {
    async fn a_grant_comes_back_with_what_it_rests_on(db) {
        let standing = &insert_standing(db, false).await;
        let certificate = &Certificate {
            id: CertificateId::from_uuid(fresh_uuid()),
            user_id: standing.user.id,
            issuer: b"CA".to_vec(),
            serial: b"1".to_vec(),
            role: CertificateRole::Head,
            organisation: None,
            key_storage: KeyStorage::File,
            usage: None,
            suite: None,
            key_digest: None,
            not_before: NOW,
            not_after: NOW.plus(days(1)),
            first_used_at: NOW,
            last_used_at: NOW,
            stop: None,
        };
        let kept = &Grant {
            certificate_id: Some(certificate.id),
            claims: ClaimsRequest { userinfo: vec![ClaimName::Iin], ..ClaimsRequest::default() },
            wants_auth_time: true,
            ..grant(&standing.session, &standing.client)
        };
        db.tx("test", |tx| async move {
            certificates::record(&tx, certificate).await?;
            grants::insert(&tx, kept).await
        }).await.unwrap();
        let found = grants::find_in_force(db, kept.id, when(NOW)).await.unwrap().unwrap();
        assert_eq!(format!("{:?}", found.grant), format!("{kept:?}"));
        assert_eq!((found.session.id, found.user.id), (standing.session.id, standing.user.id));
        assert_eq!((found.device.unwrap().id, found.certificate_role), (standing.device.id, Some(CertificateRole::Head)));
        assert!(grants::find_in_force(db, GrantId::from_uuid(fresh_uuid()), when(NOW)).await.unwrap().is_none());
    }

    async fn whatever_ends_above_ends_the_grant_offline_or_not(db) {
        for offline in [false, true] {
            for what in ENDINGS {
                let standing = insert_standing(db, offline).await;
                assert!(grants::find_in_force(db, standing.grant.id, when(NOW)).await.unwrap().is_some());
                end(db, &standing, what).await;
                assert!(grants::find_in_force(db, standing.grant.id, when(NOW)).await.unwrap().is_none(), "{what}, {offline}");
            }
        }
    }

    async fn only_an_offline_grant_outlives_a_newer_sign_in_in_the_same_browser(db) {
        for offline in [false, true] {
            let standing = insert_standing(db, offline).await;
            let session = standing.session.id;
            db.tx("replaced", |tx| async move {
                storage::sessions::end(&tx, session, storage::sessions::SessionEnd::Replaced, NOW).await
            }).await.unwrap();
            let found = grants::find_in_force(db, standing.grant.id, when(NOW)).await.unwrap();
            assert_eq!(found.is_some(), offline);
        }
    }

    async fn only_an_offline_grant_outlives_the_session_s_idle_and_absolute_ends(db) {
        for (offline, expected) in [(false, false), (true, true)] {
            let standing = insert_standing(db, offline).await;
            for at in [standing.session.idle_until, standing.session.absolute_until] {
                let found = grants::find_in_force(db, standing.grant.id, when(at)).await.unwrap();
                assert_eq!(found.is_some(), expected);
            }
        }
    }

    async fn of_fifty_revocations_one_counts(db) {
        let id = insert_standing(db, false).await.grant.id;
        let revoked = race(db, |instance, _| async move {
            instance.tx("revoke", |tx| async move { grants::revoke(&tx, id, RevokeReason::ByClient, NOW).await }).await
        }).await;
        assert_eq!(revoked.into_iter().filter(|revoked| *revoked).count(), 1);
    }

    async fn a_sign_out_concerns_each_client_once(db) {
        let standing = &insert_standing(db, false).await;
        let second = &grant(&standing.session, &standing.client);
        db.tx("test", |tx| async move { grants::insert(&tx, second).await }).await.unwrap();
        insert_standing(db, false).await;
        let clients = grants::list_clients_of_session(db, standing.session.id).await.unwrap();
        assert_eq!(clients, vec![standing.client.id.clone()]);
    }

    async fn a_grant_expires_after_its_last_token(db) {
        let standing = &insert_standing(db, false).await;
        let token = &access_token(&standing.grant);
        db.tx("test", |tx| async move { access_tokens::insert(&tx, token).await }).await.unwrap();
        let expire = |before| db.tx("expire", move |tx| async move { grants::expire(&tx, before, 10).await });
        assert_eq!(expire(NOW.plus(minutes(5))).await.unwrap(), 0);
        assert_eq!(expire(NOW.plus(hours(1))).await.unwrap(), 1);
        assert!(access_tokens::find_grant(db, &token.digest).await.unwrap().is_none());
    }

    async fn an_impossible_grant_is_an_error(db) {
        let standing = insert_standing(db, false).await;
        for change in ["scopes = 'all'", "scopes = 'openid', claims = '[]'", "claims = '{}', assurance = 'gold'"] {
            db.tamper(&[&format!("UPDATE grants SET {change}")]).await;
            assert!(grants::find_in_force(db, standing.grant.id, when(NOW)).await.is_err(), "{change}");
        }
    }
}
