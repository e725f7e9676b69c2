//! Signatures that a browser asked of an app on a phone (table `qr_transactions`). Changes are compare-and-set on `version`,
//! so that of two answers one is taken. The address is kept as a keyed digest; the signature is sealed by the caller and
//! stays only while it waits for its browser.
//!
//! Retention: a transaction goes with its attempt.

use authority::authentication::{QrPurpose, QrRefusal, QrState, QrTransaction, ShortNumber};
use authority::ids::{AttemptId, ChallengeId, InteractionId, QrTransactionId};
use authority::secret::TokenDigest;
use authority::time::Timestamp;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::row::{Place, maybe};
use crate::sql::{self, at, maybe_at};
use crate::{Connection, Inconsistent, StorageError, Tx, Write};

/// The transaction that this attempt began last for this purpose.
///
/// # Errors
/// The database is not available, or the row is impossible.
pub async fn find_latest(
    conn: &Connection,
    attempt: AttemptId,
    purpose: QrPurpose,
) -> Result<Option<QrTransaction>, StorageError> {
    // Two of one millisecond have no order of their own; the one that replaced the others is not replaced.
    let sql = "SELECT * FROM qr_transactions WHERE attempt_id = $1 AND purpose = $2 \
               ORDER BY CASE WHEN state = 'replaced' THEN 1 ELSE 0 END, issued_at DESC, id DESC LIMIT 1";
    let row: Option<Row> = sql::find(conn, sql, [attempt.as_uuid().into(), purpose.as_str().into()]).await?;
    Ok(row.map(QrTransaction::try_from).transpose()?)
}

/// The transaction behind an address that somebody was shown, by the keyed digest of it.
///
/// # Errors
/// The database is not available, or the row is impossible.
pub async fn find_by_link(conn: &Connection, link: &TokenDigest) -> Result<Option<QrTransaction>, StorageError> {
    let sql = "SELECT * FROM qr_transactions WHERE link_digest = $1";
    let row: Option<Row> = sql::find(conn, sql, [sql::digest(link)]).await?;
    Ok(row.map(QrTransaction::try_from).transpose()?)
}

/// The transactions whose code no app has read yet and that are not over at `now`, oldest first; for the desk of a demo.
///
/// # Errors
/// The database is not available, or a row is impossible.
#[cfg(feature = "sandbox")]
pub async fn list_pending(conn: &Connection, now: Timestamp) -> Result<Vec<QrTransaction>, StorageError> {
    let sql = "SELECT * FROM qr_transactions WHERE state = 'pending' AND expires_at > $1 ORDER BY issued_at, id";
    let rows: Vec<Row> = sql::list(conn, sql, [at(now)]).await?;
    let read = rows.into_iter().map(QrTransaction::try_from);
    Ok(read.collect::<Result<_, _>>()?)
}

/// Whether a browser went on with a signature for this purpose in this attempt.
///
/// # Errors
/// The database is not available.
pub async fn is_collected(conn: &Connection, attempt: AttemptId, purpose: QrPurpose) -> Result<bool, StorageError> {
    let sql =
        "SELECT COUNT(*) AS total FROM qr_transactions WHERE attempt_id = $1 AND purpose = $2 AND state = 'collected'";
    let collected = sql::count(conn, sql, [attempt.as_uuid().into(), purpose.as_str().into()]).await?;
    Ok(collected > 0)
}

/// Keeps a new transaction; earlier ones of the same attempt and purpose are replaced by it, unless a browser went on with them.
///
/// # Errors
/// The database is not available, or the id exists already.
pub async fn insert(tx: &Tx, transaction: &QrTransaction, link: &TokenDigest) -> Result<(), StorageError> {
    let sql = "UPDATE qr_transactions SET state = 'replaced', version = version + 1, changed_at = $3, signature_sealed = NULL, \
               refusal = NULL, refusal_at = NULL \
               WHERE attempt_id = $1 AND purpose = $2 AND state NOT IN ('replaced', 'collected')";
    let values = [
        transaction.attempt_id.as_uuid().into(),
        transaction.purpose.as_str().into(),
        at(transaction.issued_at),
    ];
    sql::execute(tx, sql, values).await?;
    let cells = [
        ("id", transaction.id.as_uuid().into()),
        ("interaction_id", transaction.interaction_id.as_uuid().into()),
        ("attempt_id", transaction.attempt_id.as_uuid().into()),
        ("challenge_id", transaction.challenge_id.as_uuid().into()),
        ("purpose", transaction.purpose.as_str().into()),
        ("link_digest", sql::digest(link)),
        ("number", i64::from(transaction.number.as_number()).into()),
        ("state", "pending".into()),
        ("version", i64::from(transaction.version).into()),
        ("issued_at", at(transaction.issued_at)),
        ("expires_at", at(transaction.expires_at)),
    ];
    sql::insert(tx, "qr_transactions", cells).await
}

/// Records the transaction's state, if nobody changed it since it was read. `signature` is the sealed signature of a
/// completed one; every other state has none.
///
/// # Errors
/// The database is not available.
pub async fn record(tx: &Tx, transaction: &QrTransaction, signature: Option<&[u8]>) -> Result<Write, StorageError> {
    let sql = "UPDATE qr_transactions SET version = version + 1, state = $3, changed_at = $4, refusal = $5, refusal_at = $6, \
               signature_sealed = $7 WHERE id = $1 AND version = $2";
    let (state, changed_at, refusal) = match transaction.state {
        QrState::Pending => ("pending", None, None),
        QrState::Scanned { at } => ("scanned", Some(at), None),
        QrState::Answered { at } => ("answered", Some(at), None),
        QrState::Completed { at } => ("completed", Some(at), None),
        QrState::Refused { at, refusal } => ("refused", Some(at), Some(refusal)),
        QrState::Declined { at } => ("declined", Some(at), None),
        QrState::Replaced { at } => ("replaced", Some(at), None),
        QrState::Collected { at } => ("collected", Some(at), None),
    };
    let values = [
        transaction.id.as_uuid().into(),
        i64::from(transaction.version).into(),
        state.into(),
        maybe_at(changed_at),
        refusal.map(QrRefusal::as_str).into(),
        maybe_at(refusal.and_then(QrRefusal::instant)),
        signature.map(<[u8]>::to_vec).into(),
    ];
    Ok(Write::of(sql::execute(tx, sql, values).await?))
}

/// The sealed signature of a completed transaction.
///
/// # Errors
/// The database is not available.
pub async fn find_signature(conn: &Connection, id: QrTransactionId) -> Result<Option<Vec<u8>>, StorageError> {
    let sql = "SELECT signature_sealed FROM qr_transactions WHERE id = $1 AND state = 'completed'";
    let row: Option<Sealed> = sql::find(conn, sql, [id.as_uuid().into()]).await?;
    Ok(row.and_then(|row| row.signature_sealed))
}

#[derive(FromQueryResult)]
struct Sealed {
    signature_sealed: Option<Vec<u8>>,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    interaction_id: Uuid,
    attempt_id: Uuid,
    challenge_id: Uuid,
    purpose: String,
    number: i64,
    state: String,
    version: i64,
    issued_at: i64,
    expires_at: i64,
    changed_at: Option<i64>,
    refusal: Option<String>,
    refusal_at: Option<i64>,
}

impl TryFrom<Row> for QrTransaction {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let place = Place {
            table: "qr_transactions",
            id: &row.id,
        };
        Ok(Self {
            id: QrTransactionId::from_uuid(row.id),
            interaction_id: InteractionId::from_uuid(row.interaction_id),
            attempt_id: AttemptId::from_uuid(row.attempt_id),
            challenge_id: ChallengeId::from_uuid(row.challenge_id),
            purpose: place.word("purpose", QrPurpose::from_word(&row.purpose))?,
            number: place.word("number", ShortNumber::from_stored(row.number))?,
            state: read_state(&row, place)?,
            version: place.small("version", row.version)?,
            issued_at: Timestamp::from_micros(row.issued_at),
            expires_at: Timestamp::from_micros(row.expires_at),
        })
    }
}

fn read_state(row: &Row, place: Place<'_>) -> Result<QrState, Inconsistent> {
    let refusal = match &row.refusal {
        Some(word) => Some(place.word("refusal", QrRefusal::from_stored(word, maybe(row.refusal_at)))?),
        None => None,
    };
    match (row.state.as_str(), maybe(row.changed_at), refusal) {
        ("pending", None, None) => Ok(QrState::Pending),
        ("scanned", Some(at), None) => Ok(QrState::Scanned { at }),
        ("answered", Some(at), None) => Ok(QrState::Answered { at }),
        ("completed", Some(at), None) => Ok(QrState::Completed { at }),
        ("refused", Some(at), Some(refusal)) => Ok(QrState::Refused { at, refusal }),
        ("declined", Some(at), None) => Ok(QrState::Declined { at }),
        ("replaced", Some(at), None) => Ok(QrState::Replaced { at }),
        ("collected", Some(at), None) => Ok(QrState::Collected { at }),
        _ => Err(place.bad("state")),
    }
}
