//! Interactions: authorization requests kept while a person signs in. Changes are compare-and-set on `version`.
//!
//! Retention: deleted some time after they are over ([`expire`]), with their attempts, challenges and codes.

use authority::authorization::{AuthorizationRequest, Interaction, InteractionStep, Progress};
use authority::ids::{InteractionId, SessionId};
use authority::time::Timestamp;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::row::Place;
use crate::sql::{self, at, json};
use crate::{Connection, Inconsistent, StorageError, Tx, Write};

/// The interaction of this id. Its `browser_digest` still has to match the browser's cookie.
///
/// # Errors
/// The database is not available, or the row is impossible.
pub async fn find(conn: &Connection, id: InteractionId) -> Result<Option<Interaction>, StorageError> {
    let row: Option<Row> = sql::find(conn, "SELECT * FROM interactions WHERE id = $1", [id.as_uuid().into()]).await?;
    Ok(row.map(Interaction::try_from).transpose()?)
}

/// Keeps a new interaction.
///
/// # Errors
/// The database is not available, or the id exists already.
pub async fn insert(tx: &Tx, interaction: &Interaction) -> Result<(), StorageError> {
    let cells = [
        ("id", interaction.id.as_uuid().into()),
        ("browser_digest", sql::digest(&interaction.browser_digest)),
        ("client_id", interaction.request.client_id.as_str().into()),
        ("request", json(&interaction.request)?),
        (
            "session_id",
            interaction.progress.session.map(SessionId::as_uuid).into(),
        ),
        ("signed_in", interaction.progress.signed_in.into()),
        (
            "proven_session_id",
            interaction.progress.proven_session.map(SessionId::as_uuid).into(),
        ),
        ("consented", interaction.progress.consented.into()),
        ("version", i64::from(interaction.version).into()),
        ("started_at", at(interaction.started_at)),
        ("expires_at", at(interaction.expires_at)),
        ("consumed_at", sql::maybe_at(consumed_at(interaction.step))),
    ];
    sql::insert(tx, "interactions", cells).await
}

/// Records step and progress, if nobody changed the interaction since it was read. `interaction.version` is the version
/// that was read; the row gets the next one.
///
/// # Errors
/// The database is not available.
pub async fn record(tx: &Tx, interaction: &Interaction) -> Result<Write, StorageError> {
    let sql = "UPDATE interactions SET session_id = $3, signed_in = $4, proven_session_id = $5, consented = $6, \
               consumed_at = $7, version = version + 1 WHERE id = $1 AND version = $2 AND consumed_at IS NULL";
    let values = [
        interaction.id.as_uuid().into(),
        i64::from(interaction.version).into(),
        interaction.progress.session.map(SessionId::as_uuid).into(),
        interaction.progress.signed_in.into(),
        interaction.progress.proven_session.map(SessionId::as_uuid).into(),
        interaction.progress.consented.into(),
        sql::maybe_at(consumed_at(interaction.step)),
    ];
    Ok(Write::of(sql::execute(tx, sql, values).await?))
}

/// Takes the right to send the one response of this interaction (success or error); `false` when it was taken before or
/// the interaction is over.
///
/// # Errors
/// The database is not available.
pub async fn take(tx: &Tx, id: InteractionId, now: Timestamp) -> Result<bool, StorageError> {
    let sql = "UPDATE interactions SET consumed_at = $2, version = version + 1 \
               WHERE id = $1 AND consumed_at IS NULL AND expires_at > $2";
    Ok(sql::execute(tx, sql, [id.as_uuid().into(), at(now)]).await? == 1)
}

/// Deletes up to `limit` interactions that were over before `before`, with everything that hangs on them.
///
/// # Errors
/// The database is not available.
pub async fn expire(tx: &Tx, before: Timestamp, limit: u32) -> Result<u64, StorageError> {
    let sql = "DELETE FROM interactions WHERE id IN (SELECT id FROM interactions WHERE expires_at < $1 LIMIT $2)";
    sql::execute(tx, sql, [at(before), i64::from(limit).into()]).await
}

const fn consumed_at(step: InteractionStep) -> Option<Timestamp> {
    match step {
        InteractionStep::Open => None,
        InteractionStep::Consumed { at } => Some(at),
    }
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    browser_digest: Vec<u8>,
    client_id: String,
    request: String,
    session_id: Option<Uuid>,
    signed_in: bool,
    proven_session_id: Option<Uuid>,
    consented: bool,
    version: i64,
    started_at: i64,
    expires_at: i64,
    consumed_at: Option<i64>,
}

impl TryFrom<Row> for Interaction {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let place = Place {
            table: "interactions",
            id: &row.id,
        };
        let request: AuthorizationRequest = place.json("request", &row.request)?;
        if request.client_id.as_str() != row.client_id {
            return Err(place.bad("client_id"));
        }
        Ok(Self {
            id: InteractionId::from_uuid(row.id),
            browser_digest: place.digest("browser_digest", &row.browser_digest)?,
            request,
            step: row
                .consumed_at
                .map_or(InteractionStep::Open, |at| InteractionStep::Consumed {
                    at: Timestamp::from_micros(at),
                }),
            progress: Progress {
                session: row.session_id.map(SessionId::from_uuid),
                signed_in: row.signed_in,
                proven_session: row.proven_session_id.map(SessionId::from_uuid),
                consented: row.consented,
            },
            version: place.small("version", row.version)?,
            started_at: Timestamp::from_micros(row.started_at),
            expires_at: Timestamp::from_micros(row.expires_at),
        })
    }
}
