//! What a browser shows of a person's binding (product A1, A2; security rules DB-1, DB-4).

use authority::authentication::{FirstFactor, FirstStage};
#[cfg(feature = "sandbox")]
use authority::devices::DeviceKey;
use authority::devices::{BindingView, Device};
use authority::ids::DeviceId;
use authority::secret::Purpose;
use authority::time::Timestamp;
use authority::users::User;

use crate::flow::FlowPage;

/// First slot of the devices of the sandbox way, far from those of the ordinary one.
#[cfg(feature = "sandbox")]
const SANDBOX_SLOTS: i16 = 1000;
/// How many script-less browsers a sandbox person may have.
#[cfg(feature = "sandbox")]
const SANDBOX_DEVICES: usize = 1000;

/// The person's device whose cookie this browser holds. The cookie only identifies (security rule DB-1).
pub(crate) fn shown_device(page: &FlowPage, live: &[Device]) -> Option<DeviceId> {
    let keyring = &page.provider().keyring;
    let held = page.visit.cookies.devices();
    let found = live.iter().find(|device| {
        held.iter().any(|(id, cookie)| {
            let digest = keyring.digest(Purpose::DeviceCookie, cookie.expose().as_bytes());
            *id == device.id && digest.matches(&device.cookie_digest)
        })
    });
    found.map(|device| device.id)
}

/// A cookie without a key counts on the sandbox way only, and nothing else there.
#[cfg(feature = "sandbox")]
fn of_the_way(first: &FirstStage, live: Vec<Device>) -> Vec<Device> {
    let sandbox = first.factor == FirstFactor::Sandbox;
    live.into_iter()
        .filter(|device| (device.key == DeviceKey::SandboxCookie) == sandbox)
        .collect()
}

/// Every script-less browser is bound by signing in; each run of a test suite is one.
#[cfg(feature = "sandbox")]
const fn of_sandbox(view: BindingView, live: usize) -> BindingView {
    match view {
        BindingView::OtherDevice if live < SANDBOX_DEVICES => BindingView::First,
        BindingView::First | BindingView::ThisDevice | BindingView::OtherDevice | BindingView::Exclusive(_) => view,
    }
}

/// The devices that count on the way the person came, and how many are allowed there.
#[derive(Clone, Debug)]
pub(crate) struct Bindings {
    /// Whose they are.
    pub(crate) user: User,
    /// Live devices.
    pub(crate) live: Vec<Device>,
    /// What this browser is to them.
    pub(crate) view: BindingView,
    /// The device this browser shows.
    pub(crate) shown: Option<DeviceId>,
    first_slot: i16,
}

impl Bindings {
    /// Judges the person's live devices at the instant of the request.
    pub(crate) fn judge(page: &FlowPage, first: &FirstStage, user: &User, live: Vec<Device>) -> Self {
        Self::judge_at(page, first, user, (live, page.now))
    }

    /// Judges them at this instant, as a commit does by the database's time.
    pub(crate) fn judge_at(
        page: &FlowPage,
        first: &FirstStage,
        user: &User,
        (live, now): (Vec<Device>, Timestamp),
    ) -> Self {
        let exclusive = user.exclusivity_at(now);
        #[cfg(feature = "sandbox")]
        let live = of_the_way(first, live);
        let shown = shown_device(page, &live);
        let view = BindingView::judge(&live, shown, exclusive);
        let (view, first_slot) = match first.factor {
            FirstFactor::Eds { .. } => (view, 0),
            #[cfg(feature = "sandbox")]
            FirstFactor::Sandbox => (of_sandbox(view, live.len()), SANDBOX_SLOTS),
        };
        Self {
            user: user.clone(),
            live,
            view,
            shown,
            first_slot,
        }
    }

    /// The lowest slot that no live device has.
    pub(crate) fn free_slot(&self) -> i16 {
        let taken = |slot: &i16| self.live.iter().any(|device| device.slot == *slot);
        (self.first_slot..i16::MAX)
            .find(|slot| !taken(slot))
            .unwrap_or(i16::MAX)
    }

    /// Whether the account has no device, so that this browser becomes its first.
    pub(crate) fn is_first(&self) -> bool {
        self.view == BindingView::First
    }

    /// The device this browser shows.
    pub(crate) fn this_device(&self) -> Option<&Device> {
        self.live.iter().find(|device| Some(device.id) == self.shown)
    }
}
