//! Certificate revocation lists (RFC 5280 §5, §6.3; CE-8), failing closed: an issuer without a fresh, properly signed list
//! has no acceptable certificates, unless its responder answers.

mod judge;
mod snapshot;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use authority::time::Timestamp;

use super::lists::{self, CheckedList};
use super::path::TrustStore;
use super::settings::TrustFile;
pub(crate) use snapshot::Snapshot;

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

    /// The lists of this moment, to judge by: another exchange changes nothing of it.
    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot {
            max_age: self.max_age,
            lists: self.lists(),
        }
    }

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
