//! Request objects are refused (OIDC Core §3.1.2.6), but the refusal has to arrive: a client may put `response_mode` and
//! `state` only into the object (§6.1) and then waits for an answer that travels as they say. Nothing else of it is
//! read, and nothing is believed: both could stand in the query as well.

use authority::authorization::ResponseMode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jose::strict_json;
use serde_json::{Map, Value};

use super::request::MAX_STATE;
use super::return_path::ReturnPath;
use crate::Parameters;

/// Completes the way back by what the object says about it; what the query says stays, and an unreadable object says
/// nothing.
pub(super) fn complete_path(path: &mut ReturnPath, parameters: &Parameters) {
    let Ok(Some(object)) = parameters.get("request") else {
        return;
    };
    let members = payload(object).unwrap_or_default();
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    if let (Ok(None), Some(mode)) = (
        parameters.get("response_mode"),
        text("response_mode").and_then(ResponseMode::from_word),
    ) {
        path.mode = mode;
    }
    let state = text("state").filter(|state| !state.is_empty() && state.len() <= MAX_STATE);
    path.state = path.state.take().or_else(|| state.map(str::to_owned));
}

/// The payload, without looking at the signature.
fn payload(object: &str) -> Option<Map<String, Value>> {
    let encoded = object.split('.').nth(1)?;
    let json = URL_SAFE_NO_PAD.decode(encoded).ok()?;
    strict_json::parse_object(&json).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::test_clients::client;
    use super::*;

    fn way_back(query: &str) -> (ResponseMode, Option<String>) {
        let mut path = ReturnPath {
            client_id: client().id,
            redirect_uri: client().redirect_uris[0].clone(),
            mode: ResponseMode::Query,
            state: None,
        };
        let parameters = Parameters::parse(query.as_bytes()).unwrap();
        super::super::request::complete_path(&mut path, &parameters).unwrap();
        complete_path(&mut path, &parameters);
        (path.mode, path.state)
    }

    fn object(payload: &str) -> String {
        format!("request=eyJhbGciOiJub25lIn0.{}.", URL_SAFE_NO_PAD.encode(payload))
    }

    #[test]
    fn mode_and_state_of_an_object_say_where_its_refusal_goes() {
        let query = object(r#"{"response_mode":"form_post","state":"s","scope":"openid"}"#);
        assert_eq!(way_back(&query), (ResponseMode::FormPost, Some("s".to_owned())));
        let both = format!("{query}&response_mode=query&state=t");
        assert_eq!(way_back(&both), (ResponseMode::Query, Some("t".to_owned())));
    }

    #[test]
    fn what_cannot_be_read_or_is_not_served_says_nothing() {
        for query in [
            String::new(),
            "request=x".to_owned(),
            "request=a.b.c".to_owned(),
            object("[]"),
            object(r#"{"response_mode":"fragment","state":""}"#),
            object(r#"{"response_mode":1,"state":1}"#),
            object(r#"{"state":"a","state":"b"}"#),
            object(&format!(r#"{{"state":"{}"}}"#, "x".repeat(MAX_STATE + 1))),
        ] {
            assert_eq!(way_back(&query), (ResponseMode::Query, None), "{query}");
        }
    }

    proptest! {
        #[test]
        fn any_object_is_read_without_panic(text in "[!-~]{0,80}", json in "\\PC{0,80}") {
            let _ = (payload(&text), payload(&object(&json)));
        }
    }
}
