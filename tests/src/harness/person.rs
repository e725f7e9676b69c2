//! A person with a key: signs challenges as NCALayer does.

use std::sync::Arc;

use authority::time::Clock;
use testkit::clock::TestClock;
use testkit::cms::{CmsRecipe, armour};
use testkit::keys::{DemoKeys, PersonKey};

/// Somebody at a computer with their key.
#[derive(Clone)]
pub struct Person {
    keys: Arc<DemoKeys>,
    login: String,
    /// Another key than the demo's.
    another: Option<Arc<PersonKey>>,
    clock: TestClock,
}

impl Person {
    /// The demo person with this login.
    pub fn new(keys: Arc<DemoKeys>, login: &str, clock: TestClock) -> Self {
        Self {
            keys,
            login: login.to_owned(),
            another: None,
            clock,
        }
    }

    /// The same person with this key.
    #[must_use]
    pub fn with(&self, key: PersonKey) -> Self {
        Self {
            another: Some(Arc::new(key)),
            ..self.clone()
        }
    }

    /// The person's key.
    pub fn key(&self) -> &PersonKey {
        if let Some(another) = &self.another {
            return another;
        }
        self.keys
            .find(&self.login)
            .unwrap_or_else(|| panic!("nobody is called {}", self.login))
    }

    /// An honest signature over the challenge, in NCALayer's armour.
    pub fn signs(&self, challenge: &str) -> String {
        let key = self.key();
        let recipe = CmsRecipe::honest(&key.key, &key.certificate, challenge.as_bytes(), self.clock.now());
        armour(&recipe.sign().unwrap())
    }
}
