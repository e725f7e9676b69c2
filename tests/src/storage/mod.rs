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

use authority::time::Timestamp;
use storage::Moment;

pub(crate) use database::TestDatabase;

/// An instant at which sessions end when they were told to, and no policy ends them earlier.
pub(crate) const fn when(now: Timestamp) -> Moment {
    Moment::as_given(now)
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
                let database = crate::storage::TestDatabase::sqlite().await;
                super::$name(&database).await;
                database.remove().await;
            }

            #[cfg(kiru_test_postgres)]
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn postgres() {
                let database = crate::storage::TestDatabase::postgres().await;
                super::$name(&database).await;
                database.remove().await;
            }
        }
    )*};
}
pub(crate) use both_databases;
