//! What the diary remembers between requests, in memory: sign-ins on their way and people who are in.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use openidconnect::core::CoreIdToken;
use openidconnect::{CsrfToken, Nonce, PkceCodeVerifier};
use tokio::time::Instant;

use crate::logout_token::{self, LogoutToken, REPLAY};
use crate::person::Person;

const LONGEST_SIGN_IN: Duration = Duration::from_mins(30);
const LONGEST_SESSION: Duration = Duration::from_hours(8);
/// Strangers can start sign-ins without end; the oldest ones give way.
const MOST_ENTRIES: usize = 4_096;

/// A sign-in that went to the provider and has not come back.
pub(crate) struct PendingSignIn {
    /// Value of the cookie of the browser that started it: only that browser may finish it.
    pub(crate) browser: String,
    pub(crate) nonce: Nonce,
    pub(crate) verifier: PkceCodeVerifier,
}

/// Somebody who is signed in to the diary.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) person: Person,
    /// Kept for `id_token_hint` at sign-out.
    pub(crate) id_token: CoreIdToken,
    /// The provider's session, by which a logout token names it.
    pub(crate) sid: Option<String>,
}

impl Session {
    pub(crate) fn new(person: Person, id_token: CoreIdToken) -> Self {
        Self {
            sid: logout_token::sid_of(&id_token.to_string()),
            person,
            id_token,
        }
    }
}

/// Entries that end by themselves, by time or by number.
struct Shelf<V> {
    longest: Duration,
    entries: HashMap<String, (Instant, V)>,
    order: VecDeque<String>,
}

impl<V> Shelf<V> {
    fn new(longest: Duration) -> Self {
        Self {
            longest,
            entries: HashMap::new(),
            order: VecDeque::new(),
        }
    }

    fn put(&mut self, key: String, value: V, now: Instant) {
        while self.order.len() >= MOST_ENTRIES {
            if let Some(oldest) = self.order.pop_front() {
                self.entries.remove(&oldest);
            }
        }
        self.order.push_back(key.clone());
        self.entries.insert(key, (now, value));
    }

    fn get(&self, key: &str, now: Instant) -> Option<&V> {
        self.entries
            .get(key)
            .filter(|(since, _)| now.duration_since(*since) < self.longest)
            .map(|(_, value)| value)
    }

    fn keys_of(&self, meant: impl Fn(&V) -> bool) -> Vec<String> {
        let entries = self.entries.iter().filter(|(_, (_, value))| meant(value));
        entries.map(|(key, _)| key.clone()).collect()
    }

    fn take(&mut self, key: &str, now: Instant) -> Option<V> {
        let (since, value) = self.entries.remove(key)?;
        self.order.retain(|other| other != key);
        (now.duration_since(since) < self.longest).then_some(value)
    }
}

/// All sign-ins and sessions of this process.
pub(crate) struct Sessions {
    pending: Shelf<PendingSignIn>,
    running: Shelf<Session>,
    /// Sessions that the provider ended, so that their browsers can be told.
    ended: Shelf<()>,
    /// `jti`s of logout tokens that were accepted.
    tokens: Shelf<()>,
}

impl Sessions {
    pub(crate) fn new() -> Self {
        Self {
            pending: Shelf::new(LONGEST_SIGN_IN),
            running: Shelf::new(LONGEST_SESSION),
            ended: Shelf::new(LONGEST_SESSION),
            tokens: Shelf::new(REPLAY),
        }
    }

    /// Remembers a sign-in under its `state`.
    pub(crate) fn begin(&mut self, state: &CsrfToken, sign_in: PendingSignIn) {
        self.pending.put(state.secret().clone(), sign_in, Instant::now());
    }

    /// Takes the sign-in that `browser` started under `state`; a second answer with the same state finds nothing.
    /// Another browser finds nothing either, and takes nothing away.
    pub(crate) fn take_pending(&mut self, state: &str, browser: Option<&str>) -> Option<PendingSignIn> {
        let now = Instant::now();
        let started_by = &self.pending.get(state, now)?.browser;
        if browser != Some(started_by.as_str()) {
            return None;
        }
        self.pending.take(state, now)
    }

    /// Starts a session and answers the value of its cookie, which is new: a value from before the sign-in is worth
    /// nothing afterwards.
    pub(crate) fn start(&mut self, session: Session) -> String {
        let id = CsrfToken::new_random_len(32).into_secret();
        self.running.put(id.clone(), session, Instant::now());
        id
    }

    pub(crate) fn find(&self, id: Option<&str>) -> Option<Session> {
        self.running.get(id?, Instant::now()).cloned()
    }

    /// Ends the sessions that a logout token is about (OpenID Connect Back-Channel Logout 1.0 §2.7): those of its `sid`,
    /// or all of its `sub` when it names no session. Answers how many there were.
    pub(crate) fn end_by_provider(&mut self, token: &LogoutToken) -> usize {
        let now = Instant::now();
        let meant = |session: &Session| match &token.sid {
            Some(sid) => session.sid.as_ref() == Some(sid),
            None => token.sub.as_ref() == Some(&session.person.sub),
        };
        let ids = self.running.keys_of(meant);
        for id in &ids {
            self.running.take(id, now);
            self.ended.put(id.clone(), (), now);
        }
        ids.len()
    }

    pub(crate) fn was_ended_by_provider(&self, id: Option<&str>) -> bool {
        id.is_some_and(|id| self.ended.get(id, Instant::now()).is_some())
    }

    /// Whether a logout token comes for the first time; from then on it does not.
    pub(crate) fn is_first(&mut self, jti: &str) -> bool {
        let now = Instant::now();
        if self.tokens.get(jti, now).is_some() {
            return false;
        }
        self.tokens.take(jti, now);
        self.tokens.put(jti.to_owned(), (), now);
        true
    }

    pub(crate) fn end(&mut self, id: Option<&str>) -> Option<Session> {
        self.running.take(id?, Instant::now())
    }
}

#[cfg(test)]
mod tests {
    use openidconnect::{CsrfToken, Nonce, PkceCodeChallenge};
    use tokio::time::Instant;

    use super::{LONGEST_SIGN_IN, MOST_ENTRIES, PendingSignIn, Sessions, Shelf};

    fn begun(browser: &str) -> (Sessions, CsrfToken) {
        let mut sessions = Sessions::new();
        let state = CsrfToken::new_random();
        let (_, verifier) = PkceCodeChallenge::new_random_sha256();
        let sign_in = PendingSignIn {
            browser: browser.to_owned(),
            nonce: Nonce::new_random(),
            verifier,
        };
        sessions.begin(&state, sign_in);
        (sessions, state)
    }

    #[test]
    fn a_sign_in_is_finished_once() {
        let (mut sessions, state) = begun("blue");
        assert!(sessions.take_pending(state.secret(), Some("blue")).is_some());
        assert!(sessions.take_pending(state.secret(), Some("blue")).is_none());
    }

    #[test]
    fn another_browser_cannot_finish_a_sign_in_nor_spoil_it() {
        let (mut sessions, state) = begun("blue");
        assert!(sessions.take_pending(state.secret(), Some("red")).is_none());
        assert!(sessions.take_pending(state.secret(), None).is_none());
        assert!(sessions.take_pending(state.secret(), Some("blue")).is_some());
    }

    #[test]
    fn an_unknown_state_finishes_nothing() {
        let (mut sessions, _) = begun("blue");
        assert!(sessions.take_pending("made-up", Some("blue")).is_none());
    }

    #[test]
    fn an_entry_ends_with_its_time() {
        let (start, mut shelf) = (Instant::now(), Shelf::new(LONGEST_SIGN_IN));
        shelf.put("a".to_owned(), 1, start);
        let last = start + LONGEST_SIGN_IN - std::time::Duration::from_millis(1);
        assert_eq!(shelf.get("a", last), Some(&1));
        assert_eq!(shelf.get("a", start + LONGEST_SIGN_IN), None);
        assert_eq!(shelf.take("a", start + LONGEST_SIGN_IN), None);
    }

    #[test]
    fn the_oldest_entry_gives_way() {
        let (now, mut shelf) = (Instant::now(), Shelf::new(LONGEST_SIGN_IN));
        for n in 0..=MOST_ENTRIES {
            shelf.put(n.to_string(), n, now);
        }
        assert_eq!(shelf.entries.len(), MOST_ENTRIES);
        assert_eq!(shelf.get("0", now), None);
        assert_eq!(shelf.get("1", now), Some(&1));
    }
}
