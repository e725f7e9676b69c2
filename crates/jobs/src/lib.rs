#![doc = include_str!("../README.md")]

mod deliver_logout;
mod deliver_sms;
mod expire;
mod remind_keys;
mod runner;
mod seal_audit;
mod under_lease;

pub use deliver_logout::{Delivery, LogoutDelivery};
pub use deliver_sms::{Delivered, deliver_sms};
pub use expire::{Expired, expire};
pub use remind_keys::{Reminded, remind_keys};
pub use runner::{Jobs, run};
pub use seal_audit::seal_audit;
