//! The endpoints, one file for each, through the real router (RFC 6749, OpenID Connect Core, Discovery, RP-Initiated Logout).

pub(crate) mod arrange;
mod authorize;
mod authorize_session;
mod backchannel_logout;
mod client_limits;
mod discovery;
mod logout;
mod metadata;
mod races;
mod refresh;
mod repeats;
mod routes;
mod token;
mod userinfo;
