//! The pages that ask before something is done, with what follows from it.

use serde::Serialize;

use super::{CabinetFrame, KeyRow, PowerRow, SessionRow, SignInRow};
use crate::Screen;

/// What is about to be done.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Confirmed {
    /// One session ends.
    EndSession {
        /// Which.
        session: SessionRow,
    },
    /// All but this session end.
    EndOthers,
    /// All sessions end, this one too.
    EndAll,
    /// A key is not accepted any more.
    StopKey {
        /// Which.
        key: KeyRow,
        /// Whether no other valid one is known here.
        last: bool,
    },
    /// A key that the person stopped is accepted again.
    AcceptKey {
        /// Which.
        key: KeyRow,
    },
    /// Messages about sign-ins begin.
    MessagesOn {
        /// Where they go.
        phone: String,
    },
    /// Messages about sign-ins stop.
    MessagesOff,
    /// A power of attorney that the person gave ends.
    RevokePower {
        /// Which.
        row: PowerRow,
    },
    /// A power of attorney that the person has ends.
    RenouncePower {
        /// Which.
        row: PowerRow,
    },
    /// A sign-in is said to be somebody else's.
    Dispute {
        /// Which.
        row: SignInRow,
    },
    /// It was said; what can be done now.
    Disputed {
        /// Which.
        row: SignInRow,
    },
}

/// Asks: the button `confirm` posts to `action`, the link `stay` leads to `back`.
#[derive(Clone, Debug, Serialize)]
pub struct CabinetConfirm {
    /// What every page has.
    pub cabinet: CabinetFrame,
    /// What is about to be done.
    pub about: Confirmed,
    /// Path that the form posts to.
    pub action: String,
    /// Path where "no" leads.
    pub back: &'static str,
}

impl Screen for CabinetConfirm {
    fn template(&self) -> &'static str {
        "cabinet/confirm.html"
    }
}

/// K12, `/cabinet/suspend`: the button `suspend` posts there.
#[derive(Clone, Debug, Serialize)]
pub struct CabinetSuspend {
    /// What every page has.
    pub cabinet: CabinetFrame,
    /// For how many hours the account rests before the person may return.
    pub rest_hours: u64,
}

impl Screen for CabinetSuspend {
    fn template(&self) -> &'static str {
        "cabinet/suspend.html"
    }
}
