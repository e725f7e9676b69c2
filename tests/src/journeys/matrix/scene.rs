//! A person at a browser, one step before every way in: the client holds tokens, a session lives where there may be one,
//! a sign-in has proven both stages, and a registration waits for consent.

use authority::devices::Device;
use authority::ids::DeviceId;
use authority::stop_codes::{STOP_CODE_TTL, StopCode, StopDigits};
use authority::time::{hours, seconds};
use authority::users::{Exclusivity, User, UserState};
use kiru::chance::chance;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use storage::{StorageError, devices, registrations, stop_codes, users};

use super::Binding;
use crate::harness::{Browser, Form, Page, TestApp};
use crate::journeys::dbsc_steps::SessionKey;
use crate::journeys::steps::flow_path;
use crate::storage::fixtures;

pub(super) const LOGIN: &str = "aigerim";

/// One row of the matrix.
pub(super) struct Scene<'a> {
    pub(super) app: &'a TestApp,
    raw: &'a DatabaseConnection,
    user: User,
    /// With the session, where there is one.
    pub(super) browser: Browser,
    /// The same browser in a flow of its own, both stages proven; it has no session, so that neither disturbs the other.
    pub(super) flow: Browser,
    /// That flow's device page, as the binding makes it.
    pub(super) device: Page,
    /// What agreeing to the registration posts.
    pub(super) agreement: Form,
    /// The key that the device's browser bound to its session.
    pub(super) bound_key: SessionKey,
    pub(super) refresh: String,
    pub(super) access: String,
}

impl<'a> Scene<'a> {
    pub(super) async fn arrange(app: &'a TestApp, raw: &'a DatabaseConnection, binding: Binding) -> Self {
        forget(raw).await;
        let offline = [("scope", "openid offline_access"), ("prompt", "consent")];
        let (diary, mut bound) = (app.diary(), app.browser());
        let offered = app
            .answer_that_signs_in(&mut bound, LOGIN, &diary.request(&offline))
            .await;
        let bound_key = SessionKey::registered(&mut bound, &offered).await;
        let consent = bound.follow(offered).await;
        let back = app.allows_once(&mut bound, &consent).await;
        let tokens = diary.redeems(&diary.code(back.redirect())).await;
        app.advance(seconds(61));
        let browser = if has_been_bound(binding) { bound } else { app.browser() };
        let mut flow = browser.clone();
        flow.jar.remove("__Host-kiru_session");
        let proven = app.both_stages(&mut flow, LOGIN, &app.library().request(&[])).await;
        let agreement = prepares(app, &mut flow, &proven).await;
        let user = app.user(LOGIN).await;
        let mut scene = Self {
            app,
            raw,
            user,
            browser,
            flow,
            device: proven,
            agreement,
            bound_key,
            refresh: tokens.text("refresh_token").to_owned(),
            access: tokens.text("access_token").to_owned(),
        };
        scene.becomes(binding).await;
        let path = format!("{}/device", flow_path(&scene.device));
        scene.device = scene.flow.open(&path).await;
        scene
    }

    /// The binding of the row, from one device that is bound.
    async fn becomes(&self, binding: Binding) {
        let live = devices::list_live_for_user(self.app.db(), self.user.id).await.unwrap();
        let bound = live.first().unwrap();
        match binding {
            Binding::ThisDevice | Binding::OtherDevice => {}
            Binding::Nothing | Binding::Ended => self.ends(bound).await,
            Binding::ExclusiveToThis => self.keeps_to(bound.id).await,
            Binding::ExclusiveToOther => {
                let other = &Device {
                    slot: 1,
                    ..fixtures::device(&self.user)
                };
                let bound = self
                    .app
                    .db()
                    .tx("test", |tx| async move { devices::insert(&tx, other).await })
                    .await;
                assert_eq!(bound.unwrap(), devices::Binding::Bound);
                self.keeps_to(other.id).await;
            }
            Binding::Provisional => self.set("UPDATE users SET provisional = TRUE").await,
        }
    }

    async fn ends(&self, device: &Device) {
        let (user, id, now) = (self.user.id, device.id, self.app.now());
        let ended = self.app.db().tx("test", |tx| async move {
            devices::end(&tx, user, id, "operator", now).await
        });
        assert!(ended.await.unwrap());
    }

    async fn keeps_to(&self, device_id: DeviceId) {
        let exclusive = Some(Exclusivity {
            device_id,
            until: self.app.now().plus(hours(48)),
        });
        let user = self.user.id;
        let done = self.app.db().tx("test", |tx| async move {
            users::record_exclusive(&tx, user, exclusive).await
        });
        done.await.map_err(|error: StorageError| error).unwrap();
    }

    /// Brings the account into this state, and everything else to where it was.
    pub(super) async fn puts(&mut self, state: UserState) {
        let (word, reason, at) = match state {
            UserState::Invited => ("invited", None, self.app.now()),
            UserState::Active => ("active", None, self.app.now()),
            UserState::Locked { reason, at } => ("locked", Some(reason.as_str()), at),
            UserState::Closed { at } => ("closed", None, at),
        };
        let reason = reason.map_or("NULL".to_owned(), |reason| format!("'{reason}'"));
        let (at, epoch) = (at.as_micros(), self.user.epoch);
        self.set(&format!(
            "UPDATE users SET state = '{word}', reason = {reason}, state_at = {at}, epoch = {epoch}"
        ))
        .await;
        self.set("UPDATE browser_sessions SET ended_at = NULL, end_reason = NULL")
            .await;
        // A commit that is refused ends the registration, as barred or as overtaken; it waits for the next one again. Of those
        // that a newer one replaced none comes back, nor does what people ended themselves.
        self.set(
            "UPDATE registrations SET state = 'proven', ended_at = NULL, end_reason = NULL \
             WHERE committed_at IS NULL AND end_reason IN ('barred', 'superseded') \
             AND started_at = (SELECT MAX(started_at) FROM registrations)",
        )
        .await;
    }

    /// Fails unless the registration waits for consent: only then a commit is judged in its transaction.
    pub(super) async fn waits_for_consent(&self) {
        let open = registrations::find_open(self.app.db(), self.user.id).await.unwrap();
        assert!(open.is_some(), "the cell before this one has used the registration up");
    }

    /// A stop code of the account, as a message carries it.
    pub(super) async fn stop_digits(&self) -> String {
        let (digits, now) = (StopDigits::mint(&mut chance()), self.app.now());
        let code = &StopCode {
            digest: digits.digest(self.app.keyring()),
            user_id: self.user.id,
            registration_id: None,
            issued_at: now,
            expires_at: now.plus(STOP_CODE_TTL),
            used_at: None,
        };
        let kept = self
            .app
            .db()
            .tx("test", |tx| async move { stop_codes::insert(&tx, code).await });
        assert!(kept.await.unwrap());
        digits.grouped().to_string()
    }

    async fn set(&self, sql: &str) {
        set(self.raw, sql).await;
    }
}

/// Whether the browser of the row was bound once.
const fn has_been_bound(binding: Binding) -> bool {
    match binding {
        Binding::Nothing | Binding::OtherDevice => false,
        Binding::ThisDevice
        | Binding::ExclusiveToThis
        | Binding::ExclusiveToOther
        | Binding::Ended
        | Binding::Provisional => true,
    }
}

/// A registration up to what agreeing posts. A browser that is the device has no button for it, and may all the same: its
/// key may be gone.
async fn prepares(app: &TestApp, flow: &mut Browser, device: &Page) -> Form {
    let begun = posts(flow, device, "registration").await;
    let notice = app.reads_the_picture(flow, &begun, LOGIN).await;
    app.agreement(flow, &notice)
}

/// Posts to a step of the flow with nothing but the form token.
pub(super) async fn posts(flow: &mut Browser, page: &Page, step: &str) -> Page {
    let path = format!("{}/{step}", flow_path(page));
    let answer = flow.post(&path, &[("csrf", &token_of(page))]).await;
    flow.follow(answer).await
}

/// The form token of a page.
pub(super) fn token_of(page: &Page) -> String {
    let fields = page.form_of("cancel").fields;
    fields.into_iter().find(|(name, _)| name == "csrf").unwrap().1
}

/// The account as it is before the first sign-in, and nobody has counted anything.
async fn forget(raw: &DatabaseConnection) {
    for sql in [
        "DELETE FROM sms",
        "DELETE FROM throttles",
        "UPDATE devices SET ended_at = 1, end_reason = 'operator' WHERE ended_at IS NULL",
        "UPDATE users SET state = 'active', reason = NULL, provisional = FALSE, exclusive_until = NULL, \
         exclusive_device_id = NULL, epoch = epoch + 1",
        "UPDATE registrations SET state = 'ended', ended_at = 1, end_reason = 'declined' WHERE committed_at IS NULL \
         AND ended_at IS NULL",
        "UPDATE registrations SET end_reason = 'declined' WHERE end_reason IS NOT NULL",
    ] {
        set(raw, sql).await;
    }
}

async fn set(raw: &DatabaseConnection, sql: &str) {
    raw.execute_unprepared(sql)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
}
