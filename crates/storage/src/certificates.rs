//! Certificates that proved a first stage here. A certificate belongs to one user for all time.
//!
//! One that was stopped proves nothing, and what rests on it ended (security rule CE-12).
//!
//! Retention: as long as the user.

use authority::certificates::{Certificate, CertificateRole, KeyStorage, KeySuite, KeyUsage, Stop, StopReason};
use authority::ids::{CertificateId, OrganisationId, UserId};
use authority::time::Timestamp;
use sea_orm::{FromQueryResult, Value};
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
    /// As before, and it was issued anew in another role or for another organisation: what rests on it must end, see
    /// `protocol::certificates::record`.
    Changed(CertificateId),
    /// It is known as another user's. Nothing was changed.
    OfAnotherUser,
}

/// Records the use of a certificate (issuer and serial number are its identity). Call [`crate::users::lock`] first. A
/// certificate of an organisation without one was recorded by somebody who did not look: what is known of it stays.
///
/// # Errors
/// The database is not available.
pub async fn record(tx: &Tx, certificate: &Certificate) -> Result<Recorded, StorageError> {
    let [usage, suite, key_digest] = of_key(certificate);
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
        ("usage", usage),
        ("suite", suite),
        ("key_digest", key_digest),
        ("not_before_at", at(certificate.not_before)),
        ("not_after_at", at(certificate.not_after)),
        ("first_used_at", at(certificate.first_used_at)),
        ("last_used_at", at(certificate.last_used_at)),
    ];
    if sql::insert_new(tx, "certificates", cells).await? {
        return Ok(Recorded::New);
    }
    let known = list_for_user(tx, certificate.user_id).await?;
    let Some(known) = known.iter().find(|known| known.is_same_as(certificate)) else {
        return Ok(Recorded::OfAnotherUser);
    };
    use_again(tx, known, certificate).await?;
    Ok(if certificate.differs_in_role_from(known) {
        Recorded::Changed(known.id)
    } else {
        Recorded::Known(known.id)
    })
}

/// NCA derives the serial number from the key, so that a certificate which is issued anew for the same key has it again; role
/// and organisation are those of the certificate used now (security rule DG-5).
async fn use_again(tx: &Tx, known: &Certificate, certificate: &Certificate) -> Result<u64, StorageError> {
    let sql = "UPDATE certificates SET last_used_at = $2, usage = COALESCE($3, usage), suite = COALESCE($4, suite), \
               key_digest = COALESCE($5, key_digest), \
               not_after_at = CASE WHEN not_after_at < $6 THEN $6 ELSE not_after_at END, organisation_id = $7, role = $8 \
               WHERE id = $1";
    let organisation = match certificate.role {
        CertificateRole::Individual => None,
        CertificateRole::Head
        | CertificateRole::Signatory
        | CertificateRole::FinancialSignatory
        | CertificateRole::HumanResources
        | CertificateRole::Employee
        | CertificateRole::Organisation => certificate.organisation.or(known.organisation),
    };
    let [usage, suite, key_digest] = of_key(certificate);
    let values = [
        known.id.as_uuid().into(),
        at(certificate.last_used_at),
        usage,
        suite,
        key_digest,
        at(certificate.not_after),
        organisation.map(OrganisationId::as_uuid).into(),
        certificate.role.as_str().into(),
    ];
    sql::execute(tx, sql, values).await
}

fn of_key(certificate: &Certificate) -> [Value; 3] {
    [
        certificate.usage.map(KeyUsage::as_str).into(),
        certificate.suite.map(KeySuite::as_str).into(),
        certificate.key_digest.map(|digest| digest.to_vec()).into(),
    ]
}

/// Stops accepting a certificate; `false` when it was stopped before, and not for a reason that this one outweighs. Call [`crate::users::lock`] first. What rests on it is
/// dead with it; [`crate::sessions::end_of_certificate`] ends it for good.
///
/// # Errors
/// The database is not available.
pub async fn refuse(tx: &Tx, id: CertificateId, reason: StopReason, now: Timestamp) -> Result<bool, StorageError> {
    let sql = "UPDATE certificates SET refused_at = $2, refused_reason = $3 WHERE id = $1 \
               AND (refused_at IS NULL OR refused_reason IN ($4, $5, $6))";
    let outweighed = |other: StopReason| if reason.outweighs(other) { other.as_str() } else { "" };
    let [one, two, three] = StopReason::ALL.map(|other| outweighed(other).into());
    let values = [id.as_uuid().into(), at(now), reason.as_str().into(), one, two, three];
    Ok(sql::execute(tx, sql, values).await? == 1)
}

/// Accepts a certificate again that was stopped for this reason; `false` when it was not.
///
/// # Errors
/// The database is not available.
pub async fn accept(tx: &Tx, id: CertificateId, reason: StopReason) -> Result<bool, StorageError> {
    let sql = "UPDATE certificates SET refused_at = NULL, refused_reason = NULL WHERE id = $1 AND refused_reason = $2";
    Ok(sql::execute(tx, sql, [id.as_uuid().into(), reason.as_str().into()]).await? == 1)
}

/// Why a shown certificate is not accepted, if so: it was stopped, or another one of its user and its key was, for a reason
/// that is about the key. It need not be recorded.
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn find_stop(conn: &Connection, shown: &Certificate) -> Result<Option<Stop>, StorageError> {
    for known in list_for_user(conn, shown.user_id).await? {
        if let Some(stop) = known.stop
            && (known.is_same_as(shown) || (stop.reason.holds_for_the_key() && known.has_key_of(shown)))
        {
            return Ok(Some(stop));
        }
    }
    Ok(None)
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

/// A certificate on which something rests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateInUse {
    /// The certificate.
    pub id: CertificateId,
    /// Whose it is.
    pub user_id: UserId,
    /// DER of its issuer's name.
    pub issuer: Vec<u8>,
    /// Content octets of its serial number.
    pub serial: Vec<u8>,
}

/// Accepted certificates on which a session, or what was issued offline, may rest, in the order of their ids after `after`. A
/// few too many are listed: idle ends and epochs are not looked at.
///
/// # Errors
/// The database is not available.
pub async fn list_in_use(
    conn: &Connection,
    after: Option<CertificateId>,
    limit: u32,
    now: Timestamp,
) -> Result<Vec<CertificateInUse>, StorageError> {
    let sql = "SELECT id, user_id, issuer, serial FROM certificates WHERE refused_at IS NULL AND id > $1 \
               AND (EXISTS (SELECT 1 FROM browser_sessions WHERE browser_sessions.certificate_id = certificates.id \
               AND browser_sessions.ended_at IS NULL AND browser_sessions.absolute_until > $2) \
               OR EXISTS (SELECT 1 FROM browser_sessions WHERE browser_sessions.second_certificate_id = certificates.id \
               AND browser_sessions.ended_at IS NULL AND browser_sessions.absolute_until > $2) \
               OR EXISTS (SELECT 1 FROM grants WHERE grants.certificate_id = certificates.id \
               AND grants.revoked_at IS NULL AND grants.offline) \
               OR EXISTS (SELECT 1 FROM grants JOIN browser_sessions ON browser_sessions.id = grants.session_id \
               WHERE browser_sessions.second_certificate_id = certificates.id \
               AND grants.revoked_at IS NULL AND grants.offline)) ORDER BY id LIMIT $3";
    let after = after.map_or(Uuid::nil(), CertificateId::as_uuid);
    let rows: Vec<InUseRow> = sql::list(conn, sql, [after.into(), at(now), i64::from(limit).into()]).await?;
    let certificate = |row: InUseRow| CertificateInUse {
        id: CertificateId::from_uuid(row.id),
        user_id: UserId::from_uuid(row.user_id),
        issuer: row.issuer,
        serial: row.serial,
    };
    Ok(rows.into_iter().map(certificate).collect())
}

#[derive(FromQueryResult)]
struct InUseRow {
    id: Uuid,
    user_id: Uuid,
    issuer: Vec<u8>,
    serial: Vec<u8>,
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
    usage: Option<String>,
    suite: Option<String>,
    key_digest: Option<Vec<u8>>,
    refused_at: Option<i64>,
    refused_reason: Option<String>,
}

impl Row {
    fn stop(&self, place: Place<'_>) -> Result<Option<Stop>, Inconsistent> {
        let reason = self.refused_reason.as_deref().map(StopReason::from_word);
        match (self.refused_at, reason) {
            (None, None) => Ok(None),
            (Some(at), Some(Some(reason))) => Ok(Some(Stop {
                reason,
                at: Timestamp::from_micros(at),
            })),
            (None, Some(_)) | (Some(_), None | Some(None)) => Err(place.bad("refused_reason")),
        }
    }
}

impl TryFrom<Row> for Certificate {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let place = Place {
            table: "certificates",
            id: &row.id,
        };
        let stop = row.stop(place)?;
        let usage = row.usage.as_deref().map(KeyUsage::from_word);
        let suite = row.suite.as_deref().map(KeySuite::from_word);
        let key_digest = row.key_digest.as_deref().map(<[u8; 32]>::try_from);
        Ok(Self {
            id: CertificateId::from_uuid(row.id),
            user_id: UserId::from_uuid(row.user_id),
            role: place.word("role", CertificateRole::from_word(&row.role))?,
            organisation: row.organisation_id.map(OrganisationId::from_uuid),
            key_storage: place.word("key_storage", KeyStorage::from_word(&row.key_storage))?,
            usage: usage.map(|usage| place.word("usage", usage)).transpose()?,
            suite: suite.map(|suite| place.word("suite", suite)).transpose()?,
            key_digest: key_digest.transpose().map_err(|_| place.bad("key_digest"))?,
            stop,
            not_before: Timestamp::from_micros(row.not_before_at),
            not_after: Timestamp::from_micros(row.not_after_at),
            first_used_at: Timestamp::from_micros(row.first_used_at),
            last_used_at: Timestamp::from_micros(row.last_used_at),
            issuer: row.issuer,
            serial: row.serial,
        })
    }
}
