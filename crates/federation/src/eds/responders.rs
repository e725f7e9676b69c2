//! Asking the responders of the configuration (CE-8, CE-16): a remembered answer while it is fresh, else each responder in
//! its order, once more when it asks for that, all within three seconds. Whatever fails here leaves it to the lists, and
//! without a fresh list the certificate is refused.

mod memory;

use std::sync::Arc;
use std::time::Duration;

use authority::time::Timestamp;
use outbound::{Bounds, Outbound};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use self::memory::Memory;
use super::limits;
use super::ocsp::{CertificateStatus, OcspAnswer, OcspFault, OcspNonce, OcspPolicy, OcspQuestion};
use super::refusal::EdsRefusal;
use super::turns::{TurnError, Turns};
use super::verify::{EdsVerifier, Examined, StatusSource, VerifiedEds};

/// How long all responders together may take (CE-16).
const BUDGET: Duration = Duration::from_secs(3);
/// Calls at the same time; the others wait within their budget.
const CALLS: usize = 64;
/// Before a responder that asks to try later is asked again.
const PAUSE: Duration = Duration::from_millis(200);

/// Settings of [`Responders`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OcspSettings {
    /// Where responders answer, in the order in which they are asked. From the configuration, never from a certificate.
    pub urls: Vec<String>,
    /// What is asked of answers.
    pub policy: OcspPolicy,
    /// How much longer than its own time a remembered good answer counts while neither a responder answers nor a list is
    /// fresh. Zero switches it off.
    pub grace: Duration,
}

/// Whom the verifier asks, with their last answers.
#[derive(Debug)]
pub struct Responders {
    outbound: Outbound,
    settings: OcspSettings,
    memory: Memory,
    calls: Semaphore,
}

/// Why a responder was of no use. For logs: nothing of a certificate is in it.
#[derive(Debug, thiserror::Error)]
pub enum CallProblem {
    /// The call failed.
    #[error("the responder could not be called")]
    Call(#[from] outbound::OutboundError),
    /// The HTTP status is not 200.
    #[error("the responder answered with status {0}")]
    Status(u16),
    /// Its answer is not believed.
    #[error("the responder's answer is not believed")]
    Answer(#[from] OcspFault),
    /// All responders together took too long.
    #[error("no responder answered in time")]
    Late,
    /// The answer could not be checked.
    #[error("the responder's answer was not checked")]
    Turn(#[from] TurnError),
}

/// The verdict, with what went wrong on the way.
#[derive(Debug)]
pub struct Inquiry<T> {
    /// What came of it.
    pub verdict: T,
    /// Which responders were of no use, and why.
    pub problems: Vec<CallProblem>,
}

/// What every inquiry needs.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// The server's time.
    pub now: Timestamp,
    /// Turns for checking answers.
    pub turns: &'a Turns,
}

impl Responders {
    /// Responders of which nothing is remembered.
    pub fn new(outbound: Outbound, settings: OcspSettings) -> Self {
        Self {
            outbound,
            settings,
            memory: Memory::default(),
            calls: Semaphore::new(CALLS),
        }
    }

    /// Asks one responder after the other until an answer is believed.
    async fn ask(
        &self,
        verifier: &Arc<EdsVerifier>,
        question: &OcspQuestion,
        moment: Moment<'_>,
    ) -> Inquiry<Option<OcspAnswer>> {
        let mut problems = Vec::new();
        let asking = async {
            let Ok(_call) = self.calls.acquire().await else {
                return None;
            };
            for url in &self.settings.urls {
                let mut asked = self.ask_one(verifier, (url, question), moment).await;
                if matches!(asked, Err(CallProblem::Answer(OcspFault::TryLater))) {
                    tokio::time::sleep(PAUSE).await;
                    asked = self.ask_one(verifier, (url, question), moment).await;
                }
                match asked {
                    Ok(answer) => return Some(answer),
                    Err(problem) => problems.push(problem),
                }
            }
            None
        };
        let verdict = timeout(BUDGET, asking).await;
        if verdict.is_err() {
            problems.push(CallProblem::Late);
        }
        Inquiry {
            verdict: verdict.unwrap_or(None),
            problems,
        }
    }

    async fn ask_one(
        &self,
        verifier: &Arc<EdsVerifier>,
        (url, question): (&str, &OcspQuestion),
        moment: Moment<'_>,
    ) -> Result<OcspAnswer, CallProblem> {
        let bounds = Bounds {
            timeout: BUDGET,
            max_len: limits::OCSP,
        };
        let body = ("application/ocsp-request", question.der().to_vec());
        let response = self.outbound.post_for_signed(url, body, bounds).await?;
        if response.status != 200 {
            return Err(CallProblem::Status(response.status.as_u16()));
        }
        let (verifier, question) = (Arc::clone(verifier), question.clone());
        let (policy, now) = (self.settings.policy, moment.now);
        let check = move || verifier.answer(&question, &response.body, (&policy, now));
        Ok(moment.turns.run(check).await??)
    }
}

impl EdsVerifier {
    /// The last check of a signature: asks the responders, else looks into the lists. Cancelling it asks nobody any more.
    pub async fn inquire(
        self: &Arc<Self>,
        examined: Examined,
        nonce: OcspNonce,
        moment: Moment<'_>,
    ) -> Inquiry<Result<VerifiedEds, EdsRefusal>> {
        let (Some(responders), Some(question)) = (self.responders(), self.question(&examined, nonce)) else {
            return Inquiry::without_problems(self.conclude(examined, StatusSource::Lists, moment.now));
        };
        if let Some(answer) = responders.memory.find(&question, moment.now, Duration::ZERO) {
            let source = StatusSource::Answer(answer);
            return Inquiry::without_problems(self.conclude(examined, source, moment.now));
        }
        let Inquiry { verdict, problems } = responders.ask(self, &question, moment).await;
        let verdict = match verdict {
            Some(answer) => {
                responders.memory.keep(&answer, moment.now, responders.settings.grace);
                self.conclude(examined, StatusSource::Answer(answer), moment.now)
            }
            None => self.conclude_unanswered(examined, &question, moment.now),
        };
        Inquiry { verdict, problems }
    }

    fn conclude_unanswered(
        &self,
        examined: Examined,
        question: &OcspQuestion,
        now: Timestamp,
    ) -> Result<VerifiedEds, EdsRefusal> {
        let by_lists = self.conclude(examined.clone(), StatusSource::Lists, now);
        let Some(responders) = self.responders() else {
            return by_lists;
        };
        let grace = responders.settings.grace;
        match (by_lists, responders.memory.find(question, now, grace)) {
            // The operator accepts what was good a while ago, rather than nobody.
            (Err(EdsRefusal::StatusUnknown(_)), Some(answer)) if !grace.is_zero() => {
                self.conclude_within(examined, StatusSource::Answer(answer), (now, grace))
            }
            (by_lists, _) => by_lists,
        }
    }

    /// What the responders say about a certificate of which only issuer (DER of the name) and serial number (content
    /// octets) are known. Authorities of one name may have several keys: good or withdrawn is the word of the one that issued
    /// it; never issued is believed when each of them answered, and none knows it better. `None` where nobody says either.
    pub async fn inquire_about(
        self: &Arc<Self>,
        (issuer, serial): (&[u8], &[u8]),
        nonce: OcspNonce,
        moment: Moment<'_>,
    ) -> Inquiry<Option<CertificateStatus>> {
        let mut inquiry = Inquiry::without_problems(None);
        let Some(responders) = self.responders() else {
            return inquiry;
        };
        let (mut is_never_issued, mut all_answered) = (false, true);
        for question in self.questions_about((issuer, serial), nonce, moment.now) {
            let Inquiry { verdict, problems } = responders.ask(self, &question, moment).await;
            inquiry.problems.extend(problems);
            match verdict.map(|answer| answer.status()) {
                Some(said @ (CertificateStatus::Good | CertificateStatus::Revoked { .. })) => {
                    inquiry.verdict = Some(said);
                    return inquiry;
                }
                Some(CertificateStatus::NeverIssued) => is_never_issued = true,
                Some(CertificateStatus::Unknown) => {}
                None => all_answered = false,
            }
        }
        if is_never_issued && all_answered {
            inquiry.verdict = Some(CertificateStatus::NeverIssued);
        }
        inquiry
    }
}

impl<T> Inquiry<T> {
    const fn without_problems(verdict: T) -> Self {
        Self {
            verdict,
            problems: Vec::new(),
        }
    }
}
