//! The commit of a sign-in: in one transaction that holds the user's row, everything is read again, the nonce is spent,
//! the device bound or its proof accepted, and the session minted (security rules AZ-14, DB-1 to DB-4, DB-10, OT-9, SE-1).

use authority::audit::EventKind;
#[cfg(feature = "sandbox")]
use authority::authentication::FirstFactor;
use authority::authentication::{Challenge, ChallengePurpose, EndReason, SignInAttempt};
use authority::devices::{BindingView, DeviceKey};
use authority::ids::{DeviceId, SessionId};
use authority::secret::PlainToken;
use authority::time::Timestamp;
use authority::users::{Barred, User};
use jose::PublicJwk;
use pages::screens::ProofPurpose;
use protocol::notices::{self, Change};
use storage::devices::Binding;
use storage::{StorageError, Tx, Write, attempts, audit, challenges, devices, users};

use super::in_app;
use super::problem::{DeviceProblem, Overtaken};
use super::proof::{self, Expected, ProofRefusal};
use super::shared;
use super::sharing::SharedKey;
use super::view::Bindings;
use crate::flow::FlowPage;

/// What the browser posted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Posted<'a> {
    /// A proof, and the key to be bound when it is the first.
    Proof {
        /// The public key as JWK JSON; only the first binding asks for it.
        public_key: Option<&'a str>,
        /// The proof JWT.
        proof: &'a str,
    },
    /// The person says that the computer is shared, and wants nothing bound.
    Shared,
    /// The button of a sandbox page, whose browser runs no script.
    #[cfg(feature = "sandbox")]
    Button,
}

/// What became of it. Every outcome is committed with its trace.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The person is signed in.
    SignedIn(Box<SignedIn>),
    /// The nonce was spent or is too old: show the page again with a new one.
    StaleNonce,
    /// The proof is wrong.
    Refused(ProofRefusal),
    /// The person may not sign in.
    Barred(Barred),
    /// The window is one inside another application: nothing is bound there.
    InAppBrowser,
    /// The account is bound elsewhere, perhaps since a moment ago.
    OtherDevice(Overtaken),
}

/// The cookies of a fresh session. This is the only place where they are in plain.
#[derive(Debug)]
pub(crate) struct SignedIn {
    /// The session's.
    pub(crate) session_cookie: PlainToken,
    /// The device's, when it was bound now.
    pub(crate) device_cookie: Option<(DeviceId, PlainToken)>,
    /// Whether a device has proven its key: nothing is bound to other sessions.
    pub(crate) key_proven: bool,
}

/// Why the transaction is taken back.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Attempt or interaction moved on meanwhile.
    Lost,
    /// The key seems to be shared, and the rules refuse that.
    Shared(Box<SharedKey>),
    /// The database.
    Storage(StorageError),
}

impl From<StorageError> for Stop {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

/// A sign-in about to be committed; everything random is minted before.
pub(crate) struct Commit<'a> {
    pub(super) page: &'a FlowPage,
    pub(super) attempt: &'a SignInAttempt,
    posted: Posted<'a>,
    pub(super) session_id: SessionId,
    pub(super) session_cookie: PlainToken,
    pub(super) device_cookie: PlainToken,
}

/// Decides and records what was posted on the device page.
pub(crate) async fn commit(page: &FlowPage, attempt: &SignInAttempt, posted: Posted<'_>) -> Result<Outcome, Stop> {
    let commit = &Commit::new(page, attempt, posted);
    page.provider()
        .db
        .tx("sign_in", |tx| async move { commit.run(&tx).await })
        .await
}

impl<'a> Commit<'a> {
    /// Mints what a committed sign-in may need.
    pub(crate) fn new(page: &'a FlowPage, attempt: &'a SignInAttempt, posted: Posted<'a>) -> Self {
        let mut rng = page.provider().rng();
        Self {
            page,
            attempt,
            posted,
            session_id: SessionId::mint(page.now, &mut rng),
            session_cookie: PlainToken::mint(&mut rng),
            device_cookie: PlainToken::mint(&mut rng),
        }
    }

    async fn run(&self, tx: &Tx) -> Result<Outcome, Stop> {
        let (first, _) = self.attempt.both_stages().map_err(|_| Stop::Lost)?;
        let user = users::lock(tx, first.user_id).await?.ok_or(Stop::Lost)?;
        if let Err(barred) = user.state.admit() {
            self.audit(tx, EventKind::SignInRefused, user.state.as_str(), None)
                .await?;
            return Ok(Outcome::Barred(barred));
        }
        let live = devices::list_live_for_user(tx, user.id).await?;
        let bindings = Bindings::judge_at(self.page, first, &user, (live, self.deciding(tx, &user).await?));
        if matches!(self.posted, Posted::Shared) && shared::is_allowed(tx, self.page, &bindings).await? {
            return self.mint_shared(tx, &user).await;
        }
        if let Some(reason) = elsewhere(bindings.view) {
            self.audit(tx, EventKind::OtherDeviceRefused, reason, None).await?;
            return Ok(Outcome::OtherDevice(self.overtaken()));
        }
        if bindings.is_first() && in_app::is_in_app(self.page) {
            let (kind, reason) = DeviceProblem::IN_APP.trace();
            self.audit(tx, kind, reason, None).await?;
            return Ok(Outcome::InAppBrowser);
        }
        let purpose = purpose(bindings.view);
        let nonce = challenges::take(tx, self.attempt.id, purpose, self.page.now).await?;
        let browser = self.page.flow.browser.cookie_digest();
        let fresh = |nonce: &Challenge| nonce.check(purpose, self.attempt.id, browser, self.page.now).is_ok();
        let Some(nonce) = nonce.filter(fresh) else {
            return Ok(Outcome::StaleNonce);
        };
        match self.prove(&bindings, &nonce) {
            Ok(key) => {
                self.mint(tx, &user, &bindings, (DeviceId::from_uuid(nonce.id.as_uuid()), key))
                    .await
            }
            Err(refusal) => self.refuse(tx, &bindings, refusal).await,
        }
    }

    /// The key that signed the nonce: the posted one when it is to be bound, else the bound device's.
    fn prove(&self, bindings: &Bindings, nonce: &Challenge) -> Result<DeviceKey, ProofRefusal> {
        let (public_key, proof) = match self.posted {
            // What is bound on the sandbox way is a cookie: a key would turn a name that somebody typed into a proof.
            #[cfg(feature = "sandbox")]
            Posted::Proof { .. } if self.is_sandbox() => return Err(ProofRefusal::KeyKind),
            Posted::Proof { public_key, proof } => (public_key, proof),
            Posted::Shared => return Err(ProofRefusal::KeyKind),
            #[cfg(feature = "sandbox")]
            Posted::Button => return self.sandbox_key(),
        };
        let (jwk, purpose) = match bindings.this_device().map(|device| &device.key) {
            Some(DeviceKey::P256 { public_jwk, .. }) => (public_jwk.as_str(), ProofPurpose::SignIn),
            #[cfg(feature = "sandbox")]
            Some(DeviceKey::SandboxCookie) => return Err(ProofRefusal::KeyKind),
            None => (public_key.ok_or(ProofRefusal::KeyKind)?, ProofPurpose::Register),
        };
        self.verify(proof, (jwk, purpose), nonce)
    }

    /// The new key that the browser posted, when it signed the nonce.
    pub(crate) fn prove_new(&self, nonce: &Challenge) -> Result<DeviceKey, ProofRefusal> {
        match self.posted {
            Posted::Proof { public_key, proof } => {
                let jwk = public_key.ok_or(ProofRefusal::KeyKind)?;
                self.verify(proof, (jwk, ProofPurpose::Register), nonce)
            }
            Posted::Shared => Err(ProofRefusal::KeyKind),
            #[cfg(feature = "sandbox")]
            Posted::Button => self.sandbox_key(),
        }
    }

    fn verify(
        &self,
        proof: &str,
        (jwk, purpose): (&str, ProofPurpose),
        nonce: &Challenge,
    ) -> Result<DeviceKey, ProofRefusal> {
        let key = PublicJwk::parse(jwk.as_bytes()).map_err(|_| ProofRefusal::KeyKind)?;
        let expected = Expected {
            audience: self.page.provider().issuer(),
            flow: self.page.flow.interaction.id,
            purpose,
            nonce: &nonce.text,
            now: self.page.now,
        };
        proof::verify(proof, &key, &expected)?.into_device_key()
    }

    /// A button proves nothing but the cookie, which is all there is on the sandbox way.
    #[cfg(feature = "sandbox")]
    fn sandbox_key(&self) -> Result<DeviceKey, ProofRefusal> {
        let allowed = self.is_sandbox() && self.page.state.settings.sandbox;
        if allowed {
            Ok(DeviceKey::SandboxCookie)
        } else {
            Err(ProofRefusal::KeyKind)
        }
    }

    #[cfg(feature = "sandbox")]
    fn is_sandbox(&self) -> bool {
        let stages = self.attempt.both_stages();
        stages.is_ok_and(|(first, _)| first.factor == FirstFactor::Sandbox)
    }

    /// The instant at which exclusivity is judged: the database's, where there is any (security rule DB-13).
    async fn deciding(&self, tx: &Tx, user: &User) -> Result<Timestamp, StorageError> {
        match user.exclusive {
            Some(_) => self.page.provider().decision_now(tx).await,
            None => Ok(self.page.now),
        }
    }

    /// A browser that posts a key to be bound saw an account without a device (security rule DB-10).
    const fn overtaken(&self) -> Overtaken {
        match self.posted {
            Posted::Proof { public_key, .. } if public_key.is_some() => Overtaken::Yes,
            Posted::Proof { .. } | Posted::Shared => Overtaken::No,
            #[cfg(feature = "sandbox")]
            Posted::Button => Overtaken::No,
        }
    }

    async fn refuse(&self, tx: &Tx, bindings: &Bindings, refusal: ProofRefusal) -> Result<Outcome, Stop> {
        self.audit(tx, EventKind::DeviceProofRefused, refusal.code(), bindings.shown)
            .await?;
        let ended = self
            .attempt
            .clone()
            .end(EndReason::DeviceProofWrong, self.page.now)
            .map_err(|_| Stop::Lost)?;
        match attempts::record(tx, &ended).await? {
            Write::Done => Ok(Outcome::Refused(refusal)),
            Write::Lost => Err(Stop::Lost),
        }
    }

    async fn mint(
        &self,
        tx: &Tx,
        user: &User,
        bindings: &Bindings,
        (new_id, key): (DeviceId, DeviceKey),
    ) -> Result<Outcome, Stop> {
        let key_proven = key.signs();
        let user = &self.in_language_of_page(tx, user).await?;
        let device_cookie = if let Some(device) = bindings.this_device() {
            devices::record_use(tx, device.id, self.page.now).await?;
            None
        } else {
            let device = self.device(user, bindings.free_slot(), new_id, key);
            if devices::insert(tx, &device).await? == Binding::Taken {
                self.audit(tx, EventKind::OtherDeviceRefused, "taken", None).await?;
                return Ok(Outcome::OtherDevice(Overtaken::Yes));
            }
            self.audit(tx, EventKind::DeviceBound, "", Some(device.id)).await?;
            let change = Change::DeviceRegistered {
                device: &device.name,
                registration: None,
            };
            notices::tell(tx, self.page.provider(), user, change, self.page.now).await?;
            Some(self.device_cookie_of(device.id))
        };
        let device_id = bindings.shown.unwrap_or(new_id);
        self.end_former_session(tx).await?;
        self.start_session(tx, user, Some(device_id)).await?;
        self.move_on(tx).await?;
        users::record_sign_in(tx, user.id, self.page.now).await?;
        self.tell_of_sign_in(tx, user).await?;
        Ok(Outcome::SignedIn(Box::new(self.cookies(device_cookie, key_proven))))
    }

    /// Nothing is bound, so nothing stays: a short session, and no cookie but its own.
    async fn mint_shared(&self, tx: &Tx, user: &User) -> Result<Outcome, Stop> {
        let user = &self.in_language_of_page(tx, user).await?;
        self.end_former_session(tx).await?;
        self.start_session(tx, user, None).await?;
        self.move_on(tx).await?;
        users::record_sign_in(tx, user.id, self.page.now).await?;
        self.tell_of_sign_in(tx, user).await?;
        Ok(Outcome::SignedIn(Box::new(self.cookies(None, false))))
    }

    async fn tell_of_sign_in(&self, tx: &Tx, user: &User) -> Result<(), StorageError> {
        let (page, service) = (self.page, self.page.flow.client.name.as_str());
        notices::tell_of_sign_in(tx, page.provider(), user, service, page.now).await
    }

    pub(crate) async fn audit(
        &self,
        tx: &Tx,
        kind: EventKind,
        reason: &str,
        device: Option<DeviceId>,
    ) -> Result<(), Stop> {
        let stages = self.attempt.both_stages().map_err(|_| Stop::Lost)?;
        let mut event = super::after_both_stages(self.page.event(kind), stages);
        event.reason = reason.to_owned();
        event.device_id = device;
        Ok(audit::insert(tx, &event).await?)
    }
}

/// Why a browser with that view is refused, as audit records say it.
pub(crate) const fn elsewhere(view: BindingView) -> Option<&'static str> {
    match view {
        BindingView::OtherDevice => Some(""),
        BindingView::Exclusive(_) => Some("exclusive"),
        BindingView::First | BindingView::ThisDevice => None,
    }
}

/// What a browser with that view of the binding has to answer.
pub(crate) const fn purpose(view: BindingView) -> ChallengePurpose {
    match view {
        BindingView::First | BindingView::OtherDevice | BindingView::Exclusive(_) => ChallengePurpose::DeviceBinding,
        BindingView::ThisDevice => ChallengePurpose::DeviceProof,
    }
}
