//! Messages whose request ended before the gateway had them: another try every few seconds while they are worth sending.
//! The gateway sends one message for each request id, so a try too many reaches nobody twice.

use std::time::Duration;

use authority::secret::Keyring;
use authority::time::{Timestamp, seconds};
use messaging::{Sender, SmsGateway, SmsMessage, SmsText};
use storage::sms::{self, ClaimedSms};
use storage::{Db, StorageError};

/// How long one node has a message to itself.
const CLAIM: Duration = seconds(15);
/// Messages in one round.
const BATCH: u32 = 20;

/// Sends what waits; tells how many messages the gateway took.
///
/// # Errors
/// The database is not available.
pub async fn deliver_sms(
    db: &Db,
    keyring: &Keyring,
    gateway: &dyn SmsGateway,
    sender: &Sender,
    now: Timestamp,
) -> Result<usize, StorageError> {
    let claimed = db.tx("claim_sms", |tx| async move {
        sms::claim(&tx, now, now.plus(CLAIM), BATCH, keyring).await
    });
    let mut sent = 0_usize;
    for message in claimed.await? {
        sent += usize::from(deliver(db, gateway, sender, message, now).await?);
    }
    Ok(sent)
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
        db.tx("sms_failed", |tx| async move { sms::record_failed(&tx, id, now).await })
            .await?;
        return Ok(false);
    };
    let message = SmsMessage {
        request_id: id,
        to: claimed.number,
        sender: sender.clone(),
        text,
    };
    match gateway.send(&message).await {
        Ok(()) => {
            db.tx(
                "sms_sent",
                |tx| async move { sms::record_sent(&tx, id, None, now).await },
            )
            .await?;
            Ok(true)
        }
        Err(error) => {
            tracing::warn!(sms.id = %id, class = error.class().as_str(), error = %error, "a message was not handed over");
            Ok(false)
        }
    }
}
