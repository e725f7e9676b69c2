//! Whose certificate a signature was made with, and keeping the certificate: the same for every page that takes signatures.

use authority::audit::Event;
use authority::certificates::Certificate;
use authority::ids::UserId;
use authority::users::IdentifierKind;
use federation::eds::VerifiedEds;
use storage::certificates::Recorded;
use storage::identifiers::{self, Identified, Identifier};
use storage::organisations::{self, SealedOrganisation};
use storage::{StorageError, Tx};

use crate::flow::FlowPage;

/// What the signer is found by: the IIN, and nothing else.
pub(crate) fn identifier(page: &FlowPage, verified: &VerifiedEds) -> Identifier<'static> {
    let iin = verified.identity().iin.expose();
    Identifier::of(&page.provider().keyring, IdentifierKind::Iin, iin)
}

/// Whose certificate it is, if anybody's we know.
pub(crate) async fn find(page: &FlowPage, verified: &VerifiedEds) -> Result<Option<UserId>, StorageError> {
    let found = identifiers::find(&page.provider().db, &identifier(page, verified)).await?;
    Ok(match found {
        Some(Identified::User(user)) => Some(user),
        Some(Identified::Tombstone(_)) | None => None,
    })
}

/// Keeps a certificate with the organisation that it names now; `event` says where it was used. See
/// [`protocol::certificates::record`].
pub(crate) async fn record(
    tx: &Tx,
    certificate: &Certificate,
    named: Option<&SealedOrganisation>,
    event: Event,
) -> Result<Recorded, StorageError> {
    let organisation = match named {
        Some(named) => Some(organisations::record(tx, named, event.at).await?),
        None => None,
    };
    let certificate = Certificate {
        organisation,
        ..certificate.clone()
    };
    protocol::certificates::record(tx, &certificate, event).await
}
