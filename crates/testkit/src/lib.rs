//! Doubles of the outside world that speak its real protocols, for tests and for the demo.
//!
//! | module | stands for |
//! |---|---|
//! | [`clock`] | the clock: set and advanced by the test |
//! | [`people`] | the people of the demo, with their logins, numbers and phones |
//! | [`pki`] | a certification centre like the national one: root, issuing authority, people's certificates, revocation lists |
//! | [`responder`] | the centre's servers: certificate status (OCSP) and revocation lists over HTTP |
//! | [`cms`] | the signatures that a signing program makes, and every way to get them wrong |
//! | [`xml`] | the same signatures as XML documents |
//! | [`keys`] | the keys and certificates of the demo's people, kept in a folder |
//! | [`trouble`] | what those keys become when something is wrong with them |
//! | [`places`] | the file that says where network addresses are |
//! | [`phone`] | eGov Mobile, which signs what a page's QR code leads to |
//! | [`ncalayer`] | the signing program on the person's computer, speaking NCALayer's WebSocket protocol |
//!
//! It imports `authority` and `federation`. Nothing here is in a release build: package `kiru` uses it only with the feature
//! `demo`. It has its own sources of chance, since keys are made by the crypto library.

pub mod clock;
pub mod cms;
mod der;
pub mod keys;
pub mod ncalayer;
pub mod people;
pub mod phone;
pub mod pki;
pub mod places;
pub mod responder;
pub mod trouble;
pub mod xml;
