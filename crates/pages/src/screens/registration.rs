//! R2 to R6: registering a new device, on `/flow/{id}/registration` and below; R3 also on `/flow/{id}/device`.
//!
//! Forms post to `{flow}/registration` (start, from R1), `/registration/picture` (another picture), `/registration/code`
//! (field `code`), `/registration/consent` (fields `notice`, `shown_at`, `public_key`, `proof`), `/registration/decline`,
//! `/registration/name` (field `name`) and `/registration/reminder`. Buttons: `register`, `remind`, `new-picture`, `listen`
//! (a link), `continue`, `eds` (posts to `{flow}/registration/eds`), `agree`, `decline`, `rename`. "That was not me" leads to
//! `{flow}/suspend`.

use authority::time::Timestamp;
use http::StatusCode;
use serde::Serialize;

use super::device::{DeviceKind, ProofRequest};
use crate::Screen;
use crate::dates::{micros, optional_micros};

/// A message that says when the hours begin.
#[derive(Clone, Debug, Serialize)]
pub struct Reminder {
    /// The masked number that it goes to.
    pub phone: String,
    /// Whether it was asked for; otherwise it is offered.
    pub asked: bool,
}

/// R2: devices are registered at other hours.
#[derive(Clone, Debug, Serialize)]
pub struct WindowClosed {
    /// When they begin each day, `HH:MM`.
    pub from: String,
    /// When they end, `HH:MM`.
    pub to: String,
    /// The IANA zone of both, when it is not the deployment's.
    pub zone: Option<String>,
    /// When they begin next.
    #[serde(serialize_with = "micros")]
    pub opens_at: Timestamp,
    /// None without a phone.
    pub reminder: Option<Reminder>,
}

impl Screen for WindowClosed {
    fn template(&self) -> &'static str {
        "registration/window_closed.html"
    }

    fn status(&self) -> StatusCode {
        StatusCode::FORBIDDEN
    }

    fn is_failure(&self) -> bool {
        true
    }
}

/// R3: only the device registered last may act.
#[derive(Clone, Debug, Serialize)]
pub struct OnlyNewestDevice {
    /// Its name; empty when it is gone.
    pub device_name: String,
    /// Computer or phone.
    pub device_kind: DeviceKind,
    /// When it was registered.
    #[serde(serialize_with = "optional_micros")]
    pub registered_at: Option<Timestamp>,
    /// Until when, exclusive.
    #[serde(serialize_with = "micros")]
    pub until: Timestamp,
    /// Another registration was faster than the one that this browser was making: 409 instead of 403.
    pub overtaken: bool,
}

impl Screen for OnlyNewestDevice {
    fn template(&self) -> &'static str {
        "registration/only_newest_device.html"
    }

    fn status(&self) -> StatusCode {
        if self.overtaken {
            StatusCode::CONFLICT
        } else {
            StatusCode::FORBIDDEN
        }
    }

    fn is_failure(&self) -> bool {
        true
    }
}

/// Why the account registers no device for reasons of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotNow {
    /// No known contact has confirmed the account.
    Provisional,
    /// The phone was linked too recently.
    PhoneTooNew,
    /// There were too many registrations.
    TooMany,
}

/// No device may be registered now, for a reason of this account.
#[derive(Clone, Debug, Serialize)]
pub struct RegistrationNotNow {
    /// Why.
    pub reason: NotNow,
    /// When it is possible, if time alone helps.
    #[serde(serialize_with = "optional_micros")]
    pub from: Option<Timestamp>,
}

impl Screen for RegistrationNotNow {
    fn template(&self) -> &'static str {
        "registration/not_now.html"
    }

    fn status(&self) -> StatusCode {
        StatusCode::FORBIDDEN
    }

    fn is_failure(&self) -> bool {
        true
    }
}

/// What was wrong with a picture code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PictureProblem {
    /// Other digits; there is a new picture.
    Wrong,
    /// Too late; there is a new picture.
    Expired,
}

/// R4: the code from a picture, `{flow}/registration/picture?v={version}`, its sound
/// `{flow}/registration/sound?v={version}&language={kk|ru|en}`, or an equal proof.
#[derive(Clone, Debug, Serialize)]
pub struct EnterPictureCode {
    /// Counts the pictures, so that no browser shows an old one.
    pub version: i64,
    /// What was wrong with the last code.
    pub problem: Option<PictureProblem>,
    /// Until when the picture works.
    #[serde(serialize_with = "micros")]
    pub works_until: Timestamp,
    /// Whether signing with EDS once more is offered instead: `{flow}/registration/eds`.
    pub eds: bool,
}

impl Screen for EnterPictureCode {
    fn template(&self) -> &'static str {
        "registration/picture.html"
    }

    fn status(&self) -> StatusCode {
        if self.problem.is_some() {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            StatusCode::OK
        }
    }

    fn is_failure(&self) -> bool {
        self.problem.is_some()
    }

    fn modules(&self) -> &'static [&'static str] {
        &["listen.js", "countdown.js"]
    }

    fn plays_sound(&self) -> bool {
        true
    }
}

/// A device with its kind.
#[derive(Clone, Debug, Serialize)]
pub struct NamedDevice {
    /// Browser and system, or the name that the person gave.
    pub name: String,
    /// Computer or phone.
    pub kind: DeviceKind,
}

/// R5: notice and consent. What it says is [`crate::Pages::registration_notice`], to the letter.
#[derive(Clone, Debug, Serialize)]
pub struct ConfirmRegistration {
    /// What stops working.
    pub replaced: Vec<NamedDevice>,
    /// What works from then on.
    pub new: NamedDevice,
    /// For how many hours only that; 0 when the others go on.
    pub hours: u64,
    /// Until when.
    #[serde(serialize_with = "micros")]
    pub until: Timestamp,
    /// Hash of the notice, hexadecimal; comes back in the field `notice`.
    pub notice: String,
    /// When it was shown, seconds; comes back in the field `shown_at`.
    pub shown_at: i64,
    /// What the new device signs.
    pub proof: ProofRequest,
}

impl Screen for ConfirmRegistration {
    fn template(&self) -> &'static str {
        "registration/confirm.html"
    }

    fn modules(&self) -> &'static [&'static str] {
        &["device.js"]
    }
}

/// R6: the device is registered.
#[derive(Clone, Debug, Serialize)]
pub struct DeviceRegistered {
    /// The device.
    pub device: NamedDevice,
    /// Until when only it works; none when the others go on, or the time is over.
    #[serde(serialize_with = "optional_micros")]
    pub until: Option<Timestamp>,
    /// How many sessions elsewhere were ended.
    pub ended_sessions: u64,
    /// The devices that they were on.
    pub ended_devices: Vec<NamedDevice>,
    /// The masked number that was told; none without a phone.
    pub phone: Option<String>,
    /// The name was changed just now.
    pub renamed: bool,
}

impl Screen for DeviceRegistered {
    fn template(&self) -> &'static str {
        "registration/registered.html"
    }
}
