//! Sign-ins as people read them.

use std::net::IpAddr;
use std::sync::Arc;

use authority::audit::{Event, EventKind};
use authority::clients::ClientId;
use authority::devices::Device;
use authority::ids::UserId;
use authority::locale::Locale;
use authority::time::Timestamp;
use pages::screens::{SignInResult, SignInRow, SignInWay};
use storage::{StorageError, audit, devices};

use crate::{Places, WebState};

/// What people are told of each kind; whatever else is listed was refused.
const RESULTS: [(EventKind, SignInResult); 6] = [
    (EventKind::SignedIn, SignInResult::SignedIn),
    (EventKind::ServiceReached, SignInResult::SignedIn),
    (EventKind::OtherDeviceRefused, SignInResult::OtherDevice),
    (EventKind::DeviceProofRefused, SignInResult::DeviceKey),
    (EventKind::SecondStageRefused, SignInResult::WrongCode),
    (EventKind::FirstStageRefused, SignInResult::EdsRefused),
];

/// A service that a person signed in to, or was refused for.
pub(super) struct Service {
    pub(super) id: ClientId,
    /// None when it is gone.
    pub(super) name: Option<String>,
}

impl Service {
    /// What it is called; one that is gone has its identifier left.
    pub(super) fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(self.id.as_str())
    }
}

/// What names the facts of a person's events.
pub(crate) struct Known {
    pub(super) services: Vec<Service>,
    devices: Vec<Device>,
    places: Option<Arc<Places>>,
    locale: Locale,
}

impl Known {
    /// The services of a user's sign-ins from `since` on, the user's devices, and places in the language of the page.
    pub(crate) async fn of(
        state: &WebState,
        (user, locale): (UserId, Locale),
        since: Timestamp,
    ) -> Result<Self, StorageError> {
        let db = &state.provider.db;
        let services = audit::list_sign_in_clients(db, user, since).await?;
        Ok(Self {
            services: services.into_iter().map(|(id, name)| Service { id, name }).collect(),
            devices: devices::list_for_user(db, user).await?,
            places: state.settings.places.clone(),
            locale,
        })
    }

    /// A sign-in in words.
    pub(crate) fn row(&self, event: &Event) -> SignInRow {
        let device = self.devices.iter().find(|device| Some(device.id) == event.device_id);
        let service = self
            .services
            .iter()
            .find(|service| Some(&service.id) == event.client_id.as_ref());
        SignInRow {
            id: event.id.to_string(),
            at: event.at,
            service: service.and_then(|service| service.name.clone()),
            way: way(&event.methods),
            place: self.place(event.address.as_deref()),
            address: network(event.address.as_deref()),
            device: device.map(|device| device.name.clone()),
            result: result(event.kind),
            code: event.reference.clone().unwrap_or_else(|| event.id.to_string()),
        }
    }
}

impl Known {
    /// Whether places are known at all.
    pub(super) const fn has_places(&self) -> bool {
        self.places.is_some()
    }

    fn place(&self, address: Option<&str>) -> Option<String> {
        self.places.as_ref()?.name(address?, self.locale)
    }
}

/// The network of an address: enough to be recognised, and no more than that.
fn network(address: Option<&str>) -> Option<String> {
    match address?.parse::<IpAddr>().ok()?.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            Some(format!("{a}.{b}.{c}.•"))
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            Some(format!("{a:x}:{b:x}:{c:x}:•"))
        }
    }
}

fn way(methods: &str) -> Option<SignInWay> {
    let used = |word| methods.split(' ').any(|method| method == word);
    match (used("hwk") || used("swk"), used("sms")) {
        (true, true) => Some(SignInWay::EdsAndSms),
        (true, false) => Some(SignInWay::Eds),
        (false, _) => (!methods.is_empty()).then_some(SignInWay::Test),
    }
}

fn result(kind: EventKind) -> SignInResult {
    let said = RESULTS.iter().find(|(known, _)| *known == kind);
    said.map_or(SignInResult::Refused, |(_, result)| *result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_network_of_an_address_is_shown() {
        for (address, shown) in [
            (Some("203.0.113.77"), Some("203.0.113.•")),
            (Some("::ffff:203.0.113.77"), Some("203.0.113.•")),
            (Some("2001:db8:1:2::77"), Some("2001:db8:1:•")),
            (Some("nonsense"), None),
            (None, None),
        ] {
            assert_eq!(network(address).as_deref(), shown, "{address:?}");
        }
    }

    #[test]
    fn methods_are_told_in_words() {
        for (methods, said) in [
            ("swk sms pop mfa", Some(SignInWay::EdsAndSms)),
            ("hwk", Some(SignInWay::Eds)),
            ("user", Some(SignInWay::Test)),
            ("", None),
        ] {
            assert_eq!(way(methods), said, "{methods}");
        }
    }
}
