//! web
mod consent;
mod device;
