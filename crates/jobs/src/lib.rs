#![doc = include_str!("../README.md")]

mod crl_refresh;
mod deliver_logout;
mod deliver_sms;
mod end_powers;
mod end_revoked;
mod expire;
mod remind_keys;
mod runner;
mod seal_audit;
mod under_lease;
mod use_lists;

pub use crl_refresh::{ListSources, Refreshed};
pub use deliver_logout::{Delivery, LogoutDelivery};
pub use deliver_sms::{Delivered, deliver_sms};
pub use end_revoked::RevocationWatch;
pub use expire::{Expired, expire};
pub use remind_keys::remind_keys;
pub use runner::{Jobs, run};
pub use seal_audit::seal_audit;
pub use under_lease::UnderLease;
pub use use_lists::ListsInUse;
