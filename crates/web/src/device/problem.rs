//! R1 and R7: this browser is not, or cannot be, the bound device.

use authority::audit::{Event, EventKind};
use authority::devices::{BindingView, Device};
use authority::policy::RegistrationWindow;
use authority::users::User;
use axum::response::Response;
use pages::screens::{
    BoundElsewhere, CannotRemember, DeviceKind, OnlyNewestDevice, RegistrationHours, RememberProblem,
};
use protocol::Problem;
use protocol::policy::binding_policy;
use storage::{StorageError, audit};

use super::name;
use super::view::Bindings;
use crate::flow::{FlowPage, Place};

/// What the script posted in the field `problem`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeviceProblem {
    /// This browser cannot keep a key.
    CannotRemember(RememberProblem),
    /// The key of the bound device is gone.
    KeyMissing,
}

impl DeviceProblem {
    /// Reads the field; what we do not know means that there is no key.
    pub(crate) fn from_field(text: &str) -> Self {
        RememberProblem::from_field(text).map_or(Self::KeyMissing, Self::CannotRemember)
    }

    /// Why, as audit records say it.
    pub(crate) const fn reason(self) -> &'static str {
        self.trace().1
    }

    /// Whether the key is what is missing.
    pub(crate) const fn is_missing_key(self) -> bool {
        matches!(self, Self::KeyMissing)
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

/// R1: the account works on another device only. or this is that device and its browser was cleared.
pub(super) async fn bound_elsewhere(
    page: &FlowPage,
    (user, device): (&User, &Device),
    (seen, overtaken): (Seen, Overtaken),
    shared_minutes: Option<u64>,
) -> Result<Response, Problem> {
    let provider = page.provider();
    let window = binding_policy(&provider.db, provider, user).await?.window;
    let screen = BoundElsewhere {
        device_name: device.name.clone(),
        device_kind: name::kind_of(&device.agent),
        registered_at: device.bound_at,
        data_was_cleared: seen == Seen::Cleared,
        hours: Some(hours(page, window)),
        keys_to_look_for: match seen {
            Seen::NoCookie => vec![device.id.to_string()],
            Seen::Elsewhere | Seen::Cleared => Vec::new(),
        },
        shared_minutes,
        overtaken: overtaken == Overtaken::Yes,
    };
    Ok(page.render(Place::Device, &screen))
}

/// When devices are registered, as pages say it.
pub(crate) fn hours(page: &FlowPage, window: RegistrationWindow) -> RegistrationHours {
    let zone = window.zone();
    RegistrationHours {
        from: window.from().to_string(),
        to: window.to().to_string(),
        zone: (zone != page.provider().settings.zone).then(|| zone.name().to_owned()),
    }
}

/// Whether another registration was faster than the one that this browser was making (security rule DB-10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Overtaken {
    /// It was: 409.
    Yes,
    /// This browser was making none: 403.
    No,
}

/// R3, while only the device registered last may act.
pub(crate) fn only_newest(bindings: &Bindings, overtaken: Overtaken) -> Option<OnlyNewestDevice> {
    let BindingView::Exclusive(exclusive) = bindings.view else {
        return None;
    };
    let device = bindings.live.iter().find(|device| device.id == exclusive.device_id);
    Some(OnlyNewestDevice {
        device_name: device.map(|device| device.name.clone()).unwrap_or_default(),
        device_kind: device.map_or(DeviceKind::Computer, |device| name::kind_of(&device.agent)),
        registered_at: device.map(|device| device.bound_at),
        until: exclusive.until,
        overtaken: overtaken == Overtaken::Yes,
    })
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
