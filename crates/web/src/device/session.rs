//! Single sign-on goes on only after the device of the session has proven its key: whoever copied the cookie jar has the
//! session's cookie and not the key (product A7; security rules DB-1, DB-2, DB-4). A refusal opens nothing and ends
//! nothing, so a stranger's failure costs the owner nothing.

use authority::audit::{Event, EventKind};
use authority::authentication::{Challenge, ChallengePurpose, SignInAttempt};
use authority::authorization::{Interaction, Progress};
use authority::devices::{Device, DeviceKey};
use axum::response::Response;
use jose::PublicJwk;
use pages::screens::{ProofPurpose, ProofRequest, ProveDevice};
use protocol::Problem;
use protocol::authorize::{Resume, resume};
use protocol::flow::{LiveSession, open_flow};
use storage::{Tx, Write, audit, challenges, devices, interactions, sessions, users};

use super::binding::Stop;
use super::problem::{self, DeviceProblem, Overtaken, Seen};
use super::proof::{self, Expected, ProofRefusal};
use super::{nonce, shown_device};
use crate::flow::{FlowForm, FlowPage, Place};

const PURPOSE: ChallengePurpose = ChallengePurpose::DeviceProof;

/// The page that proves by itself.
pub(super) async fn show(page: &FlowPage, live: &LiveSession) -> Result<Response, Problem> {
    let Some(device) = &live.device else {
        return Ok(page.see(Place::SignIn));
    };
    let proof = ProofRequest {
        device_id: device.id.to_string(),
        nonce: nonce::for_session(page, live.user.id).await?.text,
        purpose: ProofPurpose::SignIn,
    };
    Ok(page.render(Place::Device, &ProveDevice { proof }))
}

/// It posted the field `proof`, or `problem`.
pub(super) async fn commit(form: &FlowForm, live: &LiveSession) -> Result<Response, Problem> {
    let page = &form.page;
    if let Some(word) = form.field("problem") {
        return cannot(page, live, word).await;
    }
    let proof = form.field("proof").ok_or(Problem::NoScript)?;
    let Some(attempt) = nonce::started(&page.provider().db, page).await? else {
        return Ok(page.see(Place::Device));
    };
    let posted = &Posted {
        page,
        attempt: &attempt,
        live,
        proof,
    };
    let db = &page.provider().db;
    match db.tx("device_proof", |tx| async move { posted.run(&tx).await }).await {
        Ok(Outcome::Proven) => go_on(page).await,
        // The page is shown again, with a new nonce.
        Ok(Outcome::StaleNonce) | Err(Stop::Lost | Stop::Shared(_)) => Ok(page.see(Place::Device)),
        Ok(Outcome::Refused(refusal, device)) => {
            let (code, reference) = (refusal.code(), page.visit.reference.as_str());
            tracing::warn!(reference, class = "refused", code, "a device proof was refused");
            problem::bound_elsewhere(page, (&live.user, &device), (Seen::Elsewhere, Overtaken::No), None).await
        }
        Err(Stop::Storage(error)) => Err(Problem::OurFault(error)),
    }
}

/// What the request needs next, without another page where nothing is left to ask.
async fn go_on(page: &FlowPage) -> Result<Response, Problem> {
    let flow = open_flow(page.provider(), &page.visit, &page.flow.interaction.id.to_string()).await?;
    Ok(match resume(page.provider(), &page.visit, &flow).await? {
        Resume::ProveDevice(_) => page.see(Place::Device),
        Resume::SignIn(_) | Resume::ContinueAs(_) => page.see(Place::SignIn),
        Resume::ChooseName(_) => page.see(Place::Name),
        Resume::Consent(..) => page.see(Place::Onwards),
        Resume::Done(response) => response,
    })
}

/// This browser has the session's cookie and not the key, or cannot keep keys.
async fn cannot(page: &FlowPage, live: &LiveSession, word: &str) -> Result<Response, Problem> {
    let problem = DeviceProblem::from_field(word);
    problem.record(page, |event| event.in_session(&live.session)).await?;
    match (problem, &live.device) {
        (DeviceProblem::CannotRemember(problem), _) => Ok(problem::cannot_remember(page, Place::Device, problem)),
        (DeviceProblem::KeyMissing, Some(device)) => {
            let shown = shown_device(page, std::slice::from_ref(device));
            let seen = shown.map_or(Seen::Elsewhere, |_| Seen::Cleared);
            problem::bound_elsewhere(page, (&live.user, device), (seen, Overtaken::No), None).await
        }
        (DeviceProblem::KeyMissing, None) => Ok(page.see(Place::SignIn)),
    }
}

/// What became of a posted proof. Every outcome is committed with its trace.
enum Outcome {
    Proven,
    StaleNonce,
    Refused(ProofRefusal, Box<Device>),
}

/// A proof about to be judged.
struct Posted<'a> {
    page: &'a FlowPage,
    attempt: &'a SignInAttempt,
    live: &'a LiveSession,
    proof: &'a str,
}

impl Posted<'_> {
    /// Holds the user's row, reads session and device again, spends the nonce, judges and records.
    async fn run(&self, tx: &Tx) -> Result<Outcome, Stop> {
        let (page, user) = (self.page, self.live.user.id);
        users::lock(tx, user).await?.ok_or(Stop::Lost)?;
        let moment = page.provider().moment(page.now);
        let live = sessions::find_live_for_user(tx, user, self.live.session.id, moment).await?;
        let live = live.ok_or(Stop::Lost)?;
        let device = live.device.clone().ok_or(Stop::Lost)?;
        let nonce = challenges::take(tx, self.attempt.id, PURPOSE, page.now).await?;
        let browser = page.flow.browser.cookie_digest();
        let fresh = |nonce: &Challenge| nonce.check(PURPOSE, self.attempt.id, browser, page.now).is_ok();
        let Some(nonce) = nonce.filter(fresh) else {
            return Ok(Outcome::StaleNonce);
        };
        if let Err(refusal) = self.judge(&device, &nonce) {
            audit::insert(tx, &self.refused(&live, refusal)).await?;
            return Ok(Outcome::Refused(refusal, Box::new(device)));
        }
        devices::record_use(tx, device.id, page.now).await?;
        match interactions::record(tx, &self.proven(&live)).await? {
            Write::Done => Ok(Outcome::Proven),
            Write::Lost => Err(Stop::Lost),
        }
    }

    /// The rules are those of a sign-in; the key is the one that the session's device was bound with.
    fn judge(&self, device: &Device, nonce: &Challenge) -> Result<(), ProofRefusal> {
        let public_jwk = match &device.key {
            DeviceKey::P256 { public_jwk, .. } => public_jwk,
            #[cfg(feature = "sandbox")]
            DeviceKey::SandboxCookie => return Err(ProofRefusal::KeyKind),
        };
        let key = PublicJwk::parse(public_jwk.as_bytes()).map_err(|_| ProofRefusal::KeyKind)?;
        let expected = Expected {
            audience: self.page.provider().issuer(),
            flow: self.page.flow.interaction.id,
            purpose: ProofPurpose::SignIn,
            nonce: &nonce.text,
            now: self.page.now,
        };
        proof::verify(self.proof, &key, &expected).map(drop)
    }

    fn refused(&self, live: &LiveSession, refusal: ProofRefusal) -> Event {
        let event = self.page.event(EventKind::DeviceProofRefused);
        let mut event = event.in_session(&live.session);
        refusal.code().clone_into(&mut event.reason);
        event
    }

    /// The proof is this session's alone: the cookie of another one does not go on with it.
    fn proven(&self, live: &LiveSession) -> Interaction {
        let interaction = &self.page.flow.interaction;
        Interaction {
            progress: Progress {
                proven_session: Some(live.session.id),
                ..interaction.progress
            },
            ..interaction.clone()
        }
    }
}
