//! Phone numbers of users: one live each, encrypted; a keyed digest counts people by number.
//!
//! Retention: an ended number is deleted after [`expire`]'s limit.

use authority::identifiers::PhoneNumber;
use authority::ids::{PhoneId, UserId};
use authority::secret::{Keyring, Purpose, TokenDigest};
use authority::time::Timestamp;
use authority::users::Phone;
use rand_core::CryptoRng;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::row::Place;
use crate::sql::{self, at};
use crate::{Connection, Inconsistent, StorageError, Tx};

/// A phone as it may be stored.
#[derive(Clone, Debug)]
pub struct SealedPhone {
    id: PhoneId,
    user: UserId,
    number_hmac: TokenDigest,
    number_sealed: Vec<u8>,
    linked_at: Timestamp,
}

impl SealedPhone {
    /// Encrypts the number for its row.
    ///
    /// # Errors
    /// The cryptographic library refuses.
    pub fn seal(phone: &Phone, keyring: &Keyring, rng: &mut dyn CryptoRng) -> Result<Self, StorageError> {
        let number_sealed = keyring.seal(
            Purpose::Fact,
            context(phone.id).as_bytes(),
            phone.number.expose().as_bytes(),
            rng,
        )?;
        let number_hmac = digest(keyring, &phone.number);
        Ok(Self {
            id: phone.id,
            user: phone.user_id,
            number_hmac,
            number_sealed,
            linked_at: phone.linked_at,
        })
    }
}

/// The digest that a number is counted by.
pub fn digest(keyring: &Keyring, number: &PhoneNumber) -> TokenDigest {
    keyring.digest(Purpose::PhoneNumber, number.expose().as_bytes())
}

/// The user's live phone.
///
/// # Errors
/// The database is not available, or the number was altered.
pub async fn find_live(conn: &Connection, user: UserId, keyring: &Keyring) -> Result<Option<Phone>, StorageError> {
    let sql = "SELECT * FROM phones WHERE user_id = $1 AND ended_at IS NULL";
    let row: Option<Row> = sql::find(conn, sql, [user.as_uuid().into()]).await?;
    Ok(row.map(|row| open(&row, keyring)).transpose()?)
}

/// The phone of this id, ended or not: a notice about its end goes there (security rule AC-14).
///
/// # Errors
/// The database is not available, or the number was altered.
pub async fn find(conn: &Connection, id: PhoneId, keyring: &Keyring) -> Result<Option<Phone>, StorageError> {
    let row: Option<Row> = sql::find(conn, "SELECT * FROM phones WHERE id = $1", [id.as_uuid().into()]).await?;
    Ok(row.map(|row| open(&row, keyring)).transpose()?)
}

/// How many users have this number now.
///
/// # Errors
/// The database is not available.
pub async fn count_live_by_number(conn: &Connection, number: &TokenDigest) -> Result<i64, StorageError> {
    let sql = "SELECT COUNT(*) AS total FROM phones WHERE number_hmac = $1 AND ended_at IS NULL";
    sql::count(conn, sql, [sql::digest(number)]).await
}

/// Links the phone; `false` when the user has a live one, which must be ended first.
///
/// # Errors
/// The database is not available.
pub async fn insert(tx: &Tx, phone: &SealedPhone) -> Result<bool, StorageError> {
    let cells = [
        ("id", phone.id.as_uuid().into()),
        ("user_id", phone.user.as_uuid().into()),
        ("number_hmac", sql::digest(&phone.number_hmac)),
        ("number_sealed", phone.number_sealed.clone().into()),
        ("linked_at", at(phone.linked_at)),
    ];
    sql::insert_new(tx, "phones", cells).await
}

/// Ends the user's live phone, if there is one; says whether there was.
///
/// # Errors
/// The database is not available.
pub async fn end(tx: &Tx, user: UserId, now: Timestamp) -> Result<bool, StorageError> {
    let sql = "UPDATE phones SET ended_at = $2 WHERE user_id = $1 AND ended_at IS NULL";
    Ok(sql::execute(tx, sql, [user.as_uuid().into(), at(now)]).await? == 1)
}

/// Deletes up to `limit` phones that ended before `before`.
///
/// # Errors
/// The database is not available.
pub async fn expire(tx: &Tx, before: Timestamp, limit: u32) -> Result<u64, StorageError> {
    let sql = "DELETE FROM phones WHERE id IN (SELECT id FROM phones WHERE ended_at < $1 LIMIT $2)";
    sql::execute(tx, sql, [at(before), i64::from(limit).into()]).await
}

fn open(row: &Row, keyring: &Keyring) -> Result<Phone, Inconsistent> {
    let place = Place {
        table: "phones",
        id: &row.id,
    };
    let id = PhoneId::from_uuid(row.id);
    let plain = keyring
        .open(Purpose::Fact, context(id).as_bytes(), &row.number_sealed)
        .ok();
    let number = plain.and_then(|plain| PhoneNumber::parse(std::str::from_utf8(&plain).ok()?).ok());
    Ok(Phone {
        id,
        user_id: UserId::from_uuid(row.user_id),
        number: place.word("number_sealed", number)?,
        linked_at: Timestamp::from_micros(row.linked_at),
    })
}

fn context(id: PhoneId) -> String {
    format!("phones/{id}")
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    user_id: Uuid,
    number_sealed: Vec<u8>,
    linked_at: i64,
}
