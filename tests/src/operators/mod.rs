//! What operators do, on both databases. One file per noun, as in `kiru::operators`.

mod administrators;
mod clocks;
mod devices;
mod exclusivity;
mod people;
mod policy;

use std::sync::Arc;

use authority::administrators::{Administrator, AdministratorName};
use authority::audit::EventKind;
use authority::ids::UserId;
use authority::secret::{Kek, Keyring};
use authority::users::{Exclusivity, User};
use jose::{Algorithm, FileKey, Signer as _};
use kiru::chance::chance;
use kiru::foundation::Foundation;
use kiru::operators::{self, Office, Reason};
use sea_orm::{ConnectionTrait as _, Statement};
use storage::{Db, users};
use testkit::clock::TestClock;

use crate::harness::config;
use crate::storage::TestDatabase;
use crate::storage::fixtures::NOW;

/// What commands stand on, with a clock that a test drives.
fn office(db: &Db) -> (Office, TestClock) {
    let clock = TestClock::at(NOW);
    let foundation = Foundation {
        db: db.clone(),
        keyring: Arc::new(Keyring::derive(&Kek::mint(&mut chance())).unwrap()),
        clock: Arc::new(clock.clone()),
    };
    (Office::new(foundation, &config("")).unwrap(), clock)
}

/// The same office at another node.
async fn at_another_node(office: &Office, db: &TestDatabase) -> Office {
    let mut other = office.clone();
    other.foundation.db = db.another().await;
    other
}

fn reason() -> Reason {
    Reason::parse("because the test says so").unwrap()
}

/// An administrator with their key.
pub(crate) async fn administrator(office: &Foundation, name: &str) -> (Administrator, FileKey) {
    let key = FileKey::generate(Algorithm::Es256).unwrap();
    let name = AdministratorName::parse(name).unwrap();
    let added = operators::administrators::add(office, &name, key.public_jwk()).await;
    assert!(added.unwrap());
    let kept = storage::administrators::find_live(&office.db, &name).await;
    (kept.unwrap().unwrap(), key)
}

/// Lets only this device act.
async fn make_exclusive(db: &Db, user: UserId, exclusive: Exclusivity) {
    let done = db.tx("test", |tx| async move {
        users::record_exclusive(&tx, user, Some(exclusive)).await
    });
    done.await.unwrap();
}

async fn read(db: &Db, user: UserId) -> User {
    users::find(db, user).await.unwrap().unwrap()
}

/// What the events of this kind say, oldest first.
async fn said(db: &TestDatabase, kind: EventKind) -> Vec<String> {
    let raw = db.raw().await;
    let sql = format!(
        "SELECT reason FROM audit_events WHERE kind = '{}' ORDER BY occurred_at, id",
        kind.as_str()
    );
    let rows = raw
        .query_all_raw(Statement::from_string(raw.get_database_backend(), sql))
        .await
        .unwrap();
    raw.close().await.unwrap();
    rows.iter().map(|row| row.try_get("", "reason").unwrap()).collect()
}
