//! X3 to X6: the account may not sign in. Told after both stages only (security rule AC-1).

use authority::users::{Barred, LockReason, User};
use axum::response::Response;
use pages::screens::{AdministratorLock, LeftSchool, SuspendedByOwner, UnusedTooLong};

use crate::flow::{FlowPage, Place};

/// The page for that reason.
pub(crate) fn page(page: &FlowPage, barred: Barred, user: &User) -> Response {
    match barred {
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
        } => page.render(Place::Device, &SuspendedByOwner { date: at }),
        Barred::Locked {
            reason: LockReason::Administrator,
            ..
        }
        | Barred::Closed => administrator(page, false),
        Barred::Locked {
            reason: LockReason::Incident,
            ..
        } => administrator(page, true),
    }
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
