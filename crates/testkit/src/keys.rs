//! The demo's certification centre and the keys of its people, kept in a folder from one start to the next.

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

/// The centre and everybody's keys.
#[derive(Debug)]
pub struct DemoKeys {
    /// The centre.
    pub centre: TestCentre,
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
        let people = make(&centre, &PEOPLE.iter().collect::<Vec<_>>(), now)?;
        Ok(Self { centre, people })
    }

    /// Reads the keys from the folder, and makes and writes those that are missing.
    ///
    /// # Errors
    /// A file cannot be read or written, or is something else; the crypto library fails.
    pub fn open(folder: &Path, now: Timestamp) -> Result<Self, PkiError> {
        let folder_of_people = folder.join("people");
        let centre = if let Some(centre) = TestCentre::read(folder, Suite::Rsa)? {
            centre
        } else {
            let centre = TestCentre::generate(now)?;
            centre.write(folder)?;
            centre
        };
        let (mut people, mut missing) = (Vec::new(), Vec::new());
        for person in PEOPLE {
            match read_pair(&folder_of_people, person.login)? {
                Some((certificate, key)) => people.push(PersonKey {
                    person,
                    certificate,
                    key,
                }),
                None => missing.push(person),
            }
        }
        for made in make(&centre, &missing, now)? {
            write_pair(&folder_of_people, made.person.login, &made.certificate, &made.key)?;
            people.push(made);
        }
        people.sort_by_key(|key| PEOPLE.iter().position(|person| person.login == key.person.login));
        Ok(Self { centre, people })
    }

    /// The key of the person with this login.
    pub fn find(&self, login: &str) -> Option<&PersonKey> {
        self.people.iter().find(|key| key.person.login == login)
    }

    /// The issuing authority's revocation list, DER: fresh for a year from `now`, with the person whose key is revoked.
    ///
    /// # Errors
    /// The crypto library fails.
    pub fn crl(&self, now: Timestamp) -> Result<Vec<u8>, PkiError> {
        let now = now.whole_seconds();
        let revoked = self.people.iter().filter(|key| key.person.key == DemoKey::Revoked);
        let revocations = revoked.map(|key| Revocation {
            serial: key.key.serial(),
            at: now.minus(days(1)),
            reason: 1,
        });
        self.centre.nca().crl(&CrlProfile::new(
            now,
            now.plus(days(LIST_LIFE_DAYS)),
            revocations.collect(),
        ))
    }

    /// Settings of a verifier that trusts the demo's centre, with a list made at `now`.
    ///
    /// # Errors
    /// The crypto library fails.
    pub fn eds_settings(&self, now: Timestamp) -> Result<EdsSettings, PkiError> {
        Ok(self.centre.eds_settings(self.crl(now)?))
    }
}

/// Keys and certificates for these people; making RSA keys takes most of the demo's first start, so all cores help.
fn make(centre: &TestCentre, people: &[&'static DemoPerson], now: Timestamp) -> Result<Vec<PersonKey>, PkiError> {
    let keys: Vec<Result<SigningKey, PkiError>> = thread::scope(|scope| {
        let threads: Vec<_> = people.iter().map(|_| scope.spawn(SigningKey::generate)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or(Err(PkiError::Key)))
            .collect()
    });
    let certified = people.iter().zip(keys).map(|(person, key)| {
        let key = key?;
        let certificate = centre.nca().issue(&person.certificate_profile(now), &key)?;
        Ok(PersonKey {
            person,
            certificate,
            key,
        })
    });
    certified.collect()
}
