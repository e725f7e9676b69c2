//! What the person at the signer decides: which key, and whether to sign at all.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use authority::time::Clock;
use tokio::sync::oneshot;

use crate::keys::{DemoKeys, PersonKey};
use crate::trouble::{KeyTrouble, TroubleMaker};

/// How requests are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerMode {
    /// With the key of the next person, at once.
    AtOnce,
    /// When the desk decides: see [`SignerState::pending`].
    Ask,
    /// As if the person had closed the dialogue.
    Cancel,
    /// As if the program had failed.
    Fail,
}

/// A decision about a waiting request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Sign with the key of the person with this login.
    SignAs(String),
    /// Close the dialogue.
    Cancel,
}

/// A request that waits for a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingRequest {
    /// Its number, to decide about it.
    pub id: u64,
    /// What is to be signed, as far as it is text.
    pub text: String,
}

/// The signer: keys, and what to do with the next request. Share it between the socket and the desk.
pub struct SignerState {
    keys: Arc<DemoKeys>,
    clock: Arc<dyn Clock>,
    choice: Mutex<Choice>,
    troubles: TroubleMaker,
}

struct Choice {
    next: Option<String>,
    mode: AnswerMode,
    trouble: KeyTrouble,
    waiting: BTreeMap<u64, Waiting>,
    last_id: u64,
}

struct Waiting {
    text: String,
    decide: oneshot::Sender<Decision>,
}

impl SignerState {
    /// A signer that answers at once with the first person's key.
    pub fn new(keys: Arc<DemoKeys>, clock: Arc<dyn Clock>) -> Self {
        let next = keys.people.first().map(|key| key.person.login.to_owned());
        let choice = Choice {
            next,
            mode: AnswerMode::AtOnce,
            trouble: KeyTrouble::Nothing,
            waiting: BTreeMap::new(),
            last_id: 0,
        };
        Self {
            keys,
            clock,
            choice: Mutex::new(choice),
            troubles: TroubleMaker::default(),
        }
    }

    /// The keys of the signer.
    pub fn keys(&self) -> &DemoKeys {
        &self.keys
    }

    /// The login of the person who signs next.
    pub fn next(&self) -> Option<String> {
        self.choice().next.clone()
    }

    /// Chooses who signs next. Returns whether there is a key for this login; if not, nothing changes.
    pub fn set_next(&self, login: &str) -> bool {
        let is_known = self.keys.find(login).is_some();
        if is_known {
            self.choice().next = Some(login.to_owned());
        }
        is_known
    }

    /// How requests are answered.
    pub fn mode(&self) -> AnswerMode {
        self.choice().mode
    }

    /// Chooses how requests are answered from now on.
    pub fn set_mode(&self, mode: AnswerMode) {
        self.choice().mode = mode;
    }

    /// What is wrong with the key that signs next.
    pub fn trouble(&self) -> KeyTrouble {
        self.choice().trouble
    }

    /// Chooses what is wrong with the keys from now on.
    pub fn set_trouble(&self, trouble: KeyTrouble) {
        self.choice().trouble = trouble;
    }

    /// The key with which the person with this login signs now; `None` when there is none, or the crypto library fails.
    pub fn key(&self, login: &str) -> Option<PersonKey> {
        let own = self.keys.find(login)?;
        self.troubles.make(&self.keys, own, (self.trouble(), self.now())).ok()
    }

    /// The requests that wait for a decision, oldest first.
    pub fn pending(&self) -> Vec<PendingRequest> {
        let request = |(id, waiting): (&u64, &Waiting)| PendingRequest {
            id: *id,
            text: waiting.text.clone(),
        };
        self.choice().waiting.iter().map(request).collect()
    }

    /// Decides about a waiting request. Returns whether it was still waiting.
    pub fn decide(&self, id: u64, decision: Decision) -> bool {
        let waiting = self.choice().waiting.remove(&id);
        waiting.is_some_and(|waiting| waiting.decide.send(decision).is_ok())
    }

    pub(super) fn now(&self) -> authority::time::Timestamp {
        self.clock.now()
    }

    /// Puts a request on the desk. It leaves when the ticket is dropped, whether or not anybody decided.
    pub(super) fn ask(self: &Arc<Self>, text: String) -> Ticket {
        let (decide, decided) = oneshot::channel();
        let mut choice = self.choice();
        choice.last_id += 1;
        let id = choice.last_id;
        choice.waiting.insert(id, Waiting { text, decide });
        drop(choice);
        Ticket {
            state: Arc::clone(self),
            id,
            decided,
        }
    }

    fn choice(&self) -> MutexGuard<'_, Choice> {
        self.choice.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request on the desk.
pub(super) struct Ticket {
    state: Arc<SignerState>,
    id: u64,
    decided: oneshot::Receiver<Decision>,
}

impl Ticket {
    /// Waits for the decision; a request that is taken away counts as cancelled.
    pub(super) async fn decision(&mut self) -> Decision {
        (&mut self.decided).await.unwrap_or(Decision::Cancel)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.state.choice().waiting.remove(&self.id);
    }
}
