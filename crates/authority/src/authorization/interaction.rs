//! The interaction: our record that carries an authorization request across pages.

use std::time::Duration;

use super::AuthorizationRequest;
use crate::ids::{InteractionId, SessionId};
use crate::representation::Acting;
use crate::secret::TokenDigest;
use crate::time::{Timestamp, minutes};

/// How long a person may take from the client's page back to it.
pub const INTERACTION_TTL: Duration = minutes(30);

/// A kept request.
#[derive(Clone, Debug)]
pub struct Interaction {
    /// The handle in the address; continues nothing without its cookie.
    pub id: InteractionId,
    /// Digest of the flow cookie of the browser that started it (security rule AZ-12).
    pub browser_digest: TokenDigest,
    /// The request.
    pub request: AuthorizationRequest,
    /// Where it stands.
    pub step: InteractionStep,
    /// What the person has already done in it.
    pub progress: Progress,
    /// Raised with each change: compare-and-set.
    pub version: i32,
    /// When it began.
    pub started_at: Timestamp,
    /// When it is over.
    pub expires_at: Timestamp,
}

/// Whether the interaction still waits for the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InteractionStep {
    /// The person is signing in or consenting.
    Open,
    /// The response has left; the interaction answers nothing more.
    Consumed {
        /// When.
        at: Timestamp,
    },
}

/// What the person has done in this interaction; later steps ask for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The session this interaction goes on with: minted here, or chosen with "continue as".
    pub session: Option<SessionId>,
    /// The session was minted here, by both stages.
    pub signed_in: bool,
    /// The session whose bound device signed a nonce in this interaction: it may go on without the stages. It proves no
    /// other session, and chooses none.
    pub proven_session: Option<SessionId>,
    /// In whose name the person goes on, when they were asked (S17).
    pub acting: Option<Acting>,
    /// The person agreed on the consent page of this interaction.
    pub consented: bool,
}

/// The interaction cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InteractionOver {
    /// Too much time has passed.
    #[error("the interaction has expired")]
    Expired,
    /// Its response has left already.
    #[error("the interaction was completed already")]
    Consumed,
}

impl Interaction {
    /// Whether it can go on now.
    ///
    /// # Errors
    /// It expired (at `expires_at` exactly it is over) or was completed.
    pub fn check_open(&self, now: Timestamp) -> Result<(), InteractionOver> {
        match self.step {
            InteractionStep::Consumed { .. } => Err(InteractionOver::Consumed),
            InteractionStep::Open if now < self.expires_at => Ok(()),
            InteractionStep::Open => Err(InteractionOver::Expired),
        }
    }
}
