//! What is known of the account when it is asked whether a device may be registered, and how refusals look.

use authority::audit::EventKind;
use authority::authentication::{FirstStage, SignInAttempt};
use authority::ids::UserId;
use authority::policy::BindingPolicy;
use authority::registrations::{MONTH, RegistrationEnd, RegistrationFacts, RegistrationRefusal};
use authority::time::Timestamp;
use authority::users::{Phone, User};
use axum::response::Response;
use pages::screens::{NotNow, OnlyNewestDevice, RegistrationHours, RegistrationNotNow, WindowClosed};
use protocol::Problem;
use protocol::policy::binding_policy;
use storage::{Connection, StorageError, Tx, audit, phones, registrations, users};

use super::reminder;
use crate::device::{self, Overtaken};
use crate::flow::{FlowPage, Place};

/// The account, read freshly.
pub(super) struct Account {
    pub(super) user: User,
    pub(super) phone: Option<Phone>,
    registered_at: Vec<Timestamp>,
    pub(super) policy: BindingPolicy,
}

impl Account {
    /// Whether a device may be registered at `now`.
    pub(super) fn admit(&self, now: Timestamp) -> Result<(), RegistrationRefusal> {
        let facts = RegistrationFacts {
            user: &self.user,
            phone: self.phone.as_ref(),
            registered_at: &self.registered_at,
            policy: &self.policy,
        };
        facts.admit(now)
    }
}

/// The account of this person, to show a page.
pub(super) async fn of(page: &FlowPage, user: UserId) -> Result<Option<Account>, StorageError> {
    let db = &page.provider().db;
    match users::find(db, user).await? {
        Some(user) => read(db, page, user).await.map(Some),
        None => Ok(None),
    }
}

/// The account whose row the caller holds.
pub(super) async fn of_locked(tx: &Tx, page: &FlowPage, user: User) -> Result<Account, StorageError> {
    read(tx, page, user).await
}

async fn read(conn: &Connection, page: &FlowPage, user: User) -> Result<Account, StorageError> {
    let provider = page.provider();
    Ok(Account {
        phone: phones::find_live(conn, user.id, &provider.keyring).await?,
        registered_at: registrations::list_committed(conn, user.id, page.now.minus(MONTH)).await?,
        policy: binding_policy(conn, provider, &user).await?,
        user,
    })
}

/// Leaves the trace of a refusal.
pub(super) async fn record(tx: &Tx, page: &FlowPage, attempt: &SignInAttempt, code: &str) -> Result<(), StorageError> {
    let mut event = device::proven_by(page.event(EventKind::RegistrationRefused), attempt);
    code.clone_into(&mut event.reason);
    audit::insert(tx, &event).await
}

/// The page that says why no device is registered now.
pub(super) async fn refused(
    page: &FlowPage,
    first: &FirstStage,
    refusal: RegistrationRefusal,
) -> Result<Response, Problem> {
    let not_now = |reason, from| Ok(page.render(Place::Registration, &RegistrationNotNow { reason, from }));
    match refusal {
        RegistrationRefusal::Barred(_) => Ok(page.see(Place::Device)),
        RegistrationRefusal::Exclusive(_) => only_newest(page, first, Overtaken::No).await,
        RegistrationRefusal::WindowClosed { opens_at } => window_closed(page, first, opens_at).await,
        RegistrationRefusal::Provisional => not_now(NotNow::Provisional, None),
        RegistrationRefusal::PhoneTooNew { from } => not_now(NotNow::PhoneTooNew, Some(from)),
        RegistrationRefusal::TooMany { from } => not_now(NotNow::TooMany, Some(from)),
    }
}

/// The page after a registration that came to nothing.
pub(super) async fn ended(page: &FlowPage, first: &FirstStage, reason: RegistrationEnd) -> Result<Response, Problem> {
    match reason {
        // The newer one may have been committed since: then this one is its loser.
        RegistrationEnd::Superseded => only_newest(page, first, Overtaken::Yes).await,
        RegistrationEnd::Declined | RegistrationEnd::Barred => Ok(page.see(Place::Device)),
    }
}

/// R3; without exclusivity the device page says what is.
pub(super) async fn only_newest(
    page: &FlowPage,
    first: &FirstStage,
    overtaken: Overtaken,
) -> Result<Response, Problem> {
    let Some(bindings) = device::bindings(page, first).await? else {
        return Ok(page.see(Place::SignIn));
    };
    let screen: Option<OnlyNewestDevice> = device::only_newest(&bindings, overtaken);
    Ok(screen.map_or_else(
        || page.see(Place::Device),
        |screen| page.render(Place::Registration, &screen),
    ))
}

async fn window_closed(page: &FlowPage, first: &FirstStage, opens_at: Timestamp) -> Result<Response, Problem> {
    let Some(account) = of(page, first.user_id).await? else {
        return Ok(page.see(Place::SignIn));
    };
    let reminder = reminder::shown(page, &account, opens_at).await?;
    let RegistrationHours { from, to, zone } = device::hours(page, account.policy.window);
    let screen = WindowClosed {
        from,
        to,
        zone,
        opens_at,
        reminder,
    };
    Ok(page.render(Place::Registration, &screen))
}
