//! Powers of attorney: who may act in whose name, from when until when, at which services and with what (product B5;
//! security rule DG-6). There are no chains: only the principal gives one, in person or as the head of the organisation.

use std::time::Duration;

use crate::authorization::Scope;
use crate::certificates::CertificateRole;
use crate::clients::ClientId;
use crate::ids::{PowerId, UserId};
use crate::representation::{Acting, Principal};
use crate::secret::TokenDigest;
use crate::time::{Timestamp, days};

/// The longest time that a power may be given for: three years.
pub const LONGEST: Duration = days(3 * 366);
/// For how long after its end an agent is still told that it ended.
pub const MOURNING: Duration = days(30);

/// A power of attorney.
#[derive(Clone, Debug)]
pub struct Power {
    /// Our identifier.
    pub id: PowerId,
    /// In whose name.
    pub principal: Principal,
    /// The person who gave it: the principal, or the head of the organisation.
    pub given_by: UserId,
    /// Keyed digest of the agent's IIN. Whether anybody has an account with it is not asked.
    pub agent: TokenDigest,
    /// Where it may be used; everywhere when nothing is named.
    pub clients: Option<Vec<ClientId>>,
    /// What requests may ask for under it; anything when nothing is named.
    pub scopes: Option<Vec<Scope>>,
    /// It begins then.
    pub from: Timestamp,
    /// It ends then.
    pub until: Timestamp,
    /// When it was given.
    pub given_at: Timestamp,
    /// How and when it was ended before its time.
    pub ended: Option<(PowerEnd, Timestamp)>,
}

/// Who ended a power before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PowerEnd {
    /// The principal.
    Revoked,
    /// The agent.
    Renounced,
}

impl PowerEnd {
    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Revoked => "revoked",
            Self::Renounced => "renounced",
        }
    }

    /// The end of a stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Revoked, Self::Renounced]
            .into_iter()
            .find(|end| end.as_str() == word)
    }
}

/// How a power stands at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PowerState {
    /// It has not begun.
    Future,
    /// It holds.
    Running,
    /// Its time is over.
    Over,
    /// It was ended before its time.
    Ended(PowerEnd, Timestamp),
}

impl Power {
    /// How it stands at `now`: at `from` exactly it holds, at `until` exactly it does not.
    pub fn state(&self, now: Timestamp) -> PowerState {
        match self.ended {
            Some((end, at)) => PowerState::Ended(end, at),
            None if now >= self.until => PowerState::Over,
            None if now < self.from => PowerState::Future,
            None => PowerState::Running,
        }
    }

    /// When it stopped, if it has.
    pub fn stopped_at(&self, now: Timestamp) -> Option<Timestamp> {
        match self.state(now) {
            PowerState::Future | PowerState::Running => None,
            PowerState::Over => Some(self.until),
            PowerState::Ended(_, at) => Some(at),
        }
    }

    /// Whether it may be used at this client for these scopes.
    pub fn covers(&self, client: &ClientId, scopes: &[Scope]) -> bool {
        let here = self.clients.as_ref().is_none_or(|clients| clients.contains(client));
        let granted = |scope: &Scope| {
            matches!(scope, Scope::OpenId | Scope::Organisation)
                || self.scopes.as_ref().is_none_or(|granted| granted.contains(scope))
        };
        here && scopes.iter().all(granted)
    }

    /// What acting under it is.
    pub const fn acting(&self) -> Acting {
        Acting::Power {
            id: self.id,
            principal: self.principal,
        }
    }
}

/// Why no power can be given for such a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TermError {
    /// It would end before it begins, or with it.
    #[error("the power ends before it begins")]
    Backwards,
    /// It would be over already.
    #[error("the power is over already")]
    Past,
    /// It would last longer than [`LONGEST`].
    #[error("the power lasts too long")]
    TooLong,
}

/// The time of a power that is given at `now`: it never begins before it is given.
///
/// # Errors
/// The end is not after the beginning and `now`, or too far away.
pub fn term(from: Timestamp, until: Timestamp, now: Timestamp) -> Result<(Timestamp, Timestamp), TermError> {
    if until <= from {
        return Err(TermError::Backwards);
    }
    if until <= now {
        return Err(TermError::Past);
    }
    let from = from.max(now);
    if until.since(from) > LONGEST {
        return Err(TermError::TooLong);
    }
    Ok((from, until))
}

/// Whether a certificate in this role lets the person give powers in the organisation's name: its head, or the sole
/// proprietor whom it belongs to.
pub fn may_give_for_organisation(role: CertificateRole, sole_proprietor: bool) -> bool {
    role == CertificateRole::Head || sole_proprietor
}

/// Whether a certificate in this role lets the person act for the organisation: one that names no role does not, unless it
/// is the sole proprietor's own.
pub fn may_act_for_organisation(role: CertificateRole, sole_proprietor: bool) -> bool {
    match role {
        CertificateRole::Head
        | CertificateRole::Signatory
        | CertificateRole::FinancialSignatory
        | CertificateRole::HumanResources
        | CertificateRole::Employee => true,
        CertificateRole::Organisation => sole_proprietor,
        CertificateRole::Individual => false,
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;
    use crate::time::seconds;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_262_400);

    fn power() -> Power {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let giver = UserId::mint(NOW, &mut rng);
        Power {
            id: PowerId::mint(NOW, &mut rng),
            principal: Principal::Person(giver),
            given_by: giver,
            agent: TokenDigest::from_bytes([1; 32]),
            clients: None,
            scopes: None,
            from: NOW,
            until: NOW.plus(days(1)),
            given_at: NOW,
            ended: None,
        }
    }

    fn before(at: Timestamp) -> Timestamp {
        Timestamp::from_micros(at.as_micros() - 1)
    }

    #[test]
    fn a_power_begins_and_ends_at_its_instants_exactly() {
        let power = power();
        assert_eq!(power.state(before(NOW)), PowerState::Future);
        assert_eq!(power.state(NOW), PowerState::Running);
        assert_eq!(power.state(before(power.until)), PowerState::Running);
        assert_eq!(power.state(power.until), PowerState::Over);
        assert_eq!(power.stopped_at(power.until), Some(power.until));
        let at = NOW.plus(seconds(1));
        let revoked = Power {
            ended: Some((PowerEnd::Revoked, at)),
            ..power
        };
        for now in [before(NOW), NOW, revoked.until] {
            assert_eq!(revoked.state(now), PowerState::Ended(PowerEnd::Revoked, at));
        }
    }

    #[test]
    fn a_power_covers_what_it_names_and_nothing_else() {
        let (diary, library) = (ClientId::parse("diary").unwrap(), ClientId::parse("library").unwrap());
        let all = [Scope::OpenId, Scope::Organisation, Scope::Profile, Scope::Iin];
        assert!(power().covers(&diary, &all));
        let one = Power {
            clients: Some(vec![diary.clone()]),
            ..power()
        };
        assert!(one.covers(&diary, &all) && !one.covers(&library, &all));
        let narrow = Power {
            scopes: Some(vec![Scope::Profile]),
            ..power()
        };
        assert!(narrow.covers(&diary, &[Scope::OpenId, Scope::Organisation, Scope::Profile]));
        assert!(!narrow.covers(&diary, &all));
        let nowhere = Power {
            clients: Some(Vec::new()),
            ..power()
        };
        assert!(!nowhere.covers(&diary, &[Scope::OpenId]));
    }

    #[test]
    fn the_time_of_a_power_has_its_limits_to_the_second() {
        let later = |by| NOW.plus(by);
        assert_eq!(term(NOW, NOW, NOW), Err(TermError::Backwards));
        assert_eq!(
            term(later(seconds(2)), later(seconds(1)), NOW),
            Err(TermError::Backwards)
        );
        assert_eq!(term(NOW.minus(days(2)), NOW, NOW), Err(TermError::Past));
        assert_eq!(term(NOW, later(seconds(1)), NOW), Ok((NOW, later(seconds(1)))));
        assert_eq!(
            term(NOW.minus(days(9)), later(days(1)), NOW),
            Ok((NOW, later(days(1)))),
            "nothing is given backwards"
        );
        assert_eq!(term(NOW, later(LONGEST), NOW), Ok((NOW, later(LONGEST))));
        assert_eq!(term(NOW, later(LONGEST + seconds(1)), NOW), Err(TermError::TooLong));
    }

    #[test]
    fn only_heads_and_sole_proprietors_give_and_a_missing_role_acts_for_nobody() {
        for role in CertificateRole::ALL {
            assert_eq!(
                may_give_for_organisation(role, false),
                role == CertificateRole::Head,
                "{role:?}"
            );
            assert!(may_give_for_organisation(role, true), "{role:?}");
            let named = !matches!(role, CertificateRole::Organisation | CertificateRole::Individual);
            assert_eq!(may_act_for_organisation(role, false), named, "{role:?}");
        }
        assert!(may_act_for_organisation(CertificateRole::Organisation, true));
    }
}
