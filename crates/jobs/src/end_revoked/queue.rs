//! Whom to ask about next: a round has fewer questions than there may be certificates that no list covers, so that the next
//! round goes on where the last one ended, and begins anew behind the last certificate.

use std::collections::BTreeMap;

use authority::ids::CertificateId;
use storage::certificates::CertificateInUse;

/// Questions in one round: a responder is a guest's resource.
const QUESTIONS: usize = 100;

/// After so many certificates of one issuer about which nobody could say anything, one after the other, the next round tries again.
const FAILURES: usize = 3;

/// Certificates that no list covers, as far as this round gets.
#[derive(Debug)]
pub(super) struct Queue {
    last_asked: Option<CertificateId>,
    behind: Vec<CertificateInUse>,
    before: Vec<CertificateInUse>,
}

impl Queue {
    /// A queue that begins behind the certificate that was asked about last.
    pub(super) const fn behind(last_asked: Option<CertificateId>) -> Self {
        Self {
            last_asked,
            behind: Vec::new(),
            before: Vec::new(),
        }
    }

    /// Takes a certificate in, when its turn may come. They come in the order of their ids.
    pub(super) fn push(&mut self, certificate: CertificateInUse) {
        let side = if self.last_asked.is_none_or(|last| certificate.id > last) {
            &mut self.behind
        } else {
            &mut self.before
        };
        if side.len() < QUESTIONS {
            side.push(certificate);
        }
    }

    /// Who is asked about, in this order.
    pub(super) fn turns(self) -> impl Iterator<Item = CertificateInUse> {
        self.behind.into_iter().chain(self.before).take(QUESTIONS)
    }
}

/// Which centres answer nothing in this round: one that is down takes no question from the others.
#[derive(Debug, Default)]
pub(super) struct Silences(BTreeMap<Vec<u8>, usize>);

impl Silences {
    /// Whether nobody is asked about this issuer's certificates any more in this round.
    pub(super) fn has_given_up(&self, issuer: &[u8]) -> bool {
        self.0.get(issuer).is_some_and(|failures| *failures >= FAILURES)
    }

    /// Counts a question about a certificate of this issuer; an answer makes up for the silence before.
    pub(super) fn count(&mut self, issuer: &[u8], is_answered: bool) {
        let failures = self.0.entry(issuer.to_vec()).or_default();
        *failures = if is_answered { 0 } else { failures.saturating_add(1) };
    }
}

#[cfg(test)]
mod tests {
    use authority::ids::UserId;
    use authority::time::Timestamp;
    use rand_core::TryRngCore as _;

    use super::*;

    /// So many, in the order of their ids.
    fn certificates(many: usize) -> Vec<CertificateInUse> {
        let mut rng = rand_core::OsRng.unwrap_err();
        let mut certificate = || CertificateInUse {
            id: CertificateId::mint(Timestamp::from_unix_seconds(0), &mut rng),
            user_id: UserId::mint(Timestamp::from_unix_seconds(0), &mut rng),
            issuer: Vec::new(),
            serial: Vec::new(),
        };
        let mut all: Vec<CertificateInUse> = (0..many).map(|_| certificate()).collect();
        all.sort_by_key(|one| one.id);
        all
    }

    /// One round over these; which were asked about.
    fn round(all: &[CertificateInUse], last_asked: &mut Option<CertificateId>) -> Vec<CertificateId> {
        let mut queue = Queue::behind(*last_asked);
        for one in all {
            queue.push(one.clone());
        }
        let asked: Vec<CertificateId> = queue.turns().map(|one| one.id).collect();
        *last_asked = asked.last().copied().or(*last_asked);
        asked
    }

    #[test]
    fn everybodys_turn_comes_and_nobodys_twice_before() {
        let all = certificates(3 * QUESTIONS);
        let mut last_asked = None;
        let asked: Vec<CertificateId> = (0..3).flat_map(|_| round(&all, &mut last_asked)).collect();
        assert_eq!(asked, all.iter().map(|one| one.id).collect::<Vec<_>>());
        // Then it begins anew.
        assert_eq!(round(&all, &mut last_asked)[0], all[0].id);
    }

    #[test]
    fn a_silent_centre_takes_no_question_from_another() {
        let mut silences = Silences::default();
        for _ in 0..2 {
            silences.count(b"down", false);
        }
        silences.count(b"slow", false);
        silences.count(b"slow", false);
        silences.count(b"slow", true);
        silences.count(b"slow", false);
        assert!(!silences.has_given_up(b"down"));
        silences.count(b"down", false);
        assert!(silences.has_given_up(b"down"));
        assert!(!silences.has_given_up(b"slow") && !silences.has_given_up(b"never asked"));
    }

    #[test]
    fn at_the_end_a_round_goes_on_from_the_beginning_and_asks_about_nobody_twice() {
        let all = certificates(QUESTIONS + 20);
        let mut last_asked = Some(all[QUESTIONS].id);
        let asked = round(&all, &mut last_asked);
        assert_eq!(asked.len(), QUESTIONS);
        assert_eq!((asked[0], asked[19]), (all[QUESTIONS + 1].id, all[0].id));
        assert_eq!(round(&all[..5], &mut last_asked).len(), 5);
        assert_eq!(round(&[], &mut last_asked), []);
    }
}
