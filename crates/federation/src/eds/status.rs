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
    /// one for each configured authority of that name that was not withdrawn itself.
    pub fn questions_about(
        &self,
        (issuer, serial): (&[u8], &[u8]),
        nonce: OcspNonce,
        now: Timestamp,
    ) -> Vec<OcspQuestion> {
        let lists = self.revocations.snapshot();
        let counts = |one: &&Arc<Authority>| !lists.is_authority_withdrawn(&self.trust.path_from(one), now);
        let of_name = self.of_name(issuer).filter(counts);
        of_name.map(|one| OcspQuestion::about(one, serial, nonce)).collect()
    }

    /// Whether the certificate with this issuer (DER of the name) and serial number (content octets) was withdrawn: fresh lists
    /// name it, or lists above name every configured authority of that name, or one above that. Which of several issued it is
    /// not known here, so that one of them that is left speaks for it. `None` when no fresh list covers every one left.
    pub fn is_withdrawn(&self, issuer: &[u8], serial: &[u8], now: Timestamp) -> Option<bool> {
        let lists = self.revocations.snapshot();
        let (mut is_known, mut is_left, mut is_covered) = (false, false, true);
        for one in self.of_name(issuer) {
            is_known = true;
            let said = lists.is_withdrawn(one, serial, now);
            if said == Some(true) {
                return said;
            }
            // A withdrawn authority's word that all is well is worth nothing.
            if !lists.is_authority_withdrawn(&self.trust.path_from(one), now) {
                is_left = true;
                is_covered &= said.is_some();
            }
        }
        match (is_known, is_left) {
            (true, false) => Some(true),
            (true, true) => is_covered.then_some(false),
            (false, _) => None,
        }
    }

    fn of_name(&self, issuer: &[u8]) -> impl Iterator<Item = &Arc<Authority>> {
        self.trust.authorities().filter(move |one| one.name() == issuer)
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
