//! The device.
mod name;
mod proof;
