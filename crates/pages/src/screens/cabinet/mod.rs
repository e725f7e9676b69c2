//! The cabinet: K1 home, K2 device, K4 phone, K6 sessions, K7 sign-in history, K12 suspend, and the pages that ask before
//! something is done. Every form posts `csrf` and `ticket`.

mod acts;
mod history;
mod history_filter;
mod home;
mod keys;
mod matters;
mod powers;
mod prove;

use serde::Serialize;

pub use acts::{CabinetConfirm, CabinetSuspend, Confirmed};
pub use history::{CabinetHistory, SignInResult, SignInRow, SignInWay};
pub use history_filter::{FilterProblem, HistoryFilter, Period, PeriodLink, ResultChoice, ServiceChoice};
pub use home::{Advice, CabinetHome, ExclusiveTime, KeysLine, LastSignIn, PhoneLine};
pub use keys::{CabinetKeys, KeyRow, KeyState};
pub use matters::{
    BoundDevice, CabinetDevice, CabinetPhone, CabinetSessions, DeviceHistoryRow, MicrosTime, SessionRow,
};
pub use powers::{
    CabinetPower, CabinetPowers, GivePower, OrganisationRow, PowerForm, PowerProblem, PowerRow, PowerSide,
    PowerStanding, ShownPrincipal,
};
pub use prove::{CabinetClosed, ClosedReason, ProveCabinet};

/// Where in the cabinet a page stands; the current item of its navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// K1.
    Home,
    /// K2.
    Device,
    /// K3.
    Keys,
    /// K4.
    Phone,
    /// K6.
    Sessions,
    /// K7.
    History,
    /// K10.
    Powers,
    /// K12.
    Suspend,
}

/// What was just done, told once on the next page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Flash {
    /// A device got another name.
    Renamed,
    /// A session was ended.
    SessionEnded,
    /// All other sessions were ended.
    OthersEnded,
    /// Messages about sign-ins come from now on.
    MessagesOn,
    /// They come no more.
    MessagesOff,
    /// A sign-in was noted as somebody else's.
    Disputed,
    /// A power of attorney was given.
    PowerGiven,
    /// One was revoked.
    PowerRevoked,
    /// One was renounced.
    PowerRenounced,
    /// A key is not accepted any more.
    KeyStopped,
    /// A key is accepted again.
    KeyAccepted,
}

impl Flash {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Renamed,
        Self::SessionEnded,
        Self::OthersEnded,
        Self::MessagesOn,
        Self::MessagesOff,
        Self::Disputed,
        Self::PowerGiven,
        Self::PowerRevoked,
        Self::PowerRenounced,
        Self::KeyStopped,
        Self::KeyAccepted,
    ];

    /// The word that a cookie carries to the next page.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Renamed => "renamed",
            Self::SessionEnded => "session_ended",
            Self::OthersEnded => "others_ended",
            Self::MessagesOn => "messages_on",
            Self::MessagesOff => "messages_off",
            Self::Disputed => "disputed",
            Self::PowerGiven => "power_given",
            Self::PowerRevoked => "power_revoked",
            Self::PowerRenounced => "power_renounced",
            Self::KeyStopped => "key_stopped",
            Self::KeyAccepted => "key_accepted",
        }
    }

    /// What that word tells.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|flash| flash.as_str() == word)
    }
}

/// What every page of the cabinet has.
#[derive(Clone, Debug, Serialize)]
pub struct CabinetFrame {
    /// Where the page stands.
    pub section: Section,
    /// The field `ticket` of its forms; one of them may be posted, once.
    pub ticket: String,
    /// What was just done.
    pub flash: Option<Flash>,
}
