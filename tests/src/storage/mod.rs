//! Storage on both databases: each case runs on an SQLite file in WAL mode and, when `KIRU_TEST_POSTGRES` names a server,
//! on a PostgreSQL database of its own. One file per noun.

mod database;
pub(crate) mod fixtures;
pub(crate) mod holder;

mod access_tokens;
mod attempts;
mod audit;
mod authorization_codes;
mod backchannel_logouts;
mod cabinet;
pub(crate) mod certificates;
mod challenges;
mod clients;
mod consents;
mod devices;
mod evidence;
mod footing;
mod grants;
mod identifiers;
mod interactions;
mod leases;
mod migrations;
mod outbox;
mod phones;
mod refresh_tokens;
mod request_values;
mod sessions;
mod signing_keys;
mod sms;
mod sms_codes;
mod throttles;
mod transactions;
mod user_facts;
mod users;

use authority::time::{Timestamp, minutes};
use storage::Moment;

pub(crate) use database::TestDatabase;

/// An instant at which sessions end when they were told to, and no policy ends them earlier.
pub(crate) const fn when(now: Timestamp) -> Moment {
    Moment::as_given(now)
}

/// A case that waits for something that never comes is a failure with a name, and does not keep the others' verdict.
pub(crate) async fn soon(case: impl Future<Output = ()>) {
    tokio::time::timeout(minutes(5), case)
        .await
        .expect("a case ends within five minutes");
}

/// Makes each function a module of two cases, `sqlite` and `postgres`. The second exists when `KIRU_TEST_POSTGRES` is set
/// (see `build.rs`).
macro_rules! both_databases {
    ($($(#[$doc:meta])* async fn $name:ident($db:ident) $body:block)*) => {$(
        $(#[$doc])*
        async fn $name($db: &crate::storage::TestDatabase) $body

        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn sqlite() {
                crate::storage::soon(async {
                    let database = crate::storage::TestDatabase::sqlite().await;
                    super::$name(&database).await;
                    database.remove().await;
                })
                .await;
            }

            #[cfg(kiru_test_postgres)]
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn postgres() {
                crate::storage::soon(async {
                    let database = crate::storage::TestDatabase::postgres().await;
                    super::$name(&database).await;
                    database.remove().await;
                })
                .await;
            }
        }
    )*};
}
pub(crate) use both_databases;
