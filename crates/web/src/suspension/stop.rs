//! R8, `/stop`: the sixteen digits of a message suspend the account, whoever types them, and do nothing else. The page says
//! the same of every code that we did not make; wrong ones are counted for the network and for all (security rule DB-15).

use authority::audit::{Actor, Event, EventKind};
use authority::ids::EventId;
use authority::secret::Purpose;
use authority::stop_codes::{StopDigits, StopRefusal};
use authority::throttle::Cap;
use authority::time::{Timestamp, hours};
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::response::Response;
use pages::screens::{StopPage, StopProblem, Stopped};
use protocol::flow::{Visit, check_origin};
use protocol::policy::binding_policy;
use protocol::suspension;
use protocol::{Parameters, Problem};
use storage::throttles::{self, Capped};
use storage::{StorageError, Tx, audit, stop_codes, users};

use crate::WebState;
use crate::visit::Visited;

/// Wrong codes of one network.
const WRONG_PER_NETWORK: Cap = Cap::new(10, hours(1));
/// Wrong codes of everybody: with 10^16 codes, a guess that hits is out of reach at this pace.
const WRONG_OF_ALL: Cap = Cap::new(10_000, hours(1));

/// `GET /stop`
pub(crate) async fn show(State(state): State<WebState>, Visited(visit): Visited) -> Response {
    page(&state, &visit, None)
}

/// `POST /stop`, field `code`. It carries no cookie's authority: only the code counts.
pub(crate) async fn stop(
    State(state): State<WebState>,
    Visited(visit): Visited,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    match stopped(&state, &visit, body).await {
        Ok(response) => response,
        Err(problem) => problem.respond(&state.provider, &visit),
    }
}

fn page(state: &WebState, visit: &Visit, problem: Option<StopProblem>) -> Response {
    let mut frame = visit.frame(&state.provider);
    "/stop".clone_into(&mut frame.here);
    state.provider.pages.render(&frame, &StopPage { problem })
}

async fn stopped(state: &WebState, visit: &Visit, body: Result<Bytes, BytesRejection>) -> Result<Response, Problem> {
    check_origin(&visit.headers, state.provider.issuer()).map_err(|_| Problem::OutOfDate)?;
    let fields = Parameters::from_form(&visit.headers, body).map_err(|_| Problem::OutOfDate)?;
    let typed = fields.get("code").ok().flatten().unwrap_or_default();
    let Ok(digits) = StopDigits::parse(typed) else {
        return Ok(page(state, visit, Some(StopProblem::Malformed)));
    };
    let (now, digits) = (state.provider.now(), &digits);
    let outcome = state
        .provider
        .db
        .tx(
            "stop_code",
            |tx| async move { run(&tx, state, visit, (digits, now)).await },
        )
        .await?;
    Ok(match outcome {
        Outcome::Stopped { return_from } => {
            let frame = visit.frame(&state.provider);
            state.provider.pages.render(&frame, &Stopped { return_from })
        }
        Outcome::Refused(problem) => page(state, visit, Some(problem)),
    })
}

/// What became of a typed code. Every outcome leaves its trace.
enum Outcome {
    Stopped { return_from: Timestamp },
    Refused(StopProblem),
}

async fn run(
    tx: &Tx,
    state: &WebState,
    visit: &Visit,
    (digits, now): (&StopDigits, Timestamp),
) -> Result<Outcome, StorageError> {
    let caps = caps(state, visit);
    let [network, all] = &caps;
    let wrong = throttles::find(tx, &network.counter(now)).await?;
    // When strangers have used up what everybody may try, a network without a wrong code is still compared: nobody can
    // close this page for those who hold a code.
    if wrong >= network.cap.most() || (wrong > 0 && throttles::is_full(tx, all, now).await?) {
        let until = network.cap.ends_at(now);
        return Ok(Outcome::Refused(StopProblem::TooMany { until }));
    }
    let digest = digits.digest(&state.provider.keyring);
    let Some(code) = stop_codes::find(tx, &digest).await? else {
        for cap in &caps {
            throttles::record_hit(tx, cap, now).await?;
        }
        let event = event(state, visit, (EventKind::StopCodeRefused, "unknown"), now);
        audit::insert(tx, &event).await?;
        return Ok(Outcome::Refused(StopProblem::Wrong));
    };
    let user = users::lock(tx, code.user_id).await?;
    // Whoever is second finds it used.
    let refusal = match code.check(now) {
        Ok(()) if stop_codes::take(tx, &digest, now).await? => None,
        Ok(()) | Err(StopRefusal::Used) => Some(("used", StopProblem::Used)),
        Err(StopRefusal::Expired) => Some(("expired", StopProblem::Expired)),
    };
    let (Some(user), None) = (user, refusal) else {
        let (reason, problem) = refusal.unwrap_or(("unknown", StopProblem::Wrong));
        let mut event = event(state, visit, (EventKind::StopCodeRefused, reason), now);
        event.user_id = Some(code.user_id);
        audit::insert(tx, &event).await?;
        return Ok(Outcome::Refused(problem));
    };
    let event = event(state, visit, (EventKind::AccountLocked, "stop_code"), now);
    suspension::suspend(tx, &state.provider, &user, event, now).await?;
    // As it stands now: perhaps it was suspended before. Whoever holds the code learns nothing of another lock.
    let stands = users::find(tx, user.id).await?.unwrap_or(user);
    let rest = binding_policy(tx, &state.provider, &stands).await?.suspension_rest;
    let return_from = stands.return_from(rest).unwrap_or_else(|| now.plus(rest));
    Ok(Outcome::Stopped { return_from })
}

fn caps(state: &WebState, visit: &Visit) -> [Capped; 2] {
    let keyring = &state.provider.keyring;
    [
        Capped {
            kind: "stop_network",
            key: visit.network(keyring),
            cap: WRONG_PER_NETWORK,
        },
        Capped {
            kind: "stop_all",
            key: keyring.digest(Purpose::Throttle, b"stop_all"),
            cap: WRONG_OF_ALL,
        },
    ]
}

fn event(state: &WebState, visit: &Visit, (kind, reason): (EventKind, &str), now: Timestamp) -> Event {
    let id = EventId::mint(now, &mut state.provider.rng());
    Event {
        address: visit.address_text(),
        reference: Some(visit.reference.to_string()),
        reason: reason.to_owned(),
        ..Event::new(id, now, kind, Actor::User)
    }
}
