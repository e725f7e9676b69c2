//! S17, `/flow/{id}/name`: in whose name the person goes on (product B5; security rule DG-5). What can be chosen is read
//! anew for the page and for its form; the form carries an opaque handle, which means nothing in any other flow.

use authority::authorization::{Interaction, Progress};
use authority::powers::Power;
use authority::representation::Acting;
use authority::secret::{Keyring, Purpose};
use authority::users::FactName;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pages::screens::{InWhoseName, NameChoice, NameLost, NameWay};
use protocol::Problem;
use protocol::authorize::{Resume, resume};
use protocol::flow::{LiveSession, open_flow};
use protocol::representation::{NamedPrincipal, Offered, PrincipalKind, name_principal, offered};
use storage::{StorageError, Tx, Write, interactions, sessions, user_facts, users};

use crate::consent::masked_iin;
use crate::flow::{FlowForm, FlowPage, Place};

/// What stands for a name that is not known.
const UNKNOWN: &str = "—";

/// `GET /flow/{id}/name`
pub(crate) async fn show(page: FlowPage) -> Response {
    let answer = shown(&page).await;
    page.answer(answer)
}

/// `POST /flow/{id}/name`, field `name`: the handle of a way.
pub(crate) async fn choose(form: FlowForm) -> Response {
    let answer = chosen(&form).await;
    form.page.answer(answer)
}

async fn shown(page: &FlowPage) -> Result<Response, Problem> {
    match next(page, resume(page.provider(), &page.visit, &page.flow).await?) {
        Next::Choose(live) => screen(page, &live).await,
        Next::Answer(response) => Ok(response),
    }
}

async fn chosen(form: &FlowForm) -> Result<Response, Problem> {
    let page = &form.page;
    let live = match next(page, resume(page.provider(), &page.visit, &page.flow).await?) {
        Next::Choose(live) => live,
        Next::Answer(response) => return Ok(response),
    };
    let offered = read(page, &live).await?;
    let posted = form.field("name").unwrap_or_default();
    let keyring = &page.provider().keyring;
    let named = ways(&offered).find(|name| handle(keyring, page, *name) == posted);
    // A handle of another flow, or of a name that ended meanwhile, is none.
    let Some(acting) = named else {
        return screen(page, &live).await;
    };
    let kept = page.provider().db.tx("in_whose_name", |tx| {
        let live = &live;
        async move { record(&tx, page, live, acting).await }
    });
    if kept.await? == Write::Lost {
        return Ok(page.see(Place::Name));
    }
    let flow = open_flow(page.provider(), &page.visit, &page.flow.interaction.id.to_string()).await?;
    Ok(match next(page, resume(page.provider(), &page.visit, &flow).await?) {
        Next::Choose(_) => page.see(Place::Name),
        Next::Answer(response) => response,
    })
}

/// Holds the user's row and reads the session again; what was agreed to under another name counts no more.
async fn record(tx: &Tx, page: &FlowPage, live: &LiveSession, acting: Acting) -> Result<Write, StorageError> {
    let moment = page.provider().moment(page.now);
    let standing = users::lock(tx, live.user.id).await?.is_some()
        && sessions::find_live_for_user(tx, live.user.id, live.session.id, moment)
            .await?
            .is_some();
    if !standing {
        return Ok(Write::Lost);
    }
    let interaction = Interaction {
        progress: Progress {
            session: Some(live.session.id),
            acting: Some(acting),
            consented: false,
            ..page.flow.interaction.progress
        },
        ..page.flow.interaction.clone()
    };
    interactions::record(tx, &interaction).await
}

/// What follows.
enum Next {
    /// The person chooses.
    Choose(Box<LiveSession>),
    /// The person belongs on another page, or the client has its response.
    Answer(Response),
}

fn next(page: &FlowPage, resume: Resume) -> Next {
    Next::Answer(match resume {
        Resume::ChooseName(live) => return Next::Choose(live),
        Resume::SignIn(_) | Resume::ContinueAs(_) => page.see(Place::SignIn),
        Resume::ProveDevice(_) => page.see(Place::Device),
        Resume::Consent(..) => page.see(Place::Onwards),
        Resume::Done(response) => response,
    })
}

async fn read(page: &FlowPage, live: &LiveSession) -> Result<Offered, StorageError> {
    let provider = page.provider();
    offered(&provider.db, provider, &page.flow.interaction.request, live, page.now).await
}

/// All that can be chosen, the person first.
fn ways(offered: &Offered) -> impl Iterator<Item = Acting> {
    std::iter::once(Acting::Myself).chain(offered.names().available)
}

/// Stands for a way in this flow and nowhere else.
fn handle(keyring: &Keyring, page: &FlowPage, acting: Acting) -> String {
    let power = acting.power().map(|id| id.to_string()).unwrap_or_default();
    let (flow, word) = (page.flow.interaction.id.to_string(), acting.word());
    let members = ["in whose name", &flow, &word, &power].map(str::as_bytes);
    URL_SAFE_NO_PAD.encode(keyring.digest_list(Purpose::Challenge, &members).as_bytes())
}

async fn screen(page: &FlowPage, live: &LiveSession) -> Result<Response, Problem> {
    let (provider, offered) = (page.provider(), read(page, live).await?);
    let mut choices = vec![NameChoice {
        handle: handle(&provider.keyring, page, Acting::Myself),
        way: myself(page, live).await?,
    }];
    if let Some(own) = offered.organisation.as_ref().filter(|own| own.may_act()) {
        choices.push(NameChoice {
            handle: handle(&provider.keyring, page, Acting::Organisation(own.organisation.id)),
            way: NameWay::Organisation {
                name: own.organisation.name.clone(),
                bin: own.organisation.bin.expose().to_owned(),
                role: own.role.as_str(),
            },
        });
    }
    for power in &offered.powers {
        let principal = name_principal(&provider.db, provider, power.principal).await?;
        choices.push(NameChoice {
            handle: handle(&provider.keyring, page, power.acting()),
            way: by_power(principal, power),
        });
    }
    let lost = lost(page, &offered).await?;
    let sandbox = live.device.as_ref().is_some_and(|device| !device.key.signs());
    Ok(page.render_marked(Place::Name, &InWhoseName { choices, lost }, sandbox))
}

async fn myself(page: &FlowPage, live: &LiveSession) -> Result<NameWay, StorageError> {
    let provider = page.provider();
    let facts = user_facts::list(&provider.db, live.user.id, &provider.keyring).await?;
    let value = |name| {
        facts
            .iter()
            .find(|fact| fact.name == name)
            .map(|fact| fact.value.as_str())
    };
    Ok(NameWay::Myself {
        name: value(FactName::Name).unwrap_or(UNKNOWN).to_owned(),
        masked_iin: value(FactName::Iin).map_or_else(|| UNKNOWN.to_owned(), masked_iin),
    })
}

fn by_power(principal: NamedPrincipal, power: &Power) -> NameWay {
    let number = principal.number.unwrap_or_else(|| UNKNOWN.to_owned());
    match principal.kind {
        PrincipalKind::Organisation => NameWay::OrganisationPower {
            name: principal.name,
            bin: number,
            until: power.until,
        },
        PrincipalKind::Person => NameWay::PersonPower {
            name: principal.name.unwrap_or_else(|| UNKNOWN.to_owned()),
            masked_iin: masked_iin(&number),
            until: power.until,
        },
    }
}

async fn lost(page: &FlowPage, offered: &Offered) -> Result<Vec<NameLost>, StorageError> {
    let provider = page.provider();
    let mut lost = Vec::new();
    if let Some(own) = offered.organisation.as_ref().filter(|own| !own.may_act()) {
        let name = own.organisation.name.clone();
        let name = name.unwrap_or_else(|| own.organisation.bin.expose().to_owned());
        lost.push(if own.valid {
            NameLost::RoleMissing { name }
        } else {
            NameLost::CertificateExpired { name }
        });
    }
    for power in &offered.stopped {
        let principal = name_principal(&provider.db, provider, power.principal).await?;
        lost.push(NameLost::PowerEnded {
            name: principal.name.unwrap_or_else(|| UNKNOWN.to_owned()),
            at: power.stopped_at(page.now).unwrap_or(power.until),
        });
    }
    Ok(lost)
}
