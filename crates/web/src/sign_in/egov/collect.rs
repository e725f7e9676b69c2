//! The browser goes on with what the app signed. The signature is verified once more, because only the verifier makes the
//! proof that a stage asks for, and what it means for an account is decided here, where the browser is known.

use authority::authentication::{Challenge, QrPurpose, QrRefusal, QrTransaction, SignInAttempt};
use authority::secret::Purpose;
use authority::throttle::Closed;
use axum::response::Response;
use federation::eds::{PersonClass, VerifiedEds};
use pages::screens::PhoneClosed;
use protocol::Problem;
use storage::{StorageError, Write, audit, challenges, qr_transactions};

use super::confirm::{self, Confirmed};
use super::{page, secrets};
use crate::answer;
use crate::flow::{FlowPage, Place};
use crate::sign_in::eds::{self, SignatureError};
use crate::sign_in::first_stage::{self, FirstStageRefusal, Proven};
use crate::sign_in::{refusals, verification};

/// Goes on, or shows why not.
pub(super) async fn collected(
    page: &FlowPage,
    attempt: SignInAttempt,
    transaction: QrTransaction,
) -> Result<Response, Problem> {
    let Ok(taken) = transaction.clone().collect(page.now) else {
        return Ok(answer::see_other(&page.path_of("egov")));
    };
    let Some((challenge, signature)) = kept(page, &transaction).await? else {
        // Another tab went on, or asked for a new code.
        return Ok(answer::see_other(&page.path_of("egov")));
    };
    let verified = super::verify(verification::Asked::on(page), &challenge.text, &signature).await;
    match transaction.purpose {
        QrPurpose::FirstStage => first(page, attempt, (transaction, taken), verified).await,
        QrPurpose::SecondStage => second(page, attempt, (transaction, taken), verified).await,
    }
}

/// The challenge, if it is this browser's, and the signature over it.
async fn kept(page: &FlowPage, transaction: &QrTransaction) -> Result<Option<(Challenge, String)>, Problem> {
    let provider = page.provider();
    let challenge =
        challenges::find_for_attempt(&provider.db, transaction.attempt_id, transaction.challenge_id).await?;
    let own = |challenge: &Challenge| {
        challenge.purpose == transaction.purpose.challenge()
            && challenge.browser_digest.matches(page.flow.browser.cookie_digest())
    };
    let sealed = qr_transactions::find_signature(&provider.db, transaction.id).await?;
    let (Some(challenge), Some(sealed)) = (challenge.filter(own), sealed) else {
        return Ok(None);
    };
    let context = secrets::context(transaction.id);
    let opened = provider
        .keyring
        .open(Purpose::Fact, &context, &sealed)
        .map_err(|error| Problem::Broken(Box::new(error)))?;
    let signature = std::str::from_utf8(&opened).map_err(|error| Problem::Broken(Box::new(error)))?;
    Ok(Some((challenge, signature.to_owned())))
}

/// A transaction as it was, and as it is when the browser has gone on with it.
type Steps = (QrTransaction, QrTransaction);

async fn first(
    page: &FlowPage,
    attempt: SignInAttempt,
    steps: Steps,
    verified: Result<VerifiedEds, SignatureError>,
) -> Result<Response, Problem> {
    let id = attempt.id;
    let proven = match verified {
        Ok(verified) => {
            let proven = Proven {
                attempt: &attempt,
                collected: Some(&steps.1),
            };
            first_stage::by_eds(page, proven, &verified).await
        }
        Err(error) => Err(error),
    };
    let error = match proven {
        Ok(()) => return Ok(page.see(Place::Confirm)),
        Err(error) => error,
    };
    match error {
        SignatureError::Person(FirstStageRefusal::Buried | FirstStageRefusal::CertificateOfAnother) => {
            eds::buried(page, id, error.code()).await
        }
        SignatureError::Person(FirstStageRefusal::Lost) => {
            Ok(page.see(Place::of(page.latest_attempt().await?.as_ref(), page.now)))
        }
        error @ (SignatureError::Challenge(_)
        | SignatureError::Eds(_)
        | SignatureError::Person(_)
        | SignatureError::Busy
        | SignatureError::Broken(_)
        | SignatureError::Message(_)
        | SignatureError::Storage(_)) => {
            let event = first_stage::refused(page, error.reason());
            let refusal = refusal_of(page, error)?;
            match refusal {
                Some(refusal) => refused(page, steps.0, refusal, &event).await,
                None => Ok(answer::busy(page)),
            }
        }
    }
}

async fn second(
    page: &FlowPage,
    attempt: SignInAttempt,
    steps: Steps,
    verified: Result<VerifiedEds, SignatureError>,
) -> Result<Response, Problem> {
    let verified = match verified {
        Ok(verified) => verified,
        Err(error) => {
            let event = confirm::refused(page, &attempt, &error.reason());
            return match refusal_of(page, error)? {
                Some(refusal) => refused(page, steps.0, refusal, &event).await,
                None => Ok(answer::busy(page)),
            };
        }
    };
    let (transaction, taken) = steps;
    match confirm::by_eds(page, (&attempt, &taken), &verified).await? {
        Confirmed::Passed { .. } => Ok(page.see(Place::Device)),
        Confirmed::Refused(refusal) => {
            record(page, transaction.refuse(refusal, page.now).ok()).await?;
            Ok(answer::see_other(&page.path_of("egov")))
        }
        Confirmed::Closed(closed) => Ok(page.render(Place::Confirm, &closed_screen(closed))),
        Confirmed::Lost => Ok(page.see(Place::of(page.latest_attempt().await?.as_ref(), page.now))),
    }
}

/// Only the phone is closed: the code in a message, where there is one, goes on.
const fn closed_screen(closed: Closed) -> PhoneClosed {
    match closed {
        Closed::Until(until) => PhoneClosed { until: Some(until) },
        Closed::Disabled => PhoneClosed { until: None },
    }
}

/// What the person is told of a signature that the verifier does not accept any more; nothing when there was no turn.
fn refusal_of(page: &FlowPage, error: SignatureError) -> Result<Option<QrRefusal>, Problem> {
    match error {
        SignatureError::Storage(error) => Err(Problem::OurFault(error)),
        SignatureError::Message(error) => Err(error.into()),
        SignatureError::Broken(error) => Err(Problem::Broken(Box::new(error))),
        SignatureError::Busy => Ok(None),
        SignatureError::Person(FirstStageRefusal::Stopped(stop)) => Ok(Some(refusals::stopped_on_phone(stop))),
        SignatureError::Person(_) => Ok(Some(QrRefusal::OtherPerson)),
        SignatureError::Challenge(_) => Ok(Some(refusals::on_phone(PersonClass::NotVerified, page.now))),
        SignatureError::Eds(refusal) => Ok(Some(refusals::on_phone(refusal.class(), page.now))),
    }
}

/// Keeps what the person is told of a signature that confirmed nothing. Whoever lost here has a newer code to speak of.
async fn record(page: &FlowPage, next: Option<QrTransaction>) -> Result<(), Problem> {
    let Some(next) = &next else { return Ok(()) };
    let kept = page.provider().db.tx("phone_signature", |tx| async move {
        qr_transactions::record(&tx, next, None).await
    });
    let _: Write = kept.await.map_err(|error: StorageError| Problem::OurFault(error))?;
    Ok(())
}

async fn refused(
    page: &FlowPage,
    transaction: QrTransaction,
    refusal: QrRefusal,
    event: &authority::audit::Event,
) -> Result<Response, Problem> {
    let Ok(next) = transaction.refuse(refusal, page.now) else {
        return Ok(answer::see_other(&page.path_of("egov")));
    };
    let next = &next;
    let kept = page.provider().db.tx("phone_signature_refused", |tx| async move {
        if qr_transactions::record(&tx, next, None).await? == Write::Done {
            audit::insert(&tx, event).await?;
        }
        Ok(())
    });
    kept.await.map_err(|error: StorageError| Problem::OurFault(error))?;
    page::screen(page, next)
}
