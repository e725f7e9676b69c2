//! Verifying: every event, link and seal is computed again, from the first position to the last.

use std::collections::VecDeque;

use authority::audit::Event;
use authority::secret::Keyring;
use sea_orm::{DbErr, FromQueryResult, QueryResult};
use uuid::Uuid;

use super::EventRow;
use super::seal::{Seal, SealRow, link};
use crate::sql;
use crate::{Connection, StorageError};

/// Links and seals read at once.
const PAGE: i64 = 1_000;

/// What the walk found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every sealed event is as it was written.
    Intact {
        /// How many there are; also the last position.
        events: i64,
    },
    /// The chain is not as it was written.
    Broken {
        /// The first position where it shows.
        position: i64,
        /// How.
        problem: Problem,
    },
}

/// How a chain differs from what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// No link has this position.
    #[error("the link is missing")]
    LinkMissing,
    /// The link leads to no event.
    #[error("the event is missing")]
    EventMissing,
    /// A member of the event was changed.
    #[error("the event was changed")]
    EventChanged,
    /// The link does not follow from the one before it and its event: something was swapped, inserted or changed.
    #[error("the link does not follow from the one before it")]
    LinkChanged,
    /// The seal that should cover this position is missing, altered or made with another key.
    #[error("the seal is missing or not genuine")]
    SealWrong,
    /// An event is neither linked nor waiting to be.
    #[error("an event was taken out of the chain")]
    EventUnlinked,
}

/// Walks the whole chain and names the first position that was changed, removed or swapped.
///
/// # Errors
/// The database is not available.
pub async fn verify(conn: &Connection, keyring: &Keyring) -> Result<Verdict, StorageError> {
    let mut walk = Walk {
        last: 0,
        head: [0; 32],
        seals: VecDeque::new(),
        sealed: 0,
    };
    let end = last_sealed(conn).await?;
    while walk.last < end {
        let links: Vec<LinkRow> = sql::list(conn, LINKS, [walk.last.into(), end.into(), PAGE.into()]).await?;
        if links.is_empty() {
            return Ok(walk.broken(Problem::LinkMissing));
        }
        for row in links {
            if walk.seals.is_empty() {
                walk.read_seals(conn).await?;
            }
            if let Err(problem) = walk.step(row, keyring) {
                return Ok(walk.broken(problem));
            }
        }
    }
    check_rest(conn, &walk).await
}

/// Nothing may be linked beyond the last seal, and no event may be neither linked nor pending. Each is one statement, so
/// that a sealer at work is seen wholly or not at all.
async fn check_rest(conn: &Connection, walk: &Walk) -> Result<Verdict, StorageError> {
    let beyond = "SELECT COUNT(*) AS total FROM audit_links \
                  WHERE position > COALESCE((SELECT MAX(position) FROM audit_seals), 0)";
    if sql::count(conn, beyond, []).await? > 0 {
        return Ok(walk.broken(Problem::SealWrong));
    }
    let unlinked = "SELECT COUNT(*) AS total FROM audit_events \
                    WHERE NOT EXISTS (SELECT 1 FROM audit_links WHERE event_id = audit_events.id) \
                    AND NOT EXISTS (SELECT 1 FROM audit_pending WHERE event_id = audit_events.id)";
    if sql::count(conn, unlinked, []).await? > 0 {
        return Ok(walk.broken(Problem::EventUnlinked));
    }
    Ok(Verdict::Intact { events: walk.last })
}

async fn last_sealed(conn: &Connection) -> Result<i64, StorageError> {
    sql::count(conn, "SELECT COALESCE(MAX(position), 0) AS total FROM audit_seals", []).await
}

/// Where the walk stands.
struct Walk {
    last: i64,
    head: [u8; 32],
    seals: VecDeque<Option<Seal>>,
    sealed: i64,
}

impl Walk {
    const fn broken(&self, problem: Problem) -> Verdict {
        Verdict::Broken {
            position: self.last.saturating_add(1),
            problem,
        }
    }

    async fn read_seals(&mut self, conn: &Connection) -> Result<(), StorageError> {
        let sql = "SELECT * FROM audit_seals WHERE position > $1 ORDER BY position LIMIT $2";
        let rows: Vec<SealRow> = sql::list(conn, sql, [self.last.into(), PAGE.into()]).await?;
        self.seals = rows.into_iter().map(|row| Seal::try_from(row).ok()).collect();
        Ok(())
    }

    fn step(&mut self, row: LinkRow, keyring: &Keyring) -> Result<(), Problem> {
        let position = self.last.saturating_add(1);
        if row.position != position {
            return Err(Problem::LinkMissing);
        }
        let stored = row.event_digest.ok_or(Problem::EventMissing)?;
        let event = row
            .event
            .and_then(|event| Event::try_from(event).ok())
            .ok_or(Problem::EventChanged)?;
        if event.digest().as_slice() != stored {
            return Err(Problem::EventChanged);
        }
        let head = link(&self.head, position, row.event_id, &stored);
        if head.as_slice() != row.link_digest {
            return Err(Problem::LinkChanged);
        }
        self.check_seal(position, &head, keyring)?;
        (self.last, self.head) = (position, head);
        Ok(())
    }

    fn check_seal(&mut self, position: i64, head: &[u8; 32], keyring: &Keyring) -> Result<(), Problem> {
        let Some(Some(seal)) = self.seals.front() else {
            return Err(Problem::SealWrong);
        };
        let covers = seal.first_position == self.sealed.saturating_add(1) && position <= seal.position;
        if !covers || !seal.is_genuine(keyring) {
            return Err(Problem::SealWrong);
        }
        if position == seal.position {
            if seal.head != *head {
                return Err(Problem::SealWrong);
            }
            self.sealed = position;
            self.seals.pop_front();
        }
        Ok(())
    }
}

const LINKS: &str = "SELECT audit_links.position AS position, audit_links.event_id AS event_id, \
    audit_links.digest AS link_digest, audit_events.digest AS event_digest, audit_events.id AS id, \
    audit_events.occurred_at AS occurred_at, audit_events.kind AS kind, audit_events.actor AS actor, \
    audit_events.user_id AS user_id, audit_events.client_id AS client_id, audit_events.device_id AS device_id, \
    audit_events.session_id AS session_id, audit_events.address AS address, audit_events.methods AS methods, \
    audit_events.reason AS reason, audit_events.reference AS reference, \
    audit_events.evidence_digest AS evidence_digest, audit_events.principal AS principal \
    FROM audit_links LEFT JOIN audit_events ON audit_events.id = audit_links.event_id \
    WHERE audit_links.position > $1 AND audit_links.position <= $2 ORDER BY audit_links.position LIMIT $3";

struct LinkRow {
    position: i64,
    event_id: Uuid,
    link_digest: Vec<u8>,
    event_digest: Option<Vec<u8>>,
    /// `None` also when a member no longer has its type, which SQLite allows.
    event: Option<EventRow>,
}

impl FromQueryResult for LinkRow {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Self {
            position: row.try_get(prefix, "position")?,
            event_id: row.try_get(prefix, "event_id")?,
            link_digest: row.try_get(prefix, "link_digest")?,
            event_digest: row.try_get(prefix, "event_digest")?,
            event: EventRow::from_query_result(row, prefix).ok(),
        })
    }
}
