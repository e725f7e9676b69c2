//! Powers of attorney (table `powers`). Whether a grant that rests on one still counts is part of the join in `live`.
//!
//! Retention: kept for the proof of what was done in whose name, as the audit log is.

use authority::authorization::Scope;
use authority::clients::ClientId;
use authority::identifiers::{Checksum, Iin};
use authority::ids::{PowerId, UserId};
use authority::powers::{Power, PowerEnd};
use authority::representation::Principal;
use authority::secret::{Keyring, Purpose, TokenDigest};
use authority::time::Timestamp;
use authority::users::IdentifierKind;
use rand_core::CryptoRng;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::row::Place;
use crate::sql::{self, at, maybe_at};
use crate::{Connection, Inconsistent, StorageError, Tx};

/// A power as it is kept.
#[derive(Clone, Debug)]
pub struct KeptPower {
    /// The power.
    pub power: Power,
    /// Whether the account that it was given from may act; while it may not, the power does not hold.
    pub giver_stands: bool,
    agent_sealed: Vec<u8>,
}

impl KeptPower {
    /// The agent's number, for whoever typed it and whoever it is.
    ///
    /// # Errors
    /// The value was altered.
    pub fn agent(&self, keyring: &Keyring) -> Result<Iin, Inconsistent> {
        let place = Place {
            table: "powers",
            id: &self.power.id,
        };
        let plain = keyring.open(Purpose::Fact, context(self.power.id).as_bytes(), &self.agent_sealed);
        let text = plain.ok().and_then(|plain| String::from_utf8(plain.to_vec()).ok());
        // It was judged when it was typed.
        let iin = text.and_then(|text| Iin::parse(&text, Checksum::Ignored).ok());
        place.word("agent_sealed", iin)
    }
}

fn context(id: PowerId) -> String {
    format!("powers/{id}/agent")
}

/// Keeps a power that is given now.
///
/// # Errors
/// The database is not available, or the agent's number cannot be encrypted.
pub async fn insert(
    tx: &Tx,
    power: &Power,
    agent: &Iin,
    keyring: &Keyring,
    rng: &mut (dyn CryptoRng + Send),
) -> Result<(), StorageError> {
    let sealed = keyring.seal(
        Purpose::Fact,
        context(power.id).as_bytes(),
        agent.expose().as_bytes(),
        rng,
    )?;
    let clients = power.clients.as_ref().map(|clients| join(clients));
    let cells = [
        ("id", power.id.as_uuid().into()),
        ("principal", power.principal.to_string().into()),
        ("given_by", power.given_by.as_uuid().into()),
        ("agent_hmac", sql::digest(&power.agent)),
        ("agent_sealed", sealed.into()),
        ("clients", clients.into()),
        ("scopes", power.scopes.as_deref().map(Scope::join).into()),
        ("from_at", at(power.from)),
        ("until_at", at(power.until)),
        ("given_at", at(power.given_at)),
        ("ended_at", maybe_at(power.ended.map(|(_, at)| at))),
        ("end_reason", power.ended.map(|(end, _)| end.as_str()).into()),
    ];
    sql::insert(tx, "powers", cells).await
}

fn join(clients: &[ClientId]) -> String {
    // No client's identifier has a line break.
    clients.iter().map(ClientId::as_str).collect::<Vec<_>>().join("\n")
}

const KEPT: &str =
    "SELECT powers.*, givers.state AS giver_state FROM powers JOIN users AS givers ON givers.id = powers.given_by";

/// The power of this id.
///
/// # Errors
/// The database is not available, or the row is impossible.
pub async fn find(conn: &Connection, id: PowerId) -> Result<Option<KeptPower>, StorageError> {
    let sql = format!("{KEPT} WHERE powers.id = $1");
    let row: Option<Row> = sql::find(conn, &sql, [id.as_uuid().into()]).await?;
    Ok(row.map(KeptPower::try_from).transpose()?)
}

/// The powers that this person was given, latest first.
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn list_of_agent(conn: &Connection, agent: UserId) -> Result<Vec<KeptPower>, StorageError> {
    let sql = format!(
        "{KEPT} JOIN identifiers ON identifiers.value_hmac = powers.agent_hmac WHERE identifiers.user_id = $1 \
         AND identifiers.kind = $2 ORDER BY powers.given_at DESC, powers.id DESC"
    );
    let kind = IdentifierKind::Iin.as_str();
    read(sql::list(conn, &sql, [agent.as_uuid().into(), kind.into()]).await?)
}

/// The powers that this person gave, and those that were given in this name, latest first.
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn list_given(
    conn: &Connection,
    giver: UserId,
    principal: Option<Principal>,
) -> Result<Vec<KeptPower>, StorageError> {
    let sql = format!(
        "{KEPT} WHERE powers.given_by = $1 OR powers.principal = $2 ORDER BY powers.given_at DESC, powers.id DESC"
    );
    let principal = principal.unwrap_or(Principal::Person(giver)).to_string();
    read(sql::list(conn, &sql, [giver.as_uuid().into(), principal.into()]).await?)
}

/// How many powers this person gave since then.
///
/// # Errors
/// The database is not available.
pub async fn count_given_since(conn: &Connection, giver: UserId, since: Timestamp) -> Result<i64, StorageError> {
    let sql = "SELECT COUNT(*) AS total FROM powers WHERE given_by = $1 AND given_at > $2";
    sql::count(conn, sql, [giver.as_uuid().into(), at(since)]).await
}

/// The user whose number this is the digest of, if anybody has signed in with it.
///
/// # Errors
/// The database is not available.
pub async fn find_agent(conn: &Connection, agent: &TokenDigest) -> Result<Option<UserId>, StorageError> {
    let sql = "SELECT user_id AS id FROM identifiers WHERE value_hmac = $1 AND kind = $2 AND user_id IS NOT NULL";
    let values = [sql::digest(agent), IdentifierKind::Iin.as_str().into()];
    let row: Option<IdRow> = sql::find(conn, sql, values).await?;
    Ok(row.map(|row| UserId::from_uuid(row.id)))
}

/// Ends a power before its time; `false` when it had ended, or its time was over.
///
/// # Errors
/// The database is not available.
pub async fn end(tx: &Tx, id: PowerId, end: PowerEnd, now: Timestamp) -> Result<bool, StorageError> {
    let sql = "UPDATE powers SET ended_at = $2, end_reason = $3, told_at = $2 WHERE id = $1 AND ended_at IS NULL AND until_at > $2";
    Ok(sql::execute(tx, sql, [id.as_uuid().into(), at(now), end.as_str().into()]).await? == 1)
}

/// A power whose time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Over {
    /// The power.
    pub id: PowerId,
    /// Until when it was given.
    pub until: Timestamp,
}

/// Up to `limit` powers behind `after` whose time is over and of which nobody was told yet, the longest over first. What else
/// stands in their rows is not read, so that a damaged one is only its own trouble.
///
/// # Errors
/// The database is not available.
pub async fn list_untold(
    conn: &Connection,
    now: Timestamp,
    (after, limit): (Option<Over>, u32),
) -> Result<Vec<Over>, StorageError> {
    let sql = "SELECT id, until_at FROM powers WHERE told_at IS NULL AND until_at <= $1 AND (until_at, id) > ($2, $3) \
               ORDER BY until_at, id LIMIT $4";
    let (until, id) = after.map_or((i64::MIN, Uuid::nil()), |over| {
        (over.until.as_micros(), over.id.as_uuid())
    });
    let values = [at(now), until.into(), id.into(), i64::from(limit).into()];
    let rows: Vec<OverRow> = sql::list(conn, sql, values).await?;
    let over = |row: OverRow| Over {
        id: PowerId::from_uuid(row.id),
        until: Timestamp::from_micros(row.until_at),
    };
    Ok(rows.into_iter().map(over).collect())
}

/// Whether there is such a power.
///
/// # Errors
/// The database is not available.
pub async fn is_untold(conn: &Connection, now: Timestamp) -> Result<bool, StorageError> {
    let sql = "SELECT COUNT(*) AS total FROM (SELECT 1 FROM powers WHERE told_at IS NULL AND until_at <= $1 LIMIT 1) AS waiting";
    Ok(sql::count(conn, sql, [at(now)]).await? > 0)
}

/// Notes that everybody was told of the end; `false` when somebody else has noted it.
///
/// # Errors
/// The database is not available.
pub async fn record_told(tx: &Tx, id: PowerId, now: Timestamp) -> Result<bool, StorageError> {
    let sql = "UPDATE powers SET told_at = $2 WHERE id = $1 AND told_at IS NULL";
    Ok(sql::execute(tx, sql, [id.as_uuid().into(), at(now)]).await? == 1)
}

fn read(rows: Vec<Row>) -> Result<Vec<KeptPower>, StorageError> {
    rows.into_iter()
        .map(|row| KeptPower::try_from(row).map_err(Into::into))
        .collect()
}

#[derive(FromQueryResult)]
struct IdRow {
    id: Uuid,
}

#[derive(FromQueryResult)]
struct OverRow {
    id: Uuid,
    until_at: i64,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    principal: String,
    given_by: Uuid,
    agent_hmac: Vec<u8>,
    agent_sealed: Vec<u8>,
    clients: Option<String>,
    scopes: Option<String>,
    from_at: i64,
    until_at: i64,
    given_at: i64,
    ended_at: Option<i64>,
    end_reason: Option<String>,
    giver_state: String,
}

impl TryFrom<Row> for KeptPower {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let place = Place {
            table: "powers",
            id: &row.id,
        };
        let clients = row.clients.map(|text| {
            let ids = text.split('\n').filter(|id| !id.is_empty());
            ids.map(|id| ClientId::parse(id).map_err(|_| place.bad("clients")))
                .collect()
        });
        let scopes = row.scopes.map(|text| place.scopes("scopes", &text));
        let ended = match (row.end_reason.as_deref(), row.ended_at) {
            (None, None) => None,
            (Some(word), Some(at)) => {
                let end = place.word("end_reason", PowerEnd::from_word(word))?;
                Some((end, Timestamp::from_micros(at)))
            }
            (Some(_), None) | (None, Some(_)) => return Err(place.bad("ended_at")),
        };
        Ok(Self {
            power: Power {
                id: PowerId::from_uuid(row.id),
                principal: place.word("principal", row.principal.parse().ok())?,
                given_by: UserId::from_uuid(row.given_by),
                agent: place.digest("agent_hmac", &row.agent_hmac)?,
                clients: clients.transpose()?,
                scopes: scopes.transpose()?,
                from: Timestamp::from_micros(row.from_at),
                until: Timestamp::from_micros(row.until_at),
                given_at: Timestamp::from_micros(row.given_at),
                ended,
            },
            giver_stands: matches!(row.giver_state.as_str(), "invited" | "active"),
            agent_sealed: row.agent_sealed,
        })
    }
}
