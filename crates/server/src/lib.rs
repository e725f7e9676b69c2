//! The program `kiru`: configuration, commands, listener, health, telemetry, and the [`App`](app) that puts the other
//! crates together. Start reading at `cli`, then `app`.

pub mod config;
