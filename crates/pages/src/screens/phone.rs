//! S11 "no phone is linked", on `/flow/{id}/confirm`.

use serde::Serialize;

use crate::Screen;

/// S11: no message was sent; says why and whom to ask (the operator's contacts).
#[derive(Clone, Copy, Debug, Serialize)]
pub struct NoPhone;

impl Screen for NoPhone {
    fn template(&self) -> &'static str {
        "phone/none.html"
    }
}
