//! X3 to X6: the account may not sign in. Told after both stages only (security rule AC-1).

use authority::time::Timestamp;
use authority::users::{Barred, LockReason, User};
use axum::response::Response;
use pages::screens::{AdministratorLock, LeftSchool, SuspendedByOwner, UnusedTooLong};
use protocol::policy::binding_policy;
use storage::StorageError;

use crate::flow::{FlowPage, Place};

/// The page for that reason.
pub(crate) async fn page(page: &FlowPage, barred: Barred, user: &User) -> Result<Response, StorageError> {
    Ok(match barred {
        Barred::Locked {
            reason: LockReason::Inactive,
            at,
        } => page.render(
            Place::Device,
            &UnusedTooLong {
                since: user.last_interactive_at.unwrap_or(at),
            },
        ),
        Barred::Locked {
            reason: LockReason::LeftSchool,
            at,
        } => page.render(
            Place::Device,
            &LeftSchool {
                school: None, // no roster names it yet
                date: at,
            },
        ),
        Barred::Locked {
            reason: LockReason::Own,
            at,
        } => own(page, user, at).await?,
        Barred::Locked {
            reason: LockReason::Administrator,
            ..
        }
        | Barred::Closed => administrator(page, false),
        Barred::Locked {
            reason: LockReason::Incident,
            ..
        } => administrator(page, true),
    })
}

/// X5, with the way back once the rest is over.
async fn own(page: &FlowPage, user: &User, since: Timestamp) -> Result<Response, StorageError> {
    let provider = page.provider();
    let rest = binding_policy(&provider.db, provider, user).await?.suspension_rest;
    let return_from = user.return_from(rest).unwrap_or_else(|| since.plus(rest));
    let screen = SuspendedByOwner {
        date: since,
        return_from,
        can_return: return_from <= page.now,
    };
    Ok(page.render(Place::Device, &screen))
}

fn administrator(page: &FlowPage, incident: bool) -> Response {
    let case_reference = page.visit.reference.to_string();
    page.render(
        Place::Device,
        &AdministratorLock {
            case_reference,
            reason: None,
            review_at: None,
            incident,
        },
    )
}
