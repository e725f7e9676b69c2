//! Whether a key seems to be shared (product B6): one key on many devices, or many people's keys in one browser.
//!
//! The defaults leave alone what happens to honest people. Each re-registration makes a device, and some browsers lose their
//! key once a week: five devices of one key within thirty days. A family at one computer: six people. Shared computers bind
//! nothing and are not observed.

use std::time::Duration;

/// The limits in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SharingPolicy {
    /// Devices on which one key may be used within the span.
    pub devices_per_key: u64,
    /// People who may use their keys in one browser within the span.
    pub people_per_browser: u64,
    /// How far back it is counted.
    pub within: Duration,
    /// Whether a sign-in above a limit is refused.
    pub blocks: bool,
}

/// What was counted, the present sign-in included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Devices of the key.
    pub devices: u64,
    /// People of the browser.
    pub people: u64,
}

/// How a key seems to be shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// One key on many devices.
    Key {
        /// How many.
        devices: u64,
    },
    /// Many people in one browser.
    Browser {
        /// How many.
        people: u64,
    },
}

impl Sharing {
    /// The word that storage keeps, and audit events begin with.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Key { .. } => "key",
            Self::Browser { .. } => "browser",
        }
    }

    /// The reason of an audit event: what was counted, and no more.
    pub fn reason(self) -> String {
        match self {
            Self::Key { devices } => format!("key on {devices} devices"),
            Self::Browser { people } => format!("browser of {people} people"),
        }
    }
}

impl SharingPolicy {
    /// Everything that is above a limit.
    pub fn judge(&self, counted: Counted) -> Vec<Sharing> {
        let Counted { devices, people } = counted;
        let key = (devices > self.devices_per_key).then_some(Sharing::Key { devices });
        let browser = (people > self.people_per_browser).then_some(Sharing::Browser { people });
        key.into_iter().chain(browser).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::days;

    const POLICY: SharingPolicy = SharingPolicy {
        devices_per_key: 5,
        people_per_browser: 6,
        within: days(30),
        blocks: false,
    };

    #[test]
    fn a_limit_is_kept_to_and_one_more_is_above_it() {
        for (devices, people, above) in [
            (0, 0, vec![]),
            (5, 6, vec![]),
            (6, 6, vec![Sharing::Key { devices: 6 }]),
            (5, 7, vec![Sharing::Browser { people: 7 }]),
            (6, 7, vec![Sharing::Key { devices: 6 }, Sharing::Browser { people: 7 }]),
        ] {
            assert_eq!(POLICY.judge(Counted { devices, people }), above);
        }
    }
}
