//! The `claims` parameter (OIDC Core §5.5). Unknown claims and unknown members are ignored; what we know must have the
//! form of the specification. Asking for a value selects nothing and answers nothing (security rule OX-1).

use authority::assurance::{Assurance, AssuranceRequest};
use authority::authorization::{ClaimName, ClaimsRequest};
use authority::clients::Client;
use jose::strict_json;
use serde_json::{Map, Value};

use super::RequestError;

/// Longest value, bytes (security rule OX-1).
const MAX_LENGTH: usize = 16 * 1024;

const MALFORMED: RequestError = RequestError::Malformed("claims");

/// What the parameter asks for.
#[derive(Debug, Default)]
pub(super) struct ClaimsParameter {
    /// The claims by name.
    pub(super) claims: ClaimsRequest,
    /// What it says about `acr`, if anything.
    pub(super) assurance: Option<AssuranceRequest>,
}

/// Reads the parameter; claims beyond the client's ceiling are left out.
pub(super) fn parse(text: &str, client: &Client) -> Result<ClaimsParameter, RequestError> {
    if text.len() > MAX_LENGTH {
        return Err(RequestError::TooLong("claims"));
    }
    let members = strict_json::parse_object(text.as_bytes()).map_err(|_| MALFORMED)?;
    let (userinfo, id_token) = (section(&members, "userinfo")?, section(&members, "id_token")?);
    let subject = [id_token, userinfo]
        .into_iter()
        .find_map(|section| subject(section).transpose())
        .transpose()?;
    Ok(ClaimsParameter {
        claims: ClaimsRequest {
            userinfo: names(userinfo, client)?,
            id_token: names(id_token, client)?,
            auth_time: id_token.is_some_and(|members| members.contains_key("auth_time")),
            subject,
        },
        assurance: assurance(id_token)?,
    })
}

type Section<'a> = Option<&'a Map<String, Value>>;

fn section<'a>(members: &'a Map<String, Value>, name: &str) -> Result<Section<'a>, RequestError> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(section)) => Ok(Some(section)),
        Some(_) => Err(MALFORMED),
    }
}

/// The known claims of a section; each stands with `null` or an object.
fn names(section: Section<'_>, client: &Client) -> Result<Vec<ClaimName>, RequestError> {
    let mut names = Vec::new();
    for (name, wanted) in section.into_iter().flatten() {
        let Some(claim) = ClaimName::from_word(name) else {
            continue;
        };
        if !wanted.is_null() && !wanted.is_object() {
            return Err(MALFORMED);
        }
        if client.scopes.iter().any(|scope| scope.claims().contains(&claim)) {
            names.push(claim);
        }
    }
    names.sort_unstable();
    Ok(names)
}

fn subject(section: Section<'_>) -> Result<Option<String>, RequestError> {
    match section
        .and_then(|members| members.get("sub"))
        .and_then(|wanted| wanted.get("value"))
    {
        None => Ok(None),
        Some(Value::String(subject)) => Ok(Some(subject.clone())),
        Some(_) => Err(MALFORMED),
    }
}

/// OIDC Core §5.5.1.1: an essential `acr` with values must be one of them, or the request fails.
fn assurance(section: Section<'_>) -> Result<Option<AssuranceRequest>, RequestError> {
    let wanted = match section.and_then(|members| members.get("acr")) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(wanted)) => wanted,
        Some(_) => return Err(MALFORMED),
    };
    let essential = match wanted.get("essential") {
        None => false,
        Some(value) => value.as_bool().ok_or(MALFORMED)?,
    };
    let mut asked = Vec::new();
    asked.extend(
        wanted
            .get("value")
            .map(|value| value.as_str().ok_or(MALFORMED))
            .transpose()?,
    );
    if let Some(values) = wanted.get("values") {
        for value in values.as_array().ok_or(MALFORMED)? {
            asked.push(value.as_str().ok_or(MALFORMED)?);
        }
    }
    if asked.is_empty() {
        return Ok(None); // any value will do, and every ID token has one
    }
    let values = asked.into_iter().filter_map(Assurance::from_acr).collect();
    Ok(Some(AssuranceRequest { values, essential }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::test_clients::client;
    use super::*;

    fn parse(text: &str) -> Result<ClaimsParameter, RequestError> {
        super::parse(text, &client())
    }

    #[test]
    fn known_claims_are_read_in_every_form_and_unknown_ones_ignored() {
        let asked = parse(
            r#"{"userinfo":{"name":{"essential":true},"email":null,"x":17},"other":[1],
                "id_token":{"birthdate":{"value":"1990-01-01","y":{}},"auth_time":{"essential":true}}}"#,
        );
        let claims = asked.unwrap().claims;
        assert_eq!(claims.userinfo, [ClaimName::Name, ClaimName::Email]);
        assert_eq!(claims.id_token, [ClaimName::Birthdate]);
        assert!(claims.auth_time);
    }

    #[test]
    fn claims_beyond_the_clients_scopes_are_left_out() {
        let asked = parse(r#"{"userinfo":{"iin":null,"device_id":null,"name":null}}"#).unwrap();
        assert_eq!(asked.claims.userinfo, [ClaimName::Name]);
    }

    #[test]
    fn an_essential_assurance_with_values_is_kept_and_one_without_is_none() {
        let acr = |json: &str| parse(&format!(r#"{{"id_token":{{"acr":{json}}}}}"#)).map(|asked| asked.assurance);
        let full = AssuranceRequest {
            values: vec![Assurance::Full],
            essential: true,
        };
        assert_eq!(
            acr(r#"{"essential":true,"values":["urn:kiru:acr:full","x"]}"#),
            Ok(Some(full))
        );
        let unknown = AssuranceRequest {
            values: vec![],
            essential: true,
        };
        assert_eq!(acr(r#"{"essential":true,"value":"x"}"#), Ok(Some(unknown)));
        assert_eq!(acr(r#"{"essential":true}"#), Ok(None));
        assert_eq!(acr("null"), Ok(None));
        for malformed in [
            "1",
            r#"{"essential":1}"#,
            r#"{"value":1}"#,
            r#"{"values":"x"}"#,
            r#"{"values":[1]}"#,
        ] {
            assert_eq!(acr(malformed), Err(MALFORMED), "{malformed}");
        }
    }

    #[test]
    fn the_expected_subject_is_found() {
        let subject = |text: &str| parse(text).map(|asked| asked.claims.subject);
        assert_eq!(
            subject(r#"{"id_token":{"sub":{"value":"s"}}}"#),
            Ok(Some("s".to_owned()))
        );
        assert_eq!(subject(r#"{"id_token":{"sub":null}}"#), Ok(None));
        assert_eq!(subject(r#"{"id_token":{"sub":{"value":1}}}"#), Err(MALFORMED));
    }

    #[test]
    fn malformed_values_are_refused() {
        let nested = |levels: usize| format!(r#"{{"x":{}1{}}}"#, "[".repeat(levels - 1), "]".repeat(levels - 1));
        assert!(parse(&nested(32)).is_ok());
        let deep = nested(33);
        for text in [
            "",
            "[]",
            "{",
            "1",
            r#"{"userinfo":1}"#,
            r#"{"userinfo":{"name":1}}"#,
            r#"{"id_token":{"sub":null,"sub":null}}"#,
            &deep,
        ] {
            assert_eq!(parse(text).unwrap_err(), MALFORMED, "{text}");
        }
        let long = format!(r#"{{"x":"{}"}}"#, "x".repeat(MAX_LENGTH));
        assert_eq!(parse(&long).unwrap_err(), RequestError::TooLong("claims"));
    }

    proptest! {
        #[test]
        fn any_text_is_answered_without_panic(text in ".{0,200}") {
            let _ = parse(&text);
        }

        #[test]
        fn json_like_text_is_answered_without_panic(text in r#"\{"(userinfo|id_token)":[\{\}\[\]",:a-z0-9]{0,60}"#) {
            let _ = parse(&text);
        }
    }
}
