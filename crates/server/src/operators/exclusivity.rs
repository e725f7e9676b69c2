//! Ending early the time in which only the newest device may act: two different administrators, each with a signature of
//! their own over the same request (security rule DB-13).

use authority::administrators::{APPROVAL_TTL, Administrator, ApprovalRefusal, ApprovalRequest, ApprovalStep};
use authority::audit::EventKind;
use authority::ids::{ApprovalId, UserId};
use authority::time::Timestamp;
use authority::users::Exclusivity;
use jose::{FileKey, PublicJwk};
use protocol::notices::Change;
use serde_json::json;
use storage::{StorageError, Tx, administrators, approvals, users};

use super::{Office, Reason, event};
use crate::chance::chance;

/// `typ` of what an administrator signs.
const TYPE: &str = "kiru-approval+jwt";
/// How often somebody else's word may come first before we give up.
const TRIES: u32 = 4;

/// What an administrator's word came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approval {
    /// It is a request; another administrator may agree until then.
    Requested {
        /// The request.
        id: ApprovalId,
        /// Until when.
        until: Timestamp,
    },
    /// Another one had asked: all devices may act again.
    Ended,
}

/// Why it came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum ApprovalFailure {
    /// Nothing runs that could be ended.
    #[error("no device alone may act for this person now; there is nothing to end")]
    NotRunning,
    /// One administrator is not two.
    #[error(transparent)]
    Refused(#[from] ApprovalRefusal),
    /// The key is another one than the administrator's.
    #[error("the key is not that of this administrator")]
    WrongKey,
    /// They are none any more.
    #[error("this administrator, or the one who asked, is none any more; ask anew")]
    NotAdministrator,
    /// Others were faster, again and again.
    #[error("another administrator was faster; try again")]
    Overtaken,
    /// The statement cannot be signed.
    #[error("the statement cannot be signed")]
    Signing(#[from] jose::SignError),
    /// The database.
    #[error("the database cannot be used")]
    Storage(#[from] StorageError),
}

/// An administrator with their key.
#[derive(Clone, Copy, Debug)]
pub struct Signatory<'a> {
    /// Who.
    pub administrator: &'a Administrator,
    /// With what they sign.
    pub key: &'a FileKey,
}

/// Asks for the end, or agrees to it, whichever it is now.
///
/// # Errors
/// The word comes to nothing; then nothing has changed.
pub async fn end_early(
    office: &Office,
    user: UserId,
    by: Signatory<'_>,
    reason: &Reason,
) -> Result<Approval, ApprovalFailure> {
    for _ in 0..TRIES {
        let word = Word::prepare(office, user, by, reason).await?;
        let (db, word) = (&office.db, &word);
        let outcome = db.tx("end_exclusivity", |tx| async move { word.commit(&tx, office).await });
        match outcome.await {
            Err(ApprovalFailure::Overtaken) => {}
            outcome => return outcome,
        }
    }
    Err(ApprovalFailure::Overtaken)
}

/// What an administrator signed, before it is known whether the person's row still is as they saw it.
struct Word<'a> {
    by: &'a Administrator,
    request: ApprovalRequest,
    step: ApprovalStep,
    statement: String,
    reason: &'a Reason,
}

impl<'a> Word<'a> {
    async fn prepare(
        office: &Office,
        user: UserId,
        by: Signatory<'a>,
        reason: &'a Reason,
    ) -> Result<Self, ApprovalFailure> {
        let now = office.decision_now(&office.db).await?;
        let known = users::find(&office.db, user).await?;
        let running = known.and_then(|user| user.exclusivity_at(now));
        let running = running.ok_or(ApprovalFailure::NotRunning)?;
        let open = approvals::find_open(&office.db, user).await?;
        let step = ApprovalStep::decide(open.as_ref(), by.administrator.id, running, now)?;
        let request = match (step, open) {
            (ApprovalStep::Agree(_), Some(request)) => request,
            (ApprovalStep::Agree(_), None) | (ApprovalStep::Request, _) => ApprovalRequest {
                id: ApprovalId::mint(now, &mut chance()),
                user_id: user,
                exclusivity: running,
                requested_by: by.administrator.id,
                requested_at: now,
                reason: reason.as_str().to_owned(),
            },
        };
        let statement = sign(&request, step, by, reason, now)?;
        Ok(Self {
            by: by.administrator,
            request,
            step,
            statement,
            reason,
        })
    }

    /// Decides again, now under the person's lock; both steps leave their trace.
    async fn commit(&self, tx: &Tx, office: &Office) -> Result<Approval, ApprovalFailure> {
        let user = users::lock(tx, self.request.user_id).await?;
        let user = user.ok_or(ApprovalFailure::NotRunning)?;
        let now = office.decision_now(tx).await?;
        let running = user.exclusivity_at(now).ok_or(ApprovalFailure::NotRunning)?;
        let open = approvals::find_open(tx, self.request.user_id).await?;
        let step = ApprovalStep::decide(open.as_ref(), self.by.id, running, now)?;
        if step != self.step || running != self.request.exclusivity {
            return Err(ApprovalFailure::Overtaken);
        }
        // Always in the same order, so that two who agree to each other's requests do not wait for each other.
        let mut signatories = [self.by.id, self.request.requested_by];
        signatories.sort_unstable();
        for id in signatories {
            if !administrators::hold(tx, id).await? {
                return Err(ApprovalFailure::NotAdministrator);
            }
        }
        match step {
            ApprovalStep::Request => self.ask(tx, now).await,
            ApprovalStep::Agree(id) => {
                self.agree(tx, id, running, now).await?;
                office.tell(tx, &user, Change::ExclusivityEnded, now).await?;
                Ok(Approval::Ended)
            }
        }
    }

    async fn ask(&self, tx: &Tx, now: Timestamp) -> Result<Approval, ApprovalFailure> {
        approvals::close(tx, self.request.user_id, now).await?;
        let request = ApprovalRequest {
            requested_at: now,
            ..self.request.clone()
        };
        if !approvals::insert(tx, &request, &self.statement).await? {
            return Err(ApprovalFailure::Overtaken);
        }
        self.record(tx, EventKind::ApprovalRequested, request.exclusivity, now)
            .await?;
        Ok(Approval::Requested {
            id: request.id,
            until: request.expires_at(),
        })
    }

    async fn agree(
        &self,
        tx: &Tx,
        id: ApprovalId,
        running: Exclusivity,
        now: Timestamp,
    ) -> Result<(), ApprovalFailure> {
        if !approvals::agree(tx, id, self.by.id, &self.statement, now).await? {
            return Err(ApprovalFailure::Overtaken);
        }
        users::record_exclusive(tx, self.request.user_id, None).await?;
        self.record(tx, EventKind::ExclusivityEnded, running, now).await?;
        Ok(())
    }

    async fn record(
        &self,
        tx: &Tx,
        kind: EventKind,
        exclusivity: Exclusivity,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let words = format!("{} {}: {}", self.request.id, self.by.name, self.reason.as_str());
        let mut event = event(kind, Some(self.request.user_id), words, now);
        event.device_id = Some(exclusivity.device_id);
        storage::audit::insert(tx, &event).await
    }
}

/// Signs the statement and looks at it with the key that is kept for this name: whoever holds another key gets nowhere.
fn sign(
    request: &ApprovalRequest,
    step: ApprovalStep,
    by: Signatory<'_>,
    reason: &Reason,
    now: Timestamp,
) -> Result<String, ApprovalFailure> {
    let act = match step {
        ApprovalStep::Request => "request",
        ApprovalStep::Agree(_) => "agree",
    };
    let claims = json!({
        "purpose": "end_exclusivity",
        "request": request.id.to_string(),
        "act": act,
        "user": request.user_id.to_string(),
        "device": request.exclusivity.device_id.to_string(),
        "until_us": request.exclusivity.until.as_micros(),
        "administrator": by.administrator.name.as_str(),
        "reason": reason.as_str(),
        "iat": now.as_unix_seconds(),
        "exp": now.plus(APPROVAL_TTL).as_unix_seconds(),
    });
    let statement = jose::sign(by.key, TYPE, &claims)?;
    let kept = PublicJwk::parse(by.administrator.public_jwk.as_bytes()).map_err(|_| ApprovalFailure::WrongKey)?;
    jose::verify(&statement, Some(TYPE), &kept).map_err(|_| ApprovalFailure::WrongKey)?;
    Ok(statement)
}
