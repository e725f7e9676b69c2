//! Keys with which nobody gets in: what becomes of a person's key when something else is wrong with it.

use std::sync::OnceLock;

use authority::time::{Timestamp, days};

use crate::keys::{DemoKeys, PersonKey};
use crate::pki::{Authority, CertificateProfile, ExtendedUsage, PkiError, SigningKey};

/// What a centre that nobody trusts calls itself.
const OTHER_CENTRE: &str = "БАСҚА КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (RSA) DEMO";

/// What is wrong with the key that signs next, whoever's it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyTrouble {
    /// Nothing: it is the person's own.
    Nothing,
    /// Its certificate is for an information system of the person.
    System,
    /// Its certificate begins tomorrow.
    NotYet,
    /// Its certificate is from a centre that nobody trusts.
    OtherCentre,
    /// It is the person's own, and nobody can say whether it was revoked.
    Unchecked,
}

/// Makes such keys.
#[derive(Debug, Default)]
pub struct TroubleMaker {
    other_centre: OnceLock<Option<Authority>>,
}

impl TroubleMaker {
    /// The key of the person, with this trouble. What is made has the serial number of the person's own certificate.
    ///
    /// # Errors
    /// The crypto library fails.
    pub fn make(
        &self,
        keys: &DemoKeys,
        own: &PersonKey,
        (trouble, now): (KeyTrouble, Timestamp),
    ) -> Result<PersonKey, PkiError> {
        let key = SigningKey::from_pkcs8(own.key.pkcs8())?;
        let own_centre = keys.centre_of(key.suite()).nca();
        let profile = own.person.certificate_profile(now);
        let certificate = match trouble {
            KeyTrouble::Nothing | KeyTrouble::Unchecked => own.certificate.clone(),
            KeyTrouble::System => {
                let extended_usage = vec![ExtendedUsage::EmailProtection, ExtendedUsage::IndividualSystem];
                let profile = CertificateProfile {
                    extended_usage,
                    ..profile
                };
                own_centre.issue(&profile, &key)?
            }
            KeyTrouble::NotYet => {
                let begin = now.whole_seconds().plus(days(1));
                let profile = CertificateProfile {
                    not_before: begin,
                    not_after: begin.plus(days(365)),
                    ..profile
                };
                own_centre.issue(&profile, &key)?
            }
            KeyTrouble::OtherCentre => self.other_centre(now)?.issue(&profile, &key)?,
        };
        Ok(PersonKey {
            person: own.person,
            certificate,
            key,
        })
    }

    /// Made when it is first wanted: its key takes a while.
    fn other_centre(&self, now: Timestamp) -> Result<&Authority, PkiError> {
        let made = self.other_centre.get_or_init(|| {
            let (from, until) = (now.minus(days(730)), now.plus(days(7300)));
            let profile = CertificateProfile::authority(OTHER_CENTRE, from.whole_seconds(), until.whole_seconds());
            Authority::root(&profile).ok()
        });
        made.as_ref().ok_or(PkiError::Key)
    }
}
