//! Setting the rules of binding (product A6). A change is judged together with all other values: what would leave anybody
//! without meaningful rules is refused. Running nodes read the rules for each decision, so that it acts at once.

use std::collections::BTreeSet;

use authority::audit::EventKind;
use authority::identifiers::Bin;
use authority::policy::{Effective, PolicyError, PolicyKey, Scope, SetValue};
use chrono_tz::Tz;
use storage::{StorageError, Tx, policies};

use super::{Reason, event, sessions};
use crate::foundation::Foundation;

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyChange {
    /// The value is in force; how often the rule was set for this scope.
    Set {
        /// The version.
        version: i64,
    },
    /// The value from further away is in force again.
    Unset,
    /// It was so before.
    Unchanged,
    /// With it a rule would have no meaning.
    Refused {
        /// The rule.
        key: PolicyKey,
        /// Why.
        error: PolicyError,
        /// For whom.
        scope: Scope,
    },
}

/// A change that is asked for: a value, or none to unset it.
#[derive(Clone, Debug)]
pub struct AskedChange {
    /// For whom.
    pub scope: Scope,
    /// Which rule.
    pub key: PolicyKey,
    /// What.
    pub value: Option<String>,
}

/// Makes the change. `zone` is the configured one. Sessions beyond a lowered limit end at once.
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn change(
    foundation: &Foundation,
    zone: Tz,
    asked: &AskedChange,
    reason: &Reason,
) -> Result<PolicyChange, StorageError> {
    let done = foundation.db.tx("change_policy", |tx| async move {
        policies::lock(&tx).await?;
        let before: Vec<SetValue> = policies::list(&tx)
            .await?
            .into_iter()
            .map(|stored| stored.set)
            .collect();
        let after = with(&before, asked);
        if before == after {
            return Ok(PolicyChange::Unchanged);
        }
        if let Some(refused) = broken_by(zone, &before, &after, &asked.scope) {
            return Ok(refused);
        }
        record(&tx, foundation, asked, reason, &before).await
    });
    let done = done.await?;
    if asked.key == PolicyKey::SessionsPerAccount && !matches!(done, PolicyChange::Refused { .. }) {
        sessions::enforce_limit(foundation, zone).await?;
    }
    Ok(done)
}

async fn record(
    tx: &Tx,
    foundation: &Foundation,
    asked: &AskedChange,
    reason: &Reason,
    before: &[SetValue],
) -> Result<PolicyChange, StorageError> {
    let now = foundation.decision_now(tx).await?;
    let change = if let Some(value) = &asked.value {
        let set = SetValue {
            scope: asked.scope.clone(),
            key: asked.key,
            value: value.clone(),
        };
        let version = policies::record(tx, &set, now).await?;
        PolicyChange::Set { version }
    } else {
        policies::unset(tx, &asked.scope, asked.key).await?;
        PolicyChange::Unset
    };
    let old = find(before, asked).map_or("unset", |set| set.value.as_str());
    let new = asked.value.as_deref().unwrap_or("unset");
    let words = format!(
        "{} {}: {old} -> {new}: {}",
        asked.scope,
        asked.key.as_str(),
        reason.as_str()
    );
    storage::audit::insert(tx, &event(EventKind::PolicyChanged, None, words, now)).await?;
    Ok(change)
}

fn find<'a>(values: &'a [SetValue], asked: &AskedChange) -> Option<&'a SetValue> {
    values
        .iter()
        .find(|set| set.scope == asked.scope && set.key == asked.key)
}

fn with(before: &[SetValue], asked: &AskedChange) -> Vec<SetValue> {
    let mut after = before.to_vec();
    let place = after
        .iter()
        .position(|set| set.scope == asked.scope && set.key == asked.key);
    match (place, &asked.value) {
        (Some(place), Some(value)) => {
            if let Some(set) = after.get_mut(place) {
                set.value.clone_from(value);
            }
        }
        (Some(place), None) => {
            after.remove(place);
        }
        (None, Some(value)) => after.push(SetValue {
            scope: asked.scope.clone(),
            key: asked.key,
            value: value.clone(),
        }),
        (None, None) => {}
    }
    after
}

/// The first scope whose rules have no meaning after the change, but had one before: a change that repairs is let through,
/// even when it does not repair everything.
fn broken_by(zone: Tz, before: &[SetValue], after: &[SetValue], asked: &Scope) -> Option<PolicyChange> {
    let words: BTreeSet<String> = after
        .iter()
        .map(|set| &set.scope)
        .chain([asked])
        .map(Scope::to_word)
        .collect();
    let scopes = words.iter().filter_map(|word| Scope::from_word(word));
    [Scope::Deployment].into_iter().chain(scopes).find_map(|scope| {
        let bin: Option<&Bin> = match &scope {
            Scope::Deployment => None,
            Scope::Organisation(bin) => Some(bin),
        };
        let (key, error) = Effective::resolve(zone, after, bin).err()?;
        Effective::resolve(zone, before, bin).ok()?;
        Some(PolicyChange::Refused { key, error, scope })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(scope: &str, key: PolicyKey, value: &str) -> SetValue {
        SetValue {
            scope: Scope::from_word(scope).unwrap(),
            key,
            value: value.to_owned(),
        }
    }

    fn refused(before: &[SetValue], scope: &str, key: PolicyKey, value: Option<&str>) -> Option<(PolicyKey, String)> {
        let asked = AskedChange {
            scope: Scope::from_word(scope).unwrap(),
            key,
            value: value.map(ToOwned::to_owned),
        };
        match broken_by(Tz::Asia__Almaty, before, &with(before, &asked), &asked.scope) {
            Some(PolicyChange::Refused { key, scope, .. }) => Some((key, scope.to_word())),
            _ => None,
        }
    }

    const SCHOOL: &str = "organisation:050140000017";

    #[test]
    fn a_value_is_judged_for_every_organisation_it_reaches() {
        let late = set(SCHOOL, PolicyKey::RegistrationFrom, "16:00");
        let before = [late];
        let to = PolicyKey::RegistrationTo;
        assert_eq!(refused(&before, "deployment", to, Some("17:00")), None);
        assert_eq!(
            refused(&before, "deployment", to, Some("15:00")),
            Some((to, SCHOOL.to_owned()))
        );
        assert_eq!(
            refused(&before, SCHOOL, to, Some("16:00")),
            Some((to, SCHOOL.to_owned()))
        );
        assert_eq!(refused(&before, SCHOOL, to, Some("16:01")), None);
    }

    #[test]
    fn taking_a_value_away_is_judged_too() {
        let before = [
            set(SCHOOL, PolicyKey::RegistrationFrom, "19:00"),
            set(SCHOOL, PolicyKey::RegistrationTo, "21:00"),
        ];
        assert_eq!(
            refused(&before, SCHOOL, PolicyKey::RegistrationTo, None),
            Some((PolicyKey::RegistrationTo, SCHOOL.to_owned()))
        );
        assert_eq!(refused(&before, SCHOOL, PolicyKey::RegistrationFrom, None), None);
    }

    #[test]
    fn a_change_that_repairs_is_not_held_up_by_what_else_is_broken() {
        let before = [
            set("deployment", PolicyKey::Rekey, "perhaps"),
            set("deployment", PolicyKey::ExclusiveFor, "long"),
        ];
        assert_eq!(refused(&before, "deployment", PolicyKey::Rekey, Some("off")), None);
        assert_eq!(refused(&before, "deployment", PolicyKey::ExclusiveFor, None), None);
    }
}
