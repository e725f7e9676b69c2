#![doc = include_str!("../README.md")]

mod assets;
mod csv;
mod dates;
mod embedded;
mod escape;
mod flow_origin;
mod frame;
mod functions;
mod headers;
mod layout;
mod notice;
mod pages;
mod phone_app;
mod qr;
mod reference;
mod screen;
pub mod screens;
mod settings;
mod sms;
mod texts;

pub use flow_origin::{FlowOrigin, FlowOriginError};
pub use frame::{Flow, Frame, ServiceStrip};
pub use pages::{Pages, PagesError};
pub use phone_app::PhoneAppText;
pub use reference::Reference;
pub use screen::Screen;
pub use settings::{DeploymentKind, Localised, Operator, PagesSettings};
pub use sms::SmsTextError;

#[cfg(test)]
extern crate self as kiru_pages;
#[cfg(test)]
mod tests;
