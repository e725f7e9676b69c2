//! S2: the first stage by electronic digital signature (kz-eds §9; security rules CE-1 to CE-15). The challenge is written
//! and kept by us, and the first try consumes it.

use authority::authentication::{AttemptState, Challenge, ChallengeError, ChallengePurpose, EndReason, SignInAttempt};
use authority::error::Class;
use authority::ids::{AttemptId, ChallengeId};
use authority::secret::Purpose;
use authority::throttle::{SIGNATURES_PER_FLOW, SIGNATURES_PER_NETWORK};
use authority::time::hours;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use federation::eds::{self, ChallengeText, EdsRefusal};
use pages::screens::{Crowd, EdsPurpose, SignWithEds, SignatureRefusal, TooManySignatures};
use protocol::Problem;
use storage::throttles::{self, Capped, Counter};
use storage::{StorageError, Tx, Write, attempts, audit, challenges};

use super::first_stage::{self, FirstStageRefusal, Proven};
use super::messages::MessageError;
use super::{refusals, verification};
use crate::answer;
use crate::flow::{FlowForm, FlowPage, Place};

/// The longest signature field that is looked at, in bytes; the verifier has its own, smaller limit.
const LONGEST_SIGNATURE: usize = 64 * 1024;

/// Why a posted signature does not prove a first stage.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SignatureError {
    /// There is no challenge it could answer.
    #[error("the challenge cannot be answered")]
    Challenge(#[source] ChallengeError),
    /// The verifier refuses it.
    #[error("the signature was refused")]
    Eds(#[source] EdsRefusal),
    /// It proves a person who may not sign in here.
    #[error("the person was refused")]
    Person(#[source] FirstStageRefusal),
    /// Too many signatures at once.
    #[error("no turn for verifying came up in time")]
    Busy,
    /// The verifier broke.
    #[error("the verifier stopped")]
    Broken(#[source] tokio::task::JoinError),
    /// The message with the code cannot be made.
    #[error("the code cannot be sent")]
    Message(#[from] MessageError),
    /// The database.
    #[error("the first stage could not be recorded")]
    Storage(#[from] StorageError),
}

impl SignatureError {
    /// The stable code for audit records.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Challenge(_) => "E_CHALLENGE",
            Self::Eds(refusal) => refusal.code(),
            Self::Person(refusal) => refusal.code(),
            Self::Busy => "E_BUSY",
            Self::Broken(_) | Self::Message(_) | Self::Storage(_) => "E_SERVER",
        }
    }

    /// The code with the exact reason, for audit records.
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::Eds(refusal) => refusal.detail(),
            Self::Challenge(_)
            | Self::Person(_)
            | Self::Busy
            | Self::Broken(_)
            | Self::Message(_)
            | Self::Storage(_) => self.code().to_owned(),
        }
    }

    /// Whether it counts as a refused signature. When nobody can say whether the certificate was withdrawn, nothing is known
    /// to be wrong with it, and the person must not be shut out for trying again; nor for being slow, where nothing was
    /// looked at.
    pub(crate) const fn is_the_signatures_fault(&self) -> bool {
        !matches!(
            self,
            Self::Eds(EdsRefusal::StatusUnknown(_)) | Self::Challenge(ChallengeError::Expired)
        )
    }

    /// Log level, metric and alert follow from it.
    const fn class(&self) -> Class {
        match self {
            Self::Busy | Self::Eds(EdsRefusal::StatusUnknown(_)) => Class::Transient,
            Self::Challenge(_) | Self::Eds(_) | Self::Person(_) => Class::Refused,
            Self::Broken(_) | Self::Message(MessageError::Text(_)) => Class::Bug,
            Self::Message(MessageError::Storage(error)) | Self::Storage(error) => error.class(),
        }
    }
}

/// `GET /flow/{id}/eds`
pub(crate) async fn show(page: FlowPage) -> Response {
    let answer = shown(&page).await;
    page.answer(answer)
}

/// `POST /flow/{id}/eds`: writes a challenge.
pub(crate) async fn start(form: FlowForm) -> Response {
    let answer = started(&form.page).await;
    form.page.answer(answer)
}

/// `POST /flow/{id}/eds/signature`, field `signature`: base64 or PEM of a CMS SignedData.
pub(crate) async fn signature(form: FlowForm) -> Response {
    let answer = answered(&form).await;
    form.page.answer(answer)
}

async fn shown(page: &FlowPage) -> Result<Response, Problem> {
    let latest = page.latest_attempt().await?;
    let place = Place::of(latest.as_ref(), page.now);
    let Some(attempt) = latest.filter(|attempt| attempt.state == AttemptState::Started) else {
        return Ok(page.see(place));
    };
    let open = challenges::find_open(&page.provider().db, attempt.id, ChallengePurpose::EdsSignIn).await?;
    match open.filter(|challenge| page.now < challenge.expires_at && attempt.check_age(page.now).is_ok()) {
        Some(challenge) => Ok(screen(page, &challenge, None)),
        None => Ok(page.see(Place::SignIn)),
    }
}

async fn started(page: &FlowPage) -> Result<Response, Problem> {
    let latest = page.latest_attempt().await?;
    if latest.as_ref().is_some_and(signed_too_often) {
        return Ok(too_many(page));
    }
    let usable = |one: &SignInAttempt| one.state == AttemptState::Started && one.check_age(page.now).is_ok();
    let (attempt, fresh) = match latest.filter(usable) {
        Some(attempt) => (attempt, false),
        None => (new_attempt(page), true),
    };
    let challenge = new_challenge(page, attempt.id, ChallengePurpose::EdsSignIn);
    let (attempt, challenge) = (&attempt, &challenge);
    page.provider()
        .db
        .tx("eds_challenge", |tx| async move {
            if fresh {
                attempts::insert(&tx, attempt).await?;
            }
            challenges::insert(&tx, challenge).await.map(drop)
        })
        .await
        .map_err(|error: StorageError| Problem::OurFault(error))?;
    Ok(answer::see_other(&page.path_of("eds")))
}

/// Whether the flow's attempt was ended because its signatures were refused too often.
fn signed_too_often(attempt: &SignInAttempt) -> bool {
    let AttemptState::Ended { reason, .. } = attempt.state else {
        return false;
    };
    reason == EndReason::TooManySignatures
}

fn too_many(page: &FlowPage) -> Response {
    page.render(Place::SignIn, &TooManySignatures)
}

/// What the refused signatures of this network are counted under.
pub(crate) fn refused_in_network(page: &FlowPage) -> Capped {
    Capped {
        kind: "eds_network",
        key: page.visit.network(&page.provider().keyring),
        cap: SIGNATURES_PER_NETWORK,
    }
}

/// What the refused signatures of this flow are counted under.
fn refused_in_flow(page: &FlowPage) -> Counter {
    let flow = page.flow.interaction.id.as_uuid();
    Counter {
        kind: "eds_flow",
        key: page
            .provider()
            .keyring
            .digest_list(Purpose::Throttle, &[b"eds_flow", flow.as_bytes()]),
        bucket: 0,
    }
}

async fn answered(form: &FlowForm) -> Result<Response, Problem> {
    let page = &form.page;
    let Some(attempt) = page.latest_attempt().await? else {
        return Ok(page.see(Place::SignIn));
    };
    // A second click, or the back button: the stage is proven, the page that follows is where the person belongs.
    if attempt.state != AttemptState::Started || attempt.check_age(page.now).is_err() {
        return Ok(page.see(Place::of(Some(&attempt), page.now)));
    }
    let signature = posted(form).await?;
    match prove(page, attempt.clone(), signature).await {
        Ok(()) => Ok(page.see(Place::Confirm)),
        Err(error) => refused(page, attempt.id, error).await,
    }
}

/// The posted signature, unless so many of this network were refused that none is parsed any more (security rule RL-7).
pub(crate) async fn posted(form: &FlowForm) -> Result<&str, Problem> {
    let page = &form.page;
    let network = refused_in_network(page);
    if throttles::is_full(&page.provider().db, &network, page.now).await? {
        return Err(Problem::TooMany {
            crowd: Crowd::Signatures,
            retry_at: network.cap.ends_at(page.now),
        });
    }
    form.field("signature")
        .filter(|text| text.len() <= LONGEST_SIGNATURE)
        .ok_or(Problem::NoScript)
}

/// Takes the challenge, verifies, records.
async fn prove(page: &FlowPage, attempt: SignInAttempt, signature: &str) -> Result<(), SignatureError> {
    let verified = verification::answer(page, (attempt.id, ChallengePurpose::EdsSignIn), signature).await?;
    let proven = Proven {
        attempt: &attempt,
        collected: None,
    };
    first_stage::by_eds(page, proven, &verified).await
}

/// Leaves a trace and shows S2 with a new challenge.
async fn refused(page: &FlowPage, attempt: AttemptId, error: SignatureError) -> Result<Response, Problem> {
    // A click that was faster took the challenge and has proven the stage by now.
    let place = Place::of(page.latest_attempt().await?.as_ref(), page.now);
    if place != Place::SignIn {
        return Ok(page.see(place));
    }
    let (code, class, reason) = (error.code(), error.class(), error.reason());
    let counts = error.is_the_signatures_fault();
    let shown = match error {
        SignatureError::Storage(error) => return Err(Problem::OurFault(error)),
        SignatureError::Message(error) => return Err(error.into()),
        SignatureError::Broken(error) => return Err(Problem::Broken(Box::new(error))),
        SignatureError::Busy => return Ok(answer::busy(page)),
        SignatureError::Person(FirstStageRefusal::Lost) => return Ok(page.see(Place::SignIn)),
        SignatureError::Person(FirstStageRefusal::Buried | FirstStageRefusal::CertificateOfAnother) => {
            return buried(page, attempt, code).await;
        }
        SignatureError::Person(FirstStageRefusal::Unexpected) => SignatureRefusal::OtherPerson,
        SignatureError::Person(FirstStageRefusal::Stopped(stop)) => refusals::stopped(stop),
        SignatureError::Challenge(error) => refusals::no_challenge(error, page.now),
        SignatureError::Eds(refusal) => {
            tracing::info!(
                reference = page.visit.reference.as_str(),
                class = class.as_str(),
                detail = reason,
                "the signature was refused"
            );
            refusals::shown(refusal.class(), page.now)
        }
    };
    let challenge = new_challenge(page, attempt, ChallengePurpose::EdsSignIn);
    let event = first_stage::refused(page, reason);
    let (event, kept) = (&event, &challenge);
    let kept = page.provider().db.tx("eds_refused", |tx| async move {
        audit::insert(&tx, event).await?;
        if counts {
            record_refused(&tx, page, attempt, kept).await
        } else {
            challenges::insert(&tx, kept).await.map(|_| true)
        }
    });
    let again = kept.await.map_err(|error: StorageError| Problem::OurFault(error))?;
    if again {
        Ok(screen(page, &challenge, Some(shown)))
    } else {
        Ok(too_many(page))
    }
}

/// Counts a refused signature and keeps the challenge for the next; `false` when there is none, because the attempt ends.
async fn record_refused(
    tx: &Tx,
    page: &FlowPage,
    attempt: AttemptId,
    challenge: &Challenge,
) -> Result<bool, StorageError> {
    throttles::record_hit(tx, &refused_in_network(page), page.now).await?;
    let refused = throttles::hit(tx, &refused_in_flow(page), page.now.plus(hours(1))).await?;
    if refused < SIGNATURES_PER_FLOW {
        challenges::insert(tx, challenge).await?;
        return Ok(true);
    }
    let interaction = page.flow.interaction.id;
    let found = attempts::find_for_interaction(tx, interaction, attempt).await?;
    if let Some(Ok(ended)) = found.map(|attempt| attempt.end(EndReason::TooManySignatures, page.now)) {
        // Whoever was faster ended it too.
        let _: Write = attempts::record(tx, &ended).await?;
    }
    Ok(false)
}

/// A person who is gone for good looks like one whom nobody knows yet: without a phone (security rules AC-1, AC-9).
pub(super) async fn buried(page: &FlowPage, attempt: AttemptId, code: &'static str) -> Result<Response, Problem> {
    first_stage::record_buried(page, attempt, code).await?;
    Ok(page.see(Place::Confirm))
}

fn screen(page: &FlowPage, challenge: &Challenge, refusal: Option<SignatureRefusal>) -> Response {
    let screen = SignWithEds {
        purpose: EdsPurpose::SignIn,
        challenge: STANDARD.encode(&challenge.text),
        document: document(page, &challenge.text),
        seconds: challenge.expires_at.since(page.now).as_secs(),
        key_usages: Vec::new(),
        refusal,
    };
    let mut frame = page.frame();
    frame.here = page.path_of("eds");
    page.provider().pages.render(&frame, &screen)
}

/// The challenge as a document, when signed documents are accepted.
pub(crate) fn document(page: &FlowPage, challenge: &str) -> Option<String> {
    let document = page.state.eds.takes_xml().then(|| eds::challenge_document(challenge));
    document.flatten().map(|document| STANDARD.encode(document))
}

pub(super) fn new_attempt(page: &FlowPage) -> SignInAttempt {
    let id = AttemptId::mint(page.now, &mut page.provider().rng());
    SignInAttempt::start(id, page.flow.interaction.id, page.now)
}

/// A fresh challenge, which says what it is signed for.
pub(crate) fn new_challenge(page: &FlowPage, attempt_id: AttemptId, purpose: ChallengePurpose) -> Challenge {
    let (provider, now) = (page.provider(), page.now);
    let text = ChallengeText {
        host: answer::host(provider.issuer()),
        purpose: match purpose {
            ChallengePurpose::EdsRegistration => eds::ChallengePurpose::Registration,
            ChallengePurpose::EdsPhoneConfirm => eds::ChallengePurpose::Confirmation,
            ChallengePurpose::EdsSignIn
            | ChallengePurpose::EdsPhoneSignIn
            | ChallengePurpose::DeviceBinding
            | ChallengePurpose::DeviceProof
            | ChallengePurpose::DeviceConfirm => eds::ChallengePurpose::SignIn,
        },
        service: &page.flow.client.name,
    };
    let written = eds::Challenge::write(text, now, provider.policy().challenge_ttl, &mut provider.rng());
    Challenge {
        id: ChallengeId::mint(now, &mut provider.rng()),
        purpose,
        attempt_id,
        browser_digest: *page.flow.browser.cookie_digest(),
        text: written.text,
        issued_at: written.issued_at,
        expires_at: written.expires_at,
    }
}
