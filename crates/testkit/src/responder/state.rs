//! What the centre knows, and what it is told to get wrong.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use authority::time::{Clock, Timestamp, days, hours};

use super::files::File;
use crate::pki::{
    Authority, CertificateProfile, CrlProfile, OcspProfile, OcspStatus, PkiError, RequestedStatus, Revocation,
    SigningKey,
};

/// How the responder answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OcspMode {
    /// As it is.
    Honest,
    /// `tryLater`, so many times; then as it is.
    TriesLater(u32),
    /// HTTP 503.
    Down,
    /// After so long.
    Slow(Duration),
    /// An answer of an hour ago.
    Stale,
    /// With another nonce.
    OtherNonce,
    /// Without a nonce.
    NoNonce,
    /// Signed by a person's key.
    ByEndEntity,
    /// It knows nothing.
    Unknown,
    /// It never issued the certificate.
    NeverIssued,
}

/// How the lists are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListMode {
    /// As they were published.
    Honest,
    /// HTTP 503.
    Down,
    /// With a changed last byte.
    Damaged,
    /// An old one again, validly signed.
    Previous,
}

/// The centre. Cloning shares it.
#[derive(Clone)]
pub struct CentreState(Arc<Inner>);

struct Inner {
    issuer: Authority,
    responder: (Vec<u8>, SigningKey),
    person: (Vec<u8>, SigningKey),
    clock: Arc<dyn Clock>,
    facts: Mutex<Facts>,
}

struct Facts {
    revoked: BTreeMap<Vec<u8>, (Timestamp, u8)>,
    ocsp: OcspMode,
    lists: ListMode,
    number: u64,
    /// Those that the last complete list named.
    listed: BTreeMap<Vec<u8>, (Timestamp, u8)>,
    complete: [Option<File>; 2],
    changes: [Option<File>; 2],
    asked: u32,
    served: u32,
    unchanged: u32,
}

/// How long a complete list and one of changes are fresh.
const COMPLETE_LIFE: Duration = days(7);
const CHANGES_LIFE: Duration = hours(2);

impl CentreState {
    /// The servers of this authority, with a responder's key of the same suite. Nothing is revoked and no list published.
    ///
    /// # Errors
    /// The crypto library fails.
    pub fn of(authority: &Authority, clock: Arc<dyn Clock>) -> Result<Self, PkiError> {
        let now = clock.now().whole_seconds();
        let issuer = Authority {
            certificate: authority.certificate.clone(),
            name: authority.name.clone(),
            common_name: authority.common_name.clone(),
            key: SigningKey::from_pkcs8(authority.key.pkcs8())?,
        };
        let certified = |profile: &CertificateProfile| {
            let key = SigningKey::of(authority.key.suite())?;
            Ok::<_, PkiError>((issuer.issue(profile, &key)?, key))
        };
        let (from, until) = (now.minus(days(1)), now.plus(days(3650)));
        let responder = certified(&CertificateProfile::responder(from, until))?;
        let person = certified(&CertificateProfile::individual(
            CertificateProfile::responder(from, until).subject,
            from,
            until,
        ))?;
        Ok(Self(Arc::new(Inner {
            issuer,
            responder,
            person,
            clock,
            facts: Mutex::new(Facts {
                revoked: BTreeMap::new(),
                ocsp: OcspMode::Honest,
                lists: ListMode::Honest,
                number: 0,
                listed: BTreeMap::new(),
                complete: [None, None],
                changes: [None, None],
                asked: 0,
                served: 0,
                unchanged: 0,
            }),
        })))
    }

    /// Revokes the certificate with this serial number (big-endian), now, for this reason (RFC 5280 §5.3.1).
    pub fn revoke(&self, serial: &[u8], reason: u8) {
        let at = self.0.clock.now().whole_seconds();
        self.facts().revoked.insert(serial.to_vec(), (at, reason));
    }

    /// Lifts a hold.
    pub fn lift(&self, serial: &[u8]) {
        self.facts().revoked.remove(serial);
    }

    /// How the responder answers from now on.
    pub fn answers(&self, mode: OcspMode) {
        self.facts().ocsp = mode;
    }

    /// How lists are served from now on.
    pub fn serves(&self, mode: ListMode) {
        self.facts().lists = mode;
    }

    /// How many questions were asked, lists served whole, and lists found unchanged.
    pub fn counts(&self) -> (u32, u32, u32) {
        let facts = self.facts();
        (facts.asked, facts.served, facts.unchanged)
    }

    /// Publishes a complete list of what is revoked.
    ///
    /// # Errors
    /// The crypto library fails.
    pub fn publish(&self) -> Result<(), PkiError> {
        let now = self.0.clock.now().whole_seconds();
        let mut facts = self.facts();
        facts.number += 1;
        facts.listed = facts.revoked.clone();
        let mut profile = CrlProfile::new(now, now.plus(COMPLETE_LIFE), entries(&facts.listed));
        profile.number = Some(facts.number);
        let file = File::new(self.0.issuer.crl(&profile)?, now);
        let previous = facts.complete[0].replace(file);
        facts.complete[1] = previous;
        Ok(())
    }

    /// Publishes a list of what changed since the complete one. Its number is its own, as the national centre's are.
    ///
    /// # Errors
    /// The crypto library fails.
    pub fn publish_changes(&self) -> Result<(), PkiError> {
        let now = self.0.clock.now().whole_seconds();
        let mut facts = self.facts();
        let mut changed: BTreeMap<Vec<u8>, (Timestamp, u8)> = facts.revoked.clone();
        changed.retain(|serial, entry| facts.listed.get(serial) != Some(entry));
        for serial in facts
            .listed
            .keys()
            .filter(|serial| !facts.revoked.contains_key(*serial))
        {
            changed.insert(serial.clone(), (now, 8));
        }
        let mut profile = CrlProfile::new(now, now.plus(CHANGES_LIFE), entries(&changed));
        profile.changes_since = Some(facts.number);
        let file = File::new(self.0.issuer.crl(&profile)?, now);
        let previous = facts.changes[0].replace(file);
        facts.changes[1] = previous;
        Ok(())
    }

    /// The answer to a question, how long it takes, and `None` for a server that is down.
    pub(super) fn answer(&self, request: &[u8]) -> (Option<Vec<u8>>, Duration) {
        let now = self.0.clock.now().whole_seconds();
        let mode = {
            let mut facts = self.facts();
            facts.asked += 1;
            let mode = facts.ocsp;
            if let OcspMode::TriesLater(left) = mode {
                facts.ocsp = left.checked_sub(1).map_or(OcspMode::Honest, OcspMode::TriesLater);
            }
            mode
        };
        let wait = if let OcspMode::Slow(wait) = mode {
            wait
        } else {
            Duration::ZERO
        };
        if mode == OcspMode::Down {
            return (None, wait);
        }
        if matches!(mode, OcspMode::TriesLater(left) if left > 0) {
            return (Some(OcspProfile::refusal(3)), wait);
        }
        let answer = RequestedStatus::parse(request)
            .filter(|question| question.is_to(&self.0.issuer.name))
            .and_then(|question| self.signed(&question, mode, now).ok());
        (Some(answer.unwrap_or_else(|| OcspProfile::refusal(6))), wait)
    }

    fn signed(&self, question: &RequestedStatus, mode: OcspMode, now: Timestamp) -> Result<Vec<u8>, PkiError> {
        let known = self.facts().revoked.get(&question.serial).copied();
        let revoked = |(at, reason)| OcspStatus::Revoked { at, reason };
        let honest = || known.map_or(OcspStatus::Good, revoked);
        let status = if mode == OcspMode::Unknown {
            OcspStatus::Unknown
        } else if mode == OcspMode::NeverIssued {
            OcspStatus::NEVER_ISSUED
        } else {
            honest()
        };
        let (certificate, key) = if mode == OcspMode::ByEndEntity {
            &self.0.person
        } else {
            &self.0.responder
        };
        let mut profile = OcspProfile::honest(question, status, (certificate, key), now);
        match mode {
            OcspMode::Stale => profile.this_update = now.minus(hours(1)),
            OcspMode::OtherNonce => profile.nonce = Some(vec![7; 32]),
            OcspMode::NoNonce => profile.nonce = None,
            OcspMode::Honest
            | OcspMode::TriesLater(_)
            | OcspMode::Down
            | OcspMode::Slow(_)
            | OcspMode::ByEndEntity
            | OcspMode::Unknown
            | OcspMode::NeverIssued => {}
        }
        profile.sign()
    }

    /// A list, as it is served now; `None` for a server that is down or has none.
    pub(super) fn list(&self, is_complete: bool) -> Option<File> {
        let facts = self.facts();
        let [newest, previous] = if is_complete { &facts.complete } else { &facts.changes };
        match facts.lists {
            ListMode::Honest => newest.clone(),
            ListMode::Down => None,
            ListMode::Damaged => newest.clone().map(File::damaged),
            ListMode::Previous => previous.clone(),
        }
    }

    pub(super) fn count_list(&self, is_unchanged: bool) {
        let mut facts = self.facts();
        if is_unchanged {
            facts.unchanged += 1;
        } else {
            facts.served += 1;
        }
    }

    fn facts(&self) -> MutexGuard<'_, Facts> {
        self.0.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn entries(revoked: &BTreeMap<Vec<u8>, (Timestamp, u8)>) -> Vec<Revocation> {
    let entry = |(serial, (at, reason)): (&Vec<u8>, &(Timestamp, u8))| Revocation {
        serial: serial.clone(),
        at: *at,
        reason: *reason,
    };
    revoked.iter().map(entry).collect()
}

impl fmt::Debug for CentreState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CentreState").finish_non_exhaustive()
    }
}
