//! What the browser is told about its session (the draft's JSON session instructions).

use authority::ids::SessionId;
use protocol::flow::SESSION_COOKIE;
use serde_json::{Value, json};

use super::{REFRESH_PATH, REGISTRATION_PATH};

/// The session covers this origin and its one cookie. Requests that need no session wait for no refresh.
///
/// Any site may lead a person here and so cause a refresh: clients are many, and the cookie is `SameSite=Lax`, so that
/// nothing but an opened page counts.
pub(super) fn instructions(session: SessionId, issuer: &str) -> Value {
    let excluded = [REGISTRATION_PATH, "/assets/", "/.well-known/"]
        .map(|path| json!({"type": "exclude", "domain": "*", "path": path}));
    json!({
        "session_identifier": session.to_string(),
        "refresh_url": REFRESH_PATH,
        "scope": {"origin": issuer, "include_site": false, "scope_specification": excluded},
        "credentials": [{
            "type": "cookie",
            "name": SESSION_COOKIE,
            "attributes": "Path=/; Secure; HttpOnly; SameSite=Lax",
        }],
        "allowed_refresh_initiators": ["*"],
    })
}
