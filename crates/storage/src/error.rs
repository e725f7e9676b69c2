//! What can go wrong below every use case. Not-found is `Option`, a lost race is a named outcome; neither is an error.

use std::error::Error;

use authority::error::Class;
use sea_orm::{DbErr, RuntimeErr};

/// The cause, for the log.
type Cause = Box<dyn Error + Send + Sync>;

/// The database could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// No connection, a full disk, a database that does not take writes.
    #[error("the database is not available")]
    Unavailable(#[source] Cause),
    /// The transaction was run again and again and lost each time.
    #[error("the transaction {0} lost every race it was in")]
    Contended(&'static str),
    /// What must be audited is not done while the audit log is not sealed (security rule DU-2).
    #[error("the audit log is sealed too late, so nothing that must be audited is written")]
    SealerLate,
    /// A statement the database refuses to run.
    #[error("the database refused a statement")]
    Refused(#[source] Cause),
    /// The body of a transaction went on after one of its statements had failed; nothing was committed.
    #[error("the transaction {0} ignored a failed statement")]
    Ignored(&'static str),
    /// A row that no code of ours can have written.
    #[error(transparent)]
    Inconsistent(#[from] Inconsistent),
    /// The cryptographic library refused to encrypt a value.
    #[error("a value could not be encrypted")]
    Sealing(#[from] authority::secret::KeyringError),
    /// A value could not be written as JSON.
    #[error("a value could not be written as JSON")]
    Json(#[from] serde_json::Error),
}

impl StorageError {
    /// Whether waiting helps.
    pub const fn class(&self) -> Class {
        match self {
            Self::Unavailable(_) | Self::Contended(_) | Self::SealerLate => Class::Transient,
            Self::Refused(_) | Self::Ignored(_) | Self::Inconsistent(_) | Self::Sealing(_) | Self::Json(_) => {
                Class::Bug
            }
        }
    }
}

/// A stored value that no code of ours can have written there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("impossible value in {table}.{column} of row {id}")]
pub struct Inconsistent {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The row's key, as text; never a secret.
    pub id: String,
}

impl Inconsistent {
    /// Names the place.
    pub(crate) fn new(table: &'static str, column: &'static str, id: &(impl ToString + ?Sized)) -> Self {
        Self {
            table,
            column,
            id: id.to_string(),
        }
    }
}

impl From<DbErr> for StorageError {
    fn from(error: DbErr) -> Self {
        if is_outage(&error) {
            Self::Unavailable(Box::new(error))
        } else {
            Self::Refused(Box::new(error))
        }
    }
}

/// Codes of PostgreSQL (classes 08 connection, 53 resources, 57P shutdown, 25006 read-only, 55P03 lock not available,
/// 40001 and 40P01 lost races) and primary codes of SQLite (busy, locked, read-only, I/O, full, cannot open) after
/// which waiting can help.
fn is_outage(error: &DbErr) -> bool {
    let Some(sqlx) = sqlx_error(error) else {
        return matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_));
    };
    if let sqlx::Error::Database(database) = sqlx {
        return database.code().is_some_and(|code| {
            let classes = ["08", "53", "57P", "25006", "55P03", "40001", "40P01"];
            code.len() == 5 && classes.iter().any(|class| code.starts_with(class))
                || matches!(primary(&code), Some(5 | 6 | 8 | 10 | 13 | 14))
        });
    }
    matches!(
        sqlx,
        sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
    )
}

/// Whether the transaction lost against another one and may simply run again.
pub(crate) fn is_lost_race(error: &DbErr) -> bool {
    let Some(sqlx::Error::Database(database)) = sqlx_error(error) else {
        return false;
    };
    database
        .code()
        .is_some_and(|code| matches!(code.as_ref(), "40001" | "40P01") || matches!(primary(&code), Some(5 | 6)))
}

/// The primary result code of SQLite; `None` for PostgreSQL's five characters.
fn primary(code: &str) -> Option<i64> {
    if code.len() == 5 {
        None
    } else {
        code.parse::<i64>().ok().map(|extended| extended & 0xff)
    }
}

fn sqlx_error(error: &DbErr) -> Option<&sqlx::Error> {
    if let DbErr::Exec(RuntimeErr::SqlxError(cause))
    | DbErr::Query(RuntimeErr::SqlxError(cause))
    | DbErr::Conn(RuntimeErr::SqlxError(cause)) = error
    {
        Some(cause.as_ref())
    } else {
        None
    }
}
