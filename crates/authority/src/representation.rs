//! In whose name a person acts (product B5; security rules DG-5, DG-7). The person stays who they are: `sub`, sessions and
//! devices are always those of the one who acts.

use std::fmt;
use std::str::FromStr;

use crate::ids::{IdError, OrganisationId, PowerId, UserId};

/// Somebody in whose name others may act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Principal {
    /// A natural person.
    Person(UserId),
    /// An organisation, or a sole proprietor as one.
    Organisation(OrganisationId),
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(id) => write!(f, "person:{id}"),
            Self::Organisation(id) => write!(f, "organisation:{id}"),
        }
    }
}

impl FromStr for Principal {
    type Err = IdError;

    /// Reads exactly what `Display` writes.
    fn from_str(text: &str) -> Result<Self, IdError> {
        match text.split_once(':') {
            Some(("person", id)) => id.parse().map(Self::Person),
            Some(("organisation", id)) => id.parse().map(Self::Organisation),
            Some(_) | None => Err(IdError),
        }
    }
}

/// In whose name a request goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Acting {
    /// The person for themself.
    Myself,
    /// The organisation of the certificate that signed in.
    Organisation(OrganisationId),
    /// Somebody who gave the person a power of attorney.
    Power {
        /// Which power.
        id: PowerId,
        /// Who gave it.
        principal: Principal,
    },
}

/// The stored word for [`Acting::Myself`].
const SELF: &str = "self";

impl Acting {
    /// In whose name, when it is somebody else's.
    pub const fn principal(self) -> Option<Principal> {
        match self {
            Self::Myself => None,
            Self::Organisation(id) => Some(Principal::Organisation(id)),
            Self::Power { principal, .. } => Some(principal),
        }
    }

    /// The power of attorney it rests on.
    pub const fn power(self) -> Option<PowerId> {
        match self {
            Self::Myself | Self::Organisation(_) => None,
            Self::Power { id, .. } => Some(id),
        }
    }

    /// The word that storage keeps beside the power's id.
    pub fn word(self) -> String {
        self.principal().map_or_else(|| SELF.to_owned(), |who| who.to_string())
    }

    /// What word and power mean; none when they do not belong together.
    pub fn of_word(word: &str, power: Option<PowerId>) -> Option<Self> {
        if word == SELF {
            return power.is_none().then_some(Self::Myself);
        }
        match (word.parse().ok()?, power) {
            (principal, Some(id)) => Some(Self::Power { id, principal }),
            (Principal::Organisation(id), None) => Some(Self::Organisation(id)),
            (Principal::Person(_), None) => None,
        }
    }
}

/// The names that a person may act in besides their own, now and for one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Those that hold.
    pub available: Vec<Acting>,
    /// Whether there is one that does not hold, which the person ought to be told of.
    pub lost: bool,
}

impl Names {
    /// In whose name a request goes on after this answer of the person; none while there is something to ask. A name that
    /// ended since it was chosen is asked for anew (security rule DG-5).
    pub fn settle(&self, answer: Option<Acting>) -> Option<Acting> {
        match answer {
            Some(Acting::Myself) => Some(Acting::Myself),
            Some(name) => self.available.contains(&name).then_some(name),
            None => (self.available.is_empty() && !self.lost).then_some(Acting::Myself),
        }
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;
    use crate::time::Timestamp;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_262_400);

    fn names() -> [Acting; 4] {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let organisation = OrganisationId::mint(NOW, &mut rng);
        let person = UserId::mint(NOW, &mut rng);
        let mut power = |principal| Acting::Power {
            id: PowerId::mint(NOW, &mut rng),
            principal,
        };
        [
            Acting::Myself,
            Acting::Organisation(organisation),
            power(Principal::Person(person)),
            power(Principal::Organisation(organisation)),
        ]
    }

    #[test]
    fn every_name_is_read_as_it_was_written() {
        for name in names() {
            assert_eq!(Acting::of_word(&name.word(), name.power()), Some(name));
        }
    }

    #[test]
    fn words_that_do_not_belong_together_are_no_name() {
        let [_, organisation, power, _] = names();
        assert_eq!(Acting::of_word("self", power.power()), None);
        assert_eq!(
            Acting::of_word(&power.word(), None),
            None,
            "a person acts through a power only"
        );
        for word in [
            "",
            "person",
            "person:",
            "organisation:1",
            "user:x",
            &organisation.word().to_uppercase(),
        ] {
            assert_eq!(Acting::of_word(word, None), None, "{word}");
        }
    }

    #[test]
    fn the_person_is_asked_while_there_is_more_than_one_way() {
        let [myself, organisation, power, other] = names();
        let none = Names::default();
        assert_eq!(none.settle(None), Some(myself), "nothing to choose from");
        assert_eq!(
            none.settle(Some(organisation)),
            None,
            "a name that is gone is not dropped in silence"
        );
        let two = Names {
            available: vec![organisation, power],
            lost: false,
        };
        assert_eq!(two.settle(None), None);
        for name in [myself, organisation, power] {
            assert_eq!(two.settle(Some(name)), Some(name));
        }
        assert_eq!(two.settle(Some(other)), None);
        let lost = Names {
            available: Vec::new(),
            lost: true,
        };
        assert_eq!(lost.settle(None), None, "the person is told");
        assert_eq!(lost.settle(Some(myself)), Some(myself));
    }
}
