//! Computers that many people use, such as those of a school's lab: where the rules say so, both stages give a short session
//! without binding. It serves the service that the person came from, reaches `full` and not `full-bound`, and leaves nothing
//! behind.

use authority::devices::BindingView;
use authority::policy::{PolicyKey, SetValue};
use authority::sessions::SHARED_ABSOLUTE;
use protocol::cabinet::is_cabinet;
use protocol::policy::binding_policy;
use storage::{Connection, StorageError, policies};

use super::view::Bindings;
use crate::flow::FlowPage;

/// Whether the person may have such a session now. While only the newest device may act, nobody has one.
pub(super) async fn is_allowed(conn: &Connection, page: &FlowPage, bindings: &Bindings) -> Result<bool, StorageError> {
    let stranger = match bindings.view {
        BindingView::First | BindingView::OtherDevice => true,
        BindingView::ThisDevice | BindingView::Exclusive(_) => false,
    };
    // The cabinet is for devices that are bound.
    if !stranger || is_cabinet(&page.flow.client.id) {
        return Ok(false);
    }
    let policy = binding_policy(conn, page.provider(), &bindings.user).await?;
    Ok(policy.shared_computers)
}

/// How long it would last, to be told beside the button.
pub(super) async fn minutes(page: &FlowPage, bindings: &Bindings) -> Result<Option<u64>, StorageError> {
    let allowed = is_allowed(&page.provider().db, page, bindings).await?;
    let length = page.provider().policy().session_absolute.min(SHARED_ABSOLUTE);
    Ok(allowed.then_some(length.as_secs() / 60))
}

/// Whether any rule allows such computers: before the first stage nobody knows whose rules hold.
pub(crate) async fn are_allowed_to_anybody(page: &FlowPage) -> Result<bool, StorageError> {
    let set = policies::list(&page.provider().db).await?;
    let allows = |set: &SetValue| set.key == PolicyKey::SharedComputers && set.value == "on";
    Ok(set.iter().any(|stored| allows(&stored.set)))
}
