//! What the handlers of this crate need beside the provider.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use authority::time::seconds;
use axum::extract::FromRef;
use federation::eds::{EdsVerifier, Turns};
use messaging::{Sender, SmsGateway};
use protocol::Provider;
use tokio::sync::Semaphore;

use crate::Places;

/// The state of every handler of this crate. Cloning shares everything.
#[derive(Clone)]
pub struct WebState {
    /// Database, keys, clock, pages, settings.
    pub provider: Provider,
    /// Who signatures are believed from.
    pub eds: Arc<EdsVerifier>,
    /// Where messages leave.
    pub sms: Arc<dyn SmsGateway>,
    /// What the configuration says.
    pub settings: Arc<WebSettings>,
    /// Turns for verifying signatures.
    pub(crate) verifications: Turns,
    /// Places for pages that listen.
    pub(crate) listeners: Arc<Semaphore>,
}

/// Signing with eGov Mobile and eGov Business: who the app says asks.
#[derive(Clone, Debug)]
pub struct EgovMobile {
    /// The organisation's name in Kazakh, Russian and English.
    pub organisation: [String; 3],
    /// The organisation's number.
    pub bin: String,
    /// Whether eGov Business is offered too.
    pub business: bool,
}

/// What the configuration says about sign-in pages.
#[derive(Clone, Debug)]
pub struct WebSettings {
    /// Who messages say they are from, such as `1414`.
    pub sender: Sender,
    /// Whether the sandbox way exists.
    #[cfg(feature = "sandbox")]
    pub sandbox: bool,
    /// Logins that the sandbox page lists.
    #[cfg(feature = "sandbox")]
    pub sandbox_people: Vec<String>,
    /// Whether browsers that can are asked to bind a key to the session (Device Bound Session Credentials).
    pub device_bound: bool,
    /// Where addresses are, when the operator supplies it.
    pub places: Option<Arc<Places>>,
    /// How many signatures are verified at the same time; the others wait (security rule RL-3).
    pub verifications: usize,
    /// Signing on the phone, where the operator has an agreement with eGov.
    pub egov_mobile: Option<EgovMobile>,
    /// How often a page that listens is looked up.
    pub live_interval: Duration,
    /// How many pages listen at the same time; the others ask by themselves.
    pub listeners: usize,
    /// How long a signature waits for its turn before the person is told to come back.
    pub verification_wait: Duration,
}

impl WebSettings {
    /// Settings without a sandbox.
    pub const fn new(sender: Sender) -> Self {
        Self {
            sender,
            #[cfg(feature = "sandbox")]
            sandbox: false,
            #[cfg(feature = "sandbox")]
            sandbox_people: Vec::new(),
            device_bound: true,
            places: None,
            verifications: 8,
            verification_wait: seconds(2),
            egov_mobile: None,
            live_interval: seconds(1),
            listeners: 500,
        }
    }
}

impl WebState {
    /// Puts the state together.
    pub fn new(provider: Provider, eds: Arc<EdsVerifier>, sms: Arc<dyn SmsGateway>, settings: WebSettings) -> Self {
        let verifications = Turns::new(settings.verifications, settings.verification_wait);
        let listeners = Arc::new(Semaphore::new(settings.listeners));
        Self {
            provider,
            eds,
            sms,
            settings: Arc::new(settings),
            verifications,
            listeners,
        }
    }
}

impl FromRef<WebState> for Provider {
    fn from_ref(state: &WebState) -> Self {
        state.provider.clone()
    }
}

impl fmt::Debug for WebState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebState")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
