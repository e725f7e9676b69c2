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
    /// The window is one inside another application.
    pub(crate) const IN_APP: Self = Self::CannotRemember(RememberProblem::InAppBrowser);

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
    pub(super) const fn trace(self) -> (EventKind, &'static str) {
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
pub(crate) fn cannot_remember(page: &FlowPage, place: Place, problem: RememberProblem) -> Response {
    let redirect_uri = &page.flow.interaction.request.redirect_uri;
    let screen = CannotRemember {
        site: start_of(redirect_uri.as_str()).unwrap_or_else(|| redirect_uri.domain()),
        problem,
        open_in_android: android_intent(redirect_uri.as_str(), super::user_agent(page)),
    };
    page.render(place, &screen)
}

/// Where people start at a web service, as they type it: its host, and its port unless that is the usual one.
fn start_of(redirect_uri: &str) -> Option<String> {
    let url = url::Url::parse(redirect_uri).ok()?;
    let host = url.host_str().filter(|_| ["https", "http"].contains(&url.scheme()))?;
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    Some(format!("{host}{port}"))
}

/// The start of the service as an address that Android opens in the usual browser, for a browser that says it is on
/// Android. The host was parsed, so nothing in it ends the address early; path and query of the redirect URI stay out.
fn android_intent(redirect_uri: &str, agent: &str) -> Option<String> {
    let is_wanted = agent.contains("Android") && redirect_uri.starts_with("https://");
    let start = start_of(redirect_uri).filter(|_| is_wanted)?;
    Some(format!(
        "intent://{start}/#Intent;scheme=https;action=android.intent.action.VIEW;end"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_to_copy_leads_to_the_service() {
        for (redirect_uri, start) in [
            ("https://diary.example/cb?next=1#x", Some("diary.example")),
            ("https://diary.example:8443/cb", Some("diary.example:8443")),
            ("http://127.0.0.1:7301/callback", Some("127.0.0.1:7301")),
            ("com.example.diary:/cb", None),
            ("", None),
        ] {
            assert_eq!(start_of(redirect_uri).as_deref(), start, "{redirect_uri}");
        }
    }

    #[test]
    fn android_opens_the_start_of_a_web_service_and_nothing_else() {
        const ANDROID: &str = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36";
        let intent = |redirect_uri| android_intent(redirect_uri, ANDROID);
        let end = "#Intent;scheme=https;action=android.intent.action.VIEW;end";
        assert_eq!(
            intent("https://diary.example/cb?next=1#;end"),
            Some(format!("intent://diary.example/{end}"))
        );
        assert_eq!(
            intent("https://diary.example:8443/cb"),
            Some(format!("intent://diary.example:8443/{end}"))
        );
        for other in ["http://localhost:4000/cb", "com.example.diary:/cb", "nonsense", ""] {
            assert_eq!(intent(other), None, "{other}");
        }
        for agent in [
            "",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)",
            "Mozilla/5.0 (Windows NT 10.0)",
        ] {
            assert_eq!(android_intent("https://diary.example/cb", agent), None, "{agent}");
        }
    }

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
