//! Certificates: issuer and serial number are the identity, and belong to one user.

use authority::certificates::{Certificate, CertificateRole, KeyStorage, KeySuite, KeyUsage, Stop, StopReason};
use authority::identifiers::{Bin, Checksum};
use authority::ids::{CertificateId, OrganisationId, UserId};
use authority::time::{days, hours};
use storage::certificates::{self, Recorded};
use storage::organisations::{self, Organisation, SealedOrganisation};
use storage::{Db, StorageError};

use crate::storage::both_databases;
use crate::storage::fixtures::{NOW, fresh_uuid, insert_user, keyring, race, rng};

pub(crate) fn certificate(user_id: UserId, serial: &[u8]) -> Certificate {
    Certificate {
        id: CertificateId::from_uuid(fresh_uuid()),
        user_id,
        issuer: b"CN=Test CA".to_vec(),
        serial: serial.to_vec(),
        organisation: None,
        role: CertificateRole::Head,
        key_storage: KeyStorage::File,
        usage: Some(KeyUsage::Both),
        suite: Some(KeySuite::Gost2015Long),
        key_digest: Some([7; 32]),
        not_before: NOW.minus(days(1)),
        not_after: NOW.plus(days(365)),
        first_used_at: NOW,
        last_used_at: NOW,
        stop: None,
    }
}

async fn organisation(db: &Db, bin: &str) -> OrganisationId {
    let organisation = Organisation {
        id: OrganisationId::from_uuid(fresh_uuid()),
        bin: Bin::parse(bin, Checksum::Required).unwrap(),
        name: None,
    };
    let sealed = &SealedOrganisation::seal(&organisation, keyring(), &mut rng()).unwrap();
    let done = db.tx(
        "test",
        |tx| async move { organisations::record(&tx, sealed, NOW).await },
    );
    done.await.unwrap()
}

/// Records certificates.
async fn record(db: &Db, all: &[&Certificate]) {
    let all = &all.to_vec();
    let done = db.tx("test", |tx| async move {
        for certificate in all {
            certificates::record(&tx, certificate).await?;
        }
        Ok::<_, StorageError>(())
    });
    done.await.unwrap();
}

async fn refuse(db: &Db, id: CertificateId, reason: StopReason) -> bool {
    let done = db.tx(
        "test",
        |tx| async move { certificates::refuse(&tx, id, reason, NOW).await },
    );
    done.await.unwrap()
}

both_databases! {
    async fn a_certificate_is_stopped_once_and_keeps_its_first_reason(db) {
        let shown = &certificate(insert_user(db).await.id, b"\x01");
        record(db, &[shown]).await;
        assert!(certificates::find_stop(db, shown).await.unwrap().is_none());
        assert!(refuse(db, shown.id, StopReason::Stopped).await);
        assert!(!refuse(db, shown.id, StopReason::Revoked).await);
        let stop = Stop { reason: StopReason::Stopped, at: NOW };
        assert_eq!(certificates::find_stop(db, shown).await.unwrap(), Some(stop));
        record(db, &[shown]).await;
        assert_eq!(certificates::find_stop(db, shown).await.unwrap(), Some(stop), "a use changes nothing of it");
        let accept = |reason| db.tx("test", move |tx| async move { certificates::accept(&tx, shown.id, reason).await });
        assert!(!accept(StopReason::Shared).await.unwrap());
        assert!(accept(StopReason::Stopped).await.unwrap());
        assert!(certificates::find_stop(db, shown).await.unwrap().is_none());
    }

    async fn another_certificate_of_a_stopped_key_is_stopped_and_one_of_a_revoked_certificate_is_not(db) {
        for (reason, holds) in [(StopReason::Stopped, true), (StopReason::Shared, true), (StopReason::Revoked, false)] {
            let user = insert_user(db).await.id;
            let mut first = certificate(user, b"\x01");
            first.issuer = user.as_uuid().as_bytes().to_vec();
            record(db, &[&first]).await;
            assert!(refuse(db, first.id, reason).await);
            let anew = Certificate { serial: b"\x02".to_vec(), ..first.clone() };
            assert_eq!(certificates::find_stop(db, &anew).await.unwrap().is_some(), holds, "{reason:?}");
            let other_key = Certificate { key_digest: Some([8; 32]), ..anew.clone() };
            assert!(certificates::find_stop(db, &other_key).await.unwrap().is_none());
            let unknown_key = Certificate { key_digest: None, ..anew.clone() };
            assert!(certificates::find_stop(db, &unknown_key).await.unwrap().is_none(), "nothing is not a key");
            let anothers = Certificate { user_id: insert_user(db).await.id, ..anew };
            assert!(certificates::find_stop(db, &anothers).await.unwrap().is_none(), "a stop is one person's");
        }
    }

    async fn what_was_not_known_of_a_key_is_learnt_at_its_next_use(db) {
        let user = insert_user(db).await.id;
        let known = certificate(user, b"\x01");
        let before = Certificate { usage: None, suite: None, key_digest: None, ..known.clone() };
        record(db, &[&before, &known, &before]).await;
        let list = certificates::list_for_user(db, user).await.unwrap();
        assert_eq!((list[0].usage, list[0].suite, list[0].key_digest), (known.usage, known.suite, known.key_digest));
    }

    async fn a_certificate_that_is_issued_anew_for_its_key_lasts_longer_and_never_shorter(db) {
        let user = insert_user(db).await.id;
        let first = certificate(user, b"\x01");
        let anew = Certificate { not_after: first.not_after.plus(days(365)), ..first.clone() };
        record(db, &[&first, &anew, &first]).await;
        let list = certificates::list_for_user(db, user).await.unwrap();
        assert_eq!((list.len(), list[0].not_after), (1, anew.not_after));
    }

    async fn another_role_or_organisation_is_a_change_and_what_was_not_looked_for_is_none(db) {
        let user = insert_user(db).await.id;
        let (one, two) = (organisation(db, "990640000015").await, organisation(db, "990640000025").await);
        let known = certificate(user, b"\x01");
        let with = |role, organisation| Certificate { role, organisation, ..known.clone() };
        let (head, employee) = (CertificateRole::Head, CertificateRole::Employee);
        for (shown, is_change, kept) in [
            (with(head, None), None, None),
            (with(head, Some(one)), Some(false), Some(one)),
            (with(head, None), Some(false), Some(one)),
            (with(head, Some(two)), Some(true), Some(two)),
            (with(head, Some(two)), Some(false), Some(two)),
            (with(employee, Some(two)), Some(true), Some(two)),
            (with(head, None), Some(true), Some(two)),
            (with(CertificateRole::Individual, None), Some(true), None),
            (with(CertificateRole::Individual, None), Some(false), None),
        ] {
            let shown = &shown;
            let recorded = db.tx("test", |tx| async move { certificates::record(&tx, shown).await }).await.unwrap();
            let expected = match is_change {
                None => Recorded::New,
                Some(false) => Recorded::Known(known.id),
                Some(true) => Recorded::Changed(known.id),
            };
            let list = certificates::list_for_user(db, user).await.unwrap();
            assert_eq!((recorded, list[0].role, list[0].organisation), (expected, shown.role, kept), "{shown:?}");
        }
    }

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
        for change in [
            "role = 'king'",
            "role = 'head', key_storage = 'cloud'",
            "key_storage = 'file', usage = 'everything'",
            "usage = 'both', suite = 'rot13'",
            "suite = NULL, refused_at = 1",
            "refused_reason = 'lost'",
            "refused_at = NULL, refused_reason = 'stopped'",
        ] {
            db.tamper(&[&format!("UPDATE certificates SET {change}")]).await;
            assert!(certificates::list_for_user(db, user).await.is_err(), "{change}");
        }
    }
}
