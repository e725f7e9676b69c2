//! K7: the sign-ins of the last twelve months.

use authority::time::Timestamp;
use http::StatusCode;
use serde::Serialize;

use super::{CabinetFrame, HistoryFilter};
use crate::Screen;
use crate::dates::micros;

/// How somebody signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SignInWay {
    /// EDS and an SMS code.
    EdsAndSms,
    /// EDS.
    Eds,
    /// By the name that a sandbox believes.
    Test,
}

/// What became of a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SignInResult {
    /// The person is signed in.
    SignedIn,
    /// It came from another device.
    OtherDevice,
    /// The device's key did not answer, or wrongly.
    DeviceKey,
    /// The code was wrong.
    WrongCode,
    /// EDS was not accepted.
    EdsRefused,
    /// The account could not be used, or the browser not remembered.
    Refused,
}

impl SignInResult {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::SignedIn,
        Self::OtherDevice,
        Self::DeviceKey,
        Self::WrongCode,
        Self::EdsRefused,
        Self::Refused,
    ];
}

/// A sign-in.
#[derive(Clone, Debug, Serialize)]
pub struct SignInRow {
    /// Its id, in the path of the link `not-me-{n}`.
    pub id: String,
    /// When.
    #[serde(serialize_with = "micros")]
    pub at: Timestamp,
    /// To which service.
    pub service: Option<String>,
    /// How.
    pub way: Option<SignInWay>,
    /// City and country, when a file says where addresses are and knows this one.
    pub place: Option<String>,
    /// The part of the address that is shown.
    pub address: Option<String>,
    /// The device's name.
    pub device: Option<String>,
    /// What became of it.
    pub result: SignInResult,
    /// The code to tell the operator.
    pub code: String,
}

/// K7, `/cabinet/history`. The button `csv` posts what is chosen to `/cabinet/history/csv`.
#[derive(Clone, Debug, Serialize)]
pub struct CabinetHistory {
    /// What every page has.
    pub cabinet: CabinetFrame,
    /// What is chosen.
    pub filter: HistoryFilter,
    /// The sign-ins, latest first.
    pub rows: Vec<SignInRow>,
    /// Path of the page with the latest ones, when these are not.
    pub latest: Option<String>,
    /// Path of the page with older ones.
    pub older: Option<String>,
}

impl Screen for CabinetHistory {
    fn template(&self) -> &'static str {
        "cabinet/history.html"
    }

    fn status(&self) -> StatusCode {
        if self.is_failure() {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            StatusCode::OK
        }
    }

    fn is_failure(&self) -> bool {
        self.filter.problem.is_some()
    }
}
