//! S13: what the client will receive (OIDC Core §3.1.2.4; security rule AZ-13). Values are shown to the person they belong
//! to, who has just passed both stages or chosen to go on with a live session.

mod rows;

use authority::assurance::AuthenticationMethod;
use authority::audit::EventKind;
use authority::authorization::{Interaction, Progress};
use authority::consents::{Consent, ConsentNeed};
use authority::ids::ConsentId;
use authority::representation::Acting;
use axum::response::Response;
use pages::screens;
use protocol::Problem;
use protocol::authorize::{Refusal, Resume, refuse, resume};
use protocol::flow::{LiveSession, open_flow};
use protocol::representation::name_principal;
use storage::{
    StorageError, Tx, Write, audit, certificates, consents, interactions, phones, sessions, user_facts, users,
};

use crate::flow::{FlowForm, FlowPage, Place};
pub(crate) use rows::masked_iin;

/// `GET /flow/{id}/consent`: whatever comes after a sign-in.
pub(crate) async fn show(page: FlowPage) -> Response {
    let answer = shown(&page).await;
    page.answer(answer)
}

/// `POST /flow/{id}/consent`, fields `decision` = `allow` | `deny`, `remember` = `yes`.
pub(crate) async fn decide(form: FlowForm) -> Response {
    let answer = decided(&form).await;
    form.page.answer(answer)
}

async fn shown(page: &FlowPage) -> Result<Response, Problem> {
    match resume(page.provider(), &page.visit, &page.flow).await? {
        Resume::Consent(need, live) => Ok(screen(page, &need, &live).await?),
        Resume::SignIn(_) | Resume::ContinueAs(_) => Ok(page.see(Place::SignIn)),
        Resume::ProveDevice(_) => Ok(page.see(Place::Device)),
        Resume::ChooseName(_) => Ok(page.see(Place::Name)),
        Resume::Done(response) => Ok(response),
    }
}

async fn decided(form: &FlowForm) -> Result<Response, Problem> {
    let page = &form.page;
    let (need, live) = match resume(page.provider(), &page.visit, &page.flow).await? {
        Resume::Consent(need, live) => (need, live),
        Resume::SignIn(_) | Resume::ContinueAs(_) => return Ok(page.see(Place::SignIn)),
        Resume::ProveDevice(_) => return Ok(page.see(Place::Device)),
        Resume::ChooseName(_) => return Ok(page.see(Place::Name)),
        Resume::Done(response) => return Ok(response),
    };
    match form.field("decision") {
        Some("allow") => allowed(page, &live, form.field("remember").is_some()).await,
        Some("deny") => refuse(page.provider(), &page.visit, &page.flow, Refusal::ConsentDenied(&live)).await,
        // Doing nothing means no, and asks again.
        Some(_) | None => Ok(screen(page, &need, &live).await?),
    }
}

async fn screen(page: &FlowPage, need: &ConsentNeed, live: &LiveSession) -> Result<Response, StorageError> {
    let provider = page.provider();
    let facts = user_facts::list(&provider.db, live.user.id, &provider.keyring).await?;
    let phone = phones::find_live(&provider.db, live.user.id, &provider.keyring).await?;
    let certificate = match live.session.certificate_id {
        Some(id) => certificates::find_for_user(&provider.db, live.user.id, id).await?,
        None => None,
    };
    let acting = page.flow.interaction.progress.acting.unwrap_or(Acting::Myself);
    let principal = match acting.principal() {
        Some(principal) => Some(name_principal(&provider.db, provider, principal).await?),
        None => None,
    };
    let known = rows::Known {
        facts: &facts,
        phone: phone.as_ref().map(|phone| &phone.number),
        role: certificate.map(|certificate| certificate.role),
        acting: (acting, principal.as_ref()),
        device: live.device.as_ref().map(|device| device.name.as_str()),
    };
    let screen = screens::Consent {
        groups: rows::groups(&page.flow.interaction.request, need, &known),
        changed: need.changed,
        may_remember: !page.flow.client.is_public(),
        policy_uri: page.flow.client.policy_uri.clone(),
        tos_uri: page.flow.client.tos_uri.clone(),
    };
    let sandbox = live.session.methods.contains(&AuthenticationMethod::UserPresence);
    Ok(page.render_marked(Place::Onwards, &screen, sandbox))
}

/// Records the answer, then asks again what comes next: the code.
async fn allowed(page: &FlowPage, live: &LiveSession, remember: bool) -> Result<Response, Problem> {
    let provider = page.provider();
    let interaction = Interaction {
        progress: Progress {
            session: Some(live.session.id),
            consented: true,
            ..page.flow.interaction.progress
        },
        ..page.flow.interaction.clone()
    };
    let interaction = &interaction;
    let remember = remember && !page.flow.client.is_public();
    let kept = provider
        .db
        .tx("consent", |tx| async move {
            record(&tx, page, live, (interaction, remember)).await
        })
        .await
        .map_err(|error: StorageError| Problem::OurFault(error))?;
    if kept == Write::Lost {
        return Ok(page.see(Place::Onwards));
    }
    let flow = open_flow(provider, &page.visit, &page.flow.interaction.id.to_string()).await?;
    match resume(provider, &page.visit, &flow).await? {
        Resume::Done(response) => Ok(response),
        Resume::Consent(..) => Ok(page.see(Place::Onwards)),
        Resume::SignIn(_) | Resume::ContinueAs(_) => Ok(page.see(Place::SignIn)),
        Resume::ProveDevice(_) => Ok(page.see(Place::Device)),
        Resume::ChooseName(_) => Ok(page.see(Place::Name)),
    }
}

/// Holds the user's row and reads the session again: what ended since the page was asked agrees to nothing.
async fn record(
    tx: &Tx,
    page: &FlowPage,
    live: &LiveSession,
    (interaction, remember): (&Interaction, bool),
) -> Result<Write, StorageError> {
    let moment = page.provider().moment(page.now);
    if users::lock(tx, live.user.id).await?.is_none()
        || sessions::find_live_for_user(tx, live.user.id, live.session.id, moment)
            .await?
            .is_none()
        || interactions::record(tx, interaction).await? == Write::Lost
    {
        return Ok(Write::Lost);
    }
    if remember {
        consents::record(tx, &consent(tx, page, live).await?).await?;
    }
    let mut event = page.event(EventKind::ConsentGranted).in_session(&live.session);
    event.principal = interaction.progress.acting.and_then(Acting::principal);
    audit::insert(tx, &event).await?;
    Ok(Write::Done)
}

/// What is remembered: what was agreed to before under the same metadata, and what was agreed to now.
async fn consent(tx: &Tx, page: &FlowPage, live: &LiveSession) -> Result<Consent, StorageError> {
    let (request, client) = (&page.flow.interaction.request, &page.flow.client);
    let earlier = consents::find(tx, live.user.id, &client.id).await?;
    let earlier = earlier.filter(|consent| consent.metadata_version == client.metadata_version);
    let (mut scopes, mut claims) = earlier
        .map(|consent| (consent.scopes, consent.claims))
        .unwrap_or_default();
    scopes.extend(&request.scopes);
    scopes.sort_unstable();
    scopes.dedup();
    claims.extend(request.claims.all());
    claims.sort_unstable();
    claims.dedup();
    Ok(Consent {
        id: ConsentId::mint(page.now, &mut page.provider().rng()),
        user_id: live.user.id,
        client_id: client.id.clone(),
        scopes,
        claims,
        metadata_version: client.metadata_version,
        granted_at: page.now,
    })
}
