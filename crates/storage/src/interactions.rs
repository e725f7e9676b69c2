//! Interactions: authorization requests kept while a person signs in. Changes are compare-and-set on `version`.
//!
//! Retention: deleted some time after they are over ([`expire`]), with their attempts, challenges and codes.

use authority::authorization::{AuthorizationRequest, Interaction, InteractionStep, Progress};
use authority::ids::{InteractionId, PowerId, SessionId};
use authority::representation::Acting;
use authority::secret::TokenDigest;
use authority::time::Timestamp;
use sea_orm::{DbBackend, FromQueryResult};
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

/// Where a new interaction comes from, and how many open ones may come from there.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// Keyed digest of the network.
    pub network: TokenDigest,
    /// How many.
    pub most: i64,
}

/// Keeps a new interaction, unless its network has as many open ones as it may; then `false`. The count is part of the
/// statement, which reads no more index entries than the limit. On PostgreSQL requests at the very same moment do not see
/// one another, so the limit may be passed by as many.
///
/// # Errors
/// The database is not available, or the id exists already.
pub async fn insert(tx: &Tx, interaction: &Interaction, source: &Source) -> Result<bool, StorageError> {
    let sql = "INSERT INTO interactions (id, browser_digest, client_id, request, session_id, signed_in, proven_session_id, \
               consented, version, started_at, expires_at, consumed_at, network_digest, in_name, power_id) \
               SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $15, $16 WHERE (SELECT COUNT(*) FROM (SELECT 1 \
               FROM interactions WHERE network_digest = $13 AND consumed_at IS NULL AND expires_at > $10 LIMIT $14) \
               AS open) < $14";
    let progress = interaction.progress;
    let values = [
        interaction.id.as_uuid().into(),
        sql::digest(&interaction.browser_digest),
        interaction.request.client_id.as_str().into(),
        json(&interaction.request)?,
        progress.session.map(SessionId::as_uuid).into(),
        progress.signed_in.into(),
        progress.proven_session.map(SessionId::as_uuid).into(),
        progress.consented.into(),
        i64::from(interaction.version).into(),
        at(interaction.started_at),
        at(interaction.expires_at),
        sql::maybe_at(consumed_at(interaction.step)),
        sql::digest(&source.network),
        source.most.into(),
        progress.acting.map(Acting::word).into(),
        progress.acting.and_then(Acting::power).map(PowerId::as_uuid).into(),
    ];
    Ok(sql::execute(tx, sql, values).await? == 1)
}

/// How many interactions are open: neither answered nor expired.
///
/// # Errors
/// The database is not available.
pub async fn count_open(conn: &Connection, now: Timestamp) -> Result<i64, StorageError> {
    let sql = "SELECT COUNT(*) AS total FROM interactions WHERE consumed_at IS NULL AND expires_at > $1";
    sql::count(conn, sql, [at(now)]).await
}

/// Ends the open interaction that was begun longest ago and in which nobody has proven anything, of this network or of all,
/// but not `newcomer`; `false` when there is none. So whoever begins sign-ins in numbers takes the place of their own, and
/// people who are on their way keep theirs. Those who ask for room at the same moment are served one after another.
///
/// # Errors
/// The database is not available.
pub async fn end_oldest_unproven(
    tx: &Tx,
    network: Option<&TokenDigest>,
    newcomer: InteractionId,
    now: Timestamp,
) -> Result<bool, StorageError> {
    wait_for_turn(tx, network).await?;
    let of_network = if network.is_some() {
        "AND network_digest = $3"
    } else {
        ""
    };
    let sql = format!(
        "UPDATE interactions SET consumed_at = $1, version = version + 1 WHERE consumed_at IS NULL AND id = (SELECT id \
         FROM interactions WHERE consumed_at IS NULL AND expires_at > $1 AND id <> $2 {of_network} AND session_id IS NULL \
         AND proven_session_id IS NULL AND NOT EXISTS (SELECT 1 FROM attempts WHERE interaction_id = interactions.id \
         AND first_at IS NOT NULL) ORDER BY expires_at, id LIMIT 1)"
    );
    let (at, newcomer) = (at(now), newcomer.as_uuid().into());
    let ended = match network {
        Some(network) => sql::execute(tx, &sql, [at, newcomer, sql::digest(network)]).await?,
        None => sql::execute(tx, &sql, [at, newcomer]).await?,
    };
    Ok(ended == 1)
}

/// Until the transaction ends nobody else makes room in this network, or altogether. On SQLite the transaction is the lock.
async fn wait_for_turn(tx: &Tx, network: Option<&TokenDigest>) -> Result<(), StorageError> {
    if tx.backend() != DbBackend::Postgres {
        return Ok(());
    }
    // Two networks that share eight bytes of their digests wait for each other, and that is all.
    let turn = network.and_then(|network| network.as_bytes().first_chunk::<8>());
    let turn = turn.map_or(0, |bytes| i64::from_be_bytes(*bytes));
    sql::execute(tx, "SELECT pg_advisory_xact_lock($1)", [turn.into()])
        .await
        .map(drop)
}

/// Records step and progress, if nobody changed the interaction since it was read. `interaction.version` is the version
/// that was read; the row gets the next one.
///
/// # Errors
/// The database is not available.
pub async fn record(tx: &Tx, interaction: &Interaction) -> Result<Write, StorageError> {
    let sql = "UPDATE interactions SET session_id = $3, signed_in = $4, proven_session_id = $5, consented = $6, \
               consumed_at = $7, in_name = $8, power_id = $9, version = version + 1 WHERE id = $1 AND version = $2 AND consumed_at IS NULL";
    let values = [
        interaction.id.as_uuid().into(),
        i64::from(interaction.version).into(),
        interaction.progress.session.map(SessionId::as_uuid).into(),
        interaction.progress.signed_in.into(),
        interaction.progress.proven_session.map(SessionId::as_uuid).into(),
        interaction.progress.consented.into(),
        sql::maybe_at(consumed_at(interaction.step)),
        interaction.progress.acting.map(Acting::word).into(),
        interaction
            .progress
            .acting
            .and_then(Acting::power)
            .map(PowerId::as_uuid)
            .into(),
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
    in_name: Option<String>,
    power_id: Option<Uuid>,
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
                acting: place.acting(row.in_name.as_deref(), row.power_id)?,
                consented: row.consented,
            },
            version: place.small("version", row.version)?,
            started_at: Timestamp::from_micros(row.started_at),
            expires_at: Timestamp::from_micros(row.expires_at),
        })
    }
}
