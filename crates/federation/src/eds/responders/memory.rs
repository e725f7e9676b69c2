//! The last good answers, as long as they may count.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use authority::time::Timestamp;

use super::super::limits;
use super::super::ocsp::{CertId, CertificateStatus, OcspAnswer, OcspQuestion};

/// Answers that are remembered: about two kilobytes each.
const MOST: usize = 10_000;

/// What was answered, by certificate.
#[derive(Debug, Default)]
pub(super) struct Memory(Mutex<HashMap<CertId, Kept>>);

/// An answer, and when it came.
type Kept = (OcspAnswer, Timestamp);

/// Whether it still counts: by its own time, and since nobody asked for a while whatever its issuer says of the next one.
fn counts((answer, came): &Kept, now: Timestamp, grace: Duration) -> bool {
    answer.is_fresh(now, grace) && now.since(*came) <= limits::OCSP_REMEMBERED.saturating_add(grace)
}

impl Memory {
    /// The answer to this question, when it still counts.
    pub(super) fn find(&self, question: &OcspQuestion, now: Timestamp, grace: Duration) -> Option<OcspAnswer> {
        let answers = self.answers();
        let kept = answers.get(question.id())?;
        counts(kept, now, grace).then(|| kept.0.clone())
    }

    /// Keeps a good answer; any other drops what was known before.
    pub(super) fn keep(&self, answer: &OcspAnswer, now: Timestamp, grace: Duration) {
        let mut answers = self.answers();
        if answer.status() != CertificateStatus::Good {
            answers.remove(answer.id());
            return;
        }
        if answers.len() >= MOST && !answers.contains_key(answer.id()) {
            answers.retain(|_, kept| counts(kept, now, grace));
            if answers.len() >= MOST {
                return;
            }
        }
        answers.insert(answer.id().clone(), (answer.clone(), now));
    }

    fn answers(&self) -> MutexGuard<'_, HashMap<CertId, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
