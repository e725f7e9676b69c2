//! The authorization endpoint (RFC 6749 §3.1, §4.1; OIDC Core §3.1.2; RFC 7636; RFC 9207).
//!
//! `GET|POST /authorize`, in this order: parameters, client, redirect URI (until here a failure is a page), the way back,
//! the rest of the request (from here a failure is a redirect), then `next_step`: issue at once, refuse, or keep the
//! request as an interaction and send the browser to its first page.
//!
//! * `trust`: client and redirect URI.
//! * `request`, `claims`: everything else; `request_object`: where the refusal of one goes.
//! * `situation`: session and consent; asks `authority` what comes next.
//! * `issue`: the transaction that mints the code.
//! * `repeats`: values that public clients must not send twice.
//! * `resume`: the same from the pages of a sign-in; `own`: for the cabinet, which gets no code.
//! * `return_path`, `error`: how the response travels and what it says.

mod claims;
mod error;
mod issue;
mod own;
mod reached;
mod repeats;
mod request;
mod request_object;
mod resume;
mod return_path;
mod situation;
#[cfg(test)]
mod test_clients;
mod trust;

use authority::authentication::NextStep;
use authority::authorization::{AuthorizationRequest, Progress, ResponseMode};
use authority::clients::Client;
use authority::error::Class;
use authority::time::minutes;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::header::SET_COOKIE;
use pages::screens::Crowd;
use storage::StorageError;
use storage::interactions::{self, Source};

pub use error::RequestError;
pub use own::sign_in_to_cabinet;
pub use resume::{Refusal, Resume, refuse, resume};
pub(crate) use return_path::{append_query, see_other};

use crate::flow::{Visit, start_flow};
use crate::problem::log_failure;
use crate::{ParameterError, Parameters, Problem, Provider};
use issue::{Issued, issue};
use repeats::Fresh;
use return_path::ReturnPath;
use situation::{Asking, Situation, assess};

/// `GET /authorize`.
pub(crate) async fn get(State(provider): State<Provider>, visit: Visit, RawQuery(query): RawQuery) -> Response {
    let parameters = Parameters::parse(query.unwrap_or_default().as_bytes());
    answer(&provider, &visit, parameters).await
}

/// `POST /authorize`: the same parameters in the body, and none from the query (OIDC Core §3.1.2.1). From another site it
/// comes without the session cookie (`SameSite=Lax`) and so carries no ambient authority (security rule SE-6): the first
/// page of the flow, a GET, finds the session.
pub(crate) async fn post(
    State(provider): State<Provider>,
    visit: Visit,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let parameters = Parameters::from_form(&visit.headers, body);
    answer(&provider, &visit, parameters).await
}

/// Why no page of a sign-in follows.
enum Stop {
    /// A page of ours: the client is not trusted yet.
    Page(Problem),
    /// A redirect: it is.
    Back(ReturnPath, RequestError),
}

async fn answer(provider: &Provider, visit: &Visit, parameters: Result<Parameters, ParameterError>) -> Response {
    match check_and_go_on(provider, visit, parameters).await {
        Ok(response) => response,
        Err(Stop::Page(problem)) => problem.respond(provider, visit),
        Err(Stop::Back(path, error)) => path.fail(provider, visit, error),
    }
}

async fn check_and_go_on(
    provider: &Provider,
    visit: &Visit,
    parameters: Result<Parameters, ParameterError>,
) -> Result<Response, Stop> {
    let parameters = parameters.map_err(trust::unreadable).map_err(Stop::Page)?;
    let client = trust::find_client(provider, &parameters).await.map_err(Stop::Page)?;
    let redirect_uri = trust::check_redirect_uri(&client, &parameters).map_err(Stop::Page)?;
    let mut path = ReturnPath {
        client_id: client.id.clone(),
        redirect_uri,
        mode: ResponseMode::Query,
        state: None,
    };
    if let Err(error) = request::complete_path(&mut path, &parameters) {
        return Err(Stop::Back(path, error));
    }
    request_object::complete_path(&mut path, &parameters);
    match request::parse(provider, &client, &path, &parameters) {
        Ok(request) => go_on(provider, visit, &client, request)
            .await
            .map_err(|error| Stop::Back(path, error)),
        Err(error) => Err(Stop::Back(path, error)),
    }
}

async fn go_on(
    provider: &Provider,
    visit: &Visit,
    client: &Client,
    request: AuthorizationRequest,
) -> Result<Response, RequestError> {
    let asking = Asking {
        request: &request,
        client,
        progress: Progress::default(),
    };
    let Situation { live, step, .. } = assess(provider, visit, asking, provider.now())
        .await
        .map_err(|error| failed(&error, visit))?;
    if let (NextStep::Issue, Some(live)) = (&step, &live)
        && let Issued::Code(code) = issue((provider, visit), asking, live, None)
            .await
            .map_err(|error| failed(&error, visit))?
    {
        return Ok(ReturnPath::of(&request).succeed(provider, visit, live.user.id, code.expose()));
    }
    // Also when the session ended between question and issuing: the pages ask again.
    if request.prompt.none {
        return Err(silent(&step));
    }
    let fresh = Fresh::of(provider, visit, client, &request);
    let kept = keep(provider, visit, request, (first_page(&step), fresh.as_ref())).await;
    let kept = kept.map_err(|error| failed(&error, visit))?;
    // No redirect: the person may try again here, and the client has nothing to do about it.
    Ok(kept.unwrap_or_else(|| crowded(provider).respond(provider, visit)))
}

/// The page for a sign-in too many; RFC 6585 §4.
fn crowded(provider: &Provider) -> Problem {
    Problem::TooMany {
        crowd: Crowd::SignIns,
        retry_at: provider.now().plus(minutes(1)),
    }
}

/// What `prompt=none` is told instead of a page (OIDC Core §3.1.2.6).
fn silent(step: &NextStep) -> RequestError {
    match step {
        NextStep::SignIn(_) | NextStep::Issue => RequestError::LoginRequired,
        NextStep::Consent(_) => RequestError::ConsentRequired,
        // The proof needs a page with a script, and there are none here.
        NextStep::ProveDevice | NextStep::ContinueAs | NextStep::ChooseName => RequestError::InteractionRequired,
        NextStep::AssuranceUnmet => RequestError::AssuranceUnmet,
        NextStep::OtherPerson => RequestError::OtherPerson,
    }
}

/// The last segment of the page that a flow begins on. Every page leads on from where it stands, should this be another
/// one by then.
const fn first_page(step: &NextStep) -> &'static str {
    match step {
        NextStep::ProveDevice => "device",
        NextStep::SignIn(_)
        | NextStep::ContinueAs
        | NextStep::ChooseName
        | NextStep::Consent(_)
        | NextStep::Issue
        | NextStep::AssuranceUnmet
        | NextStep::OtherPerson => "sign-in",
    }
}

/// Why a request is not kept. The transaction takes everything back.
enum NotKept {
    /// Too many are under way, and all of them are people on their way.
    Full,
    /// The database.
    Storage(StorageError),
}

impl From<StorageError> for NotKept {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

/// Keeps the request, binds it to this browser and sends the browser to the first page. Where too many sign-ins are under
/// way, from this network or altogether, the oldest gives way in which nobody has proven anything; none is returned when
/// there is no such one (security rule RL-2).
async fn keep(
    provider: &Provider,
    visit: &Visit,
    request: AuthorizationRequest,
    (first_page, fresh): (&str, Option<&Fresh>),
) -> Result<Option<Response>, StorageError> {
    let (interaction, cookies) = start_flow(provider, visit, request);
    let (now, most) = (interaction.started_at, provider.policy().flows);
    let open = provider.open_flows.known(now);
    let source = Source {
        network: visit.network(&provider.keyring),
        most: provider.policy().flows_per_network,
    };
    let (kept, source) = (&interaction, &source);
    let insert = |tx: storage::Tx| async move {
        let counted = match open {
            Some(open) => open,
            None => provider
                .open_flows
                .learn(interactions::count_open(&tx, now).await?, now),
        };
        let mut makes_room = false;
        // The network first, so that whoever is refused there takes nobody's place. Each turn ends one, since requests at
        // one moment, or a lowered limit, may have left more than there may be.
        while !interactions::insert(&tx, kept, source).await? {
            makes_room = true;
            let network = Some(&source.network);
            if !interactions::end_oldest_unproven(&tx, network, kept.id, now).await? {
                return Err(NotKept::Full);
            }
        }
        if !makes_room && counted >= most {
            makes_room = true;
            if !interactions::end_oldest_unproven(&tx, None, kept.id, now).await? {
                return Err(NotKept::Full);
            }
        }
        if let Some(fresh) = fresh {
            fresh.record(&tx).await?;
        }
        Ok(makes_room)
    };
    match provider.db.tx("keep_request", insert).await {
        Ok(false) => provider.open_flows.add(),
        Ok(true) => {
            if provider.open_flows.may_say(now) {
                let client = kept.request.client_id.as_str();
                tracing::warn!(
                    client.id = client,
                    "too many sign-ins are under way: the oldest give way"
                );
            }
        }
        Err(NotKept::Full) => return Ok(None),
        Err(NotKept::Storage(error)) => return Err(error),
    }
    let mut response = see_other(&format!("/flow/{}/{first_page}", interaction.id));
    response.extensions_mut().insert(interaction.request.client_id.clone());
    for cookie in cookies {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(Some(response))
}

fn failed(error: &StorageError, visit: &Visit) -> RequestError {
    log_failure(error, Some(visit.reference.as_str()));
    match error.class() {
        Class::Transient => RequestError::Unavailable,
        Class::Bug | Class::Refused | Class::Misused => RequestError::ServerError,
    }
}
