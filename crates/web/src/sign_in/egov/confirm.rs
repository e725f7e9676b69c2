//! A signature on the phone as the second stage (product B2, seed 001): after a key from a file, by another certificate with
//! another key of the same person. What was stolen with the file is then not enough.

use authority::assurance::AuthenticationMethod;
use authority::audit::{Event, EventKind};
use authority::authentication::{
    FirstFactor, QrPurpose, QrRefusal, QrTransaction, SecondFactor, SecondStage, SignInAttempt, may_confirm,
};
use authority::certificates::Certificate;
use authority::ids::{CertificateId, UserId};
use authority::secret::{Purpose, TokenDigest};
use authority::throttle::{Closed, Share};
use authority::time::Timestamp;
use authority::users::User;
use federation::eds::VerifiedEds;
use protocol::notices::{self, Change};
use protocol::policy::binding_policy;
use storage::certificates::Recorded;
use storage::evidence::SealedEvidence;
use storage::organisations::SealedOrganisation;
use storage::{StorageError, Tx, Write, attempts, audit, certificates, qr_transactions, throttles, users};

use crate::device;
use crate::flow::FlowPage;
use crate::sign_in::evidence::{self, Accepted};
use crate::sign_in::second_stage::shown_share;
use crate::sign_in::stops::{self, Verified};
use crate::sign_in::{first_stage, refusals, signer};

/// What became of a signature.
pub(super) enum Confirmed {
    /// The second stage is proven.
    Passed {
        /// Sessions ended on the way, and their clients are to be told.
        told: bool,
    },
    /// It proves another person, or nothing new.
    Refused(QrRefusal),
    /// Too many were refused; the step is closed.
    Closed(Closed),
    /// The attempt moved on meanwhile.
    Lost,
}

/// Whether this attempt may be confirmed on the phone: by the rules in force, and by what its first stage was.
pub(crate) async fn is_offered(page: &FlowPage, attempt: &SignInAttempt) -> Result<bool, StorageError> {
    let db = &page.provider().db;
    let Ok(first) = attempt.first_stage() else {
        return Ok(false);
    };
    if page.state.settings.egov_mobile.is_none() {
        return Ok(false);
    }
    let Some(user) = users::find(db, first.user_id).await? else {
        return Ok(false);
    };
    let on_phone = qr_transactions::is_collected(db, attempt.id, QrPurpose::FirstStage).await?;
    Ok(may_confirm(first.factor, on_phone) && binding_policy(db, page.provider(), &user).await?.confirm_on_phone)
}

/// A signature that confirmed nothing.
pub(super) fn refused(page: &FlowPage, attempt: &SignInAttempt, reason: &str) -> Event {
    let user = attempt.claimant().map(|first| first.user_id);
    Event {
        user_id: user,
        methods: AuthenticationMethod::SoftwareKey.as_str().to_owned(),
        reason: reason.to_owned(),
        ..page.event(EventKind::SecondStageRefused)
    }
}

/// Judges a verified signature and records what comes of it.
pub(super) async fn by_eds(
    page: &FlowPage,
    (attempt, collected): (&SignInAttempt, &QrTransaction),
    verified: &VerifiedEds,
) -> Result<Confirmed, StorageError> {
    let Ok(first) = attempt.first_stage() else {
        return Ok(Confirmed::Lost);
    };
    let provider = page.provider();
    let id = CertificateId::mint(page.now, &mut provider.rng());
    let try_ = Try {
        page,
        attempt,
        collected,
        user: first.user_id,
        first: first.factor,
        certificate: first_stage::certificate(id, first.user_id, verified, page.now),
        good_at: stops::word(page, verified),
        organisation: first_stage::organisation(page, verified)?,
        evidence: evidence::seal(page, verified, (attempt.id, first.user_id), Accepted::Confirmation)?,
        signer: signer::find(page, verified).await?,
        failures: failures_key(page, first.user_id, shown_share(page, first.user_id).await?),
    };
    let try_ = &try_;
    let done = provider
        .db
        .tx("second_stage_phone", |tx| async move { try_.run(&tx).await });
    match done.await {
        Ok(confirmed) => {
            if let Confirmed::Passed { told: true } = confirmed {
                provider.logout_wake.ring();
            }
            Ok(confirmed)
        }
        Err(Stop::Lost) => Ok(Confirmed::Lost),
        Err(Stop::Storage(error)) => Err(error),
    }
}

/// Why a transaction is taken back.
enum Stop {
    /// The attempt, or the transaction that brought the signature, moved on meanwhile.
    Lost,
    Storage(StorageError),
}

impl From<StorageError> for Stop {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

/// Refused signatures are counted for a person, and for each share apart (security rules OT-2, AC-3).
fn failures_key(page: &FlowPage, user: UserId, share: Share) -> TokenDigest {
    let share: &[u8] = match share {
        Share::Bound => b"bound",
        Share::Other => b"other",
    };
    let user = user.as_uuid();
    let parts: [&[u8]; 3] = [b"phone_signature", user.as_bytes(), share];
    page.provider().keyring.digest_list(Purpose::Throttle, &parts)
}

struct Try<'a> {
    page: &'a FlowPage,
    attempt: &'a SignInAttempt,
    /// The transaction that brought the signature, collected.
    collected: &'a QrTransaction,
    user: UserId,
    first: FirstFactor,
    certificate: Certificate,
    good_at: Option<Timestamp>,
    organisation: Option<SealedOrganisation>,
    evidence: SealedEvidence,
    signer: Option<UserId>,
    failures: TokenDigest,
}

impl Try<'_> {
    async fn run(&self, tx: &Tx) -> Result<Confirmed, Stop> {
        let Some(user) = users::lock(tx, self.user).await? else {
            return Ok(Confirmed::Lost);
        };
        // A second click waited for the lock; the first one has moved the attempt on.
        let fresh = attempts::find_for_interaction(tx, self.attempt.interaction_id, self.attempt.id).await?;
        if fresh.is_none_or(|fresh| fresh.first_stage().is_err()) {
            return Ok(Confirmed::Lost);
        }
        // The rules may have changed since the code was shown.
        if !binding_policy(tx, self.page.provider(), &user).await?.confirm_on_phone {
            return Ok(Confirmed::Lost);
        }
        let failures = throttles::find_failures(tx, &self.failures, self.page.now).await?;
        if let Err(closed) = failures.admit(self.page.now) {
            return Ok(Confirmed::Closed(closed));
        }
        if self.signer != Some(self.user) {
            return Ok(self.fail(tx, ("P_UNEXPECTED", QrRefusal::OtherPerson)).await?);
        }
        if self.is_the_first_again(tx).await? {
            return Ok(self.fail(tx, ("P_SAME_KEY", QrRefusal::SameKey)).await?);
        }
        let verified = Verified {
            certificate: &self.certificate,
            good_at: self.good_at,
        };
        if let Some(stop) = stops::find(tx, self.page, Some(&user), verified).await? {
            return Ok(self.fail(tx, ("P_STOPPED", refusals::stopped_on_phone(stop))).await?);
        }
        self.pass(tx, &user).await
    }

    /// The same certificate, or another over the same key: one thing to steal.
    async fn is_the_first_again(&self, tx: &Tx) -> Result<bool, StorageError> {
        let certificate_id = match self.first {
            FirstFactor::Eds { certificate_id, .. } => certificate_id,
            #[cfg(feature = "sandbox")]
            FirstFactor::Sandbox => return Ok(true),
        };
        let first = certificates::find_for_user(tx, self.user, certificate_id).await?;
        // Without the first certificate nothing can be compared.
        Ok(first.is_none_or(|first| {
            let same = first.issuer == self.certificate.issuer && first.serial == self.certificate.serial;
            // A certificate that was kept before digests of keys were says nothing of its key.
            same || first.key_digest.is_none() || first.key_digest == self.certificate.key_digest
        }))
    }

    async fn pass(&self, tx: &Tx, user: &User) -> Result<Confirmed, Stop> {
        let event = self.event(EventKind::CertificateRecorded, "");
        let recorded = signer::record(tx, &self.certificate, self.organisation.as_ref(), event).await?;
        let certificate_id = match recorded {
            Recorded::New => {
                audit::insert(tx, &self.event(EventKind::CertificateRecorded, "another")).await?;
                notices::tell(tx, self.page.provider(), user, Change::KeyNew, self.page.now).await?;
                self.certificate.id
            }
            Recorded::Changed(id) => {
                notices::tell(tx, self.page.provider(), user, Change::KeyNew, self.page.now).await?;
                id
            }
            Recorded::Known(id) => id,
            Recorded::OfAnotherUser => return Ok(self.fail(tx, ("P_CERTIFICATE", QrRefusal::OtherPerson)).await?),
        };
        let stage = SecondStage {
            factor: SecondFactor::EdsOnPhone { certificate_id },
            at: self.page.now,
        };
        let Ok(passed) = self.attempt.clone().pass_second(stage) else {
            return Err(Stop::Lost);
        };
        let attempt = attempts::record(tx, &passed).await?;
        let collected = qr_transactions::record(tx, self.collected, None).await?;
        if attempt == Write::Lost || collected == Write::Lost {
            return Err(Stop::Lost);
        }
        throttles::record_success(tx, &self.failures).await?;
        evidence::keep(tx, &self.evidence, self.event(EventKind::SecondStagePassed, "")).await?;
        device::record_outlook(tx, self.page, &passed, user).await?;
        Ok(Confirmed::Passed {
            told: matches!(recorded, Recorded::Changed(_)),
        })
    }

    async fn fail(&self, tx: &Tx, (code, refusal): (&str, QrRefusal)) -> Result<Confirmed, StorageError> {
        audit::insert(tx, &self.event(EventKind::SecondStageRefused, code)).await?;
        if refusal != QrRefusal::OtherPerson {
            // The person's own key is no guess.
            return Ok(Confirmed::Refused(refusal));
        }
        let failures = throttles::record_failure(tx, &self.failures, self.page.now).await?;
        Ok(match failures.admit(self.page.now) {
            Ok(()) => Confirmed::Refused(refusal),
            Err(closed) => Confirmed::Closed(closed),
        })
    }

    fn event(&self, kind: EventKind, reason: &str) -> Event {
        Event {
            user_id: Some(self.user),
            methods: AuthenticationMethod::SoftwareKey.as_str().to_owned(),
            reason: reason.to_owned(),
            ..self.page.event(kind)
        }
    }
}
