//! What the cabinet reads and writes: tickets, a person's sessions and sign-ins (product A7; security rules SE-3, SE-13).

use authority::audit::{Actor, Event, EventKind, EventResult};
use authority::clients::ClientId;
use authority::ids::{EventId, UserId};
use authority::sessions::BrowserSession;
use authority::time::{Timestamp, minutes, seconds};
use storage::audit::SignInFilter;
use storage::cabinet_tickets::{self, Ticket, TicketKind};
use storage::sessions::{self, SessionEnd};
use storage::{Db, StorageError, audit, users};

use crate::storage::fixtures::{
    NOW, access_token, fresh_digest, fresh_uuid, insert_standing, insert_user, race, session,
};
use crate::storage::{both_databases, when};

async fn keep(db: &Db, ticket: &Ticket<'_>) {
    let done = db.tx("test", |tx| async move { cabinet_tickets::insert(&tx, ticket).await });
    done.await.map_err(|error: StorageError| error).unwrap();
}

async fn takes(db: &Db, ticket: &Ticket<'_>, now: Timestamp) -> Option<String> {
    let done = db.tx("test", |tx| async move {
        cabinet_tickets::take(&tx, ticket.kind, &ticket.digest, ticket.session_id, now).await
    });
    done.await.map_err(|error: StorageError| error).unwrap()
}

fn ticket(session: &BrowserSession) -> Ticket<'static> {
    Ticket {
        digest: fresh_digest(),
        kind: TicketKind::Page,
        session_id: session.id,
        path: "/cabinet/phone",
        issued_at: NOW,
        expires_at: NOW.plus(seconds(30)),
    }
}

async fn insert_session(db: &Db, session: &BrowserSession) {
    let done = db.tx("test", |tx| async move { sessions::insert(&tx, session).await });
    done.await.unwrap();
}

fn event(user: UserId, kind: EventKind, at: Timestamp) -> Event {
    Event {
        user_id: Some(user),
        ..Event::new(EventId::from_uuid(fresh_uuid()), at, kind, Actor::User)
    }
}

async fn insert_events(db: &Db, events: &[Event]) {
    let done = db.tx("test", |tx| async move {
        for event in events {
            audit::insert(&tx, event).await?;
        }
        Ok::<_, StorageError>(())
    });
    done.await.unwrap();
}

both_databases! {
    async fn a_ticket_is_used_once_in_its_session_for_its_purpose_and_in_time(db) {
        let (mine, other) = (insert_standing(db, false).await, insert_standing(db, false).await);
        let kept = ticket(&mine.session);
        keep(db, &kept).await;
        assert_eq!(takes(db, &Ticket { session_id: other.session.id, ..kept }, NOW).await, None);
        assert_eq!(takes(db, &Ticket { kind: TicketKind::Form, ..kept }, NOW).await, None);
        assert_eq!(takes(db, &Ticket { digest: fresh_digest(), ..kept }, NOW).await, None);
        assert_eq!(takes(db, &kept, NOW.plus(seconds(30))).await, None, "it is over then exactly");
        assert_eq!(takes(db, &kept, NOW.plus(seconds(29))).await.as_deref(), Some("/cabinet/phone"));
        assert_eq!(takes(db, &kept, NOW.plus(seconds(29))).await, None);
    }

    async fn of_many_uses_of_a_ticket_at_once_one_counts(db) {
        let standing = insert_standing(db, false).await;
        let kept = ticket(&standing.session);
        keep(db, &kept).await;
        let won = race(db, |db, _| async move { Ok(takes(&db, &kept, NOW).await) }).await;
        assert_eq!(won.into_iter().flatten().count(), 1);
    }

    async fn tickets_that_are_over_are_deleted(db) {
        let standing = insert_standing(db, false).await;
        let (old, young) = (ticket(&standing.session), Ticket { expires_at: NOW.plus(minutes(9)), ..ticket(&standing.session) });
        keep(db, &old).await;
        keep(db, &young).await;
        let deleted = db.tx("test", |tx| async move { cabinet_tickets::expire(&tx, NOW.plus(minutes(5)), 10).await });
        assert_eq!(deleted.await.map_err(|error: StorageError| error).unwrap(), 1);
        assert!(takes(db, &young, NOW).await.is_some());
    }

    async fn a_person_sees_the_own_live_sessions_latest_first(db) {
        let (mine, other) = (insert_standing(db, false).await, insert_standing(db, false).await);
        let later = BrowserSession { touched_at: NOW.plus(minutes(1)), ..session(&mine.user, Some(&mine.device)) };
        let over = BrowserSession { ended_at: Some(NOW), ..session(&mine.user, Some(&mine.device)) };
        insert_session(db, &later).await;
        insert_session(db, &over).await;
        let found = sessions::list_live_for_user(db, mine.user.id, when(NOW.plus(minutes(2)))).await.unwrap();
        let ids: Vec<_> = found.iter().map(|live| live.session.id).collect();
        assert_eq!(ids, [later.id, mine.session.id]);
        assert!(!ids.contains(&other.session.id));
        let services = sessions::list_services(db, mine.user.id).await.unwrap();
        assert_eq!(services, [(mine.session.id, "Diary".to_owned())]);
    }

    async fn ending_a_session_ends_those_it_replaced_and_no_other_persons(db) {
        let (mine, other) = (insert_standing(db, true).await, insert_standing(db, false).await);
        let (user, now) = (mine.user.id, NOW.plus(minutes(1)));
        let newer = session(&mine.user, Some(&mine.device));
        insert_session(db, &newer).await;
        let token = &access_token(&mine.grant);
        let replaced = db.tx("test", |tx| async move {
            storage::access_tokens::insert(&tx, token).await?;
            sessions::end(&tx, mine.session.id, SessionEnd::Replaced, now).await
        });
        replaced.await.map_err(|error: StorageError| error).unwrap();
        assert!(storage::access_tokens::find_live(db, &token.digest, when(now)).await.unwrap().is_some());
        let done = db.tx("test", |tx| async move {
            assert!(!sessions::end_of_user(&tx, user, other.session.id, now).await?, "another's is none");
            assert!(sessions::end_of_user(&tx, user, newer.id, now).await?);
            assert!(!sessions::end_of_user(&tx, user, newer.id, now).await?, "it had ended before");
            Ok::<_, StorageError>(())
        });
        done.await.unwrap();
        assert!(sessions::list_live_for_user(db, user, when(now)).await.unwrap().is_empty());
        assert!(sessions::find_live(db, &other.session.cookie_digest, when(now)).await.unwrap().is_some());
        // What was offline in the replaced one is dead with the newer one.
        let live = storage::access_tokens::find_live(db, &token.digest, when(now)).await.unwrap();
        assert!(live.is_none());
    }

    async fn ending_all_others_keeps_one_and_touches_nobody_else(db) {
        let (mine, other) = (insert_standing(db, false).await, insert_standing(db, false).await);
        let user = mine.user.id;
        for _ in 0..2 {
            insert_session(db, &session(&mine.user, Some(&mine.device))).await;
        }
        let ended = db.tx("test", |tx| async move { sessions::end_others(&tx, user, mine.session.id, NOW).await });
        assert_eq!(ended.await.map_err(|error: StorageError| error).unwrap(), 2);
        let left = sessions::list_live_for_user(db, user, when(NOW)).await.unwrap();
        assert_eq!(left.iter().map(|live| live.session.id).collect::<Vec<_>>(), [mine.session.id]);
        assert!(sessions::find_live(db, &other.session.cookie_digest, when(NOW)).await.unwrap().is_some());
    }

    async fn sign_ins_are_listed_from_a_place_on_and_nothing_else_is(db) {
        let (user, other) = (insert_user(db).await.id, insert_user(db).await.id);
        let kinds = [EventKind::SignedIn, EventKind::SecondStageRefused, EventKind::OtherDeviceRefused];
        // Three of one instant, two of other ones.
        let mut events: Vec<_> = kinds.into_iter().map(|kind| event(user, kind, NOW)).collect();
        events.push(event(user, EventKind::SignedIn, NOW.plus(seconds(1))));
        events.push(event(user, EventKind::SignedIn, NOW.minus(seconds(1))));
        events.push(event(user, EventKind::TokensIssued, NOW));
        events.push(event(other, EventKind::SignedIn, NOW));
        insert_events(db, &events).await;
        let since = SignInFilter::since(NOW.minus(minutes(1)));
        let all = audit::list_sign_ins(db, user, &since, None, 10).await.unwrap();
        assert_eq!(all.len(), 5);
        let mut read = Vec::new();
        let mut place = None;
        while let Some(event) = audit::list_sign_ins(db, user, &since, place, 1).await.unwrap().pop() {
            place = Some((event.at, event.id));
            read.push(event.id);
        }
        assert_eq!(read, all.iter().map(|event| event.id).collect::<Vec<_>>());
        let later = SignInFilter::since(NOW.plus(seconds(1)));
        assert_eq!(audit::list_sign_ins(db, user, &later, None, 10).await.unwrap().len(), 1);
        // One by one: the person's own, and sign-ins only.
        assert!(audit::find_sign_in(db, user, events[0].id).await.unwrap().is_some());
        assert!(audit::find_sign_in(db, other, events[0].id).await.unwrap().is_none());
        assert!(audit::find_sign_in(db, user, events[5].id).await.unwrap().is_none());
    }

    async fn sign_ins_are_narrowed_to_a_time_a_result_and_a_client_of_the_same_person(db) {
        let (user, other) = (insert_user(db).await.id, insert_user(db).await.id);
        let (diary, gone) = (ClientId::parse("diary").unwrap(), ClientId::parse("gone").unwrap());
        let for_client = |kind, at, client: &ClientId| Event { client_id: Some(client.clone()), ..event(user, kind, at) };
        let events = [
            for_client(EventKind::SignedIn, NOW, &diary),
            for_client(EventKind::OtherDeviceRefused, NOW.plus(seconds(1)), &diary),
            for_client(EventKind::SignedIn, NOW.plus(seconds(2)), &gone),
            event(user, EventKind::SignInRefused, NOW.plus(seconds(3))),
            Event { client_id: Some(ClientId::parse("theirs").unwrap()), ..event(other, EventKind::SignedIn, NOW) },
        ];
        insert_events(db, &events).await;
        let all = SignInFilter::since(NOW);
        let count = async |filter: SignInFilter<'_>| audit::list_sign_ins(db, user, &filter, None, 10).await.unwrap().len();
        assert_eq!(count(all).await, 4);
        assert_eq!(count(SignInFilter { since: NOW.plus(seconds(1)), ..all }).await, 3, "the first instant is inside");
        assert_eq!(count(SignInFilter { until: Some(NOW.plus(seconds(3))), ..all }).await, 3, "the end is outside");
        assert_eq!(count(SignInFilter { until: Some(NOW), ..all }).await, 0);
        assert_eq!(count(SignInFilter { result: Some(EventResult::Done), ..all }).await, 2);
        assert_eq!(count(SignInFilter { result: Some(EventResult::Refused), ..all }).await, 2);
        assert_eq!(count(SignInFilter { client: Some(&diary), ..all }).await, 2);
        let one = SignInFilter { result: Some(EventResult::Refused), client: Some(&diary), ..all };
        let found = audit::list_sign_ins(db, user, &one, None, 10).await.unwrap();
        assert_eq!(found.iter().map(|event| event.id).collect::<Vec<_>>(), [events[1].id]);
        // Whom they were for: known ones by name, the others by id; nobody else's.
        let clients = audit::list_sign_in_clients(db, user, NOW).await.unwrap();
        assert_eq!(clients.iter().map(|(id, _)| id).collect::<std::collections::BTreeSet<_>>(), [&diary, &gone].into());
        assert!(clients.iter().all(|(_, name)| name.is_none()));
        assert_eq!(audit::list_sign_in_clients(db, user, NOW.plus(seconds(2))).await.unwrap(), [(gone, None)]);
    }

    async fn the_address_of_a_session_is_that_of_its_beginning_and_its_owners(db) {
        let (mine, other) = (insert_standing(db, false).await, insert_standing(db, false).await);
        let (user, session) = (mine.user.id, mine.session.id);
        let from = |kind, at, address: &str| Event {
            session_id: Some(session),
            address: Some(address.to_owned()),
            ..event(user, kind, at)
        };
        let events = [
            from(EventKind::SignedIn, NOW, "203.0.113.1"),
            from(EventKind::TokensIssued, NOW, "203.0.113.2"),
            Event { address: None, ..from(EventKind::SignedIn, NOW, "") },
            event(user, EventKind::SignedIn, NOW),
            Event { session_id: Some(other.session.id), address: Some("203.0.113.3".to_owned()), ..event(other.user.id, EventKind::SignedIn, NOW) },
        ];
        insert_events(db, &events).await;
        let found = audit::list_session_addresses(db, user, NOW).await.unwrap();
        assert_eq!(found, [(session, "203.0.113.1".to_owned())]);
        assert_eq!(audit::list_session_addresses(db, user, NOW.plus(seconds(1))).await.unwrap(), []);
    }

    async fn the_wish_for_messages_is_kept_and_nobody_has_it_at_first(db) {
        let user = insert_user(db).await.id;
        assert!(!users::wants_sign_in_messages(db, user).await.unwrap());
        for wanted in [true, false] {
            let done = db.tx("test", |tx| async move { users::record_sign_in_messages(&tx, user, wanted).await });
            done.await.map_err(|error: StorageError| error).unwrap();
            assert_eq!(users::wants_sign_in_messages(db, user).await.unwrap(), wanted);
        }
    }
}
