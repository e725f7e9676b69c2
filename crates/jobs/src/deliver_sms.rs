//! Notices, and codes whose request ended before the gateway had them: another try after each failure, later each time,
//! while they are worth sending.
//! The gateway sends one message for each request id, so a try too many reaches nobody twice.
//!
//! What became of a message is recorded together with its audit event. While the sealer is late that is refused (security
//! rule DU-2), but the message has left: it stays claimed, and both are recorded by the first try after the sealer has
//! caught up. A message that is over by then is wiped without an event; the log says that it left.

use std::time::Duration;

use authority::assurance::AuthenticationMethod;
use authority::audit::{Actor, Event, EventKind, EventResult};
use authority::ids::{EventId, SmsId};
use authority::secret::Keyring;
use authority::time::{Timestamp, seconds};
use messaging::{Sender, SmsGateway, SmsMessage, SmsText};
use storage::sms::{self, ClaimedSms};
use storage::{Db, StorageError, audit};

/// How long one node has a message to itself, at its first try.
const CLAIM: Duration = seconds(15);
/// The reason of the events here: no request is told the outcome any more.
const LEFT_OVER: &str = "left_over";
/// Messages in one round.
const BATCH: u32 = 20;

/// One round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    /// How many messages the gateway took.
    pub sent: usize,
    /// Whether more may be waiting: as many were claimed as fit into a round. Those that were just tried are held, so
    /// rounds until nothing is left come to an end.
    pub more: bool,
}

/// Sends what waits, as much as fits into a round.
///
/// # Errors
/// The database is not available.
pub async fn deliver_sms(
    db: &Db,
    keyring: &Keyring,
    gateway: &dyn SmsGateway,
    sender: &Sender,
    now: Timestamp,
) -> Result<Delivered, StorageError> {
    let claimed = db.tx("claim_sms", |tx| async move {
        sms::claim(&tx, now, CLAIM, BATCH, keyring).await
    });
    let claimed = claimed.await?;
    let mut delivered = Delivered {
        sent: 0,
        more: claimed.count >= usize::try_from(BATCH).unwrap_or(usize::MAX),
    };
    for message in claimed.ready {
        delivered.sent += usize::from(deliver(db, gateway, sender, message, now).await?);
    }
    Ok(delivered)
}

async fn deliver(
    db: &Db,
    gateway: &dyn SmsGateway,
    sender: &Sender,
    claimed: ClaimedSms,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let id = claimed.id;
    let Ok(text) = SmsText::parse(claimed.text.expose()) else {
        tracing::error!(sms.id = %id, "a stored message cannot be sent as it is");
        record(db, &event(&claimed, EventKind::SmsFailed, now), id).await?;
        return Ok(false);
    };
    let sent = event(&claimed, EventKind::SmsSent, now);
    let message = SmsMessage {
        request_id: id,
        to: claimed.number,
        sender: sender.clone(),
        text,
    };
    match gateway.send(&message).await {
        Ok(()) => {
            record(db, &sent, id).await?;
            Ok(true)
        }
        Err(error) => {
            tracing::warn!(sms.id = %id, class = error.class().as_str(), error = %error, "a message was not handed over");
            Ok(false)
        }
    }
}

/// One event for each message, named after it: the request that asked for it has gone, and its reference with it.
fn event(claimed: &ClaimedSms, kind: EventKind, now: Timestamp) -> Event {
    Event {
        user_id: Some(claimed.user_id),
        methods: AuthenticationMethod::Sms.as_str().to_owned(),
        reason: LEFT_OVER.to_owned(),
        ..Event::new(EventId::from_uuid(claimed.id.as_uuid()), now, kind, Actor::System)
    }
}

async fn record(db: &Db, event: &Event, id: SmsId) -> Result<(), StorageError> {
    let recorded = db.tx("sms_record", |tx| async move {
        match event.kind.result() {
            EventResult::Done => sms::record_sent(&tx, id, None, event.at).await?,
            EventResult::Refused => sms::record_failed(&tx, id, event.at).await?,
        }
        audit::insert(&tx, event).await
    });
    match recorded.await {
        Err(StorageError::SealerLate) => {
            let kind = event.kind.as_str();
            tracing::warn!(sms.id = %id, event.kind = kind, "the sealer is late: what became of a message is recorded later");
            Ok(())
        }
        recorded => recorded,
    }
}
