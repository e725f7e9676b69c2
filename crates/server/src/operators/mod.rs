//! What operators do to accounts and rules: by command today, on pages later. Each is one transaction with its audit event,
//! and says why in words that are compulsory.
//!
//! | file | what |
//! |---|---|
//! | `administrators` | who may agree to what takes two, with keys of their own |
//! | `devices` | ending a person's binding |
//! | `evidence` | what accepted signatures rest on, as files (security rule CE-15) |
//! | `exclusivity` | ending the 48 hours early: two administrators (security rule DB-13) |
//! | `keys` | stopping a person's key as shared, and accepting one again (product B6; security rule CE-12) |
//! | `people` | locking and unlocking (security rule AC-5) |
//! | `policy` | the rules of binding (product A6) |
//! | `sessions` | how many run at the same time (security rule SE-14) |

pub mod administrators;
pub mod devices;
pub mod evidence;
pub mod exclusivity;
pub mod keys;
pub mod people;
pub mod policy;
pub mod sessions;

use std::ops::Deref;

use authority::audit::{Actor, Event, EventKind};
use authority::ids::{EventId, UserId};
use authority::time::Timestamp;
use authority::users::User;
use pages::{Pages, PagesError};
use protocol::notices::{self, Change, Teller};
use storage::{Connection, StorageError, Tx};

use crate::app::pages_settings;
use crate::chance::chance;
use crate::config::Config;
use crate::foundation::Foundation;

/// An operator's words in the audit log, at most this many characters.
const LONGEST: usize = 200;

/// Why an operator did something, for the audit log; without personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason(String);

/// The words are no reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to {LONGEST} characters on one line")]
pub struct ReasonError;

impl Reason {
    /// Reads it.
    ///
    /// # Errors
    /// It is empty, long, or has more than one line.
    pub fn parse(text: &str) -> Result<Self, ReasonError> {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > LONGEST || text.chars().any(char::is_control) {
            return Err(ReasonError);
        }
        Ok(Self(text.to_owned()))
    }

    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A deployment in an operator's hands: what commands stand on, and the words in which people are told.
#[derive(Clone)]
pub struct Office {
    /// Database, keyring, clock.
    pub foundation: Foundation,
    /// The words of this deployment.
    pub pages: Pages,
}

impl Deref for Office {
    type Target = Foundation;

    fn deref(&self) -> &Foundation {
        &self.foundation
    }
}

impl Office {
    /// Opens it: what commands stand on, with the words of its configuration.
    ///
    /// # Errors
    /// The words cannot be read.
    pub fn new(foundation: Foundation, config: &Config) -> Result<Self, PagesError> {
        let pages = Pages::new(pages_settings(config))?;
        Ok(Self { foundation, pages })
    }

    /// Tells the person by SMS, in the transaction of the change (security rule AC-14).
    pub(crate) async fn tell(
        &self,
        tx: &Tx,
        user: &User,
        change: Change<'_>,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let teller = Teller {
            keyring: &self.keyring,
            pages: &self.pages,
        };
        notices::tell_with(tx, teller, user, change, now).await
    }
}

impl Foundation {
    /// The instant by which a decision falls that hangs on the wall clock, inside the transaction that commits it and
    /// after its lock is taken.
    ///
    /// # Errors
    /// The database is not available.
    pub async fn decision_now(&self, conn: &Connection) -> Result<Timestamp, StorageError> {
        Ok(self.clock.decisive(conn.now().await?))
    }
}

/// An event of an operator.
fn event(kind: EventKind, user: Option<UserId>, reason: String, now: Timestamp) -> Event {
    let mut event = Event::new(EventId::mint(now, &mut chance()), now, kind, Actor::Operator);
    event.user_id = user;
    event.reason = reason;
    event
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_compulsory_and_one_line() {
        assert_eq!(Reason::parse(" lost phone ").unwrap().as_str(), "lost phone");
        for text in ["", "  ", "two\nlines", "a\u{7}b", &"a".repeat(201)] {
            assert_eq!(Reason::parse(text), Err(ReasonError), "{text}");
        }
    }
}
