//! Records of evidence (tables `evidence`, `evidence_objects`, `evidence_uses`; security rule CE-15): what each accepted
//! signature rests on. A record is encrypted for its row, since it names the person; what many records share (certificates of
//! authorities, revocation lists) is public and kept once, by its digest.
//!
//! Retention: [`expire`] deletes records of some age, [`expire_objects`] what no record uses any more.

use std::sync::Arc;

use authority::ids::{AttemptId, EventId, UserId};
use authority::secret::{Keyring, Purpose};
use authority::time::Timestamp;
use aws_lc_rs::digest;
use rand_core::CryptoRng;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::row::Place;
use crate::sql::{self, at};
use crate::{Connection, Inconsistent, StorageError, Tx};

/// What a record is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// The audit event that carries the record's digest.
    pub event: EventId,
    /// The attempt in which the signature was made.
    pub attempt: AttemptId,
    /// Whose signature it is.
    pub user: UserId,
    /// When it was accepted.
    pub at: Timestamp,
}

/// A record as it may be stored.
#[derive(Clone, Debug)]
pub struct SealedEvidence {
    about: About,
    digest: [u8; 32],
    sealed: Vec<u8>,
    objects: Vec<SharedObject>,
}

/// What many records share, with its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedObject {
    /// SHA-256 of the content, which its owner computed once: a list has megabytes. [`find`] checks it again.
    pub digest: [u8; 32],
    /// The content.
    pub content: Arc<[u8]>,
}

/// A record as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// What it is about.
    pub about: About,
    /// Its text, exactly as it was written.
    pub record: Vec<u8>,
    /// What it shares with others, in no particular order.
    pub objects: Vec<Vec<u8>>,
}

impl Evidence {
    /// SHA-256 of the record, as its audit event has it.
    pub fn digest(&self) -> [u8; 32] {
        sha256(&self.record)
    }
}

impl SealedEvidence {
    /// Encrypts a record. `objects` are the shared ones that it names.
    ///
    /// # Errors
    /// The cryptographic library refuses.
    pub fn seal(
        about: About,
        record: &[u8],
        objects: Vec<SharedObject>,
        keyring: &Keyring,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, StorageError> {
        let sealed = keyring.seal(Purpose::Evidence, context(about.event).as_bytes(), record, rng)?;
        Ok(Self {
            about,
            digest: sha256(record),
            sealed,
            objects,
        })
    }

    /// The audit event that has to carry the digest.
    pub const fn event(&self) -> EventId {
        self.about.event
    }

    /// SHA-256 of the record, for its audit event.
    pub const fn digest(&self) -> [u8; 32] {
        self.digest
    }
}

/// Keeps a record, and of what it shares with others what is not kept yet.
///
/// # Errors
/// The database is not available, or the event has a record already.
pub async fn insert(tx: &Tx, evidence: &SealedEvidence) -> Result<(), StorageError> {
    let about = &evidence.about;
    let cells = [
        ("event_id", about.event.as_uuid().into()),
        ("attempt_id", about.attempt.as_uuid().into()),
        ("user_id", about.user.as_uuid().into()),
        ("recorded_at", at(about.at)),
        ("digest", evidence.digest.to_vec().into()),
        ("record_sealed", evidence.sealed.clone().into()),
    ];
    sql::insert(tx, "evidence", cells).await?;
    for object in &evidence.objects {
        let digest = object.digest.to_vec();
        // A list has megabytes: it does not travel to the database when it is there.
        if !is_object_kept(tx, &digest).await? {
            let cells = [
                ("digest", digest.clone().into()),
                ("recorded_at", at(about.at)),
                ("content", object.content.to_vec().into()),
            ];
            sql::insert_new(tx, "evidence_objects", cells).await?;
        }
        let cells = [("event_id", about.event.as_uuid().into()), ("digest", digest.into())];
        sql::insert_new(tx, "evidence_uses", cells).await?;
    }
    Ok(())
}

async fn is_object_kept(tx: &Tx, digest: &[u8]) -> Result<bool, StorageError> {
    let sql = "SELECT COUNT(*) AS total FROM evidence_objects WHERE digest = $1";
    Ok(sql::count(tx, sql, [digest.to_vec().into()]).await? > 0)
}

/// The record of this audit event.
///
/// # Errors
/// The database is not available, or the record or an object was altered.
pub async fn find(conn: &Connection, event: EventId, keyring: &Keyring) -> Result<Option<Evidence>, StorageError> {
    let sql = "SELECT * FROM evidence WHERE event_id = $1";
    let row: Option<Row> = sql::find(conn, sql, [event.as_uuid().into()]).await?;
    match row {
        Some(row) => Ok(Some(row.open(conn, keyring).await?)),
        None => Ok(None),
    }
}

/// Whether the audit event has a record.
///
/// # Errors
/// The database is not available.
pub async fn is_kept(conn: &Connection, event: EventId) -> Result<bool, StorageError> {
    let sql = "SELECT COUNT(*) AS total FROM evidence WHERE event_id = $1";
    Ok(sql::count(conn, sql, [event.as_uuid().into()]).await? > 0)
}

/// The latest record of an attempt.
///
/// # Errors
/// The database is not available.
pub async fn find_of_attempt(conn: &Connection, attempt: AttemptId) -> Result<Option<About>, StorageError> {
    let sql = "SELECT event_id, attempt_id, user_id, recorded_at FROM evidence WHERE attempt_id = $1 \
               ORDER BY recorded_at DESC, event_id DESC LIMIT 1";
    let row: Option<AboutRow> = sql::find(conn, sql, [attempt.as_uuid().into()]).await?;
    Ok(row.map(About::from))
}

/// What there is about a person, latest first, at most `limit`.
///
/// # Errors
/// The database is not available.
pub async fn list_for_user(conn: &Connection, user: UserId, limit: u32) -> Result<Vec<About>, StorageError> {
    let sql = "SELECT event_id, attempt_id, user_id, recorded_at FROM evidence WHERE user_id = $1 \
               ORDER BY recorded_at DESC, event_id DESC LIMIT $2";
    let rows: Vec<AboutRow> = sql::list(conn, sql, [user.as_uuid().into(), i64::from(limit).into()]).await?;
    Ok(rows.into_iter().map(About::from).collect())
}

/// Deletes up to `limit` records from before `before`.
///
/// # Errors
/// The database is not available.
pub async fn expire(tx: &Tx, before: Timestamp, limit: u32) -> Result<u64, StorageError> {
    let sql = "DELETE FROM evidence WHERE event_id IN (SELECT event_id FROM evidence WHERE recorded_at < $1 LIMIT $2)";
    sql::execute(tx, sql, [at(before), i64::from(limit).into()]).await
}

/// Deletes up to `limit` shared objects from before `before` that no record uses. One that old is not fresh any more, so no
/// new record takes it up at this moment.
///
/// # Errors
/// The database is not available.
pub async fn expire_objects(tx: &Tx, before: Timestamp, limit: u32) -> Result<u64, StorageError> {
    let sql = "DELETE FROM evidence_objects WHERE digest IN (SELECT o.digest FROM evidence_objects o \
               WHERE o.recorded_at < $1 AND NOT EXISTS (SELECT 1 FROM evidence_uses u WHERE u.digest = o.digest) LIMIT $2)";
    sql::execute(tx, sql, [at(before), i64::from(limit).into()]).await
}

fn context(event: EventId) -> String {
    format!("evidence/{event}")
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut sum = [0; 32];
    sum.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    sum
}

#[derive(FromQueryResult)]
struct AboutRow {
    event_id: Uuid,
    attempt_id: Uuid,
    user_id: Uuid,
    recorded_at: i64,
}

impl From<AboutRow> for About {
    fn from(row: AboutRow) -> Self {
        Self {
            event: EventId::from_uuid(row.event_id),
            attempt: AttemptId::from_uuid(row.attempt_id),
            user: UserId::from_uuid(row.user_id),
            at: Timestamp::from_micros(row.recorded_at),
        }
    }
}

#[derive(FromQueryResult)]
struct Row {
    event_id: Uuid,
    attempt_id: Uuid,
    user_id: Uuid,
    recorded_at: i64,
    digest: Vec<u8>,
    record_sealed: Vec<u8>,
}

#[derive(FromQueryResult)]
struct ObjectRow {
    digest: Vec<u8>,
    content: Vec<u8>,
}

impl Row {
    async fn open(self, conn: &Connection, keyring: &Keyring) -> Result<Evidence, StorageError> {
        let event = EventId::from_uuid(self.event_id);
        let place = Place {
            table: "evidence",
            id: &event,
        };
        let record = keyring
            .open(Purpose::Evidence, context(event).as_bytes(), &self.record_sealed)
            .map_err(|_| place.bad("record_sealed"))?
            .to_vec();
        if sha256(&record).as_slice() != self.digest {
            return Err(place.bad("digest").into());
        }
        let sql = "SELECT o.digest AS digest, o.content AS content FROM evidence_uses u \
                   JOIN evidence_objects o ON o.digest = u.digest WHERE u.event_id = $1 ORDER BY o.digest";
        let rows: Vec<ObjectRow> = sql::list(conn, sql, [self.event_id.into()]).await?;
        let objects = rows.into_iter().map(|row| row.checked(event));
        let about = AboutRow {
            event_id: self.event_id,
            attempt_id: self.attempt_id,
            user_id: self.user_id,
            recorded_at: self.recorded_at,
        };
        Ok(Evidence {
            about: about.into(),
            record,
            objects: objects.collect::<Result<_, _>>()?,
        })
    }
}

impl ObjectRow {
    fn checked(self, event: EventId) -> Result<Vec<u8>, Inconsistent> {
        if sha256(&self.content).as_slice() == self.digest {
            Ok(self.content)
        } else {
            Err(Inconsistent::new("evidence_objects", "content", &event))
        }
    }
}
