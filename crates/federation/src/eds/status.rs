//! What the verifier can say and ask about the status of certificates beside a verdict: questions to responders, their
//! answers, and lists that were fetched.

use std::sync::Arc;

use authority::time::Timestamp;

use super::lists::{self, CheckedList};
use super::ocsp::{self, OcspAnswer, OcspFault, OcspNonce, OcspPolicy, OcspQuestion};
use super::path::Authority;
use super::revocation::CrlFault;
use super::verify::{EdsVerifier, Examined};

impl EdsVerifier {
    /// What to ask a responder about the certificate of a signature.
    pub fn question(&self, examined: &Examined, nonce: OcspNonce) -> Option<OcspQuestion> {
        let issuer = examined.path.issuing()?;
        Some(OcspQuestion::about(issuer, &examined.certificate.serial, nonce))
    }

    /// Judges what a responder sent. It costs at most two signature checks and waits for nothing.
    ///
    /// # Errors
    /// The first rule that the answer breaks; then it says nothing about the certificate.
    pub fn answer(
        &self,
        question: &OcspQuestion,
        response: &[u8],
        (policy, now): (&OcspPolicy, Timestamp),
    ) -> Result<OcspAnswer, OcspFault> {
        let is_asked = |issuer: &&Arc<Authority>| question.is_to(issuer);
        let issuer = self.trust.authorities().find(is_asked).ok_or(OcspFault::Responder)?;
        let lists = self.revocations.snapshot();
        let is_withdrawn = |serial: &[u8]| lists.is_withdrawn(issuer, serial, now);
        let rules = ocsp::Rules {
            issuer,
            suites: self.trust.suites(),
            policy: *policy,
            now,
        };
        ocsp::judge(question, response, rules, is_withdrawn)
    }

    /// Questions about a certificate of which only issuer (DER of the name) and serial number (content octets) are known:
    /// one for each configured authority of that name.
    pub fn questions_about(&self, issuer: &[u8], serial: &[u8], nonce: OcspNonce) -> Vec<OcspQuestion> {
        let of_name = self.trust.authorities().filter(|one| one.name() == issuer);
        of_name.map(|one| OcspQuestion::about(one, serial, nonce)).collect()
    }

    /// Whether fresh lists name the certificate with this issuer (DER of the name) and serial number (content octets);
    /// `None` when no fresh list covers every authority of that name.
    pub fn is_listed(&self, issuer: &[u8], serial: &[u8], now: Timestamp) -> Option<bool> {
        let of_name = self.trust.authorities().filter(|one| one.name() == issuer);
        let lists = self.revocations.snapshot();
        let said: Vec<Option<bool>> = of_name.map(|one| lists.is_withdrawn(one, serial, now)).collect();
        if said.contains(&Some(true)) {
            return Some(true);
        }
        let is_covered = !said.is_empty() && said.iter().all(Option::is_some);
        is_covered.then_some(false)
    }

    /// Checks a revocation list that was fetched: its form, its issuer, its signature. Not its time.
    ///
    /// # Errors
    /// It cannot be used.
    pub fn check_list(&self, name: &str, der: &[u8]) -> Result<CheckedList, CrlFault> {
        lists::read_one(der, name, &self.trust)
    }

    /// Whether fetched changes come before the complete list that they change, and older ones are in use until then.
    pub fn is_early(&self, list: &CheckedList) -> bool {
        self.revocations.is_early(list)
    }

    /// Puts these in the place of all lists that were fetched; those of the configuration's files stay.
    pub fn use_lists(&self, fetched: Vec<CheckedList>) {
        self.revocations.use_fetched(fetched);
    }
}
