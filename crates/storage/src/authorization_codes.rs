//! Authorization codes: keyed digests, redeemed once.
//!
//! Retention: a code goes with its grant, because a replayed code must be recognised as long as something lives of it.

use authority::authorization::CodeChallenge;
use authority::clients::ClientId;
use authority::grants::{AuthorizationCode, CodeState, RedeemError};
use authority::ids::GrantId;
use authority::secret::TokenDigest;
use authority::time::Timestamp;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::row::Place;
use crate::sql::{self, at};
use crate::{Connection, Inconsistent, StorageError, Tx};

/// What became of taking a code.
#[derive(Clone, Debug)]
pub enum TakenCode {
    /// This caller, and nobody else, has it.
    Redeemed(AuthorizationCode),
    /// Not to be had. After [`RedeemError::Replayed`] the caller revokes the grant, in the same transaction.
    Refused {
        /// Why: unknown, expired or replayed.
        error: RedeemError,
        /// The grant of the code, when there was such a code.
        grant_id: Option<GrantId>,
    },
}

/// The code of this digest, to check what it is bound to before taking it.
///
/// # Errors
/// The database is not available, or the row is impossible.
pub async fn find(conn: &Connection, digest: &TokenDigest) -> Result<Option<AuthorizationCode>, StorageError> {
    let row: Option<Row> = sql::find(
        conn,
        "SELECT * FROM authorization_codes WHERE digest = $1",
        [sql::digest(digest)],
    )
    .await?;
    Ok(row.map(AuthorizationCode::try_from).transpose()?)
}

/// Keeps a code that was just issued; one that was redeemed cannot be put in.
///
/// # Errors
/// The database is not available, or the digest exists already.
pub async fn insert(tx: &Tx, code: &AuthorizationCode) -> Result<(), StorageError> {
    let expires_at = match code.state {
        CodeState::Issued { expires_at } => expires_at,
        CodeState::Redeemed { at } => at,
    };
    let cells = [
        ("digest", sql::digest(&code.digest)),
        ("grant_id", code.grant_id.as_uuid().into()),
        ("client_id", code.client_id.as_str().into()),
        ("redirect_uri", code.redirect_uri.clone().into()),
        (
            "code_challenge",
            code.code_challenge
                .as_ref()
                .map(|challenge| challenge.as_str().to_owned())
                .into(),
        ),
        ("nonce", code.nonce.clone().into()),
        ("issued_at", at(code.issued_at)),
        ("expires_at", at(expires_at)),
    ];
    sql::insert(tx, "authorization_codes", cells).await
}

/// Takes the code, once (RFC 6749 §4.1.2, §10.5): of any number of callers one gets it, the others are told `Replayed`.
///
/// # Errors
/// The database is not available, or the row is impossible.
pub async fn take(tx: &Tx, digest: &TokenDigest, now: Timestamp) -> Result<TakenCode, StorageError> {
    let sql = "UPDATE authorization_codes SET redeemed_at = $2 \
               WHERE digest = $1 AND redeemed_at IS NULL AND expires_at > $2 RETURNING *";
    if let Some(row) = sql::find::<Row, _>(tx, sql, [sql::digest(digest), at(now)]).await? {
        return Ok(TakenCode::Redeemed(row.try_into()?));
    }
    Ok(match find(tx, digest).await? {
        None => TakenCode::Refused {
            error: RedeemError::Unknown,
            grant_id: None,
        },
        Some(AuthorizationCode {
            grant_id,
            state: CodeState::Issued { .. },
            ..
        }) => TakenCode::Refused {
            error: RedeemError::Expired,
            grant_id: Some(grant_id),
        },
        Some(AuthorizationCode {
            grant_id,
            state: CodeState::Redeemed { .. },
            ..
        }) => TakenCode::Refused {
            error: RedeemError::Replayed,
            grant_id: Some(grant_id),
        },
    })
}

#[derive(FromQueryResult)]
struct Row {
    digest: Vec<u8>,
    grant_id: Uuid,
    client_id: String,
    redirect_uri: String,
    code_challenge: Option<String>,
    nonce: Option<String>,
    issued_at: i64,
    expires_at: i64,
    redeemed_at: Option<i64>,
}

impl TryFrom<Row> for AuthorizationCode {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let place = Place {
            table: "authorization_codes",
            id: &row.grant_id,
        };
        let code_challenge = match row.code_challenge {
            None => None,
            Some(text) => Some(CodeChallenge::parse(&text).map_err(|_| place.bad("code_challenge"))?),
        };
        Ok(Self {
            digest: place.digest("digest", &row.digest)?,
            grant_id: GrantId::from_uuid(row.grant_id),
            client_id: ClientId::parse(&row.client_id).map_err(|_| place.bad("client_id"))?,
            redirect_uri: row.redirect_uri,
            code_challenge,
            nonce: row.nonce,
            issued_at: Timestamp::from_micros(row.issued_at),
            state: row.redeemed_at.map_or(
                CodeState::Issued {
                    expires_at: Timestamp::from_micros(row.expires_at),
                },
                |at| CodeState::Redeemed {
                    at: Timestamp::from_micros(at),
                },
            ),
        })
    }
}
