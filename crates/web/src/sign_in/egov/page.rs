//! S3 in the browser. Which of the two stages the signature is for follows from where the sign-in stands.

use authority::authentication::{AttemptState, QrPurpose, QrState, QrTransaction, QrView, ShortNumber, SignInAttempt};
use authority::ids::{AttemptId, QrTransactionId};
use authority::secret::Purpose;
use authority::throttle::{PHONE_CODES_PER_FLOW, PHONE_CODES_PER_NETWORK};
use authority::time::hours;
use axum::response::Response;
use http::header::USER_AGENT;
use pages::screens::{Crowd, DeviceKind, PhoneLinks, PhonePurpose, PhoneState, QrPicture, SignOnPhone};
use protocol::Problem;
use storage::throttles::{self, Capped, Counter};
use storage::{StorageError, Tx, attempts, challenges, qr_transactions};

use super::{collect, confirm, live, secrets};
use crate::answer;
use crate::device::name::of_user_agent;
use crate::flow::{FlowForm, FlowPage, Place};
use crate::sign_in::{eds, refusals};
use crate::state::EgovMobile;

/// How long the path in the links of the app makers may be is not said; ours has about a hundred characters.
const CITIZENS: &str = "https://m.egov.kz/mobileSign?link={link}&isi=1476128386&ibi=kz.egov.mobile&apn=kz.mobile.mgov";
const BUSINESS: &str = "https://egovbusiness.page.link/?link={link}&isi=1597880144&ibi=kz.mobile.mgov.business&apn=kz.mobile.mgov.business";

/// `GET /flow/{id}/egov`
pub(crate) async fn show(page: FlowPage) -> Response {
    let answer = shown(&page).await;
    page.answer(answer)
}

/// `POST /flow/{id}/egov`: makes a new code.
pub(crate) async fn start(form: FlowForm) -> Response {
    let answer = started(&form.page).await;
    form.page.answer(answer)
}

/// `POST /flow/{id}/egov/continue`: goes on with what the app signed.
pub(crate) async fn go_on(form: FlowForm) -> Response {
    let answer = went_on(&form.page).await;
    form.page.answer(answer)
}

/// What a signature on the phone would prove at this point.
pub(super) struct Standing {
    /// The attempt under way; none before the first.
    pub(super) attempt: Option<SignInAttempt>,
    /// What for.
    pub(super) purpose: QrPurpose,
}

/// Where the sign-in stands, or where the person belongs instead.
pub(super) async fn standing(page: &FlowPage) -> Result<Result<Standing, Response>, Problem> {
    if page.state.settings.egov_mobile.is_none() {
        return Err(Problem::NoSuchPage);
    }
    let latest = page.latest_attempt().await?;
    let place = Place::of(latest.as_ref(), page.now);
    match (place, latest) {
        (Place::SignIn, latest) => Ok(Ok(Standing {
            attempt: latest.filter(|one| one.state == AttemptState::Started && one.check_age(page.now).is_ok()),
            purpose: QrPurpose::FirstStage,
        })),
        (Place::Confirm, Some(attempt)) if confirm::is_offered(page, &attempt).await? => Ok(Ok(Standing {
            attempt: Some(attempt),
            purpose: QrPurpose::SecondStage,
        })),
        (Place::Confirm | Place::Device | Place::Name | Place::Registration | Place::Onwards, _) => {
            Ok(Err(page.see(place)))
        }
    }
}

/// The code that this attempt shows, if there is one to speak of.
pub(super) async fn current(page: &FlowPage, standing: &Standing) -> Result<Option<QrTransaction>, StorageError> {
    match &standing.attempt {
        Some(attempt) => qr_transactions::find_latest(&page.provider().db, attempt.id, standing.purpose).await,
        None => Ok(None),
    }
}

async fn shown(page: &FlowPage) -> Result<Response, Problem> {
    let standing = match standing(page).await? {
        Ok(standing) => standing,
        Err(elsewhere) => return Ok(elsewhere),
    };
    match current(page, &standing).await? {
        Some(transaction) if transaction.view(page.now) != QrView::Over => screen(page, &transaction),
        Some(_) | None => Ok(page.see(before(standing.purpose))),
    }
}

/// The page that leads here.
const fn before(purpose: QrPurpose) -> Place {
    match purpose {
        QrPurpose::FirstStage => Place::SignIn,
        QrPurpose::SecondStage => Place::Confirm,
    }
}

async fn went_on(page: &FlowPage) -> Result<Response, Problem> {
    let standing = match standing(page).await? {
        Ok(standing) => standing,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let transaction = current(page, &standing).await?;
    match (standing.attempt, transaction) {
        (Some(attempt), Some(transaction)) => collect::collected(page, attempt, transaction).await,
        (Some(_) | None, _) => Ok(page.see(before(standing.purpose))),
    }
}

async fn started(page: &FlowPage) -> Result<Response, Problem> {
    let Standing { attempt, purpose } = match standing(page).await? {
        Ok(standing) => standing,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let network = in_network(page);
    if throttles::is_full(&page.provider().db, &network, page.now).await? {
        return Err(Problem::TooMany {
            crowd: Crowd::Signatures,
            retry_at: network.cap.ends_at(page.now),
        });
    }
    let fresh = attempt.is_none();
    let attempt = attempt.unwrap_or_else(|| eds::new_attempt(page));
    let (attempt, network) = (&attempt, &network);
    let made = page
        .provider()
        .db
        .tx("phone_code", |tx| async move {
            if fresh {
                attempts::insert(&tx, attempt).await?;
            }
            throttles::record_hit(&tx, network, page.now).await?;
            make(&tx, page, attempt.id, purpose).await
        })
        .await
        .map_err(|error: StorageError| Problem::OurFault(error))?;
    if made {
        Ok(answer::see_other(&page.path_of("egov")))
    } else {
        Ok(render(page, bare(purpose, PhoneState::TooMany)))
    }
}

/// Writes challenge and transaction; `false` when the flow had enough of them.
async fn make(tx: &Tx, page: &FlowPage, attempt: AttemptId, purpose: QrPurpose) -> Result<bool, StorageError> {
    let made = throttles::hit(tx, &in_flow(page), page.now.plus(hours(1))).await?;
    if made > PHONE_CODES_PER_FLOW {
        return Ok(false);
    }
    let provider = page.provider();
    let challenge = eds::new_challenge(page, attempt, purpose.challenge());
    if !challenges::insert(tx, &challenge).await? {
        // A second click was faster: its code is shown.
        return Ok(true);
    }
    let transaction = QrTransaction {
        id: QrTransactionId::mint(page.now, &mut provider.rng()),
        interaction_id: page.flow.interaction.id,
        attempt_id: attempt,
        challenge_id: challenge.id,
        purpose,
        number: ShortNumber::mint(&mut provider.rng()),
        state: QrState::Pending,
        version: 0,
        issued_at: page.now,
        expires_at: challenge.expires_at,
    };
    let link = secrets::link(&provider.keyring, transaction.id);
    let digest = secrets::link_digest(&provider.keyring, &link);
    qr_transactions::insert(tx, &transaction, &digest).await?;
    Ok(true)
}

fn in_network(page: &FlowPage) -> Capped {
    Capped {
        kind: "phone_code_network",
        key: page.visit.network(&page.provider().keyring),
        cap: PHONE_CODES_PER_NETWORK,
    }
}

fn in_flow(page: &FlowPage) -> Counter {
    let flow = page.flow.interaction.id.as_uuid();
    let parts: [&[u8]; 2] = [b"phone_code_flow", flow.as_bytes()];
    Counter {
        kind: "phone_code_flow",
        key: page.provider().keyring.digest_list(Purpose::Throttle, &parts),
        bucket: 0,
    }
}

/// S3 as this transaction stands.
pub(super) fn screen(page: &FlowPage, transaction: &QrTransaction) -> Result<Response, Problem> {
    let state = match transaction.view(page.now) {
        QrView::Waiting => PhoneState::Waiting,
        QrView::Scanned => PhoneState::Scanned,
        QrView::Signed => PhoneState::Signed,
        QrView::Declined => PhoneState::Declined,
        QrView::Expired | QrView::Over => PhoneState::Expired,
        QrView::Refused(refusal) => PhoneState::Refused {
            refusal: refusals::of_phone(refusal),
        },
    };
    let address = address(page.provider(), transaction.id);
    let code = code(&address);
    let qr = match state {
        PhoneState::Waiting => {
            Some(QrPicture::of(&code).ok_or_else(|| Problem::Broken("no code can be drawn".into()))?)
        }
        PhoneState::Scanned
        | PhoneState::Signed
        | PhoneState::Declined
        | PhoneState::Expired
        | PhoneState::Refused { .. }
        | PhoneState::TooMany => None,
    };
    let links = page
        .state
        .settings
        .egov_mobile
        .as_ref()
        .map(|egov| links(egov, &address));
    Ok(render(
        page,
        SignOnPhone {
            live: Some(live::mark(transaction, page.now)),
            qr,
            links,
            number: Some(transaction.number.to_string()),
            until: Some(transaction.expires_at),
            ..bare(transaction.purpose, state)
        },
    ))
}

fn bare(purpose: QrPurpose, state: PhoneState) -> SignOnPhone {
    SignOnPhone {
        purpose: match purpose {
            QrPurpose::FirstStage => PhonePurpose::SignIn,
            QrPurpose::SecondStage => PhonePurpose::Confirm,
        },
        state,
        live: None,
        qr: None,
        links: None,
        number: None,
        until: None,
        on_phone: false,
        host: String::new(),
    }
}

fn render(page: &FlowPage, screen: SignOnPhone) -> Response {
    let screen = SignOnPhone {
        on_phone: is_on_phone(page),
        host: answer::host(page.provider().issuer()).to_owned(),
        ..screen
    };
    let mut frame = page.frame();
    frame.here = page.path_of("egov");
    page.provider().pages.render(&frame, &screen)
}

/// Whether the browser seems to be on the phone that would sign. It decides only what comes first.
pub(crate) fn is_on_phone(page: &FlowPage) -> bool {
    let agent = page.visit.headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
    of_user_agent(agent.unwrap_or_default()).kind == DeviceKind::Phone
}

/// The text of the code that leads to an address.
pub(super) fn code(address: &str) -> String {
    format!("mobileSign:{address}")
}

/// What the code leads to.
pub(super) fn address(provider: &protocol::Provider, id: QrTransactionId) -> String {
    let link = secrets::link(&provider.keyring, id);
    format!("{}/egov/{}", provider.issuer(), link.expose())
}

fn links(egov: &EgovMobile, address: &str) -> PhoneLinks {
    let encoded: String = url::form_urlencoded::byte_serialize(address.as_bytes()).collect();
    PhoneLinks {
        citizens: CITIZENS.replace("{link}", &encoded),
        business: egov.business.then(|| BUSINESS.replace("{link}", &encoded)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_links_have_the_forms_of_the_app_makers() {
        let egov = |business| EgovMobile {
            organisation: ["kk", "ru", "en"].map(str::to_owned),
            bin: "180140000028".to_owned(),
            business,
        };
        let both = links(&egov(true), "https://id.example.kz/egov/a-_Z");
        assert_eq!(
            both.citizens,
            "https://m.egov.kz/mobileSign?link=https%3A%2F%2Fid.example.kz%2Fegov%2Fa-_Z&isi=1476128386&ibi=kz.egov.mobile&apn=kz.mobile.mgov"
        );
        assert_eq!(
            both.business.as_deref(),
            Some(
                "https://egovbusiness.page.link/?link=https%3A%2F%2Fid.example.kz%2Fegov%2Fa-_Z&isi=1597880144&ibi=kz.mobile.mgov.business&apn=kz.mobile.mgov.business"
            )
        );
        assert_eq!(links(&egov(false), "https://id.example.kz/egov/a").business, None);
    }
}
