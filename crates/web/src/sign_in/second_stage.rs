//! Comparing a code (security rules OT-1, OT-2, OT-3): counted first, compared then, taken once, in one transaction that
//! holds the user's row.

use authority::assurance::AuthenticationMethod;
use authority::audit::{Event, EventKind};
use authority::authentication::{
    AttemptError, CodeDigits, SecondFactor, SecondStage, SignInAttempt, SmsCodeError, SmsCodeMatch,
};
use authority::ids::UserId;
use authority::secret::{Purpose, TokenDigest};
use authority::throttle::{Closed, Share};
use authority::users::{Phone, User};
use storage::{StorageError, Tx, Write, attempts, audit, devices, phones, sms_codes, throttles, users};

use crate::device::{self, shown_device};
use crate::flow::FlowPage;

/// What became of a typed code. Every outcome leaves its trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compared {
    /// The second stage is proven.
    Passed,
    /// Other digits; so many tries are left.
    Wrong {
        /// Tries left before the step closes.
        left: u32,
    },
    /// The code's time is over, or there is none for this sign-in.
    Expired,
    /// The step is closed.
    Closed(Closed),
    /// The attempt moved on meanwhile.
    Lost,
}

/// Failures are counted for a person and phone, so that a phone bound anew begins at nothing, and for each share apart
/// (security rules OT-2, AC-3).
pub(crate) fn failures_key(page: &FlowPage, phone: &Phone, bucket: Share) -> TokenDigest {
    let bucket: &[u8] = match bucket {
        Share::Bound => b"bound",
        Share::Other => b"other",
    };
    let (user, phone) = (phone.user_id.as_uuid(), phone.id.as_uuid());
    let parts: [&[u8]; 4] = [b"sms_code", user.as_bytes(), phone.as_bytes(), bucket];
    page.provider().keyring.digest_list(Purpose::Throttle, &parts)
}

/// The share that this browser's cookie speaks for. It decides what is shown and sent; only a proof decides what is
/// compared.
pub(crate) async fn shown_share(page: &FlowPage, user: UserId) -> Result<Share, StorageError> {
    let live = devices::list_live_for_user(&page.provider().db, user).await?;
    Ok(shown_device(page, &live).map_or(Share::Other, |_| Share::Bound))
}

/// The share that the posted proofs speak for.
async fn proven_share(
    page: &FlowPage,
    typed: &Typed<'_>,
    attempt: &SignInAttempt,
    user: UserId,
) -> Result<Share, StorageError> {
    let proven = device::is_proven(page, attempt.id, user, typed.proofs).await?;
    Ok(if proven { Share::Bound } else { Share::Other })
}

/// What the form says.
#[derive(Clone, Copy)]
pub(crate) struct Typed<'a> {
    /// The digits.
    pub(crate) digits: &'a CodeDigits,
    /// Proofs of the keys that the browser has, with spaces between; empty without a script.
    pub(crate) proofs: &'a str,
}

/// Compares typed digits with the live code of the attempt's user.
pub(crate) async fn compare(
    page: &FlowPage,
    attempt: &SignInAttempt,
    typed: Typed<'_>,
) -> Result<Compared, StorageError> {
    let Ok(first) = attempt.first_stage() else {
        return Ok(Compared::Lost);
    };
    let (user, provider) = (first.user_id, page.provider());
    let Some(phone) = phones::find_live(&provider.db, user, &provider.keyring).await? else {
        return Ok(Compared::Expired);
    };
    let bucket = proven_share(page, &typed, attempt, user).await?;
    let key = failures_key(page, &phone, bucket);
    let try_ = Try {
        page,
        attempt,
        typed: typed.digits,
        user,
        key,
    };
    let try_ = &try_;
    page.provider()
        .db
        .tx("second_stage", |tx| async move { try_.run(&tx).await })
        .await
}

struct Try<'a> {
    page: &'a FlowPage,
    attempt: &'a SignInAttempt,
    typed: &'a CodeDigits,
    user: UserId,
    key: TokenDigest,
}

impl Try<'_> {
    async fn run(&self, tx: &Tx) -> Result<Compared, StorageError> {
        let Some(user) = users::lock(tx, self.user).await? else {
            return Ok(Compared::Lost);
        };
        // A second click waited for the lock; the first one has moved the attempt on.
        let fresh = attempts::find_for_interaction(tx, self.attempt.interaction_id, self.attempt.id).await?;
        if fresh.is_none_or(|fresh| fresh.first_stage().is_err()) {
            return Ok(Compared::Lost);
        }
        let failures = throttles::find_failures(tx, &self.key, self.page.now).await?;
        if let Err(closed) = failures.admit(self.page.now) {
            return Ok(Compared::Closed(closed));
        }
        let Some(code) = sms_codes::count_try(tx, self.user, self.attempt.id).await? else {
            return Ok(Compared::Expired);
        };
        // The number may have been replaced since the code was sent (security rule OT-5).
        let phone = phones::find_live(tx, self.user, &self.page.provider().keyring).await?;
        if phone.is_none_or(|phone| phone.id != code.phone_id) {
            return Ok(Compared::Expired);
        }
        match code.compare(
            self.typed,
            self.attempt.id,
            &self.page.provider().keyring,
            self.page.now,
        ) {
            Ok(matched) => self.pass(tx, &user, &matched).await,
            Err(SmsCodeError::NotLive | SmsCodeError::Expired) => Ok(Compared::Expired),
            Err(SmsCodeError::Wrong | SmsCodeError::TooManyTries) => self.fail(tx).await,
        }
    }

    async fn pass(&self, tx: &Tx, user: &User, matched: &SmsCodeMatch) -> Result<Compared, StorageError> {
        let stage = SecondStage {
            factor: SecondFactor::Sms {
                phone_id: matched.phone_id(),
            },
            at: self.page.now,
        };
        let passed: Result<SignInAttempt, AttemptError> = self.attempt.clone().pass_second(stage);
        let Ok(passed) = passed else { return Ok(Compared::Lost) };
        if !sms_codes::take(tx, matched.code_id(), self.page.now).await? {
            return Ok(Compared::Expired);
        }
        if attempts::record(tx, &passed).await? == Write::Lost {
            return Ok(Compared::Lost);
        }
        throttles::record_success(tx, &self.key).await?;
        audit::insert(tx, &self.event(EventKind::SecondStagePassed, "")).await?;
        device::record_outlook(tx, self.page, &passed, user).await?;
        Ok(Compared::Passed)
    }

    async fn fail(&self, tx: &Tx) -> Result<Compared, StorageError> {
        let failures = throttles::record_failure(tx, &self.key, self.page.now).await?;
        audit::insert(tx, &self.event(EventKind::SecondStageRefused, "wrong_code")).await?;
        Ok(match failures.admit(self.page.now) {
            Ok(()) => Compared::Wrong {
                left: u32::try_from(failures.tries_left()).unwrap_or(0),
            },
            Err(closed) => Compared::Closed(closed),
        })
    }

    fn event(&self, kind: EventKind, reason: &str) -> Event {
        let mut event = self.page.event(kind);
        event.user_id = Some(self.user);
        AuthenticationMethod::Sms.as_str().clone_into(&mut event.methods);
        reason.clone_into(&mut event.reason);
        event
    }
}
