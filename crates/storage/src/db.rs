//! The database: connecting, pools, time. Two databases, one set of statements.
//!
//! SQLite has one connection that writes, so that writers queue in the pool and not in the file's lock, and several that
//! only read (WAL: readers do not wait for the writer). PostgreSQL has one pool for both.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use authority::time::Timestamp;
use migrations::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult,
    QueryResult, Statement,
};

use crate::StorageError;
use crate::audit::Pace;
use crate::error::is_lost_race;

/// How long a caller waits for a connection, and SQLite for another process's transaction.
const WAIT: Duration = Duration::from_secs(5);
/// An idle connection is tried before use after this long, so that a pool heals without errors.
const TRUST: Duration = Duration::from_secs(2);

/// Size of the pools.
#[derive(Clone, Copy, Debug)]
pub struct PoolSettings {
    /// Most connections to PostgreSQL.
    pub connections: u32,
    /// Most reading connections to an SQLite file; one more writes.
    pub sqlite_readers: u32,
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self {
            connections: 16,
            sqlite_readers: 4,
        }
    }
}

/// The database. Cloning shares the pools. Reading goes through [`Connection`], to which it derefs; writing needs a
/// transaction: [`Db::tx`].
#[derive(Clone, Debug)]
pub struct Db {
    reader: Arc<Connection>,
    pub(crate) writer: DatabaseConnection,
    pub(crate) pace: Arc<Pace>,
}

/// What statements run on: the pool, or a transaction.
#[derive(Debug)]
pub struct Connection {
    inner: Inner,
    outcome: AtomicU8,
}

#[derive(Debug)]
enum Inner {
    Pool(DatabaseConnection),
    Transaction(DatabaseTransaction),
}

/// How the statements of a connection went so far, worst last.
pub(crate) const FINE: u8 = 0;
pub(crate) const FAILED: u8 = 1;
pub(crate) const LOST_RACE: u8 = 2;

impl Db {
    /// Connects to `sqlite:/path/file.db` (made when missing) or `postgres://user@host/name`.
    ///
    /// # Errors
    /// The address is not understood or the database not reachable.
    pub async fn connect(url: &str, pools: PoolSettings) -> Result<Self, StorageError> {
        if url.starts_with("sqlite:") {
            let writer = Database::connect(sqlite(url, 1, false)).await?;
            let reader = Database::connect(sqlite(url, pools.sqlite_readers.max(1), true)).await?;
            return Ok(Self {
                reader: Arc::new(Connection::pool(reader)),
                writer,
                pace: Arc::default(),
            });
        }
        let mut options = options(url);
        options
            .max_connections(pools.connections.max(1))
            .acquire_timeout(WAIT)
            .connect_timeout(WAIT)
            .test_before_acquire_if_idle_for(TRUST);
        let pool = Database::connect(options).await?;
        Ok(Self {
            reader: Arc::new(Connection::pool(pool.clone())),
            writer: pool,
            pace: Arc::default(),
        })
    }

    /// Applies all migrations that are not applied yet.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn migrate(&self) -> Result<(), StorageError> {
        Ok(Migrator::up(&self.writer, None).await?)
    }

    /// Names of migrations that are not applied, in order.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn pending_migrations(&self) -> Result<Vec<String>, StorageError> {
        let pending = Migrator::get_pending_migrations(&self.writer).await?;
        Ok(pending.iter().map(|migration| migration.name().to_owned()).collect())
    }

    /// Closes all connections after their statements have ended.
    ///
    /// # Errors
    /// A connection does not close properly.
    pub async fn close(self) -> Result<(), StorageError> {
        if let Inner::Pool(pool) = &self.reader.inner {
            pool.close_by_ref().await?;
        }
        Ok(self.writer.close().await?)
    }
}

impl Deref for Db {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.reader
    }
}

/// What all pools have. No connection ends for its age: the library's task that looks for such counts idle connections while
/// others take them, so that its count may fall below zero and the task then never ends, and takes a core with it.
fn options(url: &str) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .idle_timeout(None)
        .max_lifetime(None);
    options
}

fn sqlite(url: &str, connections: u32, reads_only: bool) -> ConnectOptions {
    let mut options = options(url);
    options
        .max_connections(connections)
        .acquire_timeout(WAIT)
        .test_before_acquire(false)
        .map_sqlx_sqlite_opts(move |opts| {
            opts.create_if_missing(true)
                .foreign_keys(true)
                .busy_timeout(WAIT)
                .pragma("journal_mode", "WAL")
                // Durable at commit, also when the machine loses power (DU-4).
                .pragma("synchronous", "FULL")
                .pragma("query_only", if reads_only { "1" } else { "0" })
        });
    options
}

impl Connection {
    pub(crate) const fn pool(pool: DatabaseConnection) -> Self {
        Self {
            inner: Inner::Pool(pool),
            outcome: AtomicU8::new(FINE),
        }
    }

    pub(crate) const fn transaction(transaction: DatabaseTransaction) -> Self {
        Self {
            inner: Inner::Transaction(transaction),
            outcome: AtomicU8::new(FINE),
        }
    }

    /// The worst that happened to a statement so far.
    pub(crate) fn outcome(&self) -> u8 {
        self.outcome.load(Ordering::Relaxed)
    }

    pub(crate) async fn end(self, commit: bool) -> Result<(), DbErr> {
        match (self.inner, commit) {
            (Inner::Transaction(transaction), true) => transaction.commit().await,
            (Inner::Transaction(transaction), false) => transaction.rollback().await,
            (Inner::Pool(_), _) => Ok(()),
        }
    }

    /// The database's own time, for the correction of the node's clock and for decisions that hang on the wall clock.
    ///
    /// # Errors
    /// The database is not available.
    pub async fn now(&self) -> Result<Timestamp, StorageError> {
        // The one question that the two databases are asked differently.
        let sql = match self.backend() {
            DbBackend::Sqlite => "SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER) AS now_at",
            DbBackend::Postgres | DbBackend::MySql | _ => {
                "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT) AS now_at"
            }
        };
        let row = self.query_one(Statement::from_string(self.backend(), sql)).await?;
        let row = row.ok_or_else(|| DbErr::RecordNotFound("time".to_owned()))?;
        Ok(Timestamp::from_micros(row.try_get("", "now_at")?))
    }

    pub(crate) fn backend(&self) -> DbBackend {
        match &self.inner {
            Inner::Pool(pool) => pool.get_database_backend(),
            Inner::Transaction(transaction) => transaction.get_database_backend(),
        }
    }

    pub(crate) async fn execute(&self, statement: Statement) -> Result<ExecResult, StorageError> {
        let result = match &self.inner {
            Inner::Pool(pool) => pool.execute_raw(statement).await,
            Inner::Transaction(transaction) => transaction.execute_raw(statement).await,
        };
        self.note(result)
    }

    pub(crate) async fn query_one(&self, statement: Statement) -> Result<Option<QueryResult>, StorageError> {
        let result = match &self.inner {
            Inner::Pool(pool) => pool.query_one_raw(statement).await,
            Inner::Transaction(transaction) => transaction.query_one_raw(statement).await,
        };
        self.note(result)
    }

    pub(crate) async fn query_all(&self, statement: Statement) -> Result<Vec<QueryResult>, StorageError> {
        let result = match &self.inner {
            Inner::Pool(pool) => pool.query_all_raw(statement).await,
            Inner::Transaction(transaction) => transaction.query_all_raw(statement).await,
        };
        self.note(result)
    }

    /// Remembers a failure: PostgreSQL answers a COMMIT after a failed statement with a silent rollback.
    fn note<T>(&self, result: Result<T, DbErr>) -> Result<T, StorageError> {
        result.map_err(|error| {
            self.outcome
                .fetch_max(if is_lost_race(&error) { LOST_RACE } else { FAILED }, Ordering::Relaxed);
            error.into()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_connection_ends_for_its_age() {
        for options in [options("postgres://localhost/kiru"), sqlite("sqlite:kiru.db", 4, true)] {
            assert_eq!(options.get_idle_timeout(), Some(None));
            assert_eq!(options.get_max_lifetime(), Some(None));
        }
    }
}
