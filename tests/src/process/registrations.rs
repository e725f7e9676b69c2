//! Two server processes on one database, and two browsers that register a device at the same time: one holds.

use super::registration_steps::{First, Pair, has_session};
use crate::harness::{Browser, Page};
use crate::journeys::steps::flow_path;
use crate::storage::both_databases;

/// Rounds in which nothing but chance says who is faster.
const ROUNDS: usize = 4;

/// A commit at one process and a beginning at the other, both posted.
struct Rivals {
    committing: Browser,
    told: Page,
    beginning: Browser,
    begun: Page,
}

impl Pair<'_> {
    /// Another round: a device that was bound before, a new browser that agrees at one process, and another one that begins
    /// at the other, at the same moment; `first` has both wait for the account and be served in that order.
    async fn rivals(&self, first: Option<First>, round: usize) -> Rivals {
        self.forgets().await;
        self.binds(&self.one, &self.one.diary().request(&[])).await;
        let (mut left, left_page) = self.arrives(&self.one).await;
        let (mut right, right_page) = self.arrives(&self.other).await;
        let commit = self.agreement(&mut left, &left_page).await;
        let begin = right_page.form_of("register");
        if let Some(first) = first {
            let begins = async move { (right.submit(&begin).await, right) };
            let (told, committing, (begun, beginning)) = self.commits_against((left, commit), begins, first).await;
            return Rivals {
                committing,
                told,
                beginning,
                begun,
            };
        }
        // Each is asked first in turn.
        let (told, begun) = if round.is_multiple_of(2) {
            tokio::join!(left.submit(&commit), right.submit(&begin))
        } else {
            let (begun, told) = tokio::join!(right.submit(&begin), left.submit(&commit));
            (told, begun)
        };
        Rivals {
            committing: left,
            told,
            beginning: right,
            begun,
        }
    }

    /// Whoever was faster: one outcome, and the loser was told by its own answer.
    async fn one_has_won(&self, rivals: Rivals, case: &str) {
        let Rivals {
            mut committing,
            told,
            mut beginning,
            begun,
        } = rivals;
        assert!(!has_session(&beginning), "{case}");
        if has_session(&committing) {
            told.status(303);
            assert_eq!(self.standing().await, (1, 1, 1), "{case}");
            begun.status(403);
            assert_eq!(begun.marker(), "only_newest_device", "{case}");
        } else {
            // The old device and its session go on.
            assert_eq!(self.standing().await, (0, 1, 1), "{case}");
            beginning.follow(begun).await.status(200).expect("new-picture");
            let to = told.redirect();
            assert!(to.ends_with("/device") || to.ends_with("/registration"), "{case}: {to}");
            let elsewhere = committing.follow(told).await;
            elsewhere.status(403).expect("register");
            assert_eq!(elsewhere.marker(), "bound_elsewhere", "{case}");
            assert!(!has_session(&committing), "{case}");
        }
    }
}

both_databases! {
    async fn of_two_registrations_at_two_processes_one_holds(db) {
        let pair = Pair::starts(db).await;
        let (one, other) = (&pair.one, &pair.other);
        let (old, _) = pair.binds(one, &one.diary().request(&[])).await;
        let (mut left, left_page) = pair.arrives(one).await;
        let (mut right, right_page) = pair.arrives(other).await;
        let first = pair.agreement(&mut left, &left_page).await;
        // The later one takes the place of the earlier one, at whichever process.
        let second = pair.agreement(&mut right, &right_page).await;
        // The later one is posted to both processes at once, and beside it the earlier one.
        let mut twin = one.adopt(&right);
        let (lost, ..) = tokio::join!(left.submit(&first), right.submit(&second), twin.submit(&second));
        assert!(!has_session(&left), "{} {:?}", lost.status, lost.location());
        assert_eq!([&right, &twin].into_iter().filter(|browser| has_session(browser)).count(), 1);
        assert_eq!(pair.standing().await, (1, 1, 1));

        // The loser is told at either process, and the old device's session is over at both.
        for node in pair.nodes() {
            let told = node.adopt(&left).open(&format!("{}/device", flow_path(&left_page))).await;
            assert_eq!(told.marker(), "only_newest_device");
        }
        pair.is_signed_out(&old).await;
        pair.stop().await;
    }

    async fn of_a_commit_at_one_process_and_a_beginning_at_the_other_one_goes_on_and_the_other_is_told(db) {
        let pair = Pair::starts(db).await;
        for round in 0..ROUNDS {
            let rivals = pair.rivals(None, round).await;
            pair.one_has_won(rivals, &format!("round {round}")).await;
        }
        for first in First::BOTH {
            let rivals = pair.rivals(Some(first), 0).await;
            pair.one_has_won(rivals, &format!("{first:?} first")).await;
        }
        pair.stop().await;
    }
}
