//! Delivery: a message is claimed, handed to the gateway once, and wiped.

use std::fmt;
use std::time::Duration;

use authority::identifiers::PhoneNumber;
use authority::ids::{PhoneId, SmsId, UserId};
use authority::secret::{Keyring, Purpose, Secret};
use authority::time::Timestamp;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use super::{SmsKind, context};
use crate::row::Place;
use crate::sql::{self, at};
use crate::{Connection, Inconsistent, StorageError, Tx};

/// A claimed message, ready to leave.
#[derive(Clone)]
pub struct ClaimedSms {
    /// Our identifier.
    pub id: SmsId,
    /// The gateway is given it, so that a repetition is recognised there too.
    pub request_id: String,
    /// Whom it is for.
    pub user_id: UserId,
    /// The number, as it is now.
    pub number: PhoneNumber,
    /// The text.
    pub text: Secret<String>,
    /// How often it was claimed, this time included.
    pub tries: i64,
}

impl fmt::Debug for ClaimedSms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClaimedSms({}, {:?})", self.id, self.number)
    }
}

/// Messages that were claimed.
#[derive(Debug, Default)]
pub struct Claimed {
    /// Those that can leave.
    pub ready: Vec<ClaimedSms>,
    /// How many were claimed, those that cannot leave among them.
    pub count: usize,
}

/// Claims up to `limit` messages that nobody is sending, those that waited longest first, for `hold`; after each try that
/// sent nothing for as long again, so that messages which fail do not keep others waiting. Codes to a phone that was ended
/// cannot leave; a notice goes to the phone it was written for.
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn claim(
    tx: &Tx,
    now: Timestamp,
    hold: Duration,
    limit: u32,
    keyring: &Keyring,
) -> Result<Claimed, StorageError> {
    let sql = "UPDATE sms SET claimed_until = $1 + $2 * (tries + 1), tries = tries + 1 WHERE id IN (SELECT id FROM sms \
               WHERE text_sealed IS NOT NULL AND claimed_until < $1 AND expires_at > $1 ORDER BY claimed_until, id \
               LIMIT $3) AND claimed_until < $1 RETURNING *";
    let hold = i64::try_from(hold.as_micros()).unwrap_or(i64::MAX);
    let rows: Vec<Row> = sql::list(tx, sql, [at(now), hold.into(), i64::from(limit).into()]).await?;
    let mut claimed = Claimed {
        count: rows.len(),
        ..Claimed::default()
    };
    for row in rows {
        match ready(tx, row, keyring).await {
            Ok(message) => claimed.ready.extend(message),
            // One row that is not ours, or was altered, keeps no other message back.
            Err(StorageError::Inconsistent(error)) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a message cannot be read");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(claimed)
}

/// Claims this message, if nobody is sending it, until `until`: the way of a request that has just kept it.
///
/// # Errors
/// The database is not available, or the row is impossible.
pub async fn claim_one(
    tx: &Tx,
    id: SmsId,
    now: Timestamp,
    until: Timestamp,
    keyring: &Keyring,
) -> Result<Option<ClaimedSms>, StorageError> {
    let sql = "UPDATE sms SET claimed_until = $3, tries = tries + 1 WHERE id = $1 AND text_sealed IS NOT NULL \
               AND claimed_until < $2 AND expires_at > $2 RETURNING *";
    let row: Option<Row> = sql::find(tx, sql, [id.as_uuid().into(), at(now), at(until)]).await?;
    match row {
        Some(row) => ready(tx, row, keyring).await,
        None => Ok(None),
    }
}

/// The message with its number, unless it may not go there any more.
async fn ready(tx: &Tx, row: Row, keyring: &Keyring) -> Result<Option<ClaimedSms>, StorageError> {
    let phone = if row.kind == SmsKind::Notice.as_str() {
        crate::phones::find(tx, PhoneId::from_uuid(row.phone_id), keyring).await?
    } else {
        let live = crate::phones::find_live(tx, UserId::from_uuid(row.user_id), keyring).await?;
        live.filter(|phone| phone.id.as_uuid() == row.phone_id)
    };
    match phone {
        Some(phone) => Ok(Some(open(row, phone.number, keyring)?)),
        None => Ok(None),
    }
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It is on its way.
    Waiting,
    /// The gateway took it.
    Sent,
    /// It will never leave.
    Failed,
}

/// What became of the message with this request id; `None` when there is none.
///
/// # Errors
/// The database is not available.
pub async fn find_delivery(conn: &Connection, request_id: &str) -> Result<Option<Delivery>, StorageError> {
    let sql = "SELECT sent_at, failed_at FROM sms WHERE request_id = $1";
    let row: Option<DeliveryRow> = sql::find(conn, sql, [request_id.into()]).await?;
    Ok(row.map(|row| match (row.sent_at, row.failed_at) {
        (Some(_), _) => Delivery::Sent,
        (None, Some(_)) => Delivery::Failed,
        (None, None) => Delivery::Waiting,
    }))
}

/// Records that the gateway took the message, and wipes its text.
///
/// # Errors
/// The database is not available.
pub async fn record_sent(tx: &Tx, id: SmsId, reference: Option<&str>, now: Timestamp) -> Result<(), StorageError> {
    let sql =
        "UPDATE sms SET sent_at = $2, gateway_reference = $3, text_sealed = NULL WHERE id = $1 AND sent_at IS NULL";
    sql::execute(tx, sql, [id.as_uuid().into(), at(now), reference.into()])
        .await
        .map(drop)
}

/// Records that the message will never leave, and wipes its text.
///
/// # Errors
/// The database is not available.
pub async fn record_failed(tx: &Tx, id: SmsId, now: Timestamp) -> Result<(), StorageError> {
    let sql = "UPDATE sms SET failed_at = $2, text_sealed = NULL WHERE id = $1 AND sent_at IS NULL";
    sql::execute(tx, sql, [id.as_uuid().into(), at(now)]).await.map(drop)
}

/// Gives a claimed message back, to be claimed again from `next_at` on.
///
/// # Errors
/// The database is not available.
pub async fn release(tx: &Tx, id: SmsId, next_at: Timestamp) -> Result<(), StorageError> {
    let sql = "UPDATE sms SET claimed_until = $2 WHERE id = $1 AND text_sealed IS NOT NULL";
    sql::execute(tx, sql, [id.as_uuid().into(), at(next_at)])
        .await
        .map(drop)
}

fn open(row: Row, number: PhoneNumber, keyring: &Keyring) -> Result<ClaimedSms, Inconsistent> {
    let place = Place {
        table: "sms",
        id: &row.id,
    };
    let id = SmsId::from_uuid(row.id);
    let sealed = place.word("text_sealed", row.text_sealed)?;
    let plain = keyring.open(Purpose::Fact, context(id).as_bytes(), &sealed).ok();
    let text = plain.and_then(|plain| String::from_utf8(plain.to_vec()).ok());
    Ok(ClaimedSms {
        id,
        user_id: UserId::from_uuid(row.user_id),
        number,
        text: Secret::new(place.word("text_sealed", text)?),
        tries: row.tries,
        request_id: row.request_id,
    })
}

#[derive(FromQueryResult)]
struct DeliveryRow {
    sent_at: Option<i64>,
    failed_at: Option<i64>,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    kind: String,
    request_id: String,
    user_id: Uuid,
    phone_id: Uuid,
    text_sealed: Option<Vec<u8>>,
    tries: i64,
}
