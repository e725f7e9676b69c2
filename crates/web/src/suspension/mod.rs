//! Suspending an account and returning to it.
//!
//! * `stop`: R8, by the code of a message, without any sign-in.
//! * `in_flow`: after both stages of a sign-in, from R1 and X5.

mod in_flow;
mod stop;

pub(crate) use in_flow::{ask, come_back, suspend};
pub(crate) use stop::{show as show_stop, stop};
