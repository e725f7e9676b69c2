//! K3: the keys that were used here, and what may be done with each.

use authority::certificates::{Certificate, CertificateRole, KeyStorage, KeySuite, KeyUsage, StopReason};
use authority::time::Timestamp;
use chrono_tz::Tz;
use serde::Serialize;

use super::{CabinetFrame, MicrosTime};
use crate::Screen;
use crate::dates::micros;

/// Where keys are issued, renewed and revoked.
const CENTRE: &str = "https://pki.gov.kz/";
const CENTRE_NAME: &str = "pki.gov.kz";

/// Whether a key is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// It is.
    Valid,
    /// It is, and ends soon.
    Soon,
    /// Its time is over.
    Ended,
    /// The person stopped it.
    Stopped,
    /// It was stopped because it seems to be shared.
    Shared,
    /// Its centre revoked it.
    Revoked,
}

/// A key with its certificate. The stop link leads to `/cabinet/keys/{id}/stop`.
#[derive(Clone, Debug, Serialize)]
pub struct KeyRow {
    /// Its id.
    pub id: String,
    /// Whose it is, if the name is known.
    pub owner: Option<String>,
    /// Whether it is an organisation's.
    pub organisation: bool,
    /// The organisation's name, as its latest certificate wrote it.
    pub organisation_name: Option<String>,
    /// The word of its role.
    pub role: &'static str,
    /// The word of what it is for.
    pub usage: Option<&'static str>,
    /// The word of its algorithms.
    pub suite: Option<&'static str>,
    /// Whether it lies in a file.
    pub in_file: bool,
    /// Whether it is accepted.
    pub state: KeyState,
    /// Until when it is valid.
    #[serde(serialize_with = "micros")]
    pub valid_until: Timestamp,
    /// Days until then in the deployment's zone; none when it is over.
    pub days_left: Option<u64>,
    /// First use here.
    #[serde(serialize_with = "micros")]
    pub first_used_at: Timestamp,
    /// Last use here.
    #[serde(serialize_with = "micros")]
    pub last_used_at: Timestamp,
    /// Since when it is not accepted.
    pub stopped_at: Option<MicrosTime>,
    /// On how many devices it was used lately; 0 when nothing is known.
    pub devices: u64,
    /// Whether this session rests on it: by its first stage, or by its second.
    pub this: bool,
}

impl KeyRow {
    /// A certificate as people read it; one that ends within `soon` is worth renewing.
    pub fn of(certificate: &Certificate, (now, zone): (Timestamp, Tz), soon: std::time::Duration) -> Self {
        let state = match certificate.stop.map(|stop| stop.reason) {
            Some(StopReason::Stopped) => KeyState::Stopped,
            Some(StopReason::Shared) => KeyState::Shared,
            Some(StopReason::Revoked) => KeyState::Revoked,
            None if now > certificate.not_after => KeyState::Ended,
            None if certificate.not_after < now.plus(soon) => KeyState::Soon,
            None => KeyState::Valid,
        };
        Self {
            id: certificate.id.to_string(),
            owner: None,
            organisation: certificate.role != CertificateRole::Individual,
            organisation_name: None,
            role: certificate.role.as_str(),
            usage: certificate.usage.map(KeyUsage::as_str),
            suite: certificate.suite.map(KeySuite::as_str),
            in_file: certificate.key_storage == KeyStorage::File,
            state,
            valid_until: certificate.not_after,
            days_left: certificate.days_left(now, zone),
            first_used_at: certificate.first_used_at,
            last_used_at: certificate.last_used_at,
            stopped_at: certificate.stop.map(|stop| MicrosTime(stop.at)),
            devices: 0,
            this: false,
        }
    }
}

/// K3, `/cabinet/keys`.
#[derive(Clone, Debug, Serialize)]
pub struct CabinetKeys {
    /// What every page has.
    pub cabinet: CabinetFrame,
    /// The keys, latest use first.
    pub keys: Vec<KeyRow>,
    centre: &'static str,
    centre_name: &'static str,
}

impl CabinetKeys {
    /// The page of these keys.
    pub const fn new(cabinet: CabinetFrame, keys: Vec<KeyRow>) -> Self {
        Self {
            cabinet,
            keys,
            centre: CENTRE,
            centre_name: CENTRE_NAME,
        }
    }
}

impl Screen for CabinetKeys {
    fn template(&self) -> &'static str {
        "cabinet/keys.html"
    }
}
