//! Consents: what users agreed to release, one row for each user and client.
//!
//! Retention: as long as user and client; a withdrawn consent stays as the record of it.

use authority::authorization::{ClaimName, Scope};
use authority::clients::ClientId;
use authority::consents::Consent;
use authority::ids::{ConsentId, UserId};
use authority::time::Timestamp;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::row::Place;
use crate::sql::{self, at};
use crate::{Connection, Inconsistent, StorageError, Tx};

/// The consent in force.
///
/// # Errors
/// The database is not available, or the row is impossible.
pub async fn find(conn: &Connection, user: UserId, client: &ClientId) -> Result<Option<Consent>, StorageError> {
    let sql = "SELECT * FROM consents WHERE user_id = $1 AND client_id = $2 AND withdrawn_at IS NULL";
    let row: Option<Row> = sql::find(conn, sql, [user.as_uuid().into(), client.as_str().into()]).await?;
    Ok(row.map(Consent::try_from).transpose()?)
}

/// All consents of a user in force, by client.
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn list_for_user(conn: &Connection, user: UserId) -> Result<Vec<Consent>, StorageError> {
    let sql = "SELECT * FROM consents WHERE user_id = $1 AND withdrawn_at IS NULL ORDER BY client_id";
    let rows: Vec<Row> = sql::list(conn, sql, [user.as_uuid().into()]).await?;
    rows.into_iter()
        .map(|row| Consent::try_from(row).map_err(Into::into))
        .collect()
}

/// Records what was agreed to, replacing what was agreed to before.
///
/// # Errors
/// The database is not available.
pub async fn record(tx: &Tx, consent: &Consent) -> Result<(), StorageError> {
    let sql = "INSERT INTO consents (id, user_id, client_id, scopes, claims, metadata_version, granted_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (user_id, client_id) DO UPDATE SET \
               scopes = excluded.scopes, claims = excluded.claims, metadata_version = excluded.metadata_version, \
               granted_at = excluded.granted_at, withdrawn_at = NULL";
    let claims: Vec<_> = consent.claims.iter().map(|claim| claim.as_str()).collect();
    let values = [
        consent.id.as_uuid().into(),
        consent.user_id.as_uuid().into(),
        consent.client_id.as_str().into(),
        Scope::join(&consent.scopes).into(),
        claims.join(" ").into(),
        i64::from(consent.metadata_version).into(),
        at(consent.granted_at),
    ];
    sql::execute(tx, sql, values).await.map(drop)
}

/// Withdraws the consent and revokes the grants that rest on it; says whether there was one.
///
/// # Errors
/// The database is not available.
pub async fn withdraw(tx: &Tx, user: UserId, client: &ClientId, now: Timestamp) -> Result<bool, StorageError> {
    let sql = "UPDATE consents SET withdrawn_at = $3 WHERE user_id = $1 AND client_id = $2 AND withdrawn_at IS NULL";
    let values = [user.as_uuid().into(), client.as_str().into(), at(now)];
    let withdrawn = sql::execute(tx, sql, values).await? == 1;
    crate::grants::revoke_for_client(tx, user, client, now).await?;
    Ok(withdrawn)
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    user_id: Uuid,
    client_id: String,
    scopes: String,
    claims: String,
    metadata_version: i64,
    granted_at: i64,
}

impl TryFrom<Row> for Consent {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let place = Place {
            table: "consents",
            id: &row.id,
        };
        let claims = row.claims.split(' ').filter(|word| !word.is_empty());
        Ok(Self {
            id: ConsentId::from_uuid(row.id),
            user_id: UserId::from_uuid(row.user_id),
            client_id: ClientId::parse(&row.client_id).map_err(|_| place.bad("client_id"))?,
            scopes: place.scopes("scopes", &row.scopes)?,
            claims: place.word("claims", claims.map(ClaimName::from_word).collect())?,
            metadata_version: place.small("metadata_version", row.metadata_version)?,
            granted_at: Timestamp::from_micros(row.granted_at),
        })
    }
}
