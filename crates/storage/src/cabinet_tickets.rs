//! Tickets of the cabinet (table `cabinet_tickets`), kept as keyed digests: a nonce to be signed, leave to see one page,
//! leave to post one form. Each belongs to a session and is used once (product A7; security rule DB-4).
//!
//! Retention: [`expire`] deletes what is over.

use authority::ids::SessionId;
use authority::secret::TokenDigest;
use authority::time::Timestamp;
use sea_orm::FromQueryResult;

use crate::sql::{self, at};
use crate::{StorageError, Tx};

/// What a ticket is good for; one of one kind is nothing for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TicketKind {
    /// To be signed by the device's key.
    Nonce,
    /// Opens one page.
    Page,
    /// Lets one form of a page be posted.
    Form,
}

impl TicketKind {
    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nonce => "nonce",
            Self::Page => "page",
            Self::Form => "form",
        }
    }
}

/// A ticket at rest.
#[derive(Clone, Copy, Debug)]
pub struct Ticket<'a> {
    /// Keyed digest of the token.
    pub digest: TokenDigest,
    /// What it is good for.
    pub kind: TicketKind,
    /// The session it belongs to.
    pub session_id: SessionId,
    /// Path and query of the page it was made for.
    pub path: &'a str,
    /// When it was made.
    pub issued_at: Timestamp,
    /// When it is over.
    pub expires_at: Timestamp,
}

/// Keeps a fresh ticket.
///
/// # Errors
/// The database is not available, or the digest exists already.
pub async fn insert(tx: &Tx, ticket: &Ticket<'_>) -> Result<(), StorageError> {
    let cells = [
        ("digest", sql::digest(&ticket.digest)),
        ("kind", ticket.kind.as_str().into()),
        ("session_id", ticket.session_id.as_uuid().into()),
        ("path", ticket.path.into()),
        ("issued_at", at(ticket.issued_at)),
        ("expires_at", at(ticket.expires_at)),
    ];
    sql::insert(tx, "cabinet_tickets", cells).await
}

/// Uses a ticket of this kind and session, and says which page it was made for; `None` when there is none, or it was
/// used, or its time is over.
///
/// # Errors
/// The database is not available.
pub async fn take(
    tx: &Tx,
    kind: TicketKind,
    digest: &TokenDigest,
    session: SessionId,
    now: Timestamp,
) -> Result<Option<String>, StorageError> {
    let sql = "UPDATE cabinet_tickets SET used_at = $4 WHERE digest = $1 AND kind = $2 AND session_id = $3 \
               AND used_at IS NULL AND expires_at > $4 RETURNING path";
    let values = [
        sql::digest(digest),
        kind.as_str().into(),
        session.as_uuid().into(),
        at(now),
    ];
    let row: Option<PathRow> = sql::find(tx, sql, values).await?;
    Ok(row.map(|row| row.path))
}

#[derive(FromQueryResult)]
struct PathRow {
    path: String,
}

/// Deletes up to `limit` tickets that were over before `before`.
///
/// # Errors
/// The database is not available.
pub async fn expire(tx: &Tx, before: Timestamp, limit: u32) -> Result<u64, StorageError> {
    let sql = "DELETE FROM cabinet_tickets WHERE digest IN \
               (SELECT digest FROM cabinet_tickets WHERE expires_at < $1 LIMIT $2)";
    sql::execute(tx, sql, [at(before), i64::from(limit).into()]).await
}
