//! The commit of a registration: one transaction that holds the user's row, reads everything again, judges every proof, and
//! then ends what was and binds what is new (security rules DB-5, DB-8, DB-9, DB-10, DB-13).

use authority::audit::EventKind;
use authority::authentication::{Challenge, ChallengePurpose, SecondFactor, SignInAttempt};
use authority::devices::{Device, DeviceKey, replaced_by_new};
use authority::ids::DeviceId;
use authority::registrations::{Registration, RegistrationEnd, RegistrationRefusal};
use authority::time::Timestamp;
use authority::users::{Exclusivity, User};
use axum::response::Response;
use protocol::Problem;
use protocol::logout::{Ended, tell_clients};
use protocol::notices::{self, Change};
use storage::devices::Binding;
use storage::{
    StorageError, Tx, Write, attempts, audit, challenges, consent_texts, devices, registrations, sessions, sms, users,
};

use super::facts::{self, Account};
use super::notice::Shown;
use super::{Standing, Under, standing};
use crate::device::binding::{Commit, Posted, SignedIn, Stop};
use crate::device::{self, Overtaken};
use crate::flow::{FlowForm, FlowPage, Place};

/// What became of it. Every outcome is committed with its trace.
enum Outcome {
    /// The device is registered and the person signed in on it.
    Registered(Box<SignedIn>),
    /// A rule of the account refuses.
    NotNow(RegistrationRefusal),
    /// Another registration was faster.
    Overtaken,
    /// The device's proof is wrong.
    Refused(&'static str),
    /// Something must be shown or proven again: nonce, picture or notice.
    Again,
}

/// The person agreed.
pub(super) async fn agreed(form: &FlowForm) -> Result<Response, Problem> {
    let page = &form.page;
    let under = match standing(page).await? {
        Standing::Under(under) => under,
        Standing::Elsewhere(response) => return Ok(response),
    };
    if let Some(problem) = form.field("problem") {
        let stages = under.attempt.both_stages().map_err(|_| Problem::OutOfDate)?;
        return device::cannot(page, stages, problem).await;
    }
    // The header may be another one than when the registration began.
    if device::in_app::is_in_app(page) {
        return device::refuse_in_app(page, &under.attempt).await;
    }
    let posted = Posted::Proof {
        public_key: form.field("public_key"),
        proof: form.field("proof").ok_or(Problem::NoScript)?,
    };
    let shown_at = form.field("shown_at").and_then(|text| text.parse().ok());
    let run = &Run {
        page,
        under: &under,
        commit: Commit::new(page, &under.attempt, posted),
        notice: form.field("notice").unwrap_or_default(),
        shown_at: Timestamp::from_unix_seconds(shown_at.unwrap_or(0)),
    };
    let db = &page.provider().db;
    match db.tx("register_device", |tx| async move { run.run(&tx).await }).await {
        Ok(Outcome::Registered(cookies)) => {
            page.provider().logout_wake.ring();
            Ok(device::signed_in(page, &cookies, Place::Registration))
        }
        Ok(Outcome::NotNow(refusal)) => facts::refused(page, &under.first, refusal).await,
        Ok(Outcome::Overtaken) => facts::only_newest(page, &under.first, Overtaken::Yes).await,
        Ok(Outcome::Refused(code)) => {
            let reference = page.visit.reference.as_str();
            tracing::warn!(
                reference,
                class = "refused",
                code,
                "the proof of a new device was refused"
            );
            // R1 again: nothing has changed, and a registration may be begun anew.
            Ok(page.see(Place::Device))
        }
        Ok(Outcome::Again) | Err(Stop::Lost) => Ok(page.see(Place::Registration)),
        Err(Stop::Shared(shared)) => device::sharing::refuse(page, &under.attempt, &shared).await,
        Err(Stop::Storage(error)) => Err(Problem::OurFault(error)),
    }
}

/// A registration about to be committed; everything random is minted before.
struct Run<'a> {
    page: &'a FlowPage,
    under: &'a Under,
    commit: Commit<'a>,
    notice: &'a str,
    shown_at: Timestamp,
}

/// What was read and judged under the lock.
struct Judged {
    account: Account,
    registration: Registration,
    live: Vec<Device>,
    now: Timestamp,
}

impl Run<'_> {
    async fn run(&self, tx: &Tx) -> Result<Outcome, Stop> {
        let judged = match self.judge(tx).await? {
            Ok(judged) => judged,
            Err(outcome) => return Ok(outcome),
        };
        let shown = Shown {
            at: self.shown_at,
            live: &judged.live,
        };
        let Some((text, hash)) = shown.agreed(self.page, &judged.account, self.notice) else {
            return Ok(Outcome::Again);
        };
        let Some(nonce) = self.take_nonce(tx).await? else {
            return Ok(Outcome::Again);
        };
        let key = match self.commit.prove_new(&nonce) {
            Ok(key) => key,
            Err(refusal) => {
                self.trace(tx, EventKind::DeviceProofRefused, refusal.code()).await?;
                return Ok(Outcome::Refused(refusal.code()));
            }
        };
        consent_texts::record(tx, &hash, self.page.frame().locale, &text, judged.now).await?;
        let ended = sessions::count_live(tx, judged.account.user.id, self.page.provider().moment(judged.now)).await?;
        registrations::record_consent(tx, judged.registration.id, &hash, ended).await?;
        self.change(tx, judged, (DeviceId::from_uuid(nonce.id.as_uuid()), key))
            .await
    }

    /// Reads everything again, at the instant of the database.
    async fn judge(&self, tx: &Tx) -> Result<Result<Judged, Outcome>, Stop> {
        let user = users::lock(tx, self.under.first.user_id).await?.ok_or(Stop::Lost)?;
        let now = self.page.provider().decision_now(tx).await?;
        let attempt = attempts::find_latest(tx, self.under.attempt.interaction_id).await?;
        let attempt = attempt
            .filter(|attempt| attempt.id == self.under.attempt.id)
            .ok_or(Stop::Lost)?;
        let registration = registrations::find_for_attempt(tx, attempt.id)
            .await?
            .ok_or(Stop::Lost)?;
        let account = facts::of_locked(tx, self.page, user).await?;
        if let Err(refusal) = account.admit(now) {
            return self.refuse(tx, registration, refusal, now).await.map(Err);
        }
        if registration.check_commit(&attempt, now).is_err() || !confirmed_by(&attempt, &account) {
            return Ok(Err(Outcome::Again));
        }
        let live = devices::list_live_for_user(tx, account.user.id).await?;
        Ok(Ok(Judged {
            account,
            registration,
            live,
            now,
        }))
    }

    /// A registration that another one overtook is over; one that comes too early may go on later.
    async fn refuse(
        &self,
        tx: &Tx,
        registration: Registration,
        refusal: RegistrationRefusal,
        now: Timestamp,
    ) -> Result<Outcome, Stop> {
        facts::record(tx, self.page, &self.under.attempt, refusal.code()).await?;
        let (end, outcome) = match refusal {
            RegistrationRefusal::Exclusive(_) => (Some(RegistrationEnd::Superseded), Outcome::Overtaken),
            RegistrationRefusal::Barred(_) => (Some(RegistrationEnd::Barred), Outcome::NotNow(refusal)),
            RegistrationRefusal::Provisional
            | RegistrationRefusal::WindowClosed { .. }
            | RegistrationRefusal::PhoneTooNew { .. }
            | RegistrationRefusal::TooMany { .. } => (None, Outcome::NotNow(refusal)),
        };
        if let Some(Ok(ended)) = end.map(|reason| registration.end(reason, now)) {
            // The row of the person is held, so nobody changed it.
            let _: Write = registrations::record(tx, &ended).await?;
        }
        Ok(outcome)
    }

    async fn take_nonce(&self, tx: &Tx) -> Result<Option<Challenge>, StorageError> {
        let (page, purpose) = (self.page, ChallengePurpose::DeviceBinding);
        let attempt = self.under.attempt.id;
        let nonce = challenges::take(tx, attempt, purpose, page.now).await?;
        let browser = page.flow.browser.cookie_digest();
        Ok(nonce.filter(|nonce| nonce.check(purpose, attempt, browser, page.now).is_ok()))
    }

    /// Ends everything that was, and binds what is new.
    async fn change(&self, tx: &Tx, judged: Judged, (id, key): (DeviceId, DeviceKey)) -> Result<Outcome, Stop> {
        let provider = self.page.provider();
        let Judged {
            account,
            registration,
            live,
            now,
        } = judged;
        let user = &account.user;
        tell_clients(tx, provider, Ended::AllOf(user.id)).await?;
        let replaced = replaced_by_new(&live, account.policy.devices_per_account);
        for device in &replaced {
            devices::end(tx, user.id, device.id, "replaced", now).await?;
        }
        users::raise_epoch(tx, user.id).await?;
        let until = now.plus(account.policy.exclusive_for);
        let exclusive = (now < until).then_some(Exclusivity { device_id: id, until });
        users::record_exclusive(tx, user.id, exclusive).await?;
        let stays = |device: &&Device| replaced.iter().all(|ended| ended.id != device.id);
        let slot = free_slot(live.iter().filter(stays));
        let key_proven = key.signs();
        let device = self.commit.device(user, slot, id, key);
        if devices::insert(tx, &device).await? == Binding::Taken {
            return Err(Stop::Lost);
        }
        let committed = registration.commit(id, now).map_err(|_| Stop::Lost)?;
        if registrations::record(tx, &committed).await? == Write::Lost {
            return Err(Stop::Lost);
        }
        self.trace_device(tx, id, &committed).await?;
        let user = User {
            epoch: user.epoch.saturating_add(1),
            exclusive,
            ..self.commit.in_language_of_page(tx, user).await?
        };
        self.commit.end_former_session(tx).await?;
        self.commit.start_session(tx, &user, Some(id)).await?;
        self.commit.move_on(tx).await?;
        users::record_sign_in(tx, user.id, now).await?;
        sms::delete_reminders(tx, user.id).await?;
        let change = Change::DeviceRegistered {
            device: &device.name,
            registration: Some(committed.id),
        };
        notices::tell(tx, provider, &user, change, now).await?;
        let cookie = self.commit.device_cookie_of(id);
        Ok(Outcome::Registered(Box::new(
            self.commit.cookies(Some(cookie), key_proven),
        )))
    }

    async fn trace_device(&self, tx: &Tx, id: DeviceId, registration: &Registration) -> Result<(), StorageError> {
        let event = self.page.event(EventKind::DeviceRegistered);
        let mut event = device::proven_by(event, &self.under.attempt);
        event.device_id = Some(id);
        event.reason = format!("registration {}", registration.id);
        audit::insert(tx, &event).await
    }

    async fn trace(&self, tx: &Tx, kind: EventKind, reason: &str) -> Result<(), StorageError> {
        let mut event = device::proven_by(self.page.event(kind), &self.under.attempt);
        reason.clone_into(&mut event.reason);
        audit::insert(tx, &event).await
    }
}

/// Whether the phone that confirmed the attempt is still the account's: one that was replaced meanwhile confirms nothing.
fn confirmed_by(attempt: &SignInAttempt, account: &Account) -> bool {
    match attempt.both_stages().map(|(_, second)| second.factor) {
        Ok(SecondFactor::Sms { phone_id }) => account.phone.as_ref().is_some_and(|phone| phone.id == phone_id),
        // The certificate is a person's for all time.
        Ok(SecondFactor::EdsOnPhone { .. }) => true,
        #[cfg(feature = "sandbox")]
        Ok(SecondFactor::Sandbox) => true,
        Err(_) => false,
    }
}

/// The lowest slot that none of these devices has.
fn free_slot<'a>(live: impl Iterator<Item = &'a Device>) -> i16 {
    let taken: Vec<i16> = live.map(|device| device.slot).collect();
    (0..i16::MAX).find(|slot| !taken.contains(slot)).unwrap_or(i16::MAX)
}
