//! What the pages of a running flow share.
//!
//! * `page`: a request that belongs to a flow of this browser; every handler takes one.
//! * `place`: which page of the flow a person belongs on.
//! * `cancel`: the way back to the service.

pub(crate) mod cancel;
mod page;
mod place;

pub(crate) use page::{FlowForm, FlowPage};
pub(crate) use place::Place;
