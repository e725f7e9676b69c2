//! Whom an ending concerns.

use authority::clients::{BackchannelLogout, BackchannelLogoutUri, Client};
use authority::devices::Device;
use authority::sessions::BrowserSession;
use authority::time::{days, hours};
use authority::users::User;
use storage::backchannel_logouts::{self, Concerned, Ended};
use storage::sessions::{self, SessionEnd};
use storage::{Db, clients, devices, grants, users};

use crate::storage::both_databases;
use crate::storage::fixtures::{NOW, client, device, grant, insert_user, session};

/// A client that wants to be told, and one that does not.
async fn insert_clients(db: &Db) -> (Client, Client) {
    let told = Client {
        name: "Told".to_owned(),
        backchannel_logout: Some(BackchannelLogout {
            uri: BackchannelLogoutUri::parse("https://told.example.kz/logout").unwrap(),
            session_required: true,
        }),
        ..client()
    };
    let other = client();
    for client in [&told, &other] {
        db.tx("test", |tx| async move { clients::record(&tx, client, NOW).await })
            .await
            .unwrap();
    }
    (told, other)
}

async fn insert_device(db: &Db, user: &User, slot: i16) -> Device {
    let device = Device { slot, ..device(user) };
    let kept = &device;
    db.tx("test", |tx| async move { devices::insert(&tx, kept).await })
        .await
        .unwrap();
    device
}

/// A session in which each client was given something.
async fn insert_session(db: &Db, user: &User, device: Option<&Device>, clients: &[&Client]) -> BrowserSession {
    let session = session(user, device);
    let kept = &session;
    db.tx("test", |tx| async move {
        sessions::insert(&tx, kept).await?;
        for client in clients {
            grants::insert(&tx, &grant(kept, client)).await?;
        }
        Ok::<_, storage::StorageError>(())
    })
    .await
    .unwrap();
    session
}

async fn end(db: &Db, session: &BrowserSession, reason: SessionEnd) {
    let id = session.id;
    let ended = db.tx("test", |tx| async move { sessions::end(&tx, id, reason, NOW).await });
    assert!(ended.await.unwrap());
}

async fn concerned(db: &Db, ended: Ended) -> Vec<Concerned> {
    backchannel_logouts::list_concerned(db, ended).await.unwrap()
}

fn notice(client: &Client, session: &BrowserSession) -> Concerned {
    Concerned {
        client_id: client.id.clone(),
        client_name: client.name.clone(),
        session_id: session.id,
        user_id: session.user_id,
    }
}

both_databases! {
    async fn a_session_concerns_the_clients_that_want_to_know_and_were_given_something_in_it(db) {
        let (told, other) = insert_clients(db).await;
        let user = insert_user(db).await;
        let mine = insert_session(db, &user, None, &[&told, &told, &other]).await;
        insert_session(db, &user, None, &[&told]).await;
        insert_session(db, &insert_user(db).await, None, &[&told]).await;
        let bare = insert_session(db, &user, None, &[]).await;
        assert_eq!(concerned(db, Ended::Session(mine.id)).await, [notice(&told, &mine)]);
        assert!(concerned(db, Ended::Session(bare.id)).await.is_empty());
    }

    async fn all_of_a_user_are_all_and_all_but_one_are_the_others(db) {
        let (told, _) = insert_clients(db).await;
        let user = insert_user(db).await;
        let mut all = [
            insert_session(db, &user, None, &[&told]).await,
            insert_session(db, &user, None, &[&told]).await,
        ];
        all.sort_by_key(|session| session.id);
        insert_session(db, &insert_user(db).await, None, &[&told]).await;
        let [first, second] = &all;
        assert_eq!(concerned(db, Ended::AllOf(user.id)).await, [notice(&told, first), notice(&told, second)]);
        assert_eq!(concerned(db, Ended::AllBut(user.id, first.id)).await, [notice(&told, second)]);
    }

    async fn what_ended_before_concerns_nobody_again(db) {
        let (told, _) = insert_clients(db).await;
        let user = insert_user(db).await;
        for reason in [SessionEnd::SignedOut, SessionEnd::Ended] {
            let session = insert_session(db, &user, None, &[&told]).await;
            end(db, &session, reason).await;
            assert!(concerned(db, Ended::Session(session.id)).await.is_empty());
        }
        insert_session(db, &user, None, &[&told]).await;
        db.tx("test", |tx| async move { users::raise_epoch(&tx, user.id).await }).await.unwrap();
        assert!(concerned(db, Ended::AllOf(user.id)).await.is_empty());
    }

    async fn a_session_whose_time_ran_out_was_never_told(db) {
        let (told, _) = insert_clients(db).await;
        let user = insert_user(db).await;
        let session = insert_session(db, &user, None, &[&told]).await;
        let later = NOW.plus(days(3));
        assert!(sessions::find_live(db, &session.cookie_digest, super::when(later)).await.unwrap().is_none());
        assert_eq!(concerned(db, Ended::AllOf(user.id)).await, [notice(&told, &session)]);
    }

    async fn a_session_takes_along_those_it_replaced_in_the_same_browser(db) {
        let (told, _) = insert_clients(db).await;
        let user = insert_user(db).await;
        let (here, there) = (insert_device(db, &user, 0).await, insert_device(db, &user, 1).await);
        let before = insert_session(db, &user, Some(&here), &[&told]).await;
        let elsewhere = insert_session(db, &user, Some(&there), &[&told]).await;
        let now = insert_session(db, &user, Some(&here), &[&told]).await;
        end(db, &before, SessionEnd::Replaced).await;
        end(db, &elsewhere, SessionEnd::Replaced).await;
        let mut expected = vec![notice(&told, &before), notice(&told, &now)];
        expected.sort_by_key(|concerned| concerned.session_id);
        assert_eq!(concerned(db, Ended::Session(now.id)).await, expected);
        assert_eq!(concerned(db, Ended::AllOf(user.id)).await.len(), 3);
        assert_eq!(concerned(db, Ended::AllBut(user.id, now.id)).await, [notice(&told, &elsewhere)]);
    }

    async fn a_client_that_is_gone_is_not_told(db) {
        let (told, _) = insert_clients(db).await;
        let user = insert_user(db).await;
        let session = insert_session(db, &user, None, &[&told]).await;
        let id = &told.id;
        db.tx("test", |tx| async move { clients::end(&tx, id, NOW.plus(hours(1))).await }).await.unwrap();
        assert!(concerned(db, Ended::Session(session.id)).await.is_empty());
    }

    async fn the_page_after_a_sign_out_finds_whom_it_concerned(db) {
        let (told, _) = insert_clients(db).await;
        let user = insert_user(db).await;
        let (out, other) = (
            insert_session(db, &user, None, &[&told]).await,
            insert_session(db, &user, None, &[&told]).await,
        );
        let of = async |session: &BrowserSession| {
            backchannel_logouts::list_of_signed_out(db, &session.cookie_digest).await.unwrap()
        };
        assert!(of(&out).await.is_empty(), "it stands");
        end(db, &out, SessionEnd::SignedOut).await;
        end(db, &other, SessionEnd::Ended).await;
        assert_eq!(of(&out).await, [notice(&told, &out)]);
        assert!(of(&other).await.is_empty());
    }
}
