//! Reminders that a certificate ends: each is kept once for a certificate, its end and a number of days before (product C2).
//!
//! Retention: [`expire`] deletes them when the certificate has ended.

use authority::ids::{CertificateId, UserId};
use authority::time::Timestamp;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::sql::{self, at};
use crate::{Connection, StorageError, Tx};

/// A certificate whose person is to be reminded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueReminder {
    /// The certificate.
    pub certificate: CertificateId,
    /// Whose it is.
    pub user: UserId,
    /// When it ends.
    pub not_after: Timestamp,
}

/// When certificates end, and how many days before that it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// After this instant.
    pub after: Timestamp,
    /// At this instant or before.
    pub until: Timestamp,
    /// How many days before the end this is told.
    pub days: u32,
}

/// Whether nothing stands against a reminder: the certificate is accepted, its person may act and has a phone, no other
/// accepted certificate of the same person, role and organisation lasts longer, and it was not done.
const DUE: &str = "certificates.refused_at IS NULL AND users.state IN ('invited', 'active') \
    AND EXISTS (SELECT 1 FROM phones WHERE phones.user_id = users.id AND phones.ended_at IS NULL) \
    AND NOT EXISTS (SELECT 1 FROM certificates AS newer WHERE newer.user_id = certificates.user_id \
    AND newer.role = certificates.role AND newer.refused_at IS NULL \
    AND COALESCE(newer.organisation_id, newer.user_id) = COALESCE(certificates.organisation_id, certificates.user_id) \
    AND newer.not_after_at > certificates.not_after_at) \
    AND NOT EXISTS (SELECT 1 FROM key_reminders WHERE key_reminders.certificate_id = certificates.id \
    AND key_reminders.not_after_at = certificates.not_after_at AND key_reminders.days = $3)";

/// Up to `limit` certificates behind `after` of which a reminder is due, those that end first before others.
///
/// # Errors
/// The database is not available.
pub async fn list_due(
    conn: &Connection,
    ending: Ending,
    (after, limit): (Option<DueReminder>, u32),
) -> Result<Vec<DueReminder>, StorageError> {
    let sql = format!(
        "SELECT certificates.id, certificates.user_id, certificates.not_after_at FROM certificates \
         JOIN users ON users.id = certificates.user_id WHERE certificates.not_after_at > $1 \
         AND certificates.not_after_at <= $2 AND {DUE} AND (certificates.not_after_at, certificates.id) > ($4, $5) \
         ORDER BY certificates.not_after_at, certificates.id LIMIT $6"
    );
    let (ends, id) = after.map_or((i64::MIN, Uuid::nil()), |due| {
        (due.not_after.as_micros(), due.certificate.as_uuid())
    });
    let values = [
        at(ending.after),
        at(ending.until),
        i64::from(ending.days).into(),
        ends.into(),
        id.into(),
        i64::from(limit).into(),
    ];
    let rows: Vec<Row> = sql::list(conn, &sql, values).await?;
    Ok(rows.into_iter().map(DueReminder::from).collect())
}

/// Keeps that the reminder was made; `false` when it was before, or when something stands against it by now. Call
/// [`crate::users::lock`] first.
///
/// # Errors
/// The database is not available.
pub async fn take(tx: &Tx, due: DueReminder, days: u32, now: Timestamp) -> Result<bool, StorageError> {
    let sql = format!(
        "INSERT INTO key_reminders (certificate_id, not_after_at, days, reminded_at) \
         SELECT certificates.id, certificates.not_after_at, $3, $4 FROM certificates \
         JOIN users ON users.id = certificates.user_id \
         WHERE certificates.id = $1 AND certificates.not_after_at = $2 AND {DUE} ON CONFLICT DO NOTHING"
    );
    let values = [
        due.certificate.as_uuid().into(),
        at(due.not_after),
        i64::from(days).into(),
        at(now),
    ];
    Ok(sql::execute(tx, &sql, values).await? == 1)
}

/// Deletes up to `limit` reminders of certificates that ended before `now`.
///
/// # Errors
/// The database is not available.
pub async fn expire(tx: &Tx, now: Timestamp, limit: u32) -> Result<u64, StorageError> {
    let sql = "DELETE FROM key_reminders WHERE (certificate_id, not_after_at, days) IN \
               (SELECT certificate_id, not_after_at, days FROM key_reminders WHERE not_after_at < $1 LIMIT $2)";
    sql::execute(tx, sql, [at(now), i64::from(limit).into()]).await
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    user_id: Uuid,
    not_after_at: i64,
}

impl From<Row> for DueReminder {
    fn from(row: Row) -> Self {
        Self {
            certificate: CertificateId::from_uuid(row.id),
            user: UserId::from_uuid(row.user_id),
            not_after: Timestamp::from_micros(row.not_after_at),
        }
    }
}
