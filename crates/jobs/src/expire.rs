//! Wiping and deleting what is over, in batches, so that no transaction grows with the backlog. The retention table in
//! `docs/RETENTION.md` says what is kept for how long.

use std::time::Duration;

use authority::time::{Timestamp, days};
use storage::{
    Db, StorageError, Tx, access_tokens, cabinet_tickets, devices, evidence, grants, interactions, key_observations,
    key_reminders, outbox, phones, refresh_tokens, registrations, request_values, sessions, signing_keys, sms,
    stop_codes, throttles,
};

/// Rows in one transaction.
const BATCH: u32 = 500;
/// Transactions for one table in one round: more rows a minute than a node can make.
const BATCHES: u32 = 200;
/// Flows are of no use after a day; their traces are in the audit log.
const FLOWS: Duration = days(1);
/// Messages without text are kept for counting them.
const MESSAGES: Duration = days(2);
/// Sessions, grants and tokens are kept after their end, so that a replay is told from an unknown value.
const TOKENS: Duration = days(7);
/// No rule against shared keys counts further back.
const SHARING: Duration = days(30);
/// Ended bindings and numbers are kept for the person's history.
const HISTORY: Duration = days(365);
/// What accepted signatures rest on is kept for as long as a sign-in may be disputed: the general limitation period of three
/// years (Civil Code of Kazakhstan, article 178) and the year in which a dispute is found out.
const EVIDENCE: Duration = days(4 * 365);

/// What one round deleted or wiped, by table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expired(pub Vec<(&'static str, u64)>);

/// One round over all tables, children first.
///
/// # Errors
/// The database is not available; what was done stays done.
pub async fn expire(db: &Db, now: Timestamp) -> Result<Expired, StorageError> {
    let mut expired = Expired::default();
    for kind in Kind::ALL {
        let mut rows = 0_u64;
        for _ in 0..BATCHES {
            let deleted = db.tx("expire", |tx| async move { kind.expire(&tx, now).await }).await?;
            rows = rows.saturating_add(deleted);
            if deleted < u64::from(BATCH) {
                break;
            }
        }
        if rows > 0 {
            expired.0.push((kind.table(), rows));
        }
    }
    Ok(expired)
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    SmsText,
    Sms,
    Interactions,
    AccessTokens,
    RefreshTokens,
    Grants,
    KeyReminders,
    KeyObservations,
    CabinetTickets,
    Sessions,
    StopCodes,
    Registrations,
    Devices,
    Phones,
    Outbox,
    Throttles,
    RequestValues,
    SigningKeys,
    Evidence,
    EvidenceObjects,
}

impl Kind {
    const ALL: [Self; 20] = [
        Self::SmsText,
        Self::Sms,
        Self::Interactions,
        Self::AccessTokens,
        Self::RefreshTokens,
        Self::Grants,
        Self::KeyReminders,
        Self::KeyObservations,
        Self::CabinetTickets,
        Self::Sessions,
        Self::StopCodes,
        Self::Registrations,
        Self::Devices,
        Self::Phones,
        Self::Outbox,
        Self::Throttles,
        Self::RequestValues,
        Self::SigningKeys,
        Self::Evidence,
        Self::EvidenceObjects,
    ];

    const fn table(self) -> &'static str {
        match self {
            Self::SmsText | Self::Sms => "sms",
            Self::Interactions => "interactions",
            Self::AccessTokens => "access_tokens",
            Self::RefreshTokens => "refresh_tokens",
            Self::Grants => "grants",
            Self::KeyReminders => "key_reminders",
            Self::KeyObservations => "key_observations",
            Self::CabinetTickets => "cabinet_tickets",
            Self::Sessions => "browser_sessions",
            Self::StopCodes => "stop_codes",
            Self::Registrations => "registrations",
            Self::Devices => "devices",
            Self::Phones => "phones",
            Self::Outbox => "outbox",
            Self::Throttles => "throttles",
            Self::RequestValues => "request_values",
            Self::SigningKeys => "signing_keys",
            Self::Evidence => "evidence",
            Self::EvidenceObjects => "evidence_objects",
        }
    }

    async fn expire(self, tx: &Tx, now: Timestamp) -> Result<u64, StorageError> {
        match self {
            Self::SmsText => sms::wipe_expired(tx, now).await,
            Self::Sms => sms::expire(tx, now.minus(MESSAGES), BATCH).await,
            Self::Interactions => interactions::expire(tx, now.minus(FLOWS), BATCH).await,
            Self::AccessTokens => access_tokens::expire(tx, now.minus(TOKENS), BATCH).await,
            Self::RefreshTokens => refresh_tokens::expire(tx, now.minus(TOKENS), BATCH).await,
            Self::Grants => grants::expire(tx, now.minus(TOKENS), BATCH).await,
            Self::CabinetTickets => cabinet_tickets::expire(tx, now.minus(FLOWS), BATCH).await,
            Self::Sessions => sessions::expire(tx, now.minus(TOKENS), BATCH).await,
            Self::StopCodes => stop_codes::expire(tx, now.minus(TOKENS), BATCH).await,
            Self::Registrations => registrations::expire(tx, now.minus(HISTORY), BATCH).await,
            Self::Devices => devices::expire(tx, now.minus(HISTORY), BATCH).await,
            Self::Phones => phones::expire(tx, now.minus(HISTORY), BATCH).await,
            Self::Outbox => outbox::expire(tx, now.minus(TOKENS), BATCH).await,
            Self::KeyObservations => key_observations::expire(tx, now.minus(SHARING), BATCH).await,
            Self::KeyReminders => key_reminders::expire(tx, now, BATCH).await,
            Self::Throttles => throttles::expire(tx, now, BATCH).await,
            Self::RequestValues => request_values::expire(tx, now, BATCH).await,
            Self::SigningKeys => signing_keys::expire(tx, now.minus(TOKENS)).await,
            Self::Evidence => evidence::expire(tx, now.minus(EVIDENCE), BATCH).await,
            Self::EvidenceObjects => evidence::expire_objects(tx, now.minus(EVIDENCE), BATCH).await,
        }
    }
}
