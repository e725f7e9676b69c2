//! K2 device, K4 phone, K6 sessions.

use authority::time::Timestamp;
use serde::Serialize;

use super::CabinetFrame;
use crate::Screen;
use crate::dates::micros;
use crate::screens::DeviceKind;

/// A bound device.
#[derive(Clone, Debug, Serialize)]
pub struct BoundDevice {
    /// Its id, in the path of its form.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Browser and system.
    pub agent: String,
    /// Computer or phone.
    pub kind: DeviceKind,
    /// When it was registered.
    #[serde(serialize_with = "micros")]
    pub bound_at: Timestamp,
    /// When it last proved itself.
    #[serde(serialize_with = "micros")]
    pub last_used_at: Timestamp,
    /// Whether it is the one in front of the person.
    pub this: bool,
}

/// A device that was registered, or stopped working.
#[derive(Clone, Debug, Serialize)]
pub struct DeviceHistoryRow {
    /// What it is called.
    pub name: String,
    /// Computer or phone.
    pub kind: DeviceKind,
    /// When.
    #[serde(serialize_with = "micros")]
    pub at: Timestamp,
    /// Whether it stopped working then.
    pub ended: bool,
}

/// K2, `/cabinet/device`. The button `rename-{n}` posts `name` to `/cabinet/device/{id}/name`.
#[derive(Clone, Debug, Serialize)]
pub struct CabinetDevice {
    /// What every page has.
    pub cabinet: CabinetFrame,
    /// The bound devices.
    pub devices: Vec<BoundDevice>,
    /// Until when only this device works.
    pub exclusive_until: Option<MicrosTime>,
    /// What happened to devices, latest first.
    pub history: Vec<DeviceHistoryRow>,
}

/// An instant, for where it may be missing.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(transparent)]
pub struct MicrosTime(#[serde(serialize_with = "micros")] pub Timestamp);

impl Screen for CabinetDevice {
    fn template(&self) -> &'static str {
        "cabinet/device.html"
    }
}

/// K4, `/cabinet/phone`: nothing is changed here but the messages about sign-ins, by the link `messages`.
#[derive(Clone, Debug, Serialize)]
pub struct CabinetPhone {
    /// What every page has.
    pub cabinet: CabinetFrame,
    /// The masked number.
    pub number: Option<String>,
    /// When it was linked.
    pub linked_at: Option<MicrosTime>,
    /// Whether messages about sign-ins come.
    pub messages: bool,
}

impl Screen for CabinetPhone {
    fn template(&self) -> &'static str {
        "cabinet/phone.html"
    }
}

/// A session.
#[derive(Clone, Debug, Serialize)]
pub struct SessionRow {
    /// Its id, in the path of the link that ends it.
    pub id: String,
    /// Names of the services that it reached.
    pub services: Vec<String>,
    /// Name of its device.
    pub device_name: Option<String>,
    /// Computer or phone.
    pub device_kind: DeviceKind,
    /// City and country where it began, when a file says where addresses are and knows this one.
    pub place: Option<String>,
    /// When it began.
    #[serde(serialize_with = "micros")]
    pub started_at: Timestamp,
    /// When something was last done in it.
    #[serde(serialize_with = "micros")]
    pub seen_at: Timestamp,
}

/// K6, `/cabinet/sessions`.
#[derive(Clone, Debug, Serialize)]
pub struct CabinetSessions {
    /// What every page has.
    pub cabinet: CabinetFrame,
    /// The session of this browser.
    pub this: SessionRow,
    /// The others, latest activity first.
    pub others: Vec<SessionRow>,
}

impl Screen for CabinetSessions {
    fn template(&self) -> &'static str {
        "cabinet/sessions.html"
    }
}
