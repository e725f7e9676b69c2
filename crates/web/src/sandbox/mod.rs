//! The sandbox way: plain forms without script that stand for stage one, stage two and binding, so that a script-less
//! browser can drive every flow (architecture §9). It proves nothing; it exists only with the feature `sandbox` and where
//! the deployment's kind allows it (security rule OP-15). The transitions are those of the ordinary way.

use authority::audit::EventKind;
use authority::authentication::{CodeDigits, FirstFactor, FirstStage, SecondFactor, SecondStage, SignInAttempt};
use authority::ids::{AttemptId, UserId};
use authority::secret::Purpose;
use authority::users::IdentifierKind;
use axum::response::Response;
use pages::DeploymentKind;
use pages::screens::{CodeProblem, EnterSmsCode, SandboxPerson};
use protocol::Problem;
use storage::identifiers::{self, Identified, Identifier};
use storage::{StorageError, Tx, Write, attempts, audit, users};

use crate::device;
use crate::flow::{FlowPage, Place};

/// The longest login that is shown again.
const LONGEST_LOGIN: usize = 64;

/// Whether the sign-in page is the sandbox's: always in a sandbox, in the demo when the person came by its link.
pub(crate) fn is_first(page: &FlowPage) -> bool {
    let asked = match page.provider().settings.kind {
        DeploymentKind::Sandbox => true,
        DeploymentKind::Demo => page.way() == Some("sandbox"),
        DeploymentKind::Production => false,
    };
    asked && page.state.settings.sandbox
}

/// Whether the sign-in page shows a link to this way: in the demo.
pub(crate) fn is_offered(page: &FlowPage) -> bool {
    page.provider().settings.kind == DeploymentKind::Demo && page.state.settings.sandbox
}

/// The first stage: a login of the people file.
pub(crate) fn person_page(page: &FlowPage, person: &str, unknown: bool) -> Response {
    let person = person.chars().filter(|c| !c.is_control()).take(LONGEST_LOGIN).collect();
    page.render_marked(
        Place::SignIn,
        &SandboxPerson {
            person,
            people: page.state.settings.sandbox_people.clone(),
            unknown,
        },
        true,
    )
}

/// The person typed a login.
pub(crate) async fn signed(page: &FlowPage, person: &str) -> Result<Response, Problem> {
    let (provider, kind) = (page.provider(), IdentifierKind::SandboxLogin);
    let login = Identifier::of(&provider.keyring, kind, person.trim());
    let found = identifiers::find(&provider.db, &login).await?;
    let Some(Identified::User(user)) = found else {
        return Ok(person_page(page, person, true));
    };
    let id = AttemptId::mint(page.now, &mut provider.rng());
    let attempt = SignInAttempt::start(id, page.flow.interaction.id, page.now);
    let attempt = &attempt;
    provider
        .db
        .tx("sandbox_first_stage", |tx| async move {
            record_first(&tx, page, attempt, user).await
        })
        .await
        .map_err(|error: StorageError| Problem::OurFault(error))?;
    Ok(page.see(Place::Confirm))
}

async fn record_first(tx: &Tx, page: &FlowPage, attempt: &SignInAttempt, user: UserId) -> Result<(), StorageError> {
    let stage = FirstStage {
        user_id: user,
        factor: FirstFactor::Sandbox,
        at: page.now,
    };
    attempts::insert(tx, attempt).await?;
    let Ok(passed) = attempt.clone().pass_first(stage) else {
        return Ok(());
    };
    let _: Write = attempts::record(tx, &passed).await?;
    let mut event = page.event(EventKind::FirstStagePassed);
    event.user_id = Some(user);
    "user".clone_into(&mut event.methods);
    audit::insert(tx, &event).await
}

/// The second stage: the code is filled in and shown.
pub(crate) fn confirm_page(page: &FlowPage, attempt: &SignInAttempt, problem: Option<CodeProblem>) -> Response {
    let screen = EnterSmsCode {
        egov: false,
        phone: "—".to_owned(),
        until: Some(attempt.expires_at),
        resend_at: None,
        sent_again: false,
        proof: None,
        problem,
        shown_code: Some(code(page, attempt)),
    };
    page.render_marked(Place::Confirm, &screen, true)
}

/// The code was posted.
pub(crate) async fn confirmed(
    page: &FlowPage,
    attempt: &SignInAttempt,
    typed: Option<&CodeDigits>,
) -> Result<Response, Problem> {
    let Some(typed) = typed else {
        return Ok(confirm_page(page, attempt, Some(CodeProblem::Malformed)));
    };
    if typed.expose() != code(page, attempt) {
        return Ok(confirm_page(page, attempt, Some(CodeProblem::Wrong { left: 5 })));
    }
    let kept = page.provider().db.tx("sandbox_second_stage", |tx| async move {
        record_second(&tx, page, attempt).await
    });
    kept.await.map_err(|error: StorageError| Problem::OurFault(error))?;
    Ok(page.see(Place::Device))
}

async fn record_second(tx: &Tx, page: &FlowPage, attempt: &SignInAttempt) -> Result<(), StorageError> {
    let stage = SecondStage {
        factor: SecondFactor::Sandbox,
        at: page.now,
    };
    let (Ok(first), Ok(passed)) = (attempt.first_stage(), attempt.clone().pass_second(stage)) else {
        return Ok(());
    };
    let Some(user) = users::lock(tx, first.user_id).await? else {
        return Ok(());
    };
    if attempts::record(tx, &passed).await? == Write::Lost {
        return Ok(());
    }
    let mut event = page.event(EventKind::SecondStagePassed);
    event.user_id = Some(user.id);
    "otp".clone_into(&mut event.methods);
    audit::insert(tx, &event).await?;
    device::record_outlook(tx, page, &passed, &user).await
}

/// Six digits that belong to the attempt; kept nowhere, because the page shows them.
fn code(page: &FlowPage, attempt: &SignInAttempt) -> String {
    let digest = page
        .provider()
        .keyring
        .digest_list(Purpose::SmsCode, &[b"sandbox", attempt.id.as_uuid().as_bytes()]);
    let [a, b, c, d, ..] = *digest.as_bytes();
    format!("{:06}", u32::from_be_bytes([a, b, c, d]) % 1_000_000)
}
