//! R4: the code from a picture, or from its sound. Each picture is compared once; failures are counted and close the step
//! for the person on all nodes (security rules DB-6, OT-2).

use authority::audit::{Event, EventKind};
use authority::authentication::{CodeDigits, SignInAttempt};
use authority::ids::UserId;
use authority::locale::Locale;
use authority::registrations::{Picture, PictureRefusal, PictureWay, Registration, RegistrationState};
use authority::secret::{Purpose, TokenDigest};
use authority::throttle::Closed;
use axum::body::Body;
use axum::extract::RawQuery;
use axum::response::Response;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use pages::screens::{EnterPictureCode, PictureProblem, TooManyCodes};
use protocol::{Parameters, Problem};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use storage::{StorageError, Tx, Write, audit, registrations, throttles, users};

use super::{Standing, Under, picture, sound, standing};
use crate::device;
use crate::flow::{FlowForm, FlowPage, Place};

/// `GET /flow/{id}/registration/picture`
pub(crate) async fn show_picture(page: FlowPage) -> Response {
    let answer = drawn(&page).await;
    page.answer(answer)
}

/// `GET /flow/{id}/registration/sound`, parameter `language`.
pub(crate) async fn play_sound(page: FlowPage, RawQuery(query): RawQuery) -> Response {
    let answer = spoken(&page, query.as_deref().unwrap_or_default()).await;
    page.answer(answer)
}

/// `POST /flow/{id}/registration/picture`: another picture.
pub(crate) async fn another_picture(form: FlowForm) -> Response {
    let answer = replaced(&form.page).await;
    form.page.answer(answer)
}

/// `POST /flow/{id}/registration/code`, field `code`.
pub(crate) async fn answer_code(form: FlowForm) -> Response {
    let answer = answered(&form).await;
    form.page.answer(answer)
}

async fn drawn(page: &FlowPage) -> Result<Response, Problem> {
    match digits(page).await? {
        Some((digits, mut chance)) => Ok(medium("image/png", picture::png(digits.expose(), &mut chance))),
        None => Err(Problem::NoSuchPage),
    }
}

async fn spoken(page: &FlowPage, query: &str) -> Result<Response, Problem> {
    let asked = Parameters::parse(query.as_bytes()).ok();
    let asked = asked.as_ref().and_then(|asked| asked.get("language").ok().flatten());
    let locale = asked.and_then(Locale::from_tag).unwrap_or(page.frame().locale);
    match digits(page).await? {
        Some((digits, mut chance)) => Ok(medium("audio/wav", sound::wav(digits.expose(), locale, &mut chance))),
        None => Err(Problem::NoSuchPage),
    }
}

/// The digits that are asked for, with chance that is the same each time this picture is drawn, on every node.
async fn digits(page: &FlowPage) -> Result<Option<(CodeDigits, ChaCha20Rng)>, Problem> {
    let Standing::Under(under) = standing(page).await? else {
        return Ok(None);
    };
    let Ok(kept) = under.registration.picture() else {
        return Ok(None);
    };
    if page.now >= kept.expires_at {
        return Ok(None);
    }
    let keyring = &page.provider().keyring;
    let digits = kept.open(under.registration.id, keyring);
    let digits = digits.map_err(|error| Problem::Broken(Box::new(error)))?;
    let seed = keyring.digest(Purpose::Challenge, &kept.sealed);
    Ok(Some((digits, ChaCha20Rng::from_seed(*seed.as_bytes()))))
}

fn medium(kind: &'static str, bytes: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// R4. A picture whose time is over, or a proof that is too old, is replaced by another picture first: like a nonce, it
/// only lets this browser answer what its page asks.
pub(super) async fn ask(page: &FlowPage, under: &Under, problem: Option<PictureProblem>) -> Result<Response, Problem> {
    if let Some(closed) = closed(page, under.registration.user_id).await? {
        return Ok(too_many(page, closed));
    }
    let fresh = match &under.registration.state {
        RegistrationState::Asked(kept) if page.now < kept.expires_at => {
            return Ok(screen(page, &under.registration, kept, problem));
        }
        RegistrationState::Asked(_)
        | RegistrationState::Proven { .. }
        | RegistrationState::Committed { .. }
        | RegistrationState::Ended { .. } => anew(page, under.registration.clone())?,
    };
    let Some(fresh) = fresh else {
        return Ok(page.see(Place::Device));
    };
    match keep(page, &fresh).await? {
        Write::Done => match fresh.picture() {
            Ok(kept) => Ok(screen(page, &fresh, kept, problem)),
            Err(_) => Ok(page.see(Place::Device)),
        },
        Write::Lost => Ok(page.see(Place::Registration)),
    }
}

fn screen(page: &FlowPage, registration: &Registration, kept: &Picture, problem: Option<PictureProblem>) -> Response {
    let screen = EnterPictureCode {
        version: kept.expires_at.as_micros().wrapping_add(registration.version),
        problem,
        works_until: kept.expires_at,
        eds: true,
    };
    page.render(Place::Registration, &screen)
}

fn too_many(page: &FlowPage, closed: Closed) -> Response {
    match closed {
        Closed::Until(until) => page.render(
            Place::Registration,
            &TooManyCodes {
                until,
                registration: true,
                egov: false,
            },
        ),
        // A hundred wrong codes in a row: the equal ways stay open, this one is closed for as long as a closing may last.
        Closed::Disabled => page.render(
            Place::Registration,
            &TooManyCodes {
                until: page.now.plus(authority::throttle::LONGEST_CLOSING),
                registration: true,
                egov: false,
            },
        ),
    }
}

/// The registration with another picture, while it is open.
fn anew(page: &FlowPage, registration: Registration) -> Result<Option<Registration>, StorageError> {
    let picture = Picture::mint(
        registration.id,
        &page.provider().keyring,
        &mut page.provider().rng(),
        page.now,
    )?;
    Ok(registration.ask_anew(picture).ok())
}

async fn keep(page: &FlowPage, registration: &Registration) -> Result<Write, StorageError> {
    page.provider()
        .db
        .tx(
            "picture",
            |tx| async move { registrations::record(&tx, registration).await },
        )
        .await
}

async fn replaced(page: &FlowPage) -> Result<Response, Problem> {
    let under = match standing(page).await? {
        Standing::Under(under) => under,
        Standing::Elsewhere(response) => return Ok(response),
    };
    if let Some(fresh) = anew(page, under.registration)? {
        // Another tab may have asked for one at the same moment; its picture is as good.
        let _: Write = keep(page, &fresh).await?;
    }
    Ok(page.see(Place::Registration))
}

/// What became of a typed code. Every outcome leaves its trace.
enum Compared {
    Passed,
    Refused(PictureRefusal),
    Closed(Closed),
    Lost,
}

async fn answered(form: &FlowForm) -> Result<Response, Problem> {
    let page = &form.page;
    let under = match standing(page).await? {
        Standing::Under(under) => under,
        Standing::Elsewhere(response) => return Ok(response),
    };
    let Some(typed) = form.field("code").and_then(|text| CodeDigits::parse(text).ok()) else {
        return ask(page, &under, Some(PictureProblem::Wrong)).await;
    };
    let Some(fresh) = anew(page, under.registration.clone())? else {
        return Ok(page.see(Place::Registration));
    };
    let (under, fresh, typed): (&Under, _, _) = (&under, &fresh, &typed);
    let compared = page
        .provider()
        .db
        .tx("picture_code", |tx| async move {
            compare(&tx, page, (under, fresh), typed).await
        })
        .await?;
    match compared {
        Compared::Passed | Compared::Lost => Ok(page.see(Place::Registration)),
        Compared::Closed(closed) => Ok(too_many(page, closed)),
        Compared::Refused(refusal) => {
            let problem = match refusal {
                PictureRefusal::Wrong | PictureRefusal::Unreadable => PictureProblem::Wrong,
                PictureRefusal::Expired => PictureProblem::Expired,
            };
            match standing(page).await? {
                Standing::Under(under) => ask(page, &under, Some(problem)).await,
                Standing::Elsewhere(response) => Ok(response),
            }
        }
    }
}

async fn compare(
    tx: &Tx,
    page: &FlowPage,
    (under, fresh): (&Under, &Registration),
    typed: &CodeDigits,
) -> Result<Compared, StorageError> {
    let under_way = &under.registration;
    let user = under_way.user_id;
    users::lock(tx, user).await?;
    let key = failures_key(page, user);
    if let Err(closed) = throttles::find_failures(tx, &key, page.now).await?.admit(page.now) {
        return Ok(Compared::Closed(closed));
    }
    let Ok(kept) = under_way.picture() else {
        return Ok(Compared::Lost);
    };
    let verdict = kept.check(under_way.id, typed, &page.provider().keyring, page.now);
    let next = match verdict {
        Ok(()) => under_way.clone().prove(PictureWay::Picture, page.now).ok(),
        Err(_) => Some(fresh.clone()),
    };
    let Some(next) = next else {
        return Ok(Compared::Lost);
    };
    // Compare-and-set: a picture that somebody compared meanwhile is not compared again.
    if registrations::record(tx, &next).await? == Write::Lost {
        return Ok(Compared::Lost);
    }
    match verdict {
        Ok(()) => {
            throttles::record_success(tx, &key).await?;
            trace(
                tx,
                page,
                (EventKind::PicturePassed, PictureWay::Picture.as_str()),
                &under.attempt,
            )
            .await?;
            Ok(Compared::Passed)
        }
        Err(refusal) => {
            if refusal == PictureRefusal::Wrong {
                throttles::record_failure(tx, &key, page.now).await?;
            }
            trace(tx, page, (EventKind::PictureRefused, refusal.code()), &under.attempt).await?;
            Ok(Compared::Refused(refusal))
        }
    }
}

/// Leaves the trace of a proof given instead of nothing, or refused.
pub(super) async fn trace(
    tx: &Tx,
    page: &FlowPage,
    (kind, reason): (EventKind, &str),
    attempt: &SignInAttempt,
) -> Result<(), StorageError> {
    audit::insert(tx, &told(page, (kind, reason), attempt)).await
}

/// The event of a step.
pub(super) fn told(page: &FlowPage, (kind, reason): (EventKind, &str), attempt: &SignInAttempt) -> Event {
    let mut event = device::proven_by(page.event(kind), attempt);
    reason.clone_into(&mut event.reason);
    event
}

async fn closed(page: &FlowPage, user: UserId) -> Result<Option<Closed>, StorageError> {
    let failures = throttles::find_failures(&page.provider().db, &failures_key(page, user), page.now).await?;
    Ok(failures.admit(page.now).err())
}

pub(super) fn failures_key(page: &FlowPage, user: UserId) -> TokenDigest {
    let user = user.as_uuid();
    let parts: [&[u8]; 2] = [b"picture_code", user.as_bytes()];
    page.provider().keyring.digest_list(Purpose::Throttle, &parts)
}
