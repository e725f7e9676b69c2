//! Nonces and code challenges that public clients have sent (table `request_values`), as keyed digests: a client that sends
//! one again does not make them afresh (OIDC Core §3.1.3.7, RFC 9700 §4.5; security rule JT-12).
//!
//! Retention: [`expire`] deletes a row after its end, a day after the value was first sent.

use std::time::Duration;

use authority::secret::TokenDigest;
use authority::time::{Timestamp, days, minutes};
use sea_orm::FromQueryResult;

use crate::sql::{self, at};
use crate::{StorageError, Tx};

/// How long a value is remembered.
const REMEMBERED: Duration = days(1);
/// So long the very same request may come again: a page that is loaded anew, the back button.
const RELOADED: Duration = minutes(5);

/// What was sent before, in another request or long ago.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repeated {
    /// The nonce.
    pub nonce: bool,
    /// The code challenge.
    pub code_challenge: bool,
    /// Whether one of them was not reported yet.
    pub is_news: bool,
}

/// The values of one authorization request.
#[derive(Clone, Copy, Debug)]
pub struct RequestValues {
    /// Digest of client and nonce.
    pub nonce: Option<TokenDigest>,
    /// Digest of client and code challenge.
    pub code_challenge: Option<TokenDigest>,
    /// Digest of everything that makes it this request and no other.
    pub request: TokenDigest,
}

/// Remembers the values; one statement for both. What was sent before is marked as reported and given back.
///
/// # Errors
/// The database is not available.
pub async fn record(tx: &Tx, values: &RequestValues, now: Timestamp) -> Result<Repeated, StorageError> {
    let (first, second) = match (values.nonce, values.code_challenge) {
        (Some(nonce), challenge) => (nonce, challenge),
        (None, Some(challenge)) => (challenge, None),
        (None, None) => return Ok(Repeated::default()),
    };
    let sql = format!(
        "INSERT INTO request_values (digest, request, seen_at, expires_at) VALUES ($1, $2, $3, $4){} \
         ON CONFLICT (digest) DO UPDATE SET request = excluded.request, \
         seen_at = CASE WHEN request_values.expires_at <= $3 THEN excluded.seen_at ELSE request_values.seen_at END, \
         flagged_at = CASE WHEN request_values.expires_at <= $3 THEN NULL ELSE request_values.flagged_at END, \
         expires_at = CASE WHEN request_values.expires_at <= $3 THEN excluded.expires_at ELSE request_values.expires_at END \
         WHERE request_values.expires_at <= $3 \
         OR (request_values.request = excluded.request AND request_values.seen_at > $5) RETURNING digest",
        if second.is_some() { ", ($6, $2, $3, $4)" } else { "" }
    );
    let (request, expires) = (sql::digest(&values.request), at(now.plus(REMEMBERED)));
    let before = [sql::digest(&first), request, at(now), expires, at(now.minus(RELOADED))];
    let fresh: Vec<DigestRow> = match second {
        None => sql::list(tx, &sql, before).await?,
        Some(second) => {
            let [first, request, now, expires, reloaded] = before;
            sql::list(tx, &sql, [first, request, now, expires, reloaded, sql::digest(&second)]).await?
        }
    };
    let is_old =
        |value: Option<TokenDigest>| value.filter(|value| !fresh.iter().any(|row| row.digest == value.as_bytes()));
    let (nonce, code_challenge) = (is_old(values.nonce), is_old(values.code_challenge));
    let mut reported = 0;
    for value in [nonce, code_challenge].into_iter().flatten() {
        let sql = "UPDATE request_values SET flagged_at = $2 WHERE digest = $1 AND flagged_at IS NULL";
        reported += sql::execute(tx, sql, [sql::digest(&value), at(now)]).await?;
    }
    Ok(Repeated {
        nonce: nonce.is_some(),
        code_challenge: code_challenge.is_some(),
        is_news: reported > 0,
    })
}

/// Deletes up to `limit` rows that ended before `before`.
///
/// # Errors
/// The database is not available.
pub async fn expire(tx: &Tx, before: Timestamp, limit: u32) -> Result<u64, StorageError> {
    let sql = "DELETE FROM request_values WHERE digest IN \
               (SELECT digest FROM request_values WHERE expires_at < $1 LIMIT $2)";
    sql::execute(tx, sql, [at(before), i64::from(limit).into()]).await
}

#[derive(FromQueryResult)]
struct DigestRow {
    digest: Vec<u8>,
}
