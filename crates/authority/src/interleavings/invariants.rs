//! What must hold whatever happens in whatever order. It is said here in the words of the product, apart from the rules
//! that are to keep it.

use super::facts::Records;
use super::steps::Trace;
use super::world::{CLOSED, Flow, Issued, Lock, Rules, Who, World};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Violation {
    /// More live devices than the policy allows.
    TooManyBindings,
    /// More than one open registration of the person.
    TwoOpenRegistrations,
    /// A session or token counts although its binding ended.
    StandsForAnEndedBinding,
    /// It counts although another device alone may act.
    StandsBesideTheNewest,
    /// It counts although the account is locked.
    StandsWhileLocked,
    /// It counts although everything was ended after it was minted, or would as soon as nothing else forbids it.
    StandsAfterItsEnd,
    /// A session or token was minted for a device that may not act.
    MintedForNothing,
    /// A second device was registered while only the first might act.
    TwoRegistrationsInOnePeriod,
    /// A device was registered outside the hours.
    RegisteredOutsideTheWindow,
    /// A device was registered without the proof at the picture, or after its registration had ended.
    RegisteredWithoutProof,
    /// A registration came to nothing and its person was not told.
    LoserNotTold,
    /// It came to nothing and its browser was signed in all the same.
    LoserSignedIn,
    /// A person cannot get in any more, whatever they and the operator do, and however long they wait.
    NoWayOut(Who),
}

/// The first rule that a step from `before` to `after` breaks.
pub(super) fn check(
    records: &Records,
    rules: &Rules,
    (before, after): (&World, &World),
    trace: &Trace,
) -> Result<(), Violation> {
    let live = after.live.iter().flatten().count();
    if live > rules.policy.devices_per_account {
        return Err(Violation::TooManyBindings);
    }
    let open = after.browsers.iter().filter(|browser| browser.flow.registers());
    if open.count() > 1 {
        return Err(Violation::TwoOpenRegistrations);
    }
    if let Some(registered) = trace.registered {
        check_registered(before, registered)?;
    }
    if let Some((who, minted)) = trace.minted {
        check_minted(after, trace, who, minted)?;
    }
    for who in Who::ALL {
        check_told(before, after, trace, who)?;
    }
    let issued = after.browsers.iter().filter_map(|browser| browser.issued);
    issued
        .into_iter()
        .try_for_each(|issued| check_issued(records, rules, after, issued))
}

fn check_registered(before: &World, who: Who) -> Result<(), Violation> {
    if before.browser(who).flow != Flow::Given {
        return Err(Violation::RegisteredWithoutProof);
    }
    if before.period.is_some() {
        return Err(Violation::TwoRegistrationsInOnePeriod);
    }
    if before.moment == CLOSED {
        return Err(Violation::RegisteredOutsideTheWindow);
    }
    Ok(())
}

fn check_minted(after: &World, trace: &Trace, who: Who, minted: Issued) -> Result<(), Violation> {
    if trace.told.iter().any(|(loser, _)| *loser == who) {
        return Err(Violation::LoserSignedIn);
    }
    let may_act = after.period.is_none_or(|(key, _)| key == minted.key);
    if after.is_live(minted.key) && may_act && after.lock == Lock::Open {
        Ok(())
    } else {
        Err(Violation::MintedForNothing)
    }
}

fn check_told(before: &World, after: &World, trace: &Trace, who: Who) -> Result<(), Violation> {
    let over = before.browser(who).flow.registers() && !after.browser(who).flow.registers();
    let told = trace.told.iter().any(|(loser, _)| *loser == who);
    let signed_in = trace.minted.is_some_and(|(minted, _)| minted == who);
    if over && !told && !signed_in && !trace.expired {
        return Err(Violation::LoserNotTold);
    }
    Ok(())
}

fn check_issued(records: &Records, rules: &Rules, after: &World, issued: Issued) -> Result<(), Violation> {
    let stands = |world: &World| {
        let (session, grant) = records.stands(world, issued, rules);
        session || grant
    };
    if stands(after) {
        if !after.is_live(issued.key) {
            return Err(Violation::StandsForAnEndedBinding);
        }
        if after.period.is_some_and(|(key, _)| key != issued.key) {
            return Err(Violation::StandsBesideTheNewest);
        }
        if after.lock != Lock::Open {
            return Err(Violation::StandsWhileLocked);
        }
    }
    // Exclusivity and locks pass; what is over must stay so.
    let later = World {
        exclusive: None,
        lock: Lock::Open,
        ..after.clone()
    };
    if issued.over && stands(&later) {
        return Err(Violation::StandsAfterItsEnd);
    }
    Ok(())
}
