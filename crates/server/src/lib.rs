//! The program `kiru`: configuration, commands, listener, health, telemetry, and the [`App`](app) that puts the other
//! crates together. Start reading at `cli`, then `app`.

pub mod app;
pub mod apply;
pub mod chance;
pub mod clock;
pub mod config;
pub mod foundation;
pub mod kek;
pub mod listener;
pub mod middleware;
pub mod telemetry;
