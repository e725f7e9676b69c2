//! Whether a certificate is accepted here still, after what its centre says of it now (security rule CE-12).

use authority::audit::{Actor, Event, EventKind};
use authority::certificates::{Certificate, Stop, StopReason};
use authority::ids::EventId;
use authority::time::Timestamp;
use authority::users::User;
use federation::eds::{StatusEvidence, VerifiedEds};
use protocol::certificates::lift_hold;
use protocol::notices::Teller;
use storage::{StorageError, Tx, certificates};

use crate::flow::FlowPage;

/// A certificate whose signature was verified, and when its centre's word was made that it is good.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Verified<'a> {
    /// The certificate.
    pub(crate) certificate: &'a Certificate,
    /// What [`word`] says.
    pub(crate) good_at: Option<Timestamp>,
}

/// When the word was made, by the centre's clock, that may lift a hold. None while a list still names the certificate, for the
/// job that looks into lists would stop it again; and none from a list where responders are asked, since a list says nothing of
/// a certificate that was never issued.
pub(crate) fn word(page: &FlowPage, verified: &VerifiedEds) -> Option<Timestamp> {
    let eds = &page.state.eds;
    let may_lift = match verified.status() {
        StatusEvidence::Answer(_) => true,
        StatusEvidence::List { .. } => eds.responders().is_none(),
    };
    let is_named = eds.is_withdrawn(verified.issuer(), verified.serial(), page.now) == Some(true);
    (may_lift && !is_named).then(|| verified.status_made_at())
}

/// Why it is not accepted, if so. A hold that the centre lifted ends here. The caller holds the person's row.
pub(crate) async fn find(
    tx: &Tx,
    page: &FlowPage,
    user: Option<&User>,
    verified: Verified<'_>,
) -> Result<Option<Stop>, StorageError> {
    let Verified { certificate, good_at } = verified;
    let found = certificates::find_stop(tx, certificate).await?;
    let is_held = found.is_some_and(|stop| stop.reason == StopReason::Revoked);
    let (Some(user), Some(good_at), true) = (user, good_at, is_held) else {
        return Ok(found);
    };
    let provider = page.provider();
    let teller = Teller {
        keyring: &provider.keyring,
        pages: &provider.pages,
    };
    let id = EventId::mint(page.now, &mut provider.rng());
    // The centre lifted it; the person only came by.
    let event = Event::new(id, page.now, EventKind::CertificateAccepted, Actor::System);
    if lift_hold(tx, teller, user, (certificate, good_at), event).await? {
        certificates::find_stop(tx, certificate).await
    } else {
        Ok(found)
    }
}
