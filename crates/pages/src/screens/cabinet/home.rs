//! K1: four lines of state, the time in which only this device works, and at most one recommendation.

use authority::time::Timestamp;
use serde::Serialize;

use super::CabinetFrame;
use crate::Screen;
use crate::dates::micros;
use crate::screens::DeviceKind;

/// The time in which only one device works.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ExclusiveTime {
    /// Its end.
    #[serde(serialize_with = "micros")]
    pub until: Timestamp,
    /// Whole hours that have passed.
    pub passed: u64,
    /// How many there are in all.
    pub hours: u64,
}

/// The phone, as one line.
#[derive(Clone, Debug, Serialize)]
pub struct PhoneLine {
    /// The masked number.
    pub number: String,
    /// Whether messages about sign-ins come.
    pub messages: bool,
}

/// The keys that were used here, as one line.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct KeysLine {
    /// Until when the one is valid that lasts longest, or was used last if none is accepted.
    #[serde(serialize_with = "micros")]
    pub valid_until: Timestamp,
    /// Days until then; none when it is over, or not accepted.
    pub days_left: Option<u64>,
    /// Whether it would be valid, but is not accepted here any more.
    pub stopped: bool,
    /// How many valid keys were used here.
    pub count: u64,
}

/// The sign-in before this one, or this one.
#[derive(Clone, Debug, Serialize)]
pub struct LastSignIn {
    /// When.
    #[serde(serialize_with = "micros")]
    pub at: Timestamp,
    /// To which service.
    pub service: Option<String>,
    /// City and country, when a file says where addresses are and knows this one.
    pub place: Option<String>,
    /// The part of the address that is shown.
    pub address: Option<String>,
    /// The device's name.
    pub device: Option<String>,
}

/// The one thing that is worth doing now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Advice {
    /// The key ends soon, or has ended.
    RenewKey,
    /// Nobody can be told of anything.
    LinkPhone,
}

/// K1, `/cabinet`.
#[derive(Clone, Debug, Serialize)]
pub struct CabinetHome {
    /// What every page has.
    pub cabinet: CabinetFrame,
    /// The person's name, if it is known.
    pub name: Option<String>,
    /// While only one device works.
    pub exclusive: Option<ExclusiveTime>,
    /// Name of this device.
    pub device_name: String,
    /// Computer or phone.
    pub device_kind: DeviceKind,
    /// When it was registered.
    #[serde(serialize_with = "micros")]
    pub bound_at: Timestamp,
    /// The phone.
    pub phone: Option<PhoneLine>,
    /// The keys.
    pub keys: Option<KeysLine>,
    /// The last sign-in.
    pub last: Option<LastSignIn>,
    /// At most one.
    pub advice: Option<Advice>,
}

impl Screen for CabinetHome {
    fn template(&self) -> &'static str {
        "cabinet/home.html"
    }
}
