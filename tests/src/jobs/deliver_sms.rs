//! A message whose request ended before the gateway had it still leaves, once.

use std::sync::Arc;

use authority::audit::{Actor, Event, EventKind};
use authority::ids::{EventId, SmsId};
use authority::secret::Secret;
use authority::time::{minutes, seconds};
use authority::users::Phone;
use jobs::{deliver_sms, seal_audit};
use messaging::{Outbox, Refusing, Sender};
use storage::sms::{self, NewSms, SealedSms};
use storage::{Db, audit};
use testkit::clock::TestClock;

use crate::storage::both_databases;
use crate::storage::fixtures::{NOW, fresh_uuid, insert_phone, insert_user, keyring, rng};

async fn left_over(db: &Db) -> Phone {
    let user = insert_user(db).await;
    let phone = insert_phone(db, &user).await;
    let text = Secret::new("482913 — code".to_owned());
    let id = SmsId::from_uuid(fresh_uuid());
    let request_id = id.to_string();
    let expires_at = NOW.plus(minutes(5));
    let new = NewSms {
        kind: storage::sms::SmsKind::Code(authority::throttle::Share::Other),
        id,
        request_id: &request_id,
        phone: &phone,
        text: &text,
        created_at: NOW,
        expires_at,
    };
    let kept = &SealedSms::seal(&new, keyring(), &mut rng()).unwrap();
    db.tx("left_over", |tx| async move { sms::insert(&tx, kept).await })
        .await
        .unwrap();
    phone
}

/// The events about the person of a left-over message: kind, reason, methods.
async fn events(db: &Db, phone: &Phone) -> Vec<String> {
    let events = audit::list_for_user(db, phone.user_id, 10).await.unwrap();
    let says = |event: &Event| {
        format!(
            "{} {} {} {}",
            event.actor.as_str(),
            event.kind.as_str(),
            event.reason,
            event.methods
        )
    };
    events.iter().map(says).collect()
}

fn sender() -> Sender {
    Sender::parse("1414").unwrap()
}

both_databases! {
    async fn a_left_over_message_leaves_once(db) {
        let phone = left_over(db).await;
        let outbox = Outbox::in_memory(Arc::new(TestClock::at(NOW)));
        let later = NOW.plus(seconds(5));
        assert_eq!(deliver_sms(db, keyring(), &outbox, &sender(), later).await.unwrap().sent, 1);
        assert_eq!(deliver_sms(db, keyring(), &outbox, &sender(), later.plus(minutes(1))).await.unwrap().sent, 0);
        let kept = outbox.newest_first().await;
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].to_json()["to"], phone.number.expose());
        assert_eq!(events(db, &phone).await, ["system sms_sent left_over sms"]);
    }

    async fn a_refusing_gateway_is_asked_again_later(db) {
        left_over(db).await;
        let outbox = Outbox::in_memory(Arc::new(TestClock::at(NOW)));
        assert_eq!(deliver_sms(db, keyring(), &Refusing, &sender(), NOW.plus(seconds(1))).await.unwrap().sent, 0);
        assert_eq!(deliver_sms(db, keyring(), &outbox, &sender(), NOW.plus(seconds(2))).await.unwrap().sent, 0, "still claimed");
        assert_eq!(deliver_sms(db, keyring(), &outbox, &sender(), NOW.plus(seconds(20))).await.unwrap().sent, 1);
    }

    async fn a_message_leaves_while_the_sealer_is_late_and_its_event_follows(db) {
        let phone = left_over(db).await;
        let outbox = Outbox::in_memory(Arc::new(TestClock::at(NOW)));
        let early = &Event::new(EventId::mint(NOW, &mut rng()), NOW, EventKind::SignedIn, Actor::User);
        let written = db.tx("event", |tx| async move { audit::insert(&tx, early).await });
        written.await.unwrap();
        let late = NOW.plus(seconds(61));
        audit::look(db, late).await.unwrap();
        assert_eq!(deliver_sms(db, keyring(), &outbox, &sender(), late).await.unwrap().sent, 1);
        assert_eq!(events(db, &phone).await, Vec::<String>::new());
        seal_audit(db, keyring(), late).await.unwrap().unwrap();
        audit::look(db, late.plus(seconds(20))).await.unwrap();
        assert_eq!(deliver_sms(db, keyring(), &outbox, &sender(), late.plus(seconds(20))).await.unwrap().sent, 1);
        assert_eq!(outbox.newest_first().await.len(), 1, "one message for each request id");
        assert_eq!(events(db, &phone).await, ["system sms_sent left_over sms"]);
    }

    async fn a_message_whose_time_is_over_does_not_leave(db) {
        left_over(db).await;
        let outbox = Outbox::in_memory(Arc::new(TestClock::at(NOW)));
        assert_eq!(deliver_sms(db, keyring(), &outbox, &sender(), NOW.plus(minutes(5))).await.unwrap().sent, 0);
        assert!(outbox.newest_first().await.is_empty());
    }
}
