//! Every interleaving of a bounded world, explored to the end (product A3 to A5; security rules DB-5, DB-8 to DB-10, DB-13):
//! two registrations in two browsers, sign-ins, single sign-on and refresh from each, an administrator's lock, a
//! suspension and the return from it, an operator who ends all devices, and the clock, which walks over the window's end
//! and the end of the 48 hours again and again. Two nodes serve it: of two requests at a time each has read its page
//! before either decides.
//!
//! * `world`: what can differ, and which rules can be left out. `facts`: the same as the types of this crate.
//! * `steps`: what may happen; judged by the rules themselves. `invariants`: what must hold.
//! * `search`: finds all worlds, and from each the way out.
//!
//! The transactions of `web` and `protocol` are written down in `steps` once more, in their order; that they are like this
//! is for the tests of `tests::journeys` to show.

mod facts;
mod invariants;
mod search;
mod steps;
mod world;

use self::invariants::Violation;
use self::search::explore;
use self::world::{Broken, Rules, Who};
use crate::policy::{Effective, PolicyKey, Scope, SetValue};

fn rules(devices: usize, broken: &[Broken]) -> Rules {
    let set = SetValue {
        scope: Scope::Deployment,
        key: PolicyKey::DevicesPerAccount,
        value: devices.to_string(),
    };
    let effective = Effective::resolve(chrono_tz::Tz::Asia__Almaty, &[set], None).unwrap();
    Rules {
        policy: effective.policy().clone(),
        broken: broken.to_vec(),
    }
}

#[test]
fn no_order_of_events_breaks_a_rule_or_shuts_a_person_out() {
    let seen = explore(&rules(1, &[])).unwrap();
    println!("{seen:?}");
    assert!(seen.worlds > 10_000, "{seen:?}");
    // Two days of exclusivity, and at most the rest of the day on which they end.
    assert!(seen.longest_wait <= 7, "{seen:?}");
}

#[test]
fn nor_where_two_devices_are_allowed() {
    let seen = explore(&rules(2, &[])).unwrap();
    println!("{seen:?}");
    assert!(seen.longest_wait <= 7, "{seen:?}");
}

#[test]
fn each_rule_that_is_left_out_is_missed() {
    let found = |devices, broken: &[Broken]| explore(&rules(devices, broken)).map(|seen| seen.worlds).unwrap_err();
    for (devices, broken, violation) in [
        (
            1,
            &[Broken::CommitJudgesNoAccount][..],
            Violation::RegisteredOutsideTheWindow,
        ),
        (
            1,
            &[Broken::CommitJudgesByTheTimeOfThePage],
            Violation::RegisteredOutsideTheWindow,
        ),
        (
            1,
            &[Broken::CommitJudgesNoRegistration],
            Violation::RegisteredWithoutProof,
        ),
        (1, &[Broken::CommitKeepsDevices], Violation::TooManyBindings),
        (
            1,
            &[Broken::AdmissionForgetsExclusivity],
            Violation::TwoRegistrationsInOnePeriod,
        ),
        (1, &[Broken::CommitRecordsNoExclusivity], Violation::MintedForNothing),
        (2, &[Broken::CommitKeepsTheEpoch], Violation::StandsAfterItsEnd),
        (
            2,
            &[Broken::CommitKeepsTheEpoch, Broken::TheJoinForgetsExclusivity],
            Violation::StandsBesideTheNewest,
        ),
        (
            1,
            &[
                Broken::CommitKeepsTheEpoch,
                Broken::TheJoinForgetsDevices,
                Broken::TheJoinForgetsExclusivity,
            ],
            Violation::StandsForAnEndedBinding,
        ),
        (1, &[Broken::SuspensionKeepsTheEpoch], Violation::StandsAfterItsEnd),
        (
            1,
            &[Broken::SuspensionKeepsTheEpoch, Broken::TheJoinForgetsLocks],
            Violation::StandsWhileLocked,
        ),
        (1, &[Broken::TheJoinForgetsTheEpoch], Violation::StandsAfterItsEnd),
        (1, &[Broken::BeginningLeavesOthersOpen], Violation::TwoOpenRegistrations),
        (1, &[Broken::LosersHearNothing], Violation::LoserNotTold),
        (1, &[Broken::LosersAreSignedIn], Violation::LoserSignedIn),
        (1, &[Broken::SignInJudgesNoBinding], Violation::TooManyBindings),
        (1, &[Broken::SignInJudgesNoLock], Violation::MintedForNothing),
        (1, &[Broken::SingleSignOnReadsNothingAgain], Violation::MintedForNothing),
        (1, &[Broken::NobodyReturns], Violation::NoWayOut(Who::One)),
    ] {
        let broke = found(devices, broken);
        println!("{broken:?}: {:?} after {:?}", broke.violation, broke.path);
        assert_eq!(broke.violation, violation, "{broken:?}: {:?}", broke.path);
    }
}
