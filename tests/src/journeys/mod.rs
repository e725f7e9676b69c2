//! People with browsers, from the client's page and back to it.

mod audit_events;
mod codes;
mod devices;
mod eds;
mod existence;
mod flows;
mod information;
mod message_limits;
mod newcomers;
mod openidconnect_client;
mod races;
mod sandbox;
mod sign_in_limits;
mod sign_out;
mod single_sign_on;
mod steps;
mod whole_sign_in;
