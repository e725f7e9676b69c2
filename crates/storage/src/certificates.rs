//! Certificates that proved a first stage here. A certificate belongs to one user for all time.
//!
//! Retention: as long as the user.

use authority::certificates::{Certificate, CertificateRole, KeyStorage};
use authority::ids::{CertificateId, OrganisationId, UserId};
use authority::time::Timestamp;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::row::Place;
use crate::sql::{self, at};
use crate::{Connection, Inconsistent, StorageError, Tx};

/// What became of a certificate that was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It was not known and is now.
    New,
    /// It was known under this id; its last use is now.
    Known(CertificateId),
    /// It is known as another user's. Nothing was changed.
    OfAnotherUser,
}

/// Records the use of a certificate (issuer and serial number are its identity).
///
/// # Errors
/// The database is not available.
pub async fn record(tx: &Tx, certificate: &Certificate) -> Result<Recorded, StorageError> {
    let cells = [
        ("id", certificate.id.as_uuid().into()),
        ("user_id", certificate.user_id.as_uuid().into()),
        ("issuer", certificate.issuer.clone().into()),
        ("serial", certificate.serial.clone().into()),
        ("role", certificate.role.as_str().into()),
        (
            "organisation_id",
            certificate.organisation.map(OrganisationId::as_uuid).into(),
        ),
        ("key_storage", certificate.key_storage.as_str().into()),
        ("not_before_at", at(certificate.not_before)),
        ("not_after_at", at(certificate.not_after)),
        ("first_used_at", at(certificate.first_used_at)),
        ("last_used_at", at(certificate.last_used_at)),
    ];
    if sql::insert_new(tx, "certificates", cells).await? {
        return Ok(Recorded::New);
    }
    // What was kept before organisations were has none yet.
    let sql = "UPDATE certificates SET last_used_at = $4, organisation_id = COALESCE(organisation_id, $5) \
               WHERE issuer = $1 AND serial = $2 AND user_id = $3 RETURNING *";
    let values = [
        certificate.issuer.clone().into(),
        certificate.serial.clone().into(),
        certificate.user_id.as_uuid().into(),
        at(certificate.last_used_at),
        certificate.organisation.map(OrganisationId::as_uuid).into(),
    ];
    let row: Option<Row> = sql::find(tx, sql, values).await?;
    Ok(row.map_or(Recorded::OfAnotherUser, |row| {
        Recorded::Known(CertificateId::from_uuid(row.id))
    }))
}

/// The certificate of this id, if it is this user's.
///
/// # Errors
/// The database is not available, or the row is impossible.
pub async fn find_for_user(
    conn: &Connection,
    user: UserId,
    id: CertificateId,
) -> Result<Option<Certificate>, StorageError> {
    let sql = "SELECT * FROM certificates WHERE id = $1 AND user_id = $2";
    let row: Option<Row> = sql::find(conn, sql, [id.as_uuid().into(), user.as_uuid().into()]).await?;
    Ok(row.map(Certificate::try_from).transpose()?)
}

/// All certificates of a user, latest use first.
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn list_for_user(conn: &Connection, user: UserId) -> Result<Vec<Certificate>, StorageError> {
    let sql = "SELECT * FROM certificates WHERE user_id = $1 ORDER BY last_used_at DESC, id";
    let rows: Vec<Row> = sql::list(conn, sql, [user.as_uuid().into()]).await?;
    rows.into_iter()
        .map(|row| Certificate::try_from(row).map_err(Into::into))
        .collect()
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    user_id: Uuid,
    issuer: Vec<u8>,
    serial: Vec<u8>,
    role: String,
    organisation_id: Option<Uuid>,
    key_storage: String,
    not_before_at: i64,
    not_after_at: i64,
    first_used_at: i64,
    last_used_at: i64,
}

impl TryFrom<Row> for Certificate {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let place = Place {
            table: "certificates",
            id: &row.id,
        };
        Ok(Self {
            id: CertificateId::from_uuid(row.id),
            user_id: UserId::from_uuid(row.user_id),
            role: place.word("role", CertificateRole::from_word(&row.role))?,
            organisation: row.organisation_id.map(OrganisationId::from_uuid),
            key_storage: place.word("key_storage", KeyStorage::from_word(&row.key_storage))?,
            not_before: Timestamp::from_micros(row.not_before_at),
            not_after: Timestamp::from_micros(row.not_after_at),
            first_used_at: Timestamp::from_micros(row.first_used_at),
            last_used_at: Timestamp::from_micros(row.last_used_at),
            issuer: row.issuer,
            serial: row.serial,
        })
    }
}
