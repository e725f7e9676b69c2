//! Certificates: issuer and serial number are the identity, and belong to one user.

use authority::certificates::{Certificate, CertificateRole, KeyStorage};
use authority::ids::{CertificateId, UserId};
use authority::time::{days, hours};
use storage::certificates::{self, Recorded};

use crate::storage::both_databases;
use crate::storage::fixtures::{NOW, fresh_uuid, insert_user, race};

pub(crate) fn certificate(user_id: UserId, serial: &[u8]) -> Certificate {
    Certificate {
        id: CertificateId::from_uuid(fresh_uuid()),
        user_id,
        issuer: b"CN=Test CA".to_vec(),
        serial: serial.to_vec(),
        organisation: None,
        role: CertificateRole::Head,
        key_storage: KeyStorage::File,
        not_before: NOW.minus(days(1)),
        not_after: NOW.plus(days(365)),
        first_used_at: NOW,
        last_used_at: NOW,
    }
}

both_databases! {
    async fn a_certificate_is_new_once_and_keeps_its_id(db) {
        let user = insert_user(db).await.id;
        let first = &certificate(user, b"\x01");
        let again = &Certificate { last_used_at: NOW.plus(hours(2)), ..certificate(user, b"\x01") };
        let recorded = db.tx("test", |tx| async move {
            assert_eq!(certificates::record(&tx, first).await?, Recorded::New);
            certificates::record(&tx, again).await
        });
        assert_eq!(recorded.await.unwrap(), Recorded::Known(first.id));
        let list = certificates::list_for_user(db, user).await.unwrap();
        assert_eq!(list.len(), 1);
        let expected = Certificate { last_used_at: NOW.plus(hours(2)), ..first.clone() };
        assert_eq!(format!("{:?}", list[0]), format!("{expected:?}"));
        let found = certificates::find_for_user(db, user, first.id).await.unwrap();
        assert_eq!(format!("{found:?}"), format!("{:?}", Some(expected)));
    }

    async fn anothers_certificate_is_not_taken_over(db) {
        let (owner, other) = (insert_user(db).await.id, insert_user(db).await.id);
        let (first, stolen) = (&certificate(owner, b"\x01"), &certificate(other, b"\x01"));
        let recorded = db.tx("test", |tx| async move {
            certificates::record(&tx, first).await?;
            certificates::record(&tx, stolen).await
        });
        assert_eq!(recorded.await.unwrap(), Recorded::OfAnotherUser);
        assert!(certificates::list_for_user(db, other).await.unwrap().is_empty());
        assert!(certificates::find_for_user(db, other, first.id).await.unwrap().is_none());
    }

    async fn of_fifty_first_uses_one_is_new(db) {
        let user = insert_user(db).await.id;
        let recorded = race(db, |instance, _| async move {
            let shown = &certificate(user, b"\x02");
            instance.tx("use", |tx| async move { certificates::record(&tx, shown).await }).await
        }).await;
        assert_eq!(recorded.iter().filter(|recorded| **recorded == Recorded::New).count(), 1);
        assert!(!recorded.contains(&Recorded::OfAnotherUser));
    }

    async fn an_unknown_role_or_storage_is_impossible(db) {
        let user = insert_user(db).await.id;
        let kept = &certificate(user, b"\x01");
        db.tx("test", |tx| async move { certificates::record(&tx, kept).await }).await.unwrap();
        for change in ["role = 'king'", "role = 'head', key_storage = 'cloud'"] {
            db.tamper(&[&format!("UPDATE certificates SET {change}")]).await;
            assert!(certificates::list_for_user(db, user).await.is_err(), "{change}");
        }
    }
}
