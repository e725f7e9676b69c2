//! Sign-out: the confirm page (`/logout`) and S19.

use serde::Serialize;

use crate::Screen;

/// A field the confirm page carries through (`state`, `post_logout_redirect_uri`, `client_id`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HiddenField {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
}

/// Asks before ending the session: posts to `/logout`, button `confirm`; `cancel` leads to `stay_uri`.
#[derive(Clone, Debug, Serialize)]
pub struct ConfirmSignOut {
    /// Name of the signed-in person.
    pub name: Option<String>,
    /// Carried through.
    pub fields: Vec<HiddenField>,
    /// Where "stay signed in" leads: the service's registered address or our help page.
    pub stay_uri: String,
}

impl Screen for ConfirmSignOut {
    fn template(&self) -> &'static str {
        "session/confirm_sign_out.html"
    }
}

/// A service that was told of the end of the session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ToldService {
    /// Its name.
    pub name: String,
    /// Whether it answered.
    pub answered: bool,
}

/// S19, id `signed-out`.
#[derive(Clone, Debug, Serialize)]
pub struct SignedOut {
    /// Services that were told, and whether they answered.
    pub services: Vec<ToldService>,
}

impl Screen for SignedOut {
    fn template(&self) -> &'static str {
        "session/signed_out.html"
    }
}
