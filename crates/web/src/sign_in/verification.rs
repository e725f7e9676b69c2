//! Whether an answer to a challenge holds (kz-eds §9.2; security rules CE-1 to CE-11, CE-16), in one place for all pages that
//! ask for a signature: the parts that cost are made off the async executor, a bounded number at a time (security rule RL-3);
//! responders are asked between them, when everything else about the signature is right.

use authority::authentication::{Challenge, ChallengeError, ChallengePurpose};
use authority::ids::AttemptId;
use authority::time::Timestamp;
use federation::eds::{CallProblem, Inquiry, Moment, OcspNonce, TurnError, VerifiedEds};
use pages::Reference;
use storage::challenges;

use super::eds::SignatureError;
use crate::WebState;
use crate::flow::FlowPage;

/// Takes the flow's open challenge, so that the first try consumes it, and verifies its answer.
pub(crate) async fn answer(
    page: &FlowPage,
    (attempt, purpose): (AttemptId, ChallengePurpose),
    signature: &str,
) -> Result<VerifiedEds, SignatureError> {
    let challenge = take_challenge(page, attempt, purpose).await?;
    verify(page, &challenge.text, signature).await
}

async fn take_challenge(
    page: &FlowPage,
    attempt: AttemptId,
    purpose: ChallengePurpose,
) -> Result<Challenge, SignatureError> {
    let now = page.now;
    let taken = page
        .provider()
        .db
        .tx("eds_take_challenge", |tx| async move {
            challenges::take(&tx, attempt, purpose, now).await
        })
        .await?;
    let challenge = taken.ok_or(SignatureError::Challenge(ChallengeError::NotOpen))?;
    let browser = page.flow.browser.cookie_digest();
    challenge
        .check(purpose, attempt, browser, now)
        .map_err(SignatureError::Challenge)?;
    Ok(challenge)
}

/// Verifies a signature over a challenge that the caller has consumed.
pub(crate) async fn verify(page: &FlowPage, challenge: &str, signature: &str) -> Result<VerifiedEds, SignatureError> {
    Asked::on(page).verify(challenge, signature).await
}

/// Who asks for a verification: a page, or an app that no page belongs to.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// The verifier, and turns at it.
    pub(crate) state: &'a WebState,
    /// The instant of the request.
    pub(crate) now: Timestamp,
    /// Names the request in the log.
    pub(crate) reference: &'a Reference,
}

impl<'a> Asked<'a> {
    /// A page asks.
    pub(crate) const fn on(page: &'a FlowPage) -> Self {
        Self {
            state: &page.state,
            now: page.now,
            reference: &page.visit.reference,
        }
    }

    /// Verifies a signature over a challenge that the caller has consumed.
    pub(crate) async fn verify(self, challenge: &str, signature: &str) -> Result<VerifiedEds, SignatureError> {
        let (eds, now) = (&self.state.eds, self.now);
        let (verifier, text, signed) = (eds.clone(), challenge.to_owned(), signature.to_owned());
        let turns = &self.state.verifications;
        let examined = turns.run(move || verifier.examine(&signed, text.as_bytes(), now)).await;
        let examined = examined
            .map_err(SignatureError::from_turn)?
            .map_err(SignatureError::Eds)?;
        let nonce = OcspNonce::mint(&mut self.state.provider.rng());
        let Inquiry { verdict, problems } = eds.inquire(examined, nonce, Moment { now, turns }).await;
        for problem in &problems {
            self.log(problem);
        }
        verdict.map_err(SignatureError::Eds)
    }

    /// What went wrong with a responder, for operators. The person's sign-in may have succeeded by the lists.
    fn log(self, problem: &CallProblem) {
        tracing::warn!(
            reference = self.reference.as_str(),
            error = problem as &dyn std::error::Error,
            "a responder of certificate status was of no use"
        );
    }
}

impl SignatureError {
    fn from_turn(error: TurnError) -> Self {
        match error {
            TurnError::Busy => Self::Busy,
            TurnError::Broken(error) => Self::Broken(error),
        }
    }
}
