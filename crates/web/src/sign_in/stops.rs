//! Whether a certificate is accepted here still, after what its centre says of it now (security rule CE-12).

use authority::audit::{Actor, Event, EventKind};
use authority::certificates::{Certificate, Stop};
use authority::ids::EventId;
use authority::time::Timestamp;
use authority::users::User;
use protocol::certificates::lift_hold;
use protocol::notices::Teller;
use storage::{StorageError, Tx, certificates};

use crate::flow::FlowPage;

/// A certificate whose signature was verified, and when its centre's word was made that it is good.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Verified<'a> {
    /// The certificate.
    pub(crate) certificate: &'a Certificate,
    /// By the centre's clock.
    pub(crate) good_at: Timestamp,
}

/// Why it is not accepted, if so. A hold that the centre lifted ends here. The caller holds the person's row.
pub(crate) async fn find(
    tx: &Tx,
    page: &FlowPage,
    user: Option<&User>,
    verified: Verified<'_>,
) -> Result<Option<Stop>, StorageError> {
    let Verified { certificate, good_at } = verified;
    let provider = page.provider();
    if let Some(user) = user {
        let teller = Teller {
            keyring: &provider.keyring,
            pages: &provider.pages,
        };
        let id = EventId::mint(page.now, &mut provider.rng());
        // The centre lifted it; the person only came by.
        let event = Event::new(id, page.now, EventKind::CertificateAccepted, Actor::System);
        lift_hold(tx, teller, user, (certificate, good_at), event).await?;
    }
    certificates::find_stop(tx, certificate).await
}
