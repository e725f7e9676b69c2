//! Consents: one for each user and client; withdrawing ends what rests on it (security rule AZ-13).

use authority::authorization::{ClaimName, Scope};
use authority::consents::Consent;
use authority::ids::ConsentId;
use authority::time::hours;
use storage::{consents, grants};

use crate::storage::fixtures::{NOW, Standing, fresh_uuid, insert_standing, race};
use crate::storage::{both_databases, when};

fn consent(standing: &Standing) -> Consent {
    Consent {
        id: ConsentId::from_uuid(fresh_uuid()),
        user_id: standing.user.id,
        client_id: standing.client.id.clone(),
        scopes: vec![Scope::OpenId, Scope::Profile],
        claims: vec![ClaimName::Iin],
        metadata_version: 3,
        granted_at: NOW,
    }
}

both_databases! {
    async fn a_consent_is_replaced_and_keeps_its_id(db) {
        let standing = insert_standing(db, false).await;
        let (user, client) = (standing.user.id, &standing.client.id);
        assert!(consents::find(db, user, client).await.unwrap().is_none());
        let (first, second) = (&consent(&standing), &Consent {
            scopes: vec![Scope::OpenId],
            claims: Vec::new(),
            metadata_version: 4,
            granted_at: NOW.plus(hours(1)),
            ..consent(&standing)
        });
        db.tx("test", |tx| async move {
            consents::record(&tx, first).await?;
            consents::record(&tx, second).await
        }).await.unwrap();
        let found = consents::find(db, user, client).await.unwrap().unwrap();
        assert_eq!(format!("{found:?}"), format!("{:?}", Consent { id: first.id, ..second.clone() }));
        assert_eq!(consents::list_for_user(db, user).await.unwrap().len(), 1);
    }

    async fn withdrawing_ends_the_grants_of_that_client_only(db) {
        let (standing, other) = (insert_standing(db, true).await, insert_standing(db, true).await);
        let given = &consent(&standing);
        db.tx("test", |tx| async move { consents::record(&tx, given).await }).await.unwrap();
        let (user, client) = (standing.user.id, &standing.client.id);
        let withdraw = || db.tx("test", |tx| async move { consents::withdraw(&tx, user, client, NOW).await });
        assert!(withdraw().await.unwrap());
        assert!(!withdraw().await.unwrap());
        assert!(consents::find(db, user, client).await.unwrap().is_none());
        assert!(grants::find_in_force(db, standing.grant.id, when(NOW)).await.unwrap().is_none());
        assert!(grants::find_in_force(db, other.grant.id, when(NOW)).await.unwrap().is_some());
        db.tx("test", |tx| async move { consents::record(&tx, given).await }).await.unwrap();
        assert!(consents::find(db, user, client).await.unwrap().is_some(), "it can be given again");
        assert!(grants::find_in_force(db, standing.grant.id, when(NOW)).await.unwrap().is_none(), "which revives nothing");
    }

    async fn fifty_consents_at_once_leave_one(db) {
        let standing = insert_standing(db, false).await;
        race(db, |instance, _| {
            let given = consent(&standing);
            async move {
                let given = &given;
                instance.tx("consent", |tx| async move { consents::record(&tx, given).await }).await
            }
        }).await;
        assert_eq!(consents::list_for_user(db, standing.user.id).await.unwrap().len(), 1);
    }

    async fn an_unknown_scope_or_claim_is_impossible(db) {
        let standing = insert_standing(db, false).await;
        let given = &consent(&standing);
        db.tx("test", |tx| async move { consents::record(&tx, given).await }).await.unwrap();
        for change in ["scopes = 'openid all'", "scopes = 'openid', claims = 'shoe_size'"] {
            db.tamper(&[&format!("UPDATE consents SET {change}")]).await;
            assert!(consents::find(db, standing.user.id, &standing.client.id).await.is_err(), "{change}");
        }
    }
}
