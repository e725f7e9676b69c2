//! Certificate revocation lists (RFC 5280 §5, §6.3; CE-8), failing closed: an issuer without a fresh, properly signed list
//! has no acceptable certificates, unless its responder answers.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use authority::time::Timestamp;

use super::crl::Entry;
use super::limits;
use super::lists::{self, CheckedList};
use super::path::{Authority, TrustStore, TrustedPath};
use super::refusal::{ChainFault, EdsRefusal, StatusFault};
use super::settings::TrustFile;

/// Why a file is not used as a revocation list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CrlFault {
    /// Not a version 2 list with `nextUpdate`, in strict DER or PEM, of at most 64 MiB.
    #[error("it is not a certificate revocation list")]
    NotList,
    /// The list or an entry has a critical extension that we do not process.
    #[error("it has an unknown critical extension")]
    CriticalExtension,
    /// It covers a part of the issuer's certificates, or certificates of others.
    #[error("it is of limited scope")]
    Scope,
    /// No configured authority has its issuer's name and key.
    #[error("its issuer is not configured")]
    UnknownIssuer,
    /// The authority's key may not sign lists.
    #[error("its issuer may not sign lists")]
    NotListSigner,
    /// Its signature does not verify with the authority's key.
    #[error("its signature does not verify")]
    Signature,
    /// A newer list of the same issuer was used already.
    #[error("it is older than the one in use")]
    Older,
    /// Changes to a complete list that was not seen yet, while older changes are in use: taking them would forget those.
    #[error("it changes a list that is not here yet")]
    Early,
    /// At its address stands a list of another authority or kind, which still counts.
    #[error("another list stands in its place")]
    OtherPlace,
}

/// A file that is not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrlProblem {
    /// The file's name.
    pub file: String,
    /// Why.
    pub fault: CrlFault,
}

/// A list in use, for operators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrlState {
    /// The file's name, or the address it comes from.
    pub file: String,
    /// When it was made.
    pub this_update: Timestamp,
    /// When the next one is due; afterwards its issuer's certificates are refused.
    pub next_update: Timestamp,
    /// How many certificates it lists.
    pub entries: usize,
    /// It lists changes only.
    pub is_delta: bool,
}

/// The lists in use, exchanged as a whole.
#[derive(Debug)]
pub(crate) struct Revocations {
    max_age: Option<Duration>,
    lists: RwLock<Arc<Lists>>,
}

/// By where they come from.
#[derive(Clone, Debug, Default)]
struct Lists {
    files: Vec<CheckedList>,
    fetched: Vec<CheckedList>,
}

/// The newest complete list of an authority with the newest changes that complete it.
struct Standing<'a> {
    base: &'a CheckedList,
    changes: Option<&'a CheckedList>,
}

impl Revocations {
    pub(crate) fn new(max_age: Option<Duration>) -> Self {
        Self {
            max_age,
            lists: RwLock::default(),
        }
    }

    fn lists(&self) -> Arc<Lists> {
        Arc::clone(&self.lists.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn change(&self, change: impl FnOnce(&mut Lists)) {
        let mut guard = self.lists.write().unwrap_or_else(PoisonError::into_inner);
        let mut lists = Lists::clone(&guard);
        change(&mut lists);
        *guard = Arc::new(lists);
    }

    /// At start: uses what can be used, and says what cannot; the issuers of the latter are refused until it is mended.
    pub(crate) fn load(&self, files: &[TrustFile], trust: &TrustStore) -> Vec<CrlProblem> {
        let (checked, problems) = lists::read_files(files, trust);
        self.change(|lists| lists.files = checked);
        problems
    }

    /// While running: takes the files only when all of them can be used and none goes back to an older list, so that a
    /// broken download changes nothing; the lists in use grow stale by themselves.
    pub(crate) fn reload(&self, files: &[TrustFile], trust: &TrustStore) -> Result<(), Vec<CrlProblem>> {
        let (checked, mut problems) = lists::read_files(files, trust);
        let used = self.lists();
        problems.extend(used.files.iter().filter_map(|old| replaced_by_older(old, &checked)));
        if !problems.is_empty() {
            return Err(problems);
        }
        self.change(|lists| lists.files = checked);
        Ok(())
    }

    /// Puts these in the place of all lists that were fetched.
    pub(crate) fn use_fetched(&self, fetched: Vec<CheckedList>) {
        self.change(|lists| lists.fetched = fetched);
    }

    pub(crate) fn states(&self) -> Vec<CrlState> {
        let lists = self.lists();
        lists.all().map(CheckedList::state).collect()
    }

    /// The certificate with this serial is not withdrawn, nor is an authority above it. Returns when the list was made
    /// that says so, for the audit record.
    pub(crate) fn check(&self, serial: &[u8], path: &TrustedPath, now: Timestamp) -> Result<Timestamp, EdsRefusal> {
        let lists = self.lists();
        let issuing = path.issuing().and_then(|authority| lists.of(authority));
        let issuing = issuing.ok_or(EdsRefusal::StatusUnknown(StatusFault::NoList))?;
        self.fresh(&issuing, now).map_err(EdsRefusal::StatusUnknown)?;
        self.check_authorities(path, now)?;
        match issuing.revoked_at(serial, now) {
            Some(at) => Err(EdsRefusal::Revoked { at }),
            None => Ok(issuing.made_at(now)),
        }
    }

    /// No authority on the path was withdrawn. Authorities are pinned by the operator, so a list above them is not
    /// demanded; one that is there counts.
    pub(crate) fn check_authorities(&self, path: &TrustedPath, now: Timestamp) -> Result<(), EdsRefusal> {
        let lists = self.lists();
        for (authority, above) in path.links() {
            if let Some(list) = lists.of(above) {
                self.fresh(&list, now).map_err(EdsRefusal::StatusUnknown)?;
                if list.revoked_at(authority.serial(), now).is_some() {
                    return Err(EdsRefusal::Chain(ChainFault::AuthorityRevoked));
                }
            }
        }
        Ok(())
    }

    /// The lists that a verdict about a certificate at the end of this path rests on, DER. When its issuer answered itself,
    /// the issuer's own lists are none of them: they only may contradict.
    pub(crate) fn consulted(&self, path: &TrustedPath, issuer_answered: bool) -> Vec<Arc<[u8]>> {
        let lists = self.lists();
        let above = path.authorities().skip(usize::from(issuer_answered));
        let of = |authority| {
            lists
                .of(authority)
                .into_iter()
                .flat_map(|standing| [Some(standing.base), standing.changes])
        };
        above.flat_map(of).flatten().map(CheckedList::der).collect()
    }

    /// What fresh lists know about a serial number of this authority: withdrawn or not; `None` when there is no fresh one.
    pub(crate) fn is_withdrawn(&self, issuer: &Authority, serial: &[u8], now: Timestamp) -> Option<bool> {
        let lists = self.lists();
        let standing = lists.of(issuer)?;
        self.fresh(&standing, now).ok()?;
        Some(standing.revoked_at(serial, now).is_some())
    }

    /// Since when the certificate is withdrawn by a list that was made after this instant.
    pub(crate) fn withdrawn_after(
        &self,
        (issuer, serial): (&Authority, &[u8]),
        known: Timestamp,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let lists = self.lists();
        let standing = lists.of(issuer)?;
        let is_newer = standing.made_at(now) > known && standing.begun(now);
        if is_newer {
            standing.revoked_at(serial, now)
        } else {
            None
        }
    }

    fn fresh(&self, standing: &Standing<'_>, now: Timestamp) -> Result<(), StatusFault> {
        if !standing.begun(now) {
            return Err(StatusFault::NotYetValid);
        }
        let is_old = self.max_age.is_some_and(|age| now.since(standing.made_at(now)) > age);
        if now >= standing.base.list().next_update || is_old {
            Err(StatusFault::Stale)
        } else {
            Ok(())
        }
    }
}

impl Revocations {
    /// Whether these changes would take the place of others that count with the complete list in use, and do not count with
    /// it themselves: what the others withdrew would be forgotten until the next complete list is here.
    pub(crate) fn is_early(&self, changes: &CheckedList) -> bool {
        let lists = self.lists();
        let in_use = lists.all().filter(|one| one.is_delta() && changes.is_in_place_of(one));
        let mut bases = lists
            .all()
            .filter(|one| !one.is_delta() && one.is_same_authority(changes));
        let newest = bases.by_ref().max_by(|one, other| one.list().compare_age(other.list()));
        newest.is_some_and(|base| {
            changes.is_delta()
                && !changes.list().completes(base.list())
                && in_use.into_iter().any(|older| older.list().completes(base.list()))
        })
    }
}

impl Lists {
    fn all(&self) -> impl Iterator<Item = &CheckedList> {
        self.files.iter().chain(&self.fetched)
    }

    fn of(&self, authority: &Authority) -> Option<Standing<'_>> {
        let of_authority = || self.all().filter(|one| one.is_of(authority));
        let newest = |one: &&CheckedList, other: &&CheckedList| one.list().compare_age(other.list());
        let base = of_authority().filter(|one| !one.is_delta()).max_by(newest)?;
        let changes = of_authority()
            .filter(|one| one.list().completes(base.list()))
            .max_by(newest);
        Some(Standing { base, changes })
    }
}

impl Standing<'_> {
    fn begun(&self, now: Timestamp) -> bool {
        self.base.list().this_update <= now.plus(limits::CLOCK_SKEW)
    }

    /// The changes, while they are fresh.
    fn fresh_changes(&self, now: Timestamp) -> Option<&CheckedList> {
        self.changes.filter(|changes| {
            let list = changes.list();
            list.this_update <= now.plus(limits::CLOCK_SKEW) && now < list.next_update
        })
    }

    fn made_at(&self, now: Timestamp) -> Timestamp {
        let base = self.base.list().this_update;
        self.fresh_changes(now)
            .map_or(base, |changes| changes.list().this_update)
    }

    /// What stale changes withdrew stays withdrawn; what they lifted is not believed any more.
    fn revoked_at(&self, serial: &[u8], now: Timestamp) -> Option<Timestamp> {
        let of_base = || match self.base.list().entry(serial) {
            // A complete list has nothing to lift.
            Some(Entry::Revoked(at) | Entry::Lifted(at)) => Some(at),
            None => None,
        };
        match self.changes.and_then(|changes| changes.list().entry(serial)) {
            Some(Entry::Revoked(at)) => Some(at),
            Some(Entry::Lifted(_)) if self.fresh_changes(now).is_some() => None,
            Some(Entry::Lifted(_)) | None => of_base(),
        }
    }
}

/// The problem of a set in which the newest list in the place of `old` is older than it.
fn replaced_by_older(old: &CheckedList, new: &[CheckedList]) -> Option<CrlProblem> {
    let newest = new
        .iter()
        .filter(|one| one.is_in_place_of(old))
        .max_by(|one, other| one.list().compare_age(other.list()))?;
    newest.is_behind(old).then(|| CrlProblem {
        file: newest.name().to_owned(),
        fault: CrlFault::Older,
    })
}
