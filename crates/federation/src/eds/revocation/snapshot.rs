//! The lists of one moment: every question of one verdict is answered from the same ones.

use std::sync::Arc;
use std::time::Duration;

use authority::time::Timestamp;

use super::super::crl::Entry;
use super::super::evidence::EvidenceObject;
use super::super::limits;
use super::super::lists::CheckedList;
use super::super::path::{Authority, TrustedPath};
use super::super::refusal::{ChainFault, EdsRefusal, StatusFault};
use super::Lists;

/// The lists of one moment.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    pub(super) max_age: Option<Duration>,
    pub(super) lists: Arc<Lists>,
}

/// The newest complete list of an authority with the newest changes that complete it.
struct Standing<'a> {
    base: &'a CheckedList,
    changes: Option<&'a CheckedList>,
}

impl Snapshot {
    /// The certificate with this serial is not withdrawn, nor is an authority above it. Returns when the list was made
    /// that says so, for the audit record.
    pub(crate) fn check(&self, serial: &[u8], path: &TrustedPath, now: Timestamp) -> Result<Timestamp, EdsRefusal> {
        let issuing = path.issuing().and_then(|authority| self.of(authority));
        let issuing = issuing.ok_or(EdsRefusal::StatusUnknown(StatusFault::NoList))?;
        self.fresh(&issuing, now).map_err(EdsRefusal::StatusUnknown)?;
        self.check_authorities(path, now)?;
        match issuing.revoked_at(serial, now) {
            Some(at) => Err(EdsRefusal::Revoked { at }),
            None => Ok(issuing.made_at(now)),
        }
    }

    /// No authority on the path was withdrawn. Authorities are pinned by the operator, so a list above them is not
    /// demanded; one that is there counts, until its own next one is due: roots publish rarely, and `max_age` is about the
    /// lists that judge people.
    pub(crate) fn check_authorities(&self, path: &TrustedPath, now: Timestamp) -> Result<(), EdsRefusal> {
        for (authority, above) in path.links() {
            if let Some(list) = self.of(above) {
                list.in_its_time(now).map_err(EdsRefusal::StatusUnknown)?;
                if list.revoked_at(authority.serial(), now).is_some() {
                    return Err(EdsRefusal::Chain(ChainFault::AuthorityRevoked));
                }
            }
        }
        Ok(())
    }

    /// Whether a list above, in its own time, names an authority on the path. Lists above that are over do not hide what the
    /// others name.
    pub(crate) fn is_authority_withdrawn(&self, path: &TrustedPath, now: Timestamp) -> bool {
        path.links().any(|(authority, above)| {
            self.of(above)
                .is_some_and(|list| list.in_its_time(now).is_ok() && list.revoked_at(authority.serial(), now).is_some())
        })
    }

    /// The lists that a verdict about a certificate at the end of this path rests on. When its issuer answered itself,
    /// the issuer's own lists are none of them: they only may contradict.
    pub(crate) fn consulted(&self, path: &TrustedPath, issuer_answered: bool) -> Vec<EvidenceObject> {
        let above = path.authorities().skip(usize::from(issuer_answered));
        let of = |authority| {
            self.of(authority)
                .into_iter()
                .flat_map(|standing| [Some(standing.base), standing.changes])
        };
        above.flat_map(of).flatten().map(CheckedList::signed).collect()
    }

    /// What fresh lists know about a serial number that this authority gave to a person or a responder: withdrawn or not;
    /// `None` when there is no fresh one.
    pub(crate) fn is_withdrawn(&self, issuer: &Authority, serial: &[u8], now: Timestamp) -> Option<bool> {
        let standing = self.of(issuer)?;
        self.fresh(&standing, now).ok()?;
        Some(standing.revoked_at(serial, now).is_some())
    }

    /// Since when the certificate is withdrawn by a list that was made after this instant. Changes need not be fresh for
    /// that: what they withdrew stays withdrawn.
    pub(crate) fn withdrawn_after(
        &self,
        (issuer, serial): (&Authority, &[u8]),
        known: Timestamp,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let standing = self.of(issuer)?;
        if !standing.begun(now) {
            return None;
        }
        if standing.made_at(now) > known {
            return standing.revoked_at(serial, now);
        }
        let changes = standing.changes?.list();
        match changes.entry(serial) {
            Some(Entry::Revoked(at)) if changes.this_update > known => Some(at),
            Some(Entry::Revoked(_) | Entry::Lifted(_)) | None => None,
        }
    }

    /// Whether it may judge what its authority issued to people and responders.
    fn fresh(&self, standing: &Standing<'_>, now: Timestamp) -> Result<(), StatusFault> {
        standing.in_its_time(now)?;
        let is_old = self.max_age.is_some_and(|age| now.since(standing.made_at(now)) > age);
        if is_old { Err(StatusFault::Stale) } else { Ok(()) }
    }

    fn of(&self, authority: &Authority) -> Option<Standing<'_>> {
        let of_authority = || self.lists.all().filter(|one| one.is_of(authority));
        let newest = |one: &&CheckedList, other: &&CheckedList| one.list().compare_age(other.list());
        let base = of_authority().filter(|one| !one.is_delta()).max_by(newest)?;
        let changes = of_authority()
            .filter(|one| one.list().completes(base.list()))
            .max_by(newest);
        Some(Standing { base, changes })
    }
}

impl Standing<'_> {
    /// From `thisUpdate` until before `nextUpdate` of the complete list.
    fn in_its_time(&self, now: Timestamp) -> Result<(), StatusFault> {
        if !self.begun(now) {
            Err(StatusFault::NotYetValid)
        } else if now >= self.base.list().next_update {
            Err(StatusFault::Stale)
        } else {
            Ok(())
        }
    }

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
