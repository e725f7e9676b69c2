//! People with browsers, from the client's page and back to it.

mod audit_events;
mod cabinet;
mod codes;
mod dbsc;
mod dbsc_steps;
mod devices;
mod eds;
mod existence;
mod flows;
mod in_app;
mod information;
pub(crate) mod keys;
#[cfg(kiru_test_postgres)]
mod loaded_accounts;
mod matrix;
mod message_limits;
mod message_words;
mod newcomers;
mod openidconnect_client;
mod races;
mod registration;
mod registration_picture;
mod registration_races;
mod registration_reminder;
mod registration_steps;
mod sandbox;
mod session_limit;
mod shared_computers;
mod sign_in_limits;
mod sign_out;
mod single_sign_on;
pub(crate) mod steps;
mod suspension;
mod told;
mod whole_sign_in;
