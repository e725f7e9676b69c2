//! S11 "no phone is linked", and its form for a number that gets no messages, on `/flow/{id}/confirm`.

use serde::Serialize;

use crate::Screen;

/// S11: no message was sent; says why and whom to ask (the operator's contacts).
#[derive(Clone, Copy, Debug, Serialize)]
pub struct NoPhone {
    /// Offers a signature on the phone, which posts to `{flow}/egov`.
    pub egov: bool,
}

impl Screen for NoPhone {
    fn template(&self) -> &'static str {
        "phone/none.html"
    }
}

/// S11 for a number of a country or operator that messages do not go to here: no message was sent.
#[derive(Clone, Debug, Serialize)]
pub struct NumberNotServed {
    /// The masked number, `+7 ••• ••• 47 18`.
    pub phone: String,
    /// Offers a signature on the phone, which posts to `{flow}/egov`.
    pub egov: bool,
}

impl Screen for NumberNotServed {
    fn template(&self) -> &'static str {
        "phone/not_served.html"
    }
}
