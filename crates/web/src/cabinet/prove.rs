//! The page between a request and a page of the cabinet: the device's key signs a nonce, and earns the ticket. It tells
//! nothing about anybody. A refusal opens nothing and ends nothing, so a stranger's failure costs the owner nothing.

use authority::audit::EventKind;
use authority::devices::{Device, DeviceKey};
use authority::ids::InteractionId;
use authority::secret::PlainToken;
use authority::time::Timestamp;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::response::Response;
use jose::PublicJwk;
use pages::screens::{CabinetClosed, ClosedReason, ProofPurpose, ProofRequest, ProveCabinet};
use protocol::authorize::sign_in_to_cabinet;
use protocol::cabinet::{CABINET_PATH, cabinet_path};
use protocol::flow::{LiveSession, Visit, check_origin, set_cookie};
use protocol::{Parameters, Problem, Provider};
use storage::cabinet_tickets::TicketKind;
use storage::{StorageError, Tx, audit, devices, sessions, users};

use super::entry::{Refused, event, live_session, moment, own_form, own_token};
use super::tickets::{self, PAGE_TTL, TICKET_COOKIE};
use crate::WebState;
use crate::answer;
use crate::device::{DeviceProblem, Expected, ProofRefusal, verify};
use crate::visit::Visited;

/// The page that signs and posts by itself.
pub(super) async fn page(
    provider: &Provider,
    visit: &Visit,
    live: &LiveSession,
    device: &Device,
    now: Timestamp,
) -> Result<Response, Problem> {
    let (session, path) = (live.session.id, cabinet_path(&visit.here));
    let mint = provider.db.tx("cabinet_nonce", |tx| async move {
        tickets::mint(&tx, provider, TicketKind::Nonce, (session, path), now).await
    });
    let nonce: PlainToken = mint.await.map_err(|error: StorageError| Problem::OurFault(error))?;
    let screen = ProveCabinet {
        proof: ProofRequest {
            device_id: device.id.to_string(),
            nonce: nonce.expose().to_owned(),
            purpose: ProofPurpose::Cabinet,
        },
        session_id: session.to_string(),
    };
    let mut frame = visit.frame(provider);
    frame.csrf = own_token(provider, live);
    path.clone_into(&mut frame.here);
    Ok(provider.pages.render(&frame, &screen))
}

/// `POST /cabinet/proof`, fields `nonce` and `proof`, or `problem`.
pub(crate) async fn commit(
    State(state): State<WebState>,
    Visited(visit): Visited,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let answer = committed(&state.provider, &visit, body).await;
    answer.unwrap_or_else(|refused| refused.respond(&state.provider, &visit))
}

async fn committed(
    provider: &Provider,
    visit: &Visit,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refused> {
    check_origin(&visit.headers, provider.issuer()).map_err(|_| Problem::OutOfDate)?;
    let fields = Parameters::from_form(&visit.headers, body).map_err(|_| Problem::OutOfDate)?;
    let now = provider.now();
    let Some(live) = live_session(provider, visit, now).await? else {
        return Ok(sign_in_to_cabinet(provider, visit, CABINET_PATH).await?);
    };
    own_form(provider, &live, &fields)?;
    let field = |name| fields.get(name).ok().flatten();
    if let Some(word) = field("problem") {
        return cannot(provider, visit, &live, (word, now)).await;
    }
    let proof = field("proof").ok_or(Problem::NoScript)?;
    let Some(nonce) = field("nonce").and_then(|text| PlainToken::parse(text).ok()) else {
        return Err(Problem::OutOfDate.into());
    };
    let posted = &Posted {
        provider,
        visit,
        live: &live,
        proof,
        nonce: &nonce,
        now,
    };
    let run = provider
        .db
        .tx("cabinet_proof", |tx| async move { posted.run(&tx).await });
    Ok(
        match run.await.map_err(|error: StorageError| Problem::OurFault(error))? {
            Outcome::Proven { path, ticket } => {
                let cookie = set_cookie(TICKET_COOKIE, ticket.expose(), Some(PAGE_TTL));
                answer::with_cookies(answer::see_other(cabinet_path(&path)), cookie)
            }
            // The first page asks again, or begins a sign-in.
            Outcome::Stale => answer::see_other(CABINET_PATH),
            Outcome::Refused(refusal) => {
                let (code, reference) = (refusal.code(), visit.reference.as_str());
                tracing::warn!(reference, class = "refused", code, "a device proof was refused");
                closed(provider, visit, &live, ClosedReason::NotTheDevice)
            }
        },
    )
}

/// This browser has the session's cookie and not the key, or cannot keep keys.
async fn cannot(
    provider: &Provider,
    visit: &Visit,
    live: &LiveSession,
    (word, now): (&str, Timestamp),
) -> Result<Response, Refused> {
    let problem = DeviceProblem::from_field(word);
    let mut event = event(provider, visit, (live, EventKind::DeviceProofRefused), now);
    problem.reason().clone_into(&mut event.reason);
    let event = &event;
    provider
        .db
        .tx("device_problem", |tx| async move { audit::insert(&tx, event).await })
        .await?;
    let reason = if problem.is_missing_key() {
        ClosedReason::NotTheDevice
    } else {
        ClosedReason::CannotSign
    };
    Ok(closed(provider, visit, live, reason))
}

fn closed(provider: &Provider, visit: &Visit, live: &LiveSession, reason: ClosedReason) -> Response {
    let mut frame = visit.frame(provider);
    frame.csrf = own_token(provider, live);
    CABINET_PATH.clone_into(&mut frame.here);
    provider.pages.render(&frame, &CabinetClosed { reason })
}

/// What became of a posted proof. Every outcome is committed with its trace.
enum Outcome {
    Proven { path: String, ticket: PlainToken },
    Stale,
    Refused(ProofRefusal),
}

/// A proof about to be judged.
struct Posted<'a> {
    provider: &'a Provider,
    visit: &'a Visit,
    live: &'a LiveSession,
    proof: &'a str,
    nonce: &'a PlainToken,
    now: Timestamp,
}

impl Posted<'_> {
    /// Holds the user's row, reads session and device again, spends the nonce, judges and records.
    async fn run(&self, tx: &Tx) -> Result<Outcome, StorageError> {
        let (provider, now) = (self.provider, self.now);
        let (user, session) = (self.live.user.id, self.live.session.id);
        if users::lock(tx, user).await?.is_none() {
            return Ok(Outcome::Stale);
        }
        let live = sessions::find_live_for_user(tx, user, session, moment(provider, now)).await?;
        let Some(device) = live.and_then(|live| live.device) else {
            return Ok(Outcome::Stale);
        };
        let spent = tickets::take(tx, provider, TicketKind::Nonce, (session, self.nonce), now).await?;
        let Some(path) = spent else {
            return Ok(Outcome::Stale);
        };
        if let Err(refusal) = self.judge(&device) {
            let mut event = event(provider, self.visit, (self.live, EventKind::DeviceProofRefused), now);
            refusal.code().clone_into(&mut event.reason);
            audit::insert(tx, &event).await?;
            return Ok(Outcome::Refused(refusal));
        }
        devices::record_use(tx, device.id, now).await?;
        let ticket = tickets::mint(tx, provider, TicketKind::Page, (session, &path), now).await?;
        Ok(Outcome::Proven { path, ticket })
    }

    /// The rules are those of a sign-in; `flow` is the session's id, since no flow runs.
    fn judge(&self, device: &Device) -> Result<(), ProofRefusal> {
        let public_jwk = match &device.key {
            DeviceKey::P256 { public_jwk, .. } => public_jwk,
            #[cfg(feature = "sandbox")]
            DeviceKey::SandboxCookie => return Err(ProofRefusal::KeyKind),
        };
        let key = PublicJwk::parse(public_jwk.as_bytes()).map_err(|_| ProofRefusal::KeyKind)?;
        let expected = Expected {
            audience: self.provider.issuer(),
            flow: InteractionId::from_uuid(self.live.session.id.as_uuid()),
            purpose: ProofPurpose::Cabinet,
            nonce: self.nonce.expose(),
            now: self.now,
        };
        verify(self.proof, &key, &expected).map(drop)
    }
}
