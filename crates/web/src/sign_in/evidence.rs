//! The record of evidence of an accepted signature (security rule CE-15), sealed before the transaction that keeps it beside
//! its audit event.

use std::sync::Arc;

use authority::audit::Event;
use authority::ids::{AttemptId, EventId, UserId};
use federation::eds::{EvidenceAbout, EvidenceObject, EvidenceRecord, VerifiedEds};
use storage::evidence::{self, About, SealedEvidence, SharedObject};
use storage::{StorageError, Tx, audit};

use crate::flow::FlowPage;

/// What an accepted signature was for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Accepted {
    /// A first stage.
    SignIn,
    /// A registration of a device, in the place of the picture.
    Registration,
    /// A second stage on the phone.
    Confirmation,
}

impl Accepted {
    const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Registration => "registration",
            Self::Confirmation => "confirmation",
        }
    }
}

/// Writes and encrypts the record.
pub(crate) fn seal(
    page: &FlowPage,
    verified: &VerifiedEds,
    (attempt, user): (AttemptId, UserId),
    accepted: Accepted,
) -> Result<SealedEvidence, StorageError> {
    let mut rng = page.provider().rng();
    let about = About {
        event: EventId::mint(page.now, &mut rng),
        attempt,
        user,
        at: page.now,
    };
    let named = EvidenceAbout {
        event: &about.event.to_string(),
        attempt: &attempt.to_string(),
        purpose: accepted.as_str(),
    };
    let EvidenceRecord { text, objects } = EvidenceRecord::of(verified, named)?;
    let shared = |object: &EvidenceObject| SharedObject {
        digest: object.digest(),
        content: Arc::clone(object.content()),
    };
    let objects = objects.iter().map(shared).collect();
    SealedEvidence::seal(about, &text, objects, &page.provider().keyring, &mut rng)
}

/// Keeps the record, and the event with its digest.
pub(crate) async fn keep(tx: &Tx, evidence: &SealedEvidence, event: Event) -> Result<(), StorageError> {
    evidence::insert(tx, evidence).await?;
    let event = Event {
        id: evidence.event(),
        evidence: Some(evidence.digest()),
        ..event
    };
    audit::insert(tx, &event).await
}
