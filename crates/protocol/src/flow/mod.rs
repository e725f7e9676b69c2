//! The ground that the endpoints share with the pages of a sign-in.
//!
//! * `cookies`: what a browser sends, read strictly, and what we set.
//! * `visit`: one request's browser: cookies, language, address, reference.
//! * `browser`: the proof that this browser started this interaction (security rule AZ-12). `cookie_refusal`: whether it
//!   did, but keeps no cookies.
//! * `open_flows`: how many are under way (security rule RL-2).
//! * `form_token`, `origin`: what every posted form is checked for (security rule SE-5).
//! * `session`: the signed-in session of this browser.

mod browser;
mod cookie_refusal;
mod cookies;
mod form_token;
mod open_flows;
mod origin;
mod session;
mod visit;

pub(crate) use browser::start_flow;
pub use browser::{FlowBrowser, FlowRefusal, OpenFlow, open_flow};
pub use cookies::{
    Cookies, LOCALE_COOKIE, SESSION_COOKIE, clear_cookie, device_cookie_name, flow_cookie_name, set_cookie,
};
pub use form_token::{FormToken, FormTokenError};
pub use open_flows::OpenFlows;
pub use origin::{ForeignOrigin, check_origin};
pub use session::{LiveSession, live_session, session_digest};
pub use visit::Visit;
