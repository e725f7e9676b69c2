//! S12 "this device will be remembered", the automatic proof, R1 "bound to another device", R7 "cannot remember".
//! All on `/flow/{id}/device`; forms post there: `public_key` (JWK), `proof` (JWT), or `problem` when the browser cannot.

use authority::time::Timestamp;
use http::StatusCode;
use serde::Serialize;

use crate::Screen;
use crate::dates::micros;

/// What a device proof is made for: the `purpose` member of the JWT.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum ProofPurpose {
    /// A new key shows that it exists: first binding.
    #[serde(rename = "register")]
    Register,
    /// The bound key signs in.
    #[serde(rename = "sign_in")]
    SignIn,
    /// A bound key goes with an SMS code, so that strangers' wrong codes do not count against it.
    #[serde(rename = "confirm")]
    Confirm,
    /// The bound key opens a page of the cabinet.
    #[serde(rename = "cabinet")]
    Cabinet,
}

impl ProofPurpose {
    /// The member's value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::SignIn => "sign_in",
            Self::Confirm => "confirm",
            Self::Cabinet => "cabinet",
        }
    }
}

/// What the script signs. The audience is the issuer's origin, `flow` the frame's flow id.
#[derive(Clone, Debug, Serialize)]
pub struct ProofRequest {
    /// Name of the key in this browser: the device id, 32 hexadecimal digits. With an SMS code it may be one of several,
    /// with spaces between: all whose cookies the browser has, since the page does not say whose account is bound.
    pub device_id: String,
    /// The server's one-use nonce, base64url.
    pub nonce: String,
    /// Register, sign in or confirm.
    pub purpose: ProofPurpose,
}

/// Which picture the device gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// Desktop or laptop.
    Computer,
    /// Telephone or tablet.
    Phone,
}

/// S12: button `bind`; "shared computer" (button `shared`) posts `shared=yes` to `{flow}/device` where the rules allow a
/// session without binding, else to `{flow}/cancel` with `reason=shared_device`.
#[derive(Clone, Debug, Serialize)]
pub struct RememberDevice {
    /// Browser and system in words: `Chrome, Windows`.
    pub device_name: String,
    /// Computer or phone.
    pub device_kind: DeviceKind,
    /// What to sign; none on the sandbox way, where the plain form binds the cookie only.
    pub proof: Option<ProofRequest>,
    /// Minutes of a session that a shared computer gets without being registered; none where the rules give it none, and
    /// the button `shared` leaves the sign-in.
    pub shared_minutes: Option<u64>,
}

impl Screen for RememberDevice {
    fn template(&self) -> &'static str {
        "device/remember.html"
    }

    fn modules(&self) -> &'static [&'static str] {
        if self.proof.is_some() { &["device.js"] } else { &[] }
    }
}

/// The page between the second stage and consent on a bound device: signs and posts by itself.
#[derive(Clone, Debug, Serialize)]
pub struct ProveDevice {
    /// What to sign.
    pub proof: ProofRequest,
}

impl Screen for ProveDevice {
    fn template(&self) -> &'static str {
        "device/prove.html"
    }

    fn modules(&self) -> &'static [&'static str] {
        &["device.js"]
    }
}

/// When devices are registered, as R1 tells it beside its button.
#[derive(Clone, Debug, Serialize)]
pub struct RegistrationHours {
    /// When they begin each day, `HH:MM`.
    pub from: String,
    /// When they end, `HH:MM`.
    pub to: String,
    /// The IANA zone of both, when it is not the deployment's.
    pub zone: Option<String>,
}

/// R1: the account works on another device only. Shown after both stages. The button `register` posts to
/// `{flow}/registration`; the link `suspend` leads to `{flow}/suspend`, which asks once more ([`super::ConfirmSuspend`]).
#[derive(Clone, Debug, Serialize)]
pub struct BoundElsewhere {
    /// Name of the bound device.
    pub device_name: String,
    /// Computer or phone.
    pub device_kind: DeviceKind,
    /// When it was registered.
    #[serde(serialize_with = "micros")]
    pub registered_at: Timestamp,
    /// Cookie or key survived here: it is this device, and the browser's data was cleared.
    pub data_was_cleared: bool,
    /// When devices are registered, to be told beside the button.
    pub hours: Option<RegistrationHours>,
    /// Names of keys (device ids) that may have survived without their cookies; the script asks for this page again, with
    /// the query `key=kept`, when it finds one. Empty when that is known or does not matter.
    pub keys_to_look_for: Vec<String>,
    /// Minutes of a session that a shared computer gets without being registered: button `shared`; none where the rules give
    /// it none.
    pub shared_minutes: Option<u64>,
    /// Another device was bound while this browser was about to be: 409 instead of 403.
    pub overtaken: bool,
}

impl Screen for BoundElsewhere {
    fn template(&self) -> &'static str {
        "device/bound_elsewhere.html"
    }

    fn modules(&self) -> &'static [&'static str] {
        if self.keys_to_look_for.is_empty() {
            &[]
        } else {
            &["device.js"]
        }
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

/// Why a browser cannot keep a device key; also what `device.js` posts in the field `problem`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RememberProblem {
    /// A browser inside another application.
    InAppBrowser,
    /// IndexedDB is refused or empties itself. Field value `storage_blocked`.
    StorageBlocked,
    /// No Web Crypto, or not in this context. Field value `no_web_crypto`.
    NoWebCrypto,
    /// No cookie came back.
    CookiesBlocked,
}

impl RememberProblem {
    /// Reads what the script posted. A further value, `no_key`, means that the key of a bound device is gone (R1).
    pub fn from_field(value: &str) -> Option<Self> {
        match value {
            "storage_blocked" => Some(Self::StorageBlocked),
            "no_web_crypto" => Some(Self::NoWebCrypto),
            _ => None,
        }
    }
}

/// R7: this window cannot remember a device.
#[derive(Clone, Debug, Serialize)]
pub struct CannotRemember {
    /// Address to open in the usual browser: the service's or our own.
    pub site: String,
    /// Why.
    pub problem: RememberProblem,
    /// Opens the address in Android's usual browser: an `intent:` address, for browsers on Android only.
    pub open_in_android: Option<String>,
}

impl Screen for CannotRemember {
    fn template(&self) -> &'static str {
        "device/cannot_remember.html"
    }

    fn modules(&self) -> &'static [&'static str] {
        &["copy.js"]
    }

    fn status(&self) -> StatusCode {
        StatusCode::FORBIDDEN
    }

    fn is_failure(&self) -> bool {
        true
    }
}
