//! Transactions: everything that a use case writes, or nothing of it.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::{DbErr, SqliteTransactionMode, TransactionOptions, TransactionTrait};

use crate::audit::Pace;
use crate::db::{Connection, FINE, LOST_RACE};
use crate::error::is_lost_race;
use crate::{Db, StorageError};

/// How often a body runs before the caller is told that the database is contended.
const RUNS: u32 = 8;

/// A running transaction. Functions that write ask for it; it derefs to [`Connection`] for those that read.
#[derive(Debug)]
pub struct Tx {
    connection: Arc<Connection>,
    pub(crate) pace: Arc<Pace>,
}

impl Deref for Tx {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl Db {
    /// Runs `body` in one transaction named `name` (its metric) and commits when it returns `Ok`:
    /// `db.tx("sign_in", |tx| async move { … })`. Values that the body uses are captured as references.
    ///
    /// The body may run again after a lost race (serialization failure, deadlock), so it must not have effects
    /// outside the database. SQLite: `BEGIN IMMEDIATE`. A refusal that leaves a trace is an outcome in `Ok`, because an
    /// `Err` takes the trace back.
    ///
    /// # Errors
    /// What the body returns, or [`StorageError`] when the transaction cannot be begun or committed.
    pub async fn tx<T, E, F, B>(&self, name: &'static str, mut body: F) -> Result<T, E>
    where
        F: FnMut(Tx) -> B,
        B: Future<Output = Result<T, E>> + Send,
        E: From<StorageError>,
    {
        for run in 1.. {
            let lost = match self.run(name, &mut body).await {
                Run::Done(result) => return result,
                Run::LostRace(error) => error,
            };
            if run >= RUNS {
                return Err(lost);
            }
            tracing::debug!(transaction = name, run, "the transaction lost a race and runs again");
            tokio::time::sleep(Duration::from_millis(1 << run)).await;
        }
        Err(StorageError::Contended(name).into())
    }

    async fn run<T, E, F, B>(&self, name: &'static str, body: &mut F) -> Run<T, E>
    where
        F: FnMut(Tx) -> B,
        B: Future<Output = Result<T, E>> + Send,
        E: From<StorageError>,
    {
        let connection = match self.begin().await {
            Ok(connection) => Arc::new(connection),
            // SQLite has waited for the file already; running again would only wait longer.
            Err(error) => return Run::Done(Err(StorageError::from(error).into())),
        };
        let result = body(Tx {
            connection: Arc::clone(&connection),
            pace: Arc::clone(&self.pace),
        })
        .await;
        let outcome = connection.outcome();
        let Some(connection) = Arc::into_inner(connection) else {
            return Run::Done(Err(StorageError::Ignored(name).into()));
        };
        match result {
            Ok(value) if outcome == FINE => match connection.end(true).await {
                Ok(()) => Run::Done(Ok(value)),
                Err(error) => Run::failed(name, error),
            },
            result => {
                let error = result.err().unwrap_or_else(|| StorageError::Ignored(name).into());
                // A connection that cannot roll back is closed by its pool, which rolls back too.
                if let Err(source) = connection.end(false).await {
                    tracing::debug!(transaction = name, error = %source, "the transaction could not be rolled back");
                }
                if outcome == LOST_RACE {
                    Run::LostRace(error)
                } else {
                    Run::Done(Err(error))
                }
            }
        }
    }

    async fn begin(&self) -> Result<Connection, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        self.writer
            .begin_with_options(options)
            .await
            .map(Connection::transaction)
    }
}

/// How one run of a body ended.
enum Run<T, E> {
    Done(Result<T, E>),
    LostRace(E),
}

impl<T, E: From<StorageError>> Run<T, E> {
    fn failed(name: &'static str, error: DbErr) -> Self {
        if is_lost_race(&error) {
            Self::LostRace(StorageError::Contended(name).into())
        } else {
            Self::Done(Err(StorageError::from(error).into()))
        }
    }
}

/// What became of a compare-and-set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Write {
    /// The row was as expected and is changed.
    Done,
    /// Somebody else changed it first; read it again and decide anew.
    Lost,
}

impl Write {
    pub(crate) const fn of(rows: u64) -> Self {
        if rows == 0 { Self::Lost } else { Self::Done }
    }
}
