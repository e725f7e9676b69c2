//! Authorization: what a client asks for and what may be released to it.

mod claims;
mod interaction;
mod pkce;
mod request;
mod scope;

pub use claims::{ClaimName, ClaimsRequest};
pub use interaction::{INTERACTION_TTL, Interaction, InteractionOver, InteractionStep, Progress};
pub use pkce::{CodeChallenge, CodeChallengeError, CodeVerifier};
pub use request::{AuthorizationRequest, Prompt, ResponseMode};
pub use scope::Scope;
