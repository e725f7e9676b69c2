//! What a committed sign-in makes and ends: the device, the session with its cookies, the session before (security rules
//! DB-1, SE-1).

use authority::audit::EventKind;
use authority::authentication::{FirstFactor, FirstStage, achieved};
use authority::authorization::{Interaction, Progress};
use authority::devices::{Device, DeviceKey};
use authority::ids::DeviceId;
use authority::policy::PolicyKey;
use authority::secret::{PlainToken, Purpose, TokenDigest};
use authority::sessions::{BrowserSession, SHARED_ABSOLUTE, SHARED_IDLE};
use authority::users::User;
use protocol::flow::session_digest;
use protocol::logout::{Ended, tell_clients};
use protocol::policy::binding_policy;
use protocol::session_limit::end_surplus;
use storage::sessions::SessionEnd;
use storage::{StorageError, Tx, Write, attempts, audit, interactions, sessions, users};

use super::binding::{Commit, SignedIn, Stop};
use super::{name, sharing};

impl Commit<'_> {
    /// The cookies of what was committed.
    pub(crate) fn cookies(&self, device_cookie: Option<(DeviceId, PlainToken)>, key_proven: bool) -> SignedIn {
        SignedIn {
            session_cookie: self.session_cookie.clone(),
            device_cookie,
            key_proven,
        }
    }

    /// The device cookie that was minted for a new device.
    pub(crate) fn device_cookie_of(&self, id: DeviceId) -> (DeviceId, PlainToken) {
        (id, self.device_cookie.clone())
    }

    pub(crate) fn device(&self, user: &User, slot: i16, id: DeviceId, key: DeviceKey) -> Device {
        let called = name::of_user_agent(super::user_agent(self.page)).name;
        Device {
            id,
            user_id: user.id,
            slot,
            key,
            cookie_digest: self.digest(Purpose::DeviceCookie, &self.device_cookie),
            agent: called.clone(),
            name: called,
            bound_at: self.page.now,
            last_used_at: self.page.now,
            ended_at: None,
        }
    }

    /// Both stages and the device are proven: the language of the page becomes the account's, also of what is told now.
    pub(crate) async fn in_language_of_page(&self, tx: &Tx, user: &User) -> Result<User, StorageError> {
        let locale = self.page.frame().locale;
        if user.locale != Some(locale) {
            users::record_locale(tx, user.id, locale).await?;
        }
        Ok(User {
            locale: Some(locale),
            ..user.clone()
        })
    }

    /// A session of this device, or a short one of a shared computer, where there is none.
    pub(crate) async fn start_session(&self, tx: &Tx, user: &User, device_id: Option<DeviceId>) -> Result<(), Stop> {
        let (first, second) = self.attempt.both_stages().map_err(|_| Stop::Lost)?;
        let (assurance, methods) = achieved(first, second, user.provisional, device_id.is_some());
        let (policy, now) = (self.page.provider().policy(), self.page.now);
        let (idle, absolute) = match device_id {
            Some(_) => (policy.session_idle, policy.session_absolute),
            None => (
                policy.session_idle.min(SHARED_IDLE),
                policy.session_absolute.min(SHARED_ABSOLUTE),
            ),
        };
        let session = BrowserSession {
            id: self.session_id,
            user_id: user.id,
            cookie_digest: session_digest(&self.page.provider().keyring, &self.session_cookie),
            device_id,
            certificate_id: certificate_of(first),
            second_certificate_id: second.factor.certificate_id(),
            assurance,
            methods,
            epoch: user.epoch,
            authenticated_at: now,
            touched_at: now,
            idle_until: now.plus(idle.min(absolute)),
            absolute_until: now.plus(absolute),
            ended_at: None,
        };
        self.make_room(tx, user, device_id).await?;
        sessions::insert(tx, &session).await?;
        if let Some(device) = device_id
            && let Some(shared) = sharing::observe(tx, self.page, self.attempt, (user, device)).await?
        {
            return Err(Stop::Shared(Box::new(shared)));
        }
        let event = self.page.event(EventKind::SignedIn).in_session(&session);
        Ok(audit::insert(tx, &event).await?)
    }

    /// Ends what is too much beside the session to come (security rule SE-14). The rule is read only where it may matter.
    async fn make_room(&self, tx: &Tx, user: &User, device_id: Option<DeviceId>) -> Result<(), Stop> {
        let (provider, now) = (self.page.provider(), self.page.now);
        let live = sessions::list_live_for_user(tx, user.id, provider.moment(now)).await?;
        if live.is_empty() {
            return Ok(());
        }
        let most = binding_policy(tx, provider, user).await?.sessions_per_account;
        let crowd = (user.id, live.as_slice(), most.saturating_sub(1));
        for id in end_surplus(tx, crowd, device_id, now, &mut provider.rng()).await? {
            let mut event = self.page.event(EventKind::SignedOut);
            (event.user_id, event.session_id) = (Some(user.id), Some(id));
            PolicyKey::SessionsPerAccount.as_str().clone_into(&mut event.reason);
            audit::insert(tx, &event).await?;
        }
        Ok(())
    }

    /// A new identifier at each privilege change: what this browser was signed in with before dies (security rule SE-1).
    pub(crate) async fn end_former_session(&self, tx: &Tx) -> Result<(), Stop> {
        let (provider, now) = (self.page.provider(), self.page.now);
        let Some(cookie) = self.page.visit.cookies.token(protocol::flow::SESSION_COOKIE) else {
            return Ok(());
        };
        if let Some(former) =
            sessions::find_live(tx, &session_digest(&provider.keyring, &cookie), provider.moment(now)).await?
        {
            let (first, _) = self.attempt.both_stages().map_err(|_| Stop::Lost)?;
            let reason = if former.user.id == first.user_id {
                SessionEnd::Replaced
            } else {
                // Somebody else sits here now: for the services this is a sign-out of the person before.
                users::lock(tx, former.user.id).await?;
                tell_clients(tx, provider, Ended::Session(former.session.id)).await?;
                sessions::end_replaced(tx, &former.session).await?;
                SessionEnd::Ended
            };
            sessions::end(tx, former.session.id, reason, now).await?;
        }
        Ok(())
    }

    /// Attempt and interaction, by compare-and-set: whoever is second takes everything back.
    pub(crate) async fn move_on(&self, tx: &Tx) -> Result<(), Stop> {
        let succeeded = self
            .attempt
            .clone()
            .succeed(self.session_id, self.page.now)
            .map_err(|_| Stop::Lost)?;
        let interaction = Interaction {
            progress: Progress {
                session: Some(self.session_id),
                signed_in: true,
                ..Progress::default()
            },
            ..self.page.flow.interaction.clone()
        };
        let attempt = attempts::record(tx, &succeeded).await?;
        let interaction = interactions::record(tx, &interaction).await?;
        if attempt == Write::Done && interaction == Write::Done {
            Ok(())
        } else {
            Err(Stop::Lost)
        }
    }

    fn digest(&self, purpose: Purpose, token: &PlainToken) -> TokenDigest {
        self.page.provider().keyring.digest(purpose, token.expose().as_bytes())
    }
}

#[cfg_attr(
    not(feature = "sandbox"),
    expect(clippy::unnecessary_wraps, reason = "the sandbox way has no certificate")
)]
const fn certificate_of(first: &FirstStage) -> Option<authority::ids::CertificateId> {
    match first.factor {
        FirstFactor::Eds { certificate_id, .. } => Some(certificate_id),
        #[cfg(feature = "sandbox")]
        FirstFactor::Sandbox => None,
    }
}
