//! # messaging: messages to people's phones
//!
//! **Owns** the door to SMS gateways, what an SMS is made of, and how many parts a text costs.
//! The texts themselves live with the pages, in their three languages.
//!
//! **Imports** `authority` (phone numbers, time). `outbound` joins with the first gateway over HTTP.
//!
//! **Where to start reading:**
//!
//! * [`sms`]: [`SmsGateway`], the door, and [`SmsMessage`], what goes through it.
//! * [`outbox`]: the gateway that keeps messages in memory for a desk to show.
//! * [`refusing`]: the gateway of a deployment that has none.
//! * [`parts`]: counting parts, as operators bill them.

pub mod outbox;
pub mod parts;
pub mod refusing;
pub mod sms;

pub use outbox::{Kept, Outbox};
pub use parts::{Encoding, Parts};
pub use refusing::Refusing;
pub use sms::{SendError, Sender, SmsGateway, SmsMessage, SmsText};
