//! What the page that waits for a phone shows.

use super::QrRefusal;

/// What a page shows of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QrView {
    /// The code.
    Waiting,
    /// It was scanned; the phone has the word.
    Scanned,
    /// The signature is there: go on.
    Signed,
    /// The person declined.
    Declined,
    /// Its time is over.
    Expired,
    /// The signature is not accepted.
    Refused(QrRefusal),
    /// Nothing to show: replaced, or used.
    Over,
}

impl QrView {
    /// The word that the page's script is told.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Scanned => "scanned",
            Self::Signed => "signed",
            Self::Declined => "declined",
            Self::Expired => "expired",
            Self::Refused(_) => "refused",
            Self::Over => "over",
        }
    }

    /// Whether something may still happen without the browser.
    pub const fn is_live(self) -> bool {
        match self {
            Self::Waiting | Self::Scanned => true,
            Self::Signed | Self::Declined | Self::Expired | Self::Refused(_) | Self::Over => false,
        }
    }
}
