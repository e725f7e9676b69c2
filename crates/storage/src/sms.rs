//! Messages on their way (table `sms`): kept in the transaction of their code, sent after it, once for each request id.
//! The text is encrypted and wiped when sent or expired; the number is read from `phones` when it is sent (security rule
//! OT-5): a code or reminder never goes to a phone that was ended meanwhile, a notice goes to the one it was written for.
//!
//! Retention: rows without text are kept for counting ([`list_asked`]) and deleted by [`expire`].

mod delivery;

use authority::ids::{PhoneId, SmsId, UserId};
use authority::secret::{Keyring, Purpose, Secret, TokenDigest};
use authority::throttle::{Asked, Share};
use authority::time::{Timestamp, days};
use authority::users::Phone;
use rand_core::CryptoRng;
use sea_orm::FromQueryResult;

use crate::sql::{self, at};
use crate::throttles::{self, Counter};
use crate::{Connection, StorageError, Tx};

pub use delivery::{
    Claimed, ClaimedSms, Delivery, claim, claim_one, find_delivery, record_failed, record_sent, release,
};

/// What a message is for. Only codes count against the limits on messages (security rule OT-4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmsKind {
    /// It holds a code that this share asked for.
    Code(Share),
    /// It tells of a change.
    Notice,
    /// The person asked to be told when something is possible again.
    Reminder {
        /// It leaves at this instant, and not before.
        at: Timestamp,
    },
    /// A key ends soon.
    KeyReminder {
        /// It leaves at this instant, and not before.
        at: Timestamp,
    },
}

impl SmsKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Code(Share::Other) => "code",
            Self::Code(Share::Bound) => "code_bound",
            Self::Notice => "notice",
            Self::Reminder { .. } => "reminder",
            Self::KeyReminder { .. } => "key_reminder",
        }
    }

    /// Nobody claims it up to this instant.
    fn held_until(self) -> i64 {
        match self {
            Self::Code(_) | Self::Notice => 0,
            Self::Reminder { at } | Self::KeyReminder { at } => at.as_micros().saturating_sub(1),
        }
    }
}

/// A message as it may be stored.
#[derive(Clone, Debug)]
pub struct SealedSms {
    id: SmsId,
    kind: SmsKind,
    request_id: String,
    user: UserId,
    phone: PhoneId,
    number_hmac: TokenDigest,
    text_sealed: Vec<u8>,
    created_at: Timestamp,
    expires_at: Timestamp,
}

/// A message to be sent.
#[derive(Clone, Copy, Debug)]
pub struct NewSms<'a> {
    /// Our identifier.
    pub id: SmsId,
    /// What it is for.
    pub kind: SmsKind,
    /// One message leaves for each request id, such as the code's id (security rule OT-4).
    pub request_id: &'a str,
    /// The phone it goes to.
    pub phone: &'a Phone,
    /// The text; it may hold a code.
    pub text: &'a Secret<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// After that it is not worth sending.
    pub expires_at: Timestamp,
}

impl SealedSms {
    /// Our identifier, to claim it by.
    pub const fn id(&self) -> SmsId {
        self.id
    }

    /// Encrypts the text for its row.
    ///
    /// # Errors
    /// The cryptographic library refuses.
    pub fn seal(sms: &NewSms<'_>, keyring: &Keyring, rng: &mut dyn CryptoRng) -> Result<Self, StorageError> {
        let text_sealed = keyring.seal(
            Purpose::Fact,
            context(sms.id).as_bytes(),
            sms.text.expose().as_bytes(),
            rng,
        )?;
        Ok(Self {
            id: sms.id,
            kind: sms.kind,
            request_id: sms.request_id.to_owned(),
            user: sms.phone.user_id,
            phone: sms.phone.id,
            number_hmac: crate::phones::digest(keyring, &sms.phone.number),
            text_sealed,
            created_at: sms.created_at,
            expires_at: sms.expires_at,
        })
    }
}

/// Keeps the message; `false` when this request id has one already: then nothing more is sent.
///
/// # Errors
/// The database is not available.
pub async fn insert(tx: &Tx, sms: &SealedSms) -> Result<bool, StorageError> {
    let cells = [
        ("id", sms.id.as_uuid().into()),
        ("kind", sms.kind.as_str().into()),
        ("request_id", sms.request_id.clone().into()),
        ("user_id", sms.user.as_uuid().into()),
        ("phone_id", sms.phone.as_uuid().into()),
        ("number_hmac", sql::digest(&sms.number_hmac)),
        ("text_sealed", sms.text_sealed.clone().into()),
        ("created_at", at(sms.created_at)),
        ("expires_at", at(sms.expires_at)),
        ("claimed_until", sms.kind.held_until().into()),
        ("tries", 0_i64.into()),
    ];
    sql::insert_new(tx, "sms", cells).await
}

/// Holds the number until the transaction ends, for all people who share it: the limits of a number are judged by one at a
/// time.
///
/// # Errors
/// The database is not available.
pub async fn lock_number(tx: &Tx, number: &TokenDigest, now: Timestamp) -> Result<(), StorageError> {
    let counter = Counter {
        kind: "sms_number",
        key: *number,
        bucket: 0,
    };
    throttles::hit(tx, &counter, now.plus(days(1))).await.map(drop)
}

/// The messages that were asked for to this number since `since`, for [`authority::throttle::judge_send`]. Call
/// [`lock_number`] first where the answer decides.
///
/// # Errors
/// The database is not available.
pub async fn list_asked(conn: &Connection, number: &TokenDigest, since: Timestamp) -> Result<Vec<Asked>, StorageError> {
    let sql = "SELECT kind, created_at, failed_at FROM sms WHERE number_hmac = $1 AND created_at >= $2 \
               AND kind IN ($3, $4) ORDER BY created_at";
    let (other, bound) = (
        SmsKind::Code(Share::Other).as_str(),
        SmsKind::Code(Share::Bound).as_str(),
    );
    let values = [sql::digest(number), at(since), other.into(), bound.into()];
    let rows: Vec<AskedRow> = sql::list(conn, sql, values).await?;
    let asked = |row: &AskedRow| Asked {
        at: Timestamp::from_micros(row.created_at),
        share: if row.kind == bound { Share::Bound } else { Share::Other },
        failed: row.failed_at.is_some(),
    };
    Ok(rows.iter().map(asked).collect())
}

/// Whether a message waits for somebody to send it; an idle node asks this before it writes anything.
///
/// # Errors
/// The database is not available.
pub async fn is_waiting(conn: &Connection, now: Timestamp) -> Result<bool, StorageError> {
    let sql =
        "SELECT COUNT(*) AS total FROM sms WHERE text_sealed IS NOT NULL AND claimed_until < $1 AND expires_at > $1";
    Ok(sql::count(conn, sql, [at(now)]).await? > 0)
}

/// Deletes the reminders of a person that have not left: what they were to remind of is done, or not possible now. They
/// count against nothing, and may be asked for again.
///
/// # Errors
/// The database is not available.
pub async fn delete_reminders(tx: &Tx, user: UserId) -> Result<(), StorageError> {
    let sql = "DELETE FROM sms WHERE user_id = $1 AND kind = 'reminder' AND text_sealed IS NOT NULL";
    sql::execute(tx, sql, [user.as_uuid().into()]).await.map(drop)
}

/// Deletes the reminders of ending keys that have not left, of a person who may not act now.
///
/// # Errors
/// The database is not available.
pub async fn delete_key_reminders(tx: &Tx, user: UserId) -> Result<(), StorageError> {
    let sql = "DELETE FROM sms WHERE user_id = $1 AND kind = 'key_reminder' AND text_sealed IS NOT NULL";
    sql::execute(tx, sql, [user.as_uuid().into()]).await.map(drop)
}

/// Wipes the text of every message whose time is over.
///
/// # Errors
/// The database is not available.
pub async fn wipe_expired(tx: &Tx, now: Timestamp) -> Result<u64, StorageError> {
    let sql = "UPDATE sms SET text_sealed = NULL, failed_at = $1 WHERE text_sealed IS NOT NULL AND expires_at <= $1";
    sql::execute(tx, sql, [at(now)]).await
}

/// Deletes up to `limit` messages asked for before `before`.
///
/// # Errors
/// The database is not available.
pub async fn expire(tx: &Tx, before: Timestamp, limit: u32) -> Result<u64, StorageError> {
    let sql = "DELETE FROM sms WHERE id IN (SELECT id FROM sms WHERE created_at < $1 LIMIT $2)";
    sql::execute(tx, sql, [at(before), i64::from(limit).into()]).await
}

fn context(id: SmsId) -> String {
    format!("sms/{id}")
}

#[derive(FromQueryResult)]
struct AskedRow {
    kind: String,
    created_at: i64,
    failed_at: Option<i64>,
}
