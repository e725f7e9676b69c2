use super::*;

const RULES: ClientRules = ClientRules {
    require_pkce: true,
    loopback: false,
};
const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_262_400);
const GOOD: &str = r#"{"client_id":"diary","client_name":"Diary","client_secret":"0123456789abcdef0123456789abcdef",
    "redirect_uris":["https://diary.kz/cb"],"response_types":["code"],"grant_types":["authorization_code","refresh_token"],
    "scope":"openid profile iin"}"#;

fn reason(text: &str) -> String {
    parse_clients(&format!("[{text}]"), RULES, NOW).unwrap_err().to_string()
}

#[test]
fn a_client_is_read_as_registration_would_send_it() {
    let entries = parse_clients(&format!("[{GOOD}]"), RULES, NOW).unwrap();
    let client = &entries[0].client;
    assert_eq!(client.authentication, ClientAuthentication::SecretBasic);
    assert_eq!(client.scopes, [Scope::OpenId, Scope::Profile, Scope::Iin]);
    assert!(client.require_pkce);
    assert!(!format!("{entries:?}").contains("0123456789abcdef"));
}

#[test]
fn an_entry_that_breaks_a_rule_is_named_with_its_member() {
    for (from, to, said) in [
        ("\"Diary\"", "\" \"", "diary: client_name: "),
        (
            "0123456789abcdef0123456789abcdef",
            "short",
            "diary: client_secret: must be 32",
        ),
        (
            "https://diary.kz/cb",
            "https://diary.kz/cb#x",
            "diary: redirect_uris: https://diary.kz/cb#x: ",
        ),
        ("[\"https://diary.kz/cb\"]", "[]", "diary: redirect_uris: at least one"),
        ("[\"code\"]", "[\"token\"]", "diary: response_types: only code"),
        (
            "refresh_token",
            "password",
            "diary: grant_types: password is not served",
        ),
        (
            "profile iin",
            "profile everything",
            "diary: scope: everything is not known",
        ),
        (
            "\"scope\"",
            "\"token_endpoint_auth_method\":\"none\",\"scope\"",
            "diary: client_secret: a public client",
        ),
        (
            "\"scope\"",
            "\"token_endpoint_auth_method\":\"private_key_jwt\",\"scope\"",
            "diary: token_endpoint_auth_method: ",
        ),
        (
            "\"scope\"",
            "\"id_token_signed_response_alg\":\"none\",\"scope\"",
            "diary: id_token_signed_response_alg: ",
        ),
        (
            "\"scope\"",
            "\"policy_uri\":\"javascript:x\",\"scope\"",
            "diary: policy_uri: ",
        ),
        (
            "\"scope\"",
            "\"scopes\"",
            "not a list of entries: unknown field `scopes`",
        ),
    ] {
        let text = GOOD.replace(from, to);
        assert_ne!(text, GOOD, "{from}");
        assert!(reason(&text).starts_with(said), "{}", reason(&text));
    }
}

#[test]
fn a_client_may_be_told_of_endings_where_the_deployment_reaches_it() {
    let read = |uri: &str, rules| {
        let told =
            format!("\"backchannel_logout_uri\":\"{uri}\",\"backchannel_logout_session_required\":true,\"scope\"");
        let entries = parse_clients(&format!("[{}]", GOOD.replace("\"scope\"", &told)), rules, NOW)?;
        Ok::<_, ApplyError>(entries[0].client.backchannel_logout.clone().unwrap())
    };
    let told = read("https://diary.kz/out", RULES).unwrap();
    assert!(told.session_required && told.uri.as_str() == "https://diary.kz/out");
    let loopback = ClientRules {
        loopback: true,
        ..RULES
    };
    for uri in ["http://127.0.0.1:7301/out", "https://diary.kz:8443/out"] {
        assert!(read(uri, RULES).is_err(), "{uri}");
        assert!(read(uri, loopback).is_ok(), "{uri}");
    }
    for (uri, said) in [
        (
            "http://127.0.0.1:7301/out",
            "http://127.0.0.1:7301/out: must be https on port 443",
        ),
        (
            "https://diary.kz/out#x",
            "https://diary.kz/out#x: the address has a fragment",
        ),
        ("/out", "/out: the address is not an absolute URI"),
    ] {
        let refused = read(uri, RULES).unwrap_err().to_string();
        assert_eq!(refused, format!("diary: backchannel_logout_uri: {said}"));
    }
    assert!(read("http://diary.kz/out", loopback).is_err());
    let alone = GOOD.replace("\"scope\"", "\"backchannel_logout_session_required\":true,\"scope\"");
    assert_eq!(
        reason(&alone),
        "diary: backchannel_logout_session_required: needs backchannel_logout_uri"
    );
}

#[test]
fn a_file_is_a_list_that_names_each_client_once() {
    assert!(
        parse_clients(&format!("[{GOOD},{GOOD}]"), RULES, NOW)
            .unwrap_err()
            .to_string()
            .contains("stands twice")
    );
    assert!(parse_clients("{}", RULES, NOW).is_err());
}
