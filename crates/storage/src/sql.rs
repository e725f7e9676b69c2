//! Statements in the one dialect that SQLite and PostgreSQL share: `$n` placeholders, `ON CONFLICT`, `RETURNING`.

use authority::secret::TokenDigest;
use authority::time::Timestamp;
use sea_orm::sea_query::{Expr, OnConflict, Query};
use sea_orm::{FromQueryResult, Statement, Value};

use crate::{Connection, Inconsistent, StorageError, Tx};

/// A column with its value.
pub(crate) type Cell = (&'static str, Value);

/// Changes rows and says how many. The statement is named after its effect by the calling function.
pub(crate) async fn execute<const N: usize>(tx: &Tx, sql: &str, values: [Value; N]) -> Result<u64, StorageError> {
    Ok(tx
        .execute(Statement::from_sql_and_values(tx.backend(), sql, values))
        .await?
        .rows_affected())
}

/// The first row, if any. Takes a [`Tx`] (by deref) when the statement changes something.
pub(crate) async fn find<R: FromQueryResult, const N: usize>(
    conn: &Connection,
    sql: &str,
    values: [Value; N],
) -> Result<Option<R>, StorageError> {
    let row = conn
        .query_one(Statement::from_sql_and_values(conn.backend(), sql, values))
        .await?;
    Ok(row.map(|row| R::from_query_result(&row, "")).transpose()?)
}

/// All rows.
pub(crate) async fn list<R: FromQueryResult, const N: usize>(
    conn: &Connection,
    sql: &str,
    values: [Value; N],
) -> Result<Vec<R>, StorageError> {
    let rows = conn
        .query_all(Statement::from_sql_and_values(conn.backend(), sql, values))
        .await?;
    rows.iter()
        .map(|row| R::from_query_result(row, "").map_err(Into::into))
        .collect()
}

/// Inserts a row; a row that breaks a unique index is not inserted and the answer is `false`.
pub(crate) async fn insert_new<const N: usize>(
    tx: &Tx,
    table: &'static str,
    cells: [Cell; N],
) -> Result<bool, StorageError> {
    let (columns, values): (Vec<_>, Vec<_>) = cells.into_iter().unzip();
    let mut query = Query::insert();
    query
        .into_table(table)
        .columns(columns)
        .on_conflict(OnConflict::new().do_nothing().to_owned());
    query.values_panic(values.into_iter().map(Expr::value));
    Ok(tx.execute(tx.backend().build(&query)).await?.rows_affected() == 1)
}

/// Inserts a row whose key is fresh; a conflict means that the key was minted twice.
pub(crate) async fn insert<const N: usize>(tx: &Tx, table: &'static str, cells: [Cell; N]) -> Result<(), StorageError> {
    if insert_new(tx, table, cells).await? {
        Ok(())
    } else {
        Err(Inconsistent::new(table, "key", "new").into())
    }
}

/// An instant as its column keeps it.
pub(crate) fn at(instant: Timestamp) -> Value {
    instant.as_micros().into()
}

/// An optional instant.
pub(crate) fn maybe_at(instant: Option<Timestamp>) -> Value {
    instant.map(Timestamp::as_micros).into()
}

/// A digest as its column keeps it.
pub(crate) fn digest(digest: &TokenDigest) -> Value {
    digest.as_bytes().to_vec().into()
}

/// The one number that a statement names `total`.
pub(crate) async fn count<const N: usize>(
    conn: &Connection,
    sql: &str,
    values: [Value; N],
) -> Result<i64, StorageError> {
    let row: Option<Total> = find(conn, sql, values).await?;
    Ok(row.map_or(0, |row| row.total))
}

#[derive(FromQueryResult)]
struct Total {
    total: i64,
}

/// A structure as its text column keeps it.
pub(crate) fn json<T: serde::Serialize>(value: &T) -> Result<Value, StorageError> {
    Ok(serde_json::to_string(value)?.into())
}
