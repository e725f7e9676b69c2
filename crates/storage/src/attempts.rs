//! Sign-in attempts. Changes are compare-and-set on `version`; what a passed stage wrote stays in the row to the end.
//!
//! Retention: an attempt goes with its interaction.

use authority::authentication::{
    AttemptState, EndReason, FirstFactor, FirstStage, SecondFactor, SecondStage, SignInAttempt,
};
use authority::certificates::KeyStorage;
use authority::ids::{AttemptId, CertificateId, InteractionId, PhoneId, SessionId, UserId};
use authority::time::Timestamp;
use sea_orm::{FromQueryResult, Value};
use uuid::Uuid;

use crate::row::Place;
use crate::sql::{self, at, maybe_at};
use crate::{Connection, Inconsistent, StorageError, Tx, Write};

/// The attempt of this id, if it belongs to this interaction.
///
/// # Errors
/// The database is not available, or the row is impossible.
pub async fn find_for_interaction(
    conn: &Connection,
    interaction: InteractionId,
    id: AttemptId,
) -> Result<Option<SignInAttempt>, StorageError> {
    let sql = "SELECT * FROM attempts WHERE id = $1 AND interaction_id = $2";
    let row: Option<Row> = sql::find(conn, sql, [id.as_uuid().into(), interaction.as_uuid().into()]).await?;
    Ok(row.map(SignInAttempt::try_from).transpose()?)
}

/// The attempt that this interaction began last.
///
/// # Errors
/// The database is not available, or the row is impossible.
pub async fn find_latest(conn: &Connection, interaction: InteractionId) -> Result<Option<SignInAttempt>, StorageError> {
    let sql = "SELECT * FROM attempts WHERE interaction_id = $1 ORDER BY started_at DESC, id DESC LIMIT 1";
    let row: Option<Row> = sql::find(conn, sql, [interaction.as_uuid().into()]).await?;
    Ok(row.map(SignInAttempt::try_from).transpose()?)
}

/// Keeps a new attempt.
///
/// # Errors
/// The database is not available, or the id exists already.
pub async fn insert(tx: &Tx, attempt: &SignInAttempt) -> Result<(), StorageError> {
    let cells = [
        ("id", attempt.id.as_uuid().into()),
        ("interaction_id", attempt.interaction_id.as_uuid().into()),
        ("state", "started".into()),
        ("version", i64::from(attempt.version).into()),
        ("started_at", at(attempt.started_at)),
        ("expires_at", at(attempt.expires_at)),
    ];
    sql::insert(tx, "attempts", cells).await
}

/// Records the attempt's state, if nobody changed it since it was read. `attempt.version` is the version that was read;
/// the row gets the next one.
///
/// # Errors
/// The database is not available.
pub async fn record(tx: &Tx, attempt: &SignInAttempt) -> Result<Write, StorageError> {
    let sql = "UPDATE attempts SET version = version + 1, state = $3, user_id = COALESCE($4, user_id), \
               first_factor = COALESCE($5, first_factor), certificate_id = COALESCE($6, certificate_id), \
               key_storage = COALESCE($7, key_storage), first_at = COALESCE($8, first_at), \
               second_factor = COALESCE($9, second_factor), phone_id = COALESCE($10, phone_id), \
               second_at = COALESCE($11, second_at), session_id = $12, end_reason = $13, ended_at = $14, \
               second_certificate_id = COALESCE($15, second_certificate_id) \
               WHERE id = $1 AND version = $2 AND ended_at IS NULL";
    let (first, second) = match &attempt.state {
        AttemptState::FirstStagePassed(first) => (Some(first), None),
        AttemptState::SecondStagePassed(first, second) => (Some(first), Some(second)),
        AttemptState::Started | AttemptState::Succeeded { .. } | AttemptState::Ended { .. } => (None, None),
    };
    let (state, session, reason, ended_at) = match &attempt.state {
        AttemptState::Started => ("started", None, None, None),
        AttemptState::FirstStagePassed(_) => ("first_stage_passed", None, None, None),
        AttemptState::SecondStagePassed(..) => ("second_stage_passed", None, None, None),
        AttemptState::Succeeded { session_id, at } => ("succeeded", Some(session_id.as_uuid()), None, Some(*at)),
        AttemptState::Ended { reason, at } => ("ended", None, Some(reason.as_str()), Some(*at)),
    };
    let [user, factor, certificate, key_storage, first_at] = first_columns(first);
    let [second_factor, phone, second_at, second_certificate] = second_columns(second);
    let values = [
        attempt.id.as_uuid().into(),
        i64::from(attempt.version).into(),
        state.into(),
        user,
        factor,
        certificate,
        key_storage,
        first_at,
        second_factor,
        phone,
        second_at,
        session.into(),
        reason.into(),
        maybe_at(ended_at),
        second_certificate,
    ];
    Ok(Write::of(sql::execute(tx, sql, values).await?))
}

/// Ends the attempts that rest on this certificate, so that none of them becomes a session.
///
/// # Errors
/// The database is not available.
pub async fn end_of_certificate(tx: &Tx, certificate: CertificateId, now: Timestamp) -> Result<u64, StorageError> {
    let sql = "UPDATE attempts SET version = version + 1, state = 'ended', end_reason = $2, ended_at = $3 \
               WHERE (certificate_id = $1 OR second_certificate_id = $1) AND ended_at IS NULL";
    let reason = EndReason::KeyStopped.as_str();
    sql::execute(tx, sql, [certificate.as_uuid().into(), reason.into(), at(now)]).await
}

fn first_columns(stage: Option<&FirstStage>) -> [Value; 5] {
    let (factor, certificate, storage) = match stage.map(|stage| stage.factor) {
        None => (None, None, None),
        #[cfg(feature = "sandbox")]
        Some(FirstFactor::Sandbox) => (Some("sandbox"), None, None),
        Some(FirstFactor::Eds {
            certificate_id,
            key_storage,
        }) => (Some("eds"), Some(certificate_id.as_uuid()), Some(key_storage.as_str())),
    };
    let user = stage.map(|stage| stage.user_id.as_uuid());
    [
        user.into(),
        factor.into(),
        certificate.into(),
        storage.into(),
        maybe_at(stage.map(|stage| stage.at)),
    ]
}

fn second_columns(stage: Option<&SecondStage>) -> [Value; 4] {
    let (factor, phone, certificate) = match stage.map(|stage| stage.factor) {
        None => (None, None, None),
        #[cfg(feature = "sandbox")]
        Some(SecondFactor::Sandbox) => (Some("sandbox"), None, None),
        Some(SecondFactor::Sms { phone_id }) => (Some("sms"), Some(phone_id.as_uuid()), None),
        Some(SecondFactor::EdsOnPhone { certificate_id }) => {
            (Some("eds_on_phone"), None, Some(certificate_id.as_uuid()))
        }
    };
    let at = maybe_at(stage.map(|stage| stage.at));
    [factor.into(), phone.into(), at, certificate.into()]
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    interaction_id: Uuid,
    state: String,
    user_id: Option<Uuid>,
    first_factor: Option<String>,
    certificate_id: Option<Uuid>,
    key_storage: Option<String>,
    first_at: Option<i64>,
    second_factor: Option<String>,
    phone_id: Option<Uuid>,
    second_at: Option<i64>,
    second_certificate_id: Option<Uuid>,
    session_id: Option<Uuid>,
    end_reason: Option<String>,
    ended_at: Option<i64>,
    version: i64,
    started_at: i64,
    expires_at: i64,
}

impl TryFrom<Row> for SignInAttempt {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let place = Place {
            table: "attempts",
            id: &row.id,
        };
        Ok(Self {
            id: AttemptId::from_uuid(row.id),
            interaction_id: InteractionId::from_uuid(row.interaction_id),
            state: read_state(&row, place)?,
            version: place.small("version", row.version)?,
            started_at: Timestamp::from_micros(row.started_at),
            expires_at: Timestamp::from_micros(row.expires_at),
        })
    }
}

fn read_state(row: &Row, place: Place<'_>) -> Result<AttemptState, Inconsistent> {
    let ended_at = row.ended_at.map(Timestamp::from_micros);
    match (row.state.as_str(), ended_at) {
        ("started", None) => Ok(AttemptState::Started),
        ("first_stage_passed", None) => Ok(AttemptState::FirstStagePassed(read_first(row, place)?)),
        ("second_stage_passed", None) => Ok(AttemptState::SecondStagePassed(
            read_first(row, place)?,
            read_second(row, place)?,
        )),
        ("succeeded", Some(at)) => {
            let session = place.word("session_id", row.session_id)?;
            Ok(AttemptState::Succeeded {
                session_id: SessionId::from_uuid(session),
                at,
            })
        }
        ("ended", Some(at)) => {
            let reason = row.end_reason.as_deref().and_then(EndReason::from_word);
            Ok(AttemptState::Ended {
                reason: place.word("end_reason", reason)?,
                at,
            })
        }
        _ => Err(place.bad("state")),
    }
}

fn read_first(row: &Row, place: Place<'_>) -> Result<FirstStage, Inconsistent> {
    let key_storage = row.key_storage.as_deref().and_then(KeyStorage::from_word);
    let factor = match (row.first_factor.as_deref(), row.certificate_id, key_storage) {
        #[cfg(feature = "sandbox")]
        (Some("sandbox"), None, None) => FirstFactor::Sandbox,
        (Some("eds"), Some(id), Some(key_storage)) => FirstFactor::Eds {
            certificate_id: CertificateId::from_uuid(id),
            key_storage,
        },
        _ => return Err(place.bad("first_factor")),
    };
    Ok(FirstStage {
        user_id: UserId::from_uuid(place.word("user_id", row.user_id)?),
        factor,
        at: Timestamp::from_micros(place.word("first_at", row.first_at)?),
    })
}

fn read_second(row: &Row, place: Place<'_>) -> Result<SecondStage, Inconsistent> {
    let factor = match (row.second_factor.as_deref(), row.phone_id, row.second_certificate_id) {
        #[cfg(feature = "sandbox")]
        (Some("sandbox"), None, None) => SecondFactor::Sandbox,
        (Some("sms"), Some(id), None) => SecondFactor::Sms {
            phone_id: PhoneId::from_uuid(id),
        },
        (Some("eds_on_phone"), None, Some(id)) => SecondFactor::EdsOnPhone {
            certificate_id: CertificateId::from_uuid(id),
        },
        _ => return Err(place.bad("second_factor")),
    };
    Ok(SecondStage {
        factor,
        at: Timestamp::from_micros(place.word("second_at", row.second_at)?),
    })
}
