//! Sealing: pending events get positions and a digest that covers everything before them; the head is signed.

use authority::secret::{Keyring, Purpose, TokenDigest};
use authority::time::Timestamp;
use aws_lc_rs::digest;
use sea_orm::FromQueryResult;
use sea_orm::sea_query::{Expr, Query};
use uuid::Uuid;

use crate::row::Place;
use crate::sql::{self, at};
use crate::{Connection, Inconsistent, StorageError, Tx};

/// Rows of one insert; both databases limit the number of values.
const CHUNK: usize = 1_000;

/// A signed head of the chain.
#[derive(Clone, Debug)]
pub struct Seal {
    /// The first position it covers.
    pub first_position: i64,
    /// The last position it covers.
    pub position: i64,
    /// The digest of the last link: it covers every event from the first of the chain on.
    pub head: [u8; 32],
    /// When it was made.
    pub sealed_at: Timestamp,
    /// HMAC-SHA-256 over the four values above, with a key derived from the KEK.
    pub signature: Vec<u8>,
}

impl Seal {
    /// Most events that one seal covers: what a sealer that was away for a while takes at once.
    pub const MOST: i64 = 10_000;

    /// How many events it covers.
    pub const fn covered(&self) -> i64 {
        self.position.saturating_sub(self.first_position).saturating_add(1)
    }

    /// Whether it was made with the deployment's key and not altered.
    pub(super) fn is_genuine(&self, keyring: &Keyring) -> bool {
        let signature = <[u8; 32]>::try_from(self.signature.as_slice()).map(TokenDigest::from_bytes);
        signature.is_ok_and(|signature| signature.matches(&self.expected(keyring)))
    }

    fn expected(&self, keyring: &Keyring) -> TokenDigest {
        let values: [&[u8]; 4] = [
            &self.first_position.to_be_bytes(),
            &self.position.to_be_bytes(),
            &self.head,
            &self.sealed_at.as_micros().to_be_bytes(),
        ];
        keyring.digest_list(Purpose::AuditSeal, &values)
    }
}

/// Takes all pending events, gives them positions, chains their digests and signs the new head; `None` when nothing was
/// pending. Run it under the sealer's lease.
///
/// # Errors
/// The database is not available, or another sealer was at work.
pub async fn seal(tx: &Tx, keyring: &Keyring, now: Timestamp) -> Result<Option<Seal>, StorageError> {
    let sql = "SELECT id, digest FROM audit_pending JOIN audit_events ON audit_events.id = audit_pending.event_id \
               ORDER BY id LIMIT $1";
    let pending: Vec<PendingRow> = sql::list(tx, sql, [Seal::MOST.into()]).await?;
    if pending.is_empty() {
        return Ok(None);
    }
    let head: Option<HeadRow> = sql::find(
        tx,
        "SELECT position, digest FROM audit_links ORDER BY position DESC LIMIT 1",
        [],
    )
    .await?;
    let (last, mut head) = match head {
        None => (0, [0; 32]),
        Some(row) => (
            row.position,
            Place {
                table: "audit_links",
                id: &row.position,
            }
            .bytes32("digest", &row.digest)?,
        ),
    };
    let mut links = Vec::with_capacity(pending.len());
    let mut position = last;
    for row in &pending {
        position = position.saturating_add(1);
        head = link(&head, position, row.id, &row.digest);
        links.push((position, row.id, head));
    }
    insert_links(tx, &links).await?;
    let mut seal = Seal {
        first_position: last.saturating_add(1),
        position,
        head,
        sealed_at: now,
        signature: Vec::new(),
    };
    seal.signature = seal.expected(keyring).as_bytes().to_vec();
    insert_seal(tx, &seal).await?;
    let sql = "DELETE FROM audit_pending WHERE event_id IN (SELECT event_id FROM audit_links WHERE position >= $1)";
    sql::execute(tx, sql, [seal.first_position.into()]).await?;
    Ok(Some(seal))
}

/// The digest of one link: SHA-256 over the link before it, the position, the event's id and the event's digest.
pub(super) fn link(previous: &[u8; 32], position: i64, event: Uuid, event_digest: &[u8]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(previous);
    context.update(&position.to_be_bytes());
    context.update(event.as_bytes());
    context.update(event_digest);
    let mut bytes = [0; 32];
    bytes.copy_from_slice(context.finish().as_ref());
    bytes
}

async fn insert_links(tx: &Tx, links: &[(i64, Uuid, [u8; 32])]) -> Result<(), StorageError> {
    for chunk in links.chunks(CHUNK) {
        let mut query = Query::insert();
        query
            .into_table("audit_links")
            .columns(["position", "event_id", "digest"]);
        for (position, event, digest) in chunk {
            query.values_panic([
                Expr::value(*position),
                Expr::value(*event),
                Expr::value(digest.to_vec()),
            ]);
        }
        tx.execute(tx.backend().build(&query)).await?;
    }
    Ok(())
}

async fn insert_seal(tx: &Tx, seal: &Seal) -> Result<(), StorageError> {
    let cells = [
        ("position", seal.position.into()),
        ("first_position", seal.first_position.into()),
        ("head", seal.head.to_vec().into()),
        ("sealed_at", at(seal.sealed_at)),
        ("signature", seal.signature.clone().into()),
    ];
    sql::insert(tx, "audit_seals", cells).await
}

/// Seals that were not handed out yet, oldest first, at most `limit`.
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn list_unexported(conn: &Connection, limit: u32) -> Result<Vec<Seal>, StorageError> {
    let sql = "SELECT * FROM audit_seals WHERE exported_at IS NULL ORDER BY position LIMIT $1";
    let rows: Vec<SealRow> = sql::list(conn, sql, [i64::from(limit).into()]).await?;
    rows.into_iter()
        .map(|row| Seal::try_from(row).map_err(Into::into))
        .collect()
}

/// Records that the seals up to this position were handed out.
///
/// # Errors
/// The database is not available.
pub async fn record_exported(tx: &Tx, position: i64, now: Timestamp) -> Result<(), StorageError> {
    let sql = "UPDATE audit_seals SET exported_at = $2 WHERE position <= $1 AND exported_at IS NULL";
    sql::execute(tx, sql, [position.into(), at(now)]).await.map(drop)
}

#[derive(FromQueryResult)]
struct PendingRow {
    id: Uuid,
    digest: Vec<u8>,
}

#[derive(FromQueryResult)]
struct HeadRow {
    position: i64,
    digest: Vec<u8>,
}

#[derive(FromQueryResult)]
pub(super) struct SealRow {
    position: i64,
    first_position: i64,
    head: Vec<u8>,
    sealed_at: i64,
    signature: Vec<u8>,
}

impl TryFrom<SealRow> for Seal {
    type Error = Inconsistent;

    fn try_from(row: SealRow) -> Result<Self, Inconsistent> {
        let place = Place {
            table: "audit_seals",
            id: &row.position,
        };
        Ok(Self {
            first_position: row.first_position,
            position: row.position,
            head: place.bytes32("head", &row.head)?,
            sealed_at: Timestamp::from_micros(row.sealed_at),
            signature: row.signature,
        })
    }
}
