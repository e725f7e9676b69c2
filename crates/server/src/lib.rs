//! The program `kiru`: configuration, commands, listener, health, telemetry, and the [`App`](app) that puts the other
//! crates together. Start reading at `cli`, then `app`.

pub mod app;
pub mod apply;
pub mod chance;
pub mod cli;
pub mod clock;
pub mod config;
#[cfg(feature = "demo")]
pub mod demo;
pub mod foundation;
pub mod health;
pub mod kek;
pub mod listener;
pub mod material;
pub mod middleware;
pub mod server;
pub mod telemetry;
pub mod upkeep;
