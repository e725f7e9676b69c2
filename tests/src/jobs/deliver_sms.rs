//! A message whose request ended before the gateway had it still leaves, once.

use std::sync::Arc;

use authority::audit::{Actor, Event, EventKind};
use authority::ids::{EventId, SmsId};
use authority::secret::Secret;
use authority::time::{Timestamp, minutes, seconds};
use authority::users::Phone;
use jobs::{deliver_sms, seal_audit};
use messaging::{Outbox, Refusing, Sender, SmsGateway};
use storage::sms::{self, NewSms, SealedSms};
use storage::{Db, audit};
use testkit::clock::TestClock;

use crate::storage::both_databases;
use crate::storage::fixtures::{NOW, fresh_uuid, insert_phone, insert_user, keyring, rng};

/// Messages of more than two rounds.
const MANY: usize = 41;

async fn left_over(db: &Db) -> Phone {
    left_over_until(db, NOW.plus(minutes(5))).await
}

/// A message to somebody of its own that is worth sending until then.
async fn left_over_until(db: &Db, expires_at: Timestamp) -> Phone {
    let user = insert_user(db).await;
    let phone = insert_phone(db, &user).await;
    let text = Secret::new("482913 — code".to_owned());
    let id = SmsId::from_uuid(fresh_uuid());
    let request_id = id.to_string();
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

/// Rounds until one says that nothing is left; how many messages left.
async fn all_rounds(db: &Db, gateway: &dyn SmsGateway, now: Timestamp) -> usize {
    let mut sent = 0;
    loop {
        let delivered = deliver_sms(db, keyring(), gateway, &sender(), now).await.unwrap();
        sent += delivered.sent;
        if !delivered.more {
            return sent;
        }
    }
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

    async fn more_messages_than_a_round_takes_leave_in_several_each_once(db) {
        let (now, over_by_then) = (NOW.plus(seconds(5)), NOW.plus(seconds(5)));
        let (mut phones, mut too_late) = (Vec::new(), Vec::new());
        for number in 0..MANY {
            // One among the first round, one among the last.
            if [7, MANY - 1].contains(&number) {
                too_late.push(left_over_until(db, over_by_then).await);
            }
            phones.push(left_over(db).await);
        }
        let outbox = Outbox::in_memory(Arc::new(TestClock::at(NOW)));
        assert_eq!(all_rounds(db, &outbox, now).await, MANY);
        assert_eq!(all_rounds(db, &outbox, now.plus(minutes(1))).await, 0);
        let kept = outbox.newest_first().await;
        let mut reached: Vec<&str> = kept.iter().map(|kept| kept.to.expose()).collect();
        let mut waited: Vec<&str> = phones.iter().map(|phone| phone.number.expose()).collect();
        reached.sort_unstable();
        waited.sort_unstable();
        assert_eq!(reached, waited, "each once, and none whose time was over");
        for phone in &phones {
            assert_eq!(events(db, phone).await, ["system sms_sent left_over sms"]);
        }
        for phone in &too_late {
            assert!(events(db, phone).await.is_empty());
        }
    }

    async fn a_gateway_that_refuses_all_is_asked_for_each_of_many_messages_once(db) {
        for _ in 0..MANY {
            left_over(db).await;
        }
        let outbox = Outbox::in_memory(Arc::new(TestClock::at(NOW)));
        let now = NOW.plus(seconds(1));
        assert_eq!(all_rounds(db, &Refusing, now).await, 0, "and it ends");
        assert_eq!(all_rounds(db, &outbox, now.plus(seconds(1))).await, 0, "all are claimed");
        assert_eq!(all_rounds(db, &outbox, now.plus(seconds(20))).await, MANY);
    }

    async fn a_message_whose_time_is_over_does_not_leave(db) {
        left_over(db).await;
        let outbox = Outbox::in_memory(Arc::new(TestClock::at(NOW)));
        assert_eq!(deliver_sms(db, keyring(), &outbox, &sender(), NOW.plus(minutes(5))).await.unwrap().sent, 0);
        assert!(outbox.newest_first().await.is_empty());
    }
}
