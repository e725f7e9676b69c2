//! The demo's certification centres and the keys of its people, kept in a folder from one start to the next.

use std::path::Path;
use std::thread;

use authority::time::{Timestamp, days};
use federation::eds::EdsSettings;

use crate::people::{DemoKey, DemoPerson, PEOPLE};
use crate::pki::{CrlProfile, PkiError, Revocation, SigningKey, Suite, TestCentre, read_pair, write_pair};

/// How long a list of the demo is fresh.
const LIST_LIFE_DAYS: u64 = 365;

/// A person's key with its certificate.
#[derive(Debug)]
pub struct PersonKey {
    /// Whose it is.
    pub person: &'static DemoPerson,
    /// The certificate, DER.
    pub certificate: Vec<u8>,
    /// The private key.
    pub key: SigningKey,
}

/// The centres and everybody's keys.
#[derive(Debug)]
pub struct DemoKeys {
    /// The centre that certifies RSA keys.
    pub centre: TestCentre,
    /// The centre that certifies GOST keys.
    pub gost_centre: TestCentre,
    /// The keys, in the order of [`PEOPLE`].
    pub people: Vec<PersonKey>,
}

impl DemoKeys {
    /// Makes new keys for all.
    ///
    /// # Errors
    /// The crypto library fails.
    pub fn generate(now: Timestamp) -> Result<Self, PkiError> {
        let centre = TestCentre::generate(now)?;
        let mut keys = Self {
            centre,
            gost_centre: TestCentre::of(Suite::Gost512, now)?,
            people: Vec::new(),
        };
        keys.people = keys.make(&PEOPLE.iter().collect::<Vec<_>>(), now)?;
        Ok(keys)
    }

    /// Reads the keys from the folder, and makes and writes those that are missing.
    ///
    /// # Errors
    /// A file cannot be read or written, or is something else; the crypto library fails.
    pub fn open(folder: &Path, now: Timestamp) -> Result<Self, PkiError> {
        let folder_of_people = folder.join("people");
        let mut keys = Self {
            centre: open_centre(folder, Suite::Rsa, now)?,
            gost_centre: open_centre(folder, Suite::Gost512, now)?,
            people: Vec::new(),
        };
        let mut missing = Vec::new();
        for person in PEOPLE {
            match read_pair(&folder_of_people, person.login)? {
                Some((certificate, key)) => keys.people.push(PersonKey {
                    person,
                    certificate,
                    key,
                }),
                None => missing.push(person),
            }
        }
        for made in keys.make(&missing, now)? {
            write_pair(&folder_of_people, made.person.login, &made.certificate, &made.key)?;
            keys.people.push(made);
        }
        keys.people
            .sort_by_key(|key| PEOPLE.iter().position(|person| person.login == key.person.login));
        Ok(keys)
    }

    /// The centre that certifies keys of this suite.
    pub const fn centre_of(&self, suite: Suite) -> &TestCentre {
        match suite {
            Suite::Rsa => &self.centre,
            Suite::Gost512 | Suite::Gost256 | Suite::Gost2004 => &self.gost_centre,
        }
    }

    /// The key of the person with this login.
    pub fn find(&self, login: &str) -> Option<&PersonKey> {
        self.people.iter().find(|key| key.person.login == login)
    }

    /// The revocation list of the authority that issues RSA certificates, DER: fresh for a year from `now`, with the people
    /// whose keys are revoked.
    ///
    /// # Errors
    /// The crypto library fails.
    pub fn crl(&self, now: Timestamp) -> Result<Vec<u8>, PkiError> {
        self.crl_of(Suite::Rsa, now)
    }

    /// The same of the authority that issues certificates for this suite.
    ///
    /// # Errors
    /// The crypto library fails.
    pub fn crl_of(&self, suite: Suite, now: Timestamp) -> Result<Vec<u8>, PkiError> {
        let now = now.whole_seconds();
        let nca = self.centre_of(suite).nca();
        let revoked = self
            .people
            .iter()
            .filter(|key| key.person.key == DemoKey::Revoked)
            .filter(|key| self.centre_of(key.key.suite()).suite() == nca.key().suite());
        let revocations = revoked.map(|key| Revocation {
            serial: key.key.serial(),
            at: now.minus(days(1)),
            reason: 1,
        });
        nca.crl(&CrlProfile::new(
            now,
            now.plus(days(LIST_LIFE_DAYS)),
            revocations.collect(),
        ))
    }

    /// Settings of a verifier that trusts both centres, with lists made at `now`.
    ///
    /// # Errors
    /// The crypto library fails.
    pub fn eds_settings(&self, now: Timestamp) -> Result<EdsSettings, PkiError> {
        let mut settings = self.centre.eds_settings(self.crl(now)?);
        let gost = self.gost_centre.eds_settings(self.crl_of(Suite::Gost512, now)?);
        settings.anchors.extend(gost.anchors);
        settings.intermediates.extend(gost.intermediates);
        settings.crls.extend(gost.crls);
        Ok(settings)
    }

    /// Keys and certificates for these people; making RSA keys takes most of the demo's first start, so all cores help.
    fn make(&self, people: &[&'static DemoPerson], now: Timestamp) -> Result<Vec<PersonKey>, PkiError> {
        let keys: Vec<Result<SigningKey, PkiError>> = thread::scope(|scope| {
            let threads: Vec<_> = people
                .iter()
                .map(|person| scope.spawn(|| SigningKey::of(person.suite)))
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap_or(Err(PkiError::Key)))
                .collect()
        });
        let certified = people.iter().zip(keys).map(|(person, key)| {
            let key = key?;
            let nca = self.centre_of(person.suite).nca();
            let certificate = nca.issue(&person.certificate_profile(now), &key)?;
            Ok(PersonKey {
                person,
                certificate,
                key,
            })
        });
        certified.collect()
    }
}

/// Reads the centre from the folder, or makes and writes it.
fn open_centre(folder: &Path, suite: Suite, now: Timestamp) -> Result<TestCentre, PkiError> {
    if let Some(centre) = TestCentre::read(folder, suite)? {
        return Ok(centre);
    }
    let centre = TestCentre::of(suite, now)?;
    centre.write(folder)?;
    Ok(centre)
}
