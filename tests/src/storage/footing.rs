//! What counts is judged by the database's join; the rules say the same in `authority::sessions::Footing`. Both agree on
//! every combination of what a session or a grant rests on.

use authority::devices::Device;
use authority::grants::Grant;
use authority::sessions::{BrowserSession, Footing};
use authority::time::{Timestamp, hours, seconds};
use authority::users::{Exclusivity, LockReason, User, UserState};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use storage::{Db, StorageError, certificates, clients, devices, grants, sessions, users};

use crate::storage::certificates::certificate;
use crate::storage::fixtures::{NOW, device, grant, insert_client, insert_user, session};
use crate::storage::{both_databases, when};

/// A person with a session and a grant of every kind in it.
struct Person {
    user: User,
    /// The device of the session, and another one of the person.
    device: Option<Device>,
    other: Device,
    session: BrowserSession,
    /// Whether one of its certificates was stopped.
    stopped: bool,
    /// With whether the client is gone.
    grants: Vec<(Grant, bool)>,
}

async fn person(db: &Db, has_device: bool, is_behind: bool, clients: [&authority::clients::Client; 2]) -> Person {
    let user = insert_user(db).await;
    let device_of_session = has_device.then(|| device(&user));
    let other = Device {
        slot: 1,
        ..device(&user)
    };
    let serial = user.id.as_uuid();
    let shown = certificate(user.id, serial.as_bytes());
    let on_phone = certificate(user.id, &[serial.as_bytes().as_slice(), b"phone"].concat());
    let session = BrowserSession {
        certificate_id: Some(shown.id),
        second_certificate_id: Some(on_phone.id),
        epoch: user.epoch - i64::from(is_behind),
        ..session(&user, device_of_session.as_ref())
    };
    let mut grants = Vec::new();
    for (client, is_gone) in [(clients[0], false), (clients[1], true)] {
        for offline in [false, true] {
            for revoked_at in [None, Some(NOW)] {
                for epoch in [user.epoch, user.epoch - 1] {
                    let fresh = grant(&session, client);
                    grants.push((
                        Grant {
                            offline,
                            revoked_at,
                            epoch,
                            ..fresh
                        },
                        is_gone,
                    ));
                }
            }
        }
    }
    let shown = [&shown, &on_phone];
    let (devices, kept, given) = (device_of_session.iter().chain([&other]), &session, &grants);
    let devices: &Vec<&Device> = &devices.collect();
    let inserted = db.tx("test", |tx| async move {
        for device in devices {
            devices::insert(&tx, device).await?;
        }
        for certificate in shown {
            certificates::record(&tx, certificate).await?;
        }
        sessions::insert(&tx, kept).await?;
        for (grant, _) in given {
            grants::insert(&tx, grant).await?;
        }
        Ok::<_, StorageError>(())
    });
    inserted.await.unwrap();
    Person {
        user,
        device: device_of_session,
        other,
        session,
        stopped: false,
        grants,
    }
}

async fn set(raw: &DatabaseConnection, sql: &str) {
    raw.execute_unprepared(sql)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// The states of a person, with what the columns say.
fn states() -> [(UserState, &'static str); 4] {
    let reason = LockReason::Administrator;
    [
        (UserState::Invited, "state = 'invited', reason = NULL"),
        (UserState::Active, "state = 'active', reason = NULL"),
        (
            UserState::Locked { reason, at: NOW },
            "state = 'locked', reason = 'administrator'",
        ),
        (UserState::Closed { at: NOW }, "state = 'closed', reason = NULL"),
    ]
}

impl Person {
    /// Only a device may act, which is the session's when `own`.
    async fn keeps_to(&mut self, db: &Db, exclusive: Option<(bool, Timestamp)>) {
        let exclusive = exclusive.map(|(own, until)| Exclusivity {
            device_id: self.device.as_ref().filter(|_| own).unwrap_or(&self.other).id,
            until,
        });
        self.user.exclusive = exclusive;
        let id = self.user.id;
        let done = db.tx(
            "test",
            |tx| async move { users::record_exclusive(&tx, id, exclusive).await },
        );
        done.await.unwrap();
    }

    /// How many combinations were compared.
    async fn compares(&self, db: &Db, replaced: bool) -> usize {
        let footing = |client_ended| Footing {
            user: &self.user,
            device: self.device.as_ref(),
            session: &self.session,
            replaced,
            client_ended,
            certificate_stopped: self.stopped,
            name_stands: true,
        };
        let found = sessions::find_live(db, &self.session.cookie_digest, when(NOW))
            .await
            .unwrap();
        let stands = footing(false).session_stands(NOW);
        assert_eq!(
            found.is_some(),
            stands,
            "{:?} {:?} {:?}",
            self.user,
            self.device,
            self.session
        );
        for (grant, is_gone) in &self.grants {
            let found = grants::find_in_force(db, grant.id, when(NOW)).await.unwrap();
            let stands = footing(*is_gone).grant_stands(grant, NOW);
            assert_eq!(
                found.is_some(),
                stands,
                "{grant:?} {is_gone} {replaced} {:?} {:?} {:?}",
                self.user,
                self.device,
                self.session
            );
        }
        self.grants.len() + 1
    }
}

both_databases! {
    async fn the_join_and_the_rules_agree_on_everything_that_stands(db) {
        let (client, gone) = (insert_client(db).await, insert_client(db).await);
        let id = &gone.id;
        db.tx("test", |tx| async move { clients::end(&tx, id, NOW).await }).await.unwrap();
        let mut people = Vec::new();
        for (has_device, is_behind) in [(true, false), (true, true), (false, false), (false, true)] {
            people.push(person(db, has_device, is_behind, [&client, &gone]).await);
        }
        let (raw, mut compared) = (db.raw().await, 0);
        let later = NOW.plus(seconds(1));
        let now = NOW.as_micros();
        let one_stopped = ["certificate_id", "second_certificate_id"].map(|column| (Some(column), states()[1]));
        for (stopped, (state, columns)) in states().map(|state| (None, state)).into_iter().chain(one_stopped) {
            set(&raw, "UPDATE certificates SET refused_at = NULL, refused_reason = NULL").await;
            if let Some(column) = stopped {
                let of_sessions = format!("id IN (SELECT {column} FROM browser_sessions)");
                set(&raw, &format!("UPDATE certificates SET refused_at = 1, refused_reason = 'stopped' WHERE {of_sessions}")).await;
            }
            people.iter_mut().for_each(|person| person.stopped = stopped.is_some());
            set(&raw, &format!("UPDATE users SET {columns}, state_at = {now}")).await;
            for exclusive in [None, Some((false, NOW)), Some((true, later)), Some((false, later))] {
                for person in &mut people {
                    person.user.state = state;
                    person.keeps_to(db, exclusive).await;
                }
                for (ended, reason, replaced) in [("NULL", "NULL", false), ("1", "'signed_out'", false), ("1", "'replaced'", true)] {
                    set(&raw, &format!("UPDATE browser_sessions SET ended_at = {ended}, end_reason = {reason}")).await;
                    for (idle, absolute) in [(later, NOW.plus(hours(1))), (NOW, NOW.plus(hours(1))), (later, NOW)] {
                        let ends = format!("idle_until = {}, absolute_until = {}", idle.as_micros(), absolute.as_micros());
                        set(&raw, &format!("UPDATE browser_sessions SET {ends}")).await;
                        for ended_device in [None, Some(NOW)] {
                            let ended_at = ended_device.map_or("NULL".to_owned(), |at| at.as_micros().to_string());
                            set(&raw, &format!("UPDATE devices SET ended_at = {ended_at}")).await;
                            for person in &mut people {
                                person.session.ended_at = (ended != "NULL").then_some(Timestamp::from_micros(1));
                                (person.session.idle_until, person.session.absolute_until) = (idle, absolute);
                                person.device.iter_mut().for_each(|device| device.ended_at = ended_device);
                                if person.device.is_some() || ended_device.is_none() {
                                    compared += person.compares(db, replaced).await;
                                }
                            }
                        }
                    }
                }
            }
        }
        raw.close().await.unwrap();
        assert_eq!(compared, 6 * 4 * 3 * 3 * (2 * 2 + 2) * 17);
    }
}
