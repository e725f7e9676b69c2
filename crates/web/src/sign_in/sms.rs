//! S6, S11 and X2: the second stage by a code in an SMS (product B1, B3; security rules OT-1 to OT-6).

use authority::authentication::{AttemptState, CodeDigits, EndReason, SignInAttempt, SmsCode};
use authority::throttle::Closed;
use authority::time::Timestamp;
use authority::users::Phone;
use axum::response::Response;
use pages::screens::{CodeProblem, EnterSmsCode, NoPhone, NumberNotServed, TooManyCodes};
use protocol::Problem;
use storage::sms::Delivery;
use storage::{StorageError, phones, sms, sms_codes, throttles, users};

use super::egov;
use super::messages::{self, NotKept};
use super::second_stage::{self, Compared, Typed};
use super::send_limits::SendLimits;
use crate::answer;
use crate::device;
use crate::flow::{FlowForm, FlowPage, Place};
#[cfg(feature = "sandbox")]
use crate::sandbox;

/// `GET /flow/{id}/confirm`
pub(crate) async fn show(page: FlowPage) -> Response {
    let answer = shown(&page).await;
    page.answer(answer)
}

/// `POST /flow/{id}/confirm`, field `code`.
pub(crate) async fn confirm(form: FlowForm) -> Response {
    let answer = confirmed(&form).await;
    form.page.answer(answer)
}

/// `POST /flow/{id}/confirm/resend`
pub(crate) async fn resend(form: FlowForm) -> Response {
    let answer = resent(&form.page).await;
    form.page.answer(answer)
}

/// Whether the attempt waits for a second stage; else where the person belongs.
fn waiting(page: &FlowPage, attempt: Option<SignInAttempt>) -> Result<SignInAttempt, Place> {
    let place = Place::of(attempt.as_ref(), page.now);
    match attempt {
        Some(attempt) if place == Place::Confirm => Ok(attempt),
        Some(_) | None => Err(place),
    }
}

async fn shown(page: &FlowPage) -> Result<Response, Problem> {
    let attempt = match waiting(page, page.latest_attempt().await?) {
        Ok(attempt) => attempt,
        Err(place) => return Ok(page.see(place)),
    };
    if let AttemptState::Ended {
        reason: EndReason::Barred,
        ..
    } = attempt.state
    {
        return Ok(page.render(Place::Confirm, &NoPhone { egov: false }));
    }
    #[cfg(feature = "sandbox")]
    if is_sandbox(&attempt) {
        return Ok(sandbox::confirm_page(page, &attempt, None));
    }
    Ok(screen(page, &attempt, None).await?)
}

async fn confirmed(form: &FlowForm) -> Result<Response, Problem> {
    let page = &form.page;
    let attempt = match waiting(page, page.latest_attempt().await?) {
        Ok(attempt) => attempt,
        Err(place) => return Ok(page.see(place)),
    };
    let typed = CodeDigits::parse(form.field("code").unwrap_or_default());
    #[cfg(feature = "sandbox")]
    if is_sandbox(&attempt) {
        return sandbox::confirmed(page, &attempt, typed.ok().as_ref()).await;
    }
    let Ok(typed) = typed else {
        return Ok(screen(page, &attempt, Some(CodeProblem::Malformed)).await?);
    };
    let typed = Typed {
        digits: &typed,
        proofs: form.field("proof").unwrap_or_default(),
    };
    match second_stage::compare(page, &attempt, typed).await? {
        Compared::Passed => Ok(page.see(Place::Device)),
        Compared::Wrong { left } => Ok(screen(page, &attempt, Some(CodeProblem::Wrong { left })).await?),
        Compared::Expired => Ok(screen(page, &attempt, Some(CodeProblem::Expired)).await?),
        Compared::Closed(closed) => Ok(closed_screen(page, &attempt, closed).await?),
        Compared::Lost => Ok(page.see(Place::of(page.latest_attempt().await?.as_ref(), page.now))),
    }
}

async fn resent(page: &FlowPage) -> Result<Response, Problem> {
    let attempt = match waiting(page, page.latest_attempt().await?) {
        Ok(attempt) => attempt,
        Err(place) => return Ok(page.see(place)),
    };
    let Ok(first) = attempt.first_stage() else {
        return Ok(page.see(Place::Confirm));
    };
    let Some(message) = messages::for_user(page, attempt.id, first.user_id).await? else {
        return Ok(page.see(Place::Confirm));
    };
    let (user, kept) = (first.user_id, &message);
    let outcome = page
        .provider()
        .db
        .tx("sms_resend", |tx| async move {
            users::lock(&tx, user).await?;
            kept.keep(&tx, page).await
        })
        .await
        .map_err(|error: StorageError| Problem::OurFault(error))?;
    match outcome {
        Ok(kept) => {
            messages::send(page, kept).await?;
            Ok(answer::see_other(&format!("{}?sent=again", page.path_of("confirm"))))
        }
        Err(NotKept::Closed(closed)) => Ok(closed_screen(page, &attempt, closed).await?),
        Err(NotKept::Sends(refusal)) => Ok(screen(
            page,
            &attempt,
            Some(CodeProblem::ResendLimit {
                until: refusal.next_at(),
            }),
        )
        .await?),
    }
}

/// S6, or S11 without a phone, or X2 while the step is closed.
async fn screen(
    page: &FlowPage,
    attempt: &SignInAttempt,
    problem: Option<CodeProblem>,
) -> Result<Response, StorageError> {
    let Ok(first) = attempt.first_stage() else {
        return Ok(page.see(Place::SignIn));
    };
    let (provider, user) = (page.provider(), first.user_id);
    let Some(phone) = phones::find_live(&provider.db, user, &provider.keyring).await? else {
        let egov = egov::is_offered(page, attempt).await?;
        return Ok(page.render(Place::Confirm, &NoPhone { egov }));
    };
    if !provider.policy().sms_limits.serves(&phone.number) {
        let egov = egov::is_offered(page, attempt).await?;
        let phone = phone.number.masked();
        return Ok(page.render(Place::Confirm, &NumberNotServed { phone, egov }));
    }
    let share = second_stage::shown_share(page, user).await?;
    let key = second_stage::failures_key(page, &phone, share);
    let failures = throttles::find_failures(&provider.db, &key, page.now).await?;
    if let Err(closed) = failures.admit(page.now) {
        return closed_screen(page, attempt, closed).await;
    }
    let code = sms_codes::find_live(&provider.db, user, attempt.id).await?;
    let limits = SendLimits::of(page, &phone, share);
    // Where a code is on its way, the limits that are not the number's are told when another is asked for.
    let next = match &code {
        Some(_) => limits.judge_number(&provider.db, page).await?,
        None => limits.judge(&provider.db, page).await?,
    };
    let resend_at = next.err().map_or(page.now, authority::throttle::SendRefusal::next_at);
    let problem = match problem {
        Some(problem) => Some(problem),
        None => standing_problem(page, code.as_ref(), resend_at).await?,
    };
    let screen = EnterSmsCode {
        egov: egov::is_offered(page, attempt).await?,
        proof: device::confirm_request(page, attempt.id).await?,
        ..enter(page, &phone, code.as_ref(), resend_at, problem)
    };
    Ok(page.render(Place::Confirm, &screen))
}

fn enter(
    page: &FlowPage,
    phone: &Phone,
    code: Option<&SmsCode>,
    resend_at: Timestamp,
    problem: Option<CodeProblem>,
) -> EnterSmsCode {
    EnterSmsCode {
        egov: false,
        phone: phone.number.masked(),
        until: code.map(|code| code.expires_at),
        resend_at: Some(resend_at),
        sent_again: page.visit.here.ends_with("?sent=again") && problem.is_none(),
        proof: None,
        problem,
        shown_code: None,
    }
}

/// What the person must know however the page was reached: the message did not leave, none could be sent, its code is
/// over.
async fn standing_problem(
    page: &FlowPage,
    code: Option<&SmsCode>,
    resend_at: Timestamp,
) -> Result<Option<CodeProblem>, StorageError> {
    let Some(code) = code else {
        let limited = page.now < resend_at;
        return Ok(Some(if limited {
            CodeProblem::ResendLimit { until: resend_at }
        } else {
            CodeProblem::Expired
        }));
    };
    let delivery = sms::find_delivery(&page.provider().db, &code.id.to_string()).await?;
    Ok(match delivery {
        Some(Delivery::Failed) => Some(CodeProblem::SendingFailed),
        Some(Delivery::Waiting | Delivery::Sent) | None if page.now >= code.expires_at => Some(CodeProblem::Expired),
        Some(Delivery::Waiting | Delivery::Sent) | None => None,
    })
}

/// X2; a factor that is disabled until it is bound anew is for the person as if there were none (S11). Where the phone may
/// confirm, it still may.
async fn closed_screen(page: &FlowPage, attempt: &SignInAttempt, closed: Closed) -> Result<Response, StorageError> {
    let egov = egov::is_offered(page, attempt).await?;
    Ok(match closed {
        Closed::Until(until) => page.render(
            Place::Confirm,
            &TooManyCodes {
                until,
                registration: false,
                egov,
            },
        ),
        Closed::Disabled => page.render(Place::Confirm, &NoPhone { egov }),
    })
}

/// Whether the first stage was the sandbox's, whose second stage is too.
#[cfg(feature = "sandbox")]
fn is_sandbox(attempt: &SignInAttempt) -> bool {
    attempt
        .first_stage()
        .is_ok_and(|first| first.factor == authority::authentication::FirstFactor::Sandbox)
}
