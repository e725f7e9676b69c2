//! The message with a code: minted and kept in the transaction of the step that needs it, sent after it (security rules
//! OT-1, OT-4, OT-5, OT-6; product B1, B3).

use authority::assurance::AuthenticationMethod;
use authority::audit::{Actor, EventKind};
use authority::authentication::{CodeDigits, SmsCode};
use authority::ids::{AttemptId, CodeId, SmsId, UserId};
use authority::secret::{Secret, TokenDigest};
use authority::throttle::{BudgetAlarm, Closed, SendRefusal, Share};
use authority::time::{Timestamp, seconds};
use authority::users::Phone;
use messaging::{SmsMessage, SmsText};
use pages::SmsTextError;
use protocol::Problem;
use storage::sms::{ClaimedSms, NewSms, SealedSms, SmsKind};
use storage::{StorageError, Tx, audit, phones, sms, sms_codes, throttles};

use super::second_stage;
use super::send_limits::{self, SendLimits};
use crate::answer;
use crate::flow::FlowPage;

/// How long a request that sends a message keeps others from sending it too.
const CLAIM: std::time::Duration = seconds(30);

/// A code and its message, minted and sealed before the transaction that keeps them.
pub(crate) struct Message {
    code: SmsCode,
    sms: SealedSms,
    sms_id: SmsId,
    limits: SendLimits,
    failures: TokenDigest,
    share: Share,
}

/// A message that was kept, to be sent when that is committed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept {
    id: SmsId,
    alarm: Option<BudgetAlarm>,
}

/// Why no message was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotKept {
    /// Too many wrong codes: the step is closed.
    #[error("the step is closed")]
    Closed(#[source] Closed),
    /// Too many messages.
    #[error("no message may be sent now")]
    Sends(#[source] SendRefusal),
}

/// Why no message could be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MessageError {
    /// The text does not fit.
    #[error("the message cannot be written")]
    Text(#[source] SmsTextError),
    /// The database, or the encryption of the row.
    #[error("the message cannot be kept")]
    Storage(#[from] StorageError),
}

impl From<MessageError> for Problem {
    fn from(error: MessageError) -> Self {
        match error {
            MessageError::Text(error) => Self::Broken(Box::new(error)),
            MessageError::Storage(error) => Self::OurFault(error),
        }
    }
}

impl Message {
    /// Mints a code for the phone, and writes its message in the language of the page.
    pub(crate) fn mint(page: &FlowPage, attempt: AttemptId, phone: &Phone, share: Share) -> Result<Self, MessageError> {
        let (provider, now) = (page.provider(), page.now);
        let keyring = &provider.keyring;
        let digits = CodeDigits::mint(&mut provider.rng());
        let code = SmsCode {
            id: CodeId::mint(now, &mut provider.rng()),
            user_id: phone.user_id,
            attempt_id: attempt,
            phone_id: phone.id,
            digest: digits.digest(keyring, attempt, phone.id),
            tries: 0,
            issued_at: now,
            expires_at: now.plus(provider.policy().sms_code_ttl),
        };
        let domain = answer::host(provider.issuer());
        let text = provider
            .pages
            .sms_code_text(page.frame().locale, digits.expose(), domain);
        let text = Secret::new(text.map_err(MessageError::Text)?);
        let sms_id = SmsId::mint(now, &mut provider.rng());
        let request_id = code.id.to_string();
        let sms = NewSms {
            id: sms_id,
            kind: SmsKind::Code(share),
            request_id: &request_id,
            phone,
            text: &text,
            created_at: now,
            expires_at: code.expires_at,
        };
        let sms = SealedSms::seal(&sms, keyring, &mut provider.rng())?;
        Ok(Self {
            code,
            sms,
            sms_id,
            limits: SendLimits::of(page, phone, share),
            failures: second_stage::failures_key(page, phone, share),
            share,
        })
    }

    /// Keeps code and message, unless a limit is reached. The user's row is locked.
    pub(crate) async fn keep(&self, tx: &Tx, page: &FlowPage) -> Result<Result<Kept, NotKept>, StorageError> {
        let failures = throttles::find_failures(tx, &self.failures, page.now).await?;
        if let Err(closed) = failures.admit(page.now) {
            return Ok(Err(NotKept::Closed(closed)));
        }
        let alarm = match self.limits.take(tx, page).await? {
            Ok(alarm) => alarm,
            Err(refusal) => return Ok(Err(NotKept::Sends(refusal))),
        };
        sms_codes::insert(tx, &self.code, self.share).await?;
        sms::insert(tx, &self.sms).await?;
        Ok(Ok(Kept { id: self.sms_id, alarm }))
    }
}

/// Sends a message that was kept and committed. Whatever becomes of it is recorded; the confirm page tells it.
pub(crate) async fn send(page: &FlowPage, kept: Kept) -> Result<(), StorageError> {
    let id = kept.id;
    if let Some(alarm) = kept.alarm {
        send_limits::announce(page, alarm);
    }
    let (provider, now) = (page.provider(), page.now);
    let keyring = &provider.keyring;
    let claimed = provider
        .db
        .tx("sms_claim", |tx| async move {
            sms::claim_one(&tx, id, now, now.plus(CLAIM), keyring).await
        })
        .await?;
    let Some(claimed) = claimed else { return Ok(()) };
    let sent = hand_over(page, &claimed).await;
    record(page, claimed.user_id, id, sent, now).await
}

/// Whether the gateway took it.
async fn hand_over(page: &FlowPage, claimed: &ClaimedSms) -> bool {
    let reference = page.visit.reference.as_str();
    let text = match SmsText::parse(claimed.text.expose()) {
        Ok(text) => text,
        Err(error) => {
            tracing::error!(reference, class = "bug", %error, "a message cannot be sent");
            return false;
        }
    };
    let sender = page.state.settings.sender.clone();
    let message = SmsMessage {
        request_id: claimed.id,
        to: claimed.number.clone(),
        sender,
        text,
    };
    match page.state.sms.send(&message).await {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(reference, class = error.class().as_str(), %error, "a message was not sent");
            false
        }
    }
}

async fn record(page: &FlowPage, user: UserId, id: SmsId, sent: bool, now: Timestamp) -> Result<(), StorageError> {
    let mut event = page.event(if sent { EventKind::SmsSent } else { EventKind::SmsFailed });
    event.actor = Actor::System;
    event.user_id = Some(user);
    AuthenticationMethod::Sms.as_str().clone_into(&mut event.methods);
    let event = &event;
    let recorded = page.provider().db.tx("sms_record", |tx| async move {
        if sent {
            sms::record_sent(&tx, id, None, now).await?;
        } else {
            sms::record_failed(&tx, id, now).await?;
        }
        audit::insert(&tx, event).await
    });
    match recorded.await {
        // The message stays claimed; the job tries again and records then.
        Err(StorageError::SealerLate) => Ok(()),
        recorded => recorded,
    }
}

/// Mints a message for the user's phone, if there is one that messages go to.
pub(crate) async fn for_user(
    page: &FlowPage,
    attempt: AttemptId,
    user: UserId,
) -> Result<Option<Message>, MessageError> {
    let provider = page.provider();
    let Some(phone) = phones::find_live(&provider.db, user, &provider.keyring).await? else {
        return Ok(None);
    };
    if !provider.policy().sms_limits.serves(&phone.number) {
        return Ok(None);
    }
    // The cookie is enough to be sent a message, which its number's owner gets; a code is not compared for it.
    let share = second_stage::shown_share(page, user).await?;
    Message::mint(page, attempt, &phone, share).map(Some)
}
