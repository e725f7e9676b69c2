//! Texts that people agreed to (table `consent_texts`), each once under its SHA-256 (security rule DB-7).
//!
//! Retention: a text stays as long as an agreement may have to be shown.

use authority::locale::Locale;
use authority::time::Timestamp;
use sea_orm::FromQueryResult;

use crate::sql::{self, at};
use crate::{Connection, StorageError, Tx};

/// Keeps the text under its hash, unless it is known.
///
/// # Errors
/// The database is not available.
pub async fn record(tx: &Tx, hash: &[u8; 32], locale: Locale, text: &str, now: Timestamp) -> Result<(), StorageError> {
    let cells = [
        ("hash", hash.to_vec().into()),
        ("locale", locale.tag().into()),
        ("text", text.into()),
        ("first_shown_at", at(now)),
    ];
    sql::insert_new(tx, "consent_texts", cells).await.map(drop)
}

/// The text of that hash.
///
/// # Errors
/// The database is not available.
pub async fn find(conn: &Connection, hash: &[u8; 32]) -> Result<Option<String>, StorageError> {
    let sql = "SELECT text FROM consent_texts WHERE hash = $1";
    let row: Option<Row> = sql::find(conn, sql, [hash.to_vec().into()]).await?;
    Ok(row.map(|row| row.text))
}

#[derive(FromQueryResult)]
struct Row {
    text: String,
}
