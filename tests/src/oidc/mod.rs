//! The endpoints, one file for each, through the real router (RFC 6749, OpenID Connect Core, Discovery, RP-Initiated Logout).

mod arrange;
mod authorize;
mod authorize_session;
mod discovery;
mod logout;
mod refresh;
mod token;
mod userinfo;
