#![doc = include_str!("../README.md")]

mod db;
mod error;
mod live;
mod row;
mod sql;
mod tx;

pub mod access_tokens;
pub mod administrators;
pub mod approvals;
pub mod attempts;
pub mod audit;
pub mod authorization_codes;
pub mod backchannel_logouts;
pub mod cabinet_tickets;
pub mod certificates;
pub mod challenges;
pub mod clients;
pub mod consent_texts;
pub mod consents;
#[cfg(feature = "sandbox")]
pub mod demo_time;
pub mod devices;
pub mod evidence;
pub mod grants;
pub mod identifiers;
pub mod interactions;
pub mod key_observations;
pub mod key_reminders;
pub mod leases;
pub mod organisations;
pub mod outbox;
pub mod phones;
pub mod policies;
pub mod powers;
pub mod qr_transactions;
pub mod refresh_tokens;
pub mod registrations;
pub mod request_values;
pub mod revocation_objects;
pub mod sessions;
pub mod signing_keys;
pub mod sms;
pub mod sms_codes;
pub mod stop_codes;
pub mod throttles;
pub mod user_facts;
pub mod users;

pub use db::{Connection, Db, PoolSettings};
pub use error::{Inconsistent, StorageError};
pub use live::Moment;
pub use tx::{Tx, Write};
