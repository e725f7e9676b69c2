//! The last good answers, as long as they may count.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use authority::time::Timestamp;

use super::super::ocsp::{CertId, CertificateStatus, OcspAnswer, OcspQuestion};

/// Answers that are remembered: about two kilobytes each.
const MOST: usize = 10_000;

/// What was answered, by certificate.
#[derive(Debug, Default)]
pub(super) struct Memory(Mutex<HashMap<CertId, OcspAnswer>>);

impl Memory {
    /// The answer to this question, when it still counts.
    pub(super) fn find(&self, question: &OcspQuestion, now: Timestamp, grace: Duration) -> Option<OcspAnswer> {
        let answers = self.answers();
        let answer = answers.get(question.id())?;
        answer.is_fresh(now, grace).then(|| answer.clone())
    }

    /// Keeps a good answer; any other drops what was known before.
    pub(super) fn keep(&self, answer: &OcspAnswer, now: Timestamp, grace: Duration) {
        let mut answers = self.answers();
        if answer.status() != CertificateStatus::Good {
            answers.remove(answer.id());
            return;
        }
        if answers.len() >= MOST && !answers.contains_key(answer.id()) {
            answers.retain(|_, kept| kept.is_fresh(now, grace));
            if answers.len() >= MOST {
                return;
            }
        }
        answers.insert(answer.id().clone(), answer.clone());
    }

    fn answers(&self) -> MutexGuard<'_, HashMap<CertId, OcspAnswer>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
