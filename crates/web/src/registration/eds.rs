//! An equal way at R4: the person signs with EDS once more instead of reading a picture (WCAG 3.3.8). The signature must be
//! of the person whose device is registered.

use authority::audit::EventKind;
use authority::authentication::{Challenge, ChallengePurpose};
use authority::certificates::Stop;
use authority::ids::CertificateId;
use authority::registrations::{PictureWay, Registration};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use federation::eds::VerifiedEds;
use pages::screens::{EdsPurpose, SignWithEds, SignatureRefusal};
use protocol::Problem;
use storage::{StorageError, Write, challenges, registrations, throttles, users};

use super::code::{failures_key, told, trace};
use super::{Standing, Under, standing};
use crate::answer;
use crate::flow::{FlowForm, FlowPage, Place};
use crate::sign_in::eds::{self, SignatureError};
use crate::sign_in::evidence::{self, Accepted};
use crate::sign_in::stops::{self, Verified};
use crate::sign_in::{first_stage, refusals, signer, verification};

const PURPOSE: ChallengePurpose = ChallengePurpose::EdsRegistration;

/// `POST /flow/{id}/registration/eds`: writes a challenge.
pub(crate) async fn start(form: FlowForm) -> Response {
    let answer = started(&form.page).await;
    form.page.answer(answer)
}

/// `GET /flow/{id}/registration/eds`
pub(crate) async fn show(page: FlowPage) -> Response {
    let answer = shown(&page).await;
    page.answer(answer)
}

/// `POST /flow/{id}/registration/eds/signature`, field `signature`.
pub(crate) async fn signature(form: FlowForm) -> Response {
    let answer = answered(&form).await;
    form.page.answer(answer)
}

async fn started(page: &FlowPage) -> Result<Response, Problem> {
    let under = match standing(page).await? {
        Standing::Under(under) => under,
        Standing::Elsewhere(response) => return Ok(response),
    };
    ask(page, &under, None).await?;
    Ok(answer::see_other(&page.path_of("registration/eds")))
}

async fn shown(page: &FlowPage) -> Result<Response, Problem> {
    let under = match standing(page).await? {
        Standing::Under(under) => under,
        Standing::Elsewhere(response) => return Ok(response),
    };
    let open = challenges::find_open(&page.provider().db, under.attempt.id, PURPOSE).await?;
    Ok(match open.filter(|challenge| page.now < challenge.expires_at) {
        Some(challenge) if under.registration.picture().is_ok() => screen(page, &challenge, None),
        Some(_) | None => page.see(Place::Registration),
    })
}

async fn answered(form: &FlowForm) -> Result<Response, Problem> {
    let page = &form.page;
    let under = match standing(page).await? {
        Standing::Under(under) => under,
        Standing::Elsewhere(response) => return Ok(response),
    };
    if under.registration.picture().is_err() {
        return Ok(page.see(Place::Registration));
    }
    let signature = eds::posted(form).await?;
    match verification::answer(page, (under.attempt.id, PURPOSE), signature).await {
        Ok(verified) if is_of(page, &under, &verified).await? => match stop(page, &under, &verified).await? {
            None => proven(page, &under, &verified).await,
            Some(stop) => refused(page, &under, ("P_STOPPED", refusals::stopped(stop))).await,
        },
        Ok(_) => refused(page, &under, ("P_UNEXPECTED", SignatureRefusal::OtherPerson)).await,
        Err(error) => failed(page, &under, error).await,
    }
}

/// Whether the signature is of the person whose first stage the registration rests on.
async fn is_of(page: &FlowPage, under: &Under, verified: &VerifiedEds) -> Result<bool, StorageError> {
    Ok(signer::find(page, verified).await? == Some(under.first.user_id))
}

/// Whether the key is not accepted here any more: it need not be the one of the first stage. A hold that the centre lifted ends
/// here as at a sign-in.
async fn stop(page: &FlowPage, under: &Under, verified: &VerifiedEds) -> Result<Option<Stop>, StorageError> {
    let id = CertificateId::mint(page.now, &mut page.provider().rng());
    let shown = first_stage::certificate(id, under.first.user_id, verified, page.now);
    let verified = Verified {
        certificate: &shown,
        good_at: stops::word(page, verified),
    };
    let found = page.provider().db.tx("picture_eds_stop", |tx| async move {
        let user = users::lock(&tx, under.first.user_id).await?;
        stops::find(&tx, page, user.as_ref(), verified).await
    });
    found.await
}

async fn proven(page: &FlowPage, under: &Under, verified: &VerifiedEds) -> Result<Response, Problem> {
    let attempt = &under.attempt;
    let by = (attempt.id, under.registration.user_id);
    let evidence = evidence::seal(page, verified, by, Accepted::Registration)
        .map_err(|error: StorageError| Problem::OurFault(error))?;
    let evidence = &evidence;
    let Ok(next) = under.registration.clone().prove(PictureWay::Eds, page.now) else {
        return Ok(page.see(Place::Registration));
    };
    let next: &Registration = &next;
    page.provider()
        .db
        .tx("picture_by_eds", |tx| async move {
            users::lock(&tx, under.registration.user_id).await?;
            if registrations::record(&tx, next).await? == Write::Done {
                // Whoever signs is no guesser of pictures.
                throttles::record_success(&tx, &failures_key(page, under.registration.user_id)).await?;
                let event = told(page, (EventKind::PicturePassed, PictureWay::Eds.as_str()), attempt);
                evidence::keep(&tx, evidence, event).await?;
            }
            Ok(())
        })
        .await
        .map_err(|error: StorageError| Problem::OurFault(error))?;
    Ok(page.see(Place::Registration))
}

async fn failed(page: &FlowPage, under: &Under, error: SignatureError) -> Result<Response, Problem> {
    let code = error.code();
    let shown = match error {
        SignatureError::Storage(error) => return Err(Problem::OurFault(error)),
        SignatureError::Message(error) => return Err(error.into()),
        SignatureError::Broken(error) => return Err(Problem::Broken(Box::new(error))),
        SignatureError::Busy => return Ok(answer::busy(page)),
        SignatureError::Person(_) => SignatureRefusal::OtherPerson,
        SignatureError::Challenge(error) => refusals::no_challenge(error, page.now),
        SignatureError::Eds(refusal) => refusals::shown(refusal.class(), page.now),
    };
    refused(page, under, (code, shown)).await
}

async fn refused(
    page: &FlowPage,
    under: &Under,
    (code, shown): (&'static str, SignatureRefusal),
) -> Result<Response, Problem> {
    let attempt = &under.attempt;
    // Nothing is known to be wrong with a key that cannot be checked now, or was not looked at.
    let counts = !matches!(shown, SignatureRefusal::TryLater { .. } | SignatureRefusal::OutOfDate);
    page.provider()
        .db
        .tx("picture_eds_refused", |tx| async move {
            if counts {
                throttles::record_hit(&tx, &eds::refused_in_network(page), page.now).await?;
            }
            trace(&tx, page, (EventKind::PictureRefused, code), attempt).await
        })
        .await
        .map_err(|error: StorageError| Problem::OurFault(error))?;
    ask(page, under, Some(shown)).await
}

/// S2 with a fresh challenge.
async fn ask(page: &FlowPage, under: &Under, refusal: Option<SignatureRefusal>) -> Result<Response, Problem> {
    let challenge = eds::new_challenge(page, under.attempt.id, PURPOSE);
    let kept = &challenge;
    page.provider()
        .db
        .tx("eds_challenge", |tx| async move {
            challenges::insert(&tx, kept).await.map(drop)
        })
        .await
        .map_err(|error: StorageError| Problem::OurFault(error))?;
    Ok(screen(page, &challenge, refusal))
}

fn screen(page: &FlowPage, challenge: &Challenge, refusal: Option<SignatureRefusal>) -> Response {
    let screen = SignWithEds {
        purpose: EdsPurpose::Registration,
        challenge: STANDARD.encode(&challenge.text),
        document: eds::document(page, &challenge.text),
        seconds: challenge.expires_at.since(page.now).as_secs(),
        key_usages: Vec::new(),
        refusal,
    };
    let mut frame = page.frame();
    frame.here = page.path_of("registration/eds");
    page.provider().pages.render(&frame, &screen)
}
