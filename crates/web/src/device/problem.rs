//! R1 and R7: this browser is not, or cannot be, the bound device.

use authority::audit::{Event, EventKind};
use authority::devices::Device;
use axum::response::Response;
use pages::screens::{BoundElsewhere, CannotRemember, RememberProblem};
use storage::{StorageError, audit};

use super::name;
use crate::flow::{FlowPage, Place};

/// What the script posted in the field `problem`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DeviceProblem {
    /// This browser cannot keep a key.
    CannotRemember(RememberProblem),
    /// The key of the bound device is gone.
    KeyMissing,
}

impl DeviceProblem {
    /// Reads the field; what we do not know means that there is no key.
    pub(super) fn from_field(text: &str) -> Self {
        RememberProblem::from_field(text).map_or(Self::KeyMissing, Self::CannotRemember)
    }

    /// Audit event and reason.
    const fn trace(self) -> (EventKind, &'static str) {
        match self {
            Self::CannotRemember(RememberProblem::StorageBlocked) => (EventKind::SignInRefused, "storage_blocked"),
            Self::CannotRemember(RememberProblem::NoWebCrypto) => (EventKind::SignInRefused, "no_web_crypto"),
            Self::CannotRemember(RememberProblem::InAppBrowser) => (EventKind::SignInRefused, "in_app_browser"),
            Self::CannotRemember(RememberProblem::CookiesBlocked) => (EventKind::SignInRefused, "cookies_blocked"),
            Self::KeyMissing => (EventKind::DeviceProofRefused, "key_missing"),
        }
    }

    /// Leaves a trace; `about` fills in whom it concerns.
    pub(super) async fn record(self, page: &FlowPage, about: impl FnOnce(Event) -> Event) -> Result<(), StorageError> {
        let (kind, reason) = self.trace();
        let mut event = about(page.event(kind));
        reason.clone_into(&mut event.reason);
        let event = &event;
        let db = &page.provider().db;
        db.tx("device_problem", |tx| async move { audit::insert(&tx, event).await })
            .await
    }
}

/// What a browser that is not let in is to the bound device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// Another one.
    Elsewhere,
    /// Another one, unless its key is here: without the cookie only the script can tell (product A7).
    NoCookie,
    /// The same one: cookie or key survived.
    Cleared,
}

/// R1: the account works on another device only, or this is that device and the browser's data was cleared.
pub(super) fn bound_elsewhere(page: &FlowPage, device: &Device, seen: Seen) -> Response {
    let screen = BoundElsewhere {
        device_name: device.name.clone(),
        device_kind: name::kind_of(&device.name),
        registered_at: device.bound_at,
        data_was_cleared: seen == Seen::Cleared,
        keys_to_look_for: match seen {
            Seen::NoCookie => vec![device.id.to_string()],
            Seen::Elsewhere | Seen::Cleared => Vec::new(),
        },
    };
    page.render(Place::Device, &screen)
}

/// R7: this window cannot remember a device.
pub(super) fn cannot_remember(page: &FlowPage, problem: RememberProblem) -> Response {
    let site = page.flow.interaction.request.redirect_uri.domain();
    page.render(Place::Device, &CannotRemember { site, problem })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_of_the_script_is_read_and_any_other_means_no_key() {
        for (word, problem) in [
            (
                "storage_blocked",
                DeviceProblem::CannotRemember(RememberProblem::StorageBlocked),
            ),
            (
                "no_web_crypto",
                DeviceProblem::CannotRemember(RememberProblem::NoWebCrypto),
            ),
            ("no_key", DeviceProblem::KeyMissing),
            ("nonsense", DeviceProblem::KeyMissing),
        ] {
            assert_eq!(DeviceProblem::from_field(word), problem, "{word}");
        }
    }
}
