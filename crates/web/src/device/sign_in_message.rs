//! The message about a sign-in, for people who asked for it in the cabinet (product C3).

use authority::users::User;
use protocol::notices::{self, Change};
use storage::{StorageError, Tx, users};

use crate::flow::FlowPage;

/// Keeps the message in the transaction that signs in.
pub(super) async fn tell(tx: &Tx, page: &FlowPage, user: &User) -> Result<(), StorageError> {
    if !users::wants_sign_in_messages(tx, user.id).await? {
        return Ok(());
    }
    let service = page.flow.client.name.as_str();
    notices::tell(tx, page.provider(), user, Change::SignedIn { service }, page.now).await
}
