//! Who signed in, as the verified tokens tell it.

use openidconnect::AdditionalClaims;
use openidconnect::UserInfoClaims;
use openidconnect::core::{CoreGenderClaim, CoreIdTokenClaims};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::in_name::{Organisation, Representation, text};

/// Claims beyond the standard ones. They are taken as any JSON and read with care: a member of an unexpected
/// type is left out, it does not fail a sign-in.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct FurtherClaims {
    /// Scope `organisation`: the role that the certificate gives, e.g. `individual`, `head`.
    certificate_role: Value,
    /// Scope `organisation`: the organisation that the person acts for.
    organisation: Value,
    /// Scope `organisation`: the power of attorney that the person acts by.
    representation: Value,
    /// Scope `device`: the device under a name that only this client sees.
    device_id: Value,
    /// Scope `device`: whether this browser is bound to the account.
    device_bound: Value,
    /// Scope `device`: since when, seconds.
    device_bound_at: Value,
}

impl AdditionalClaims for FurtherClaims {}

/// Answer of the userinfo endpoint.
pub(crate) type UserInfo = UserInfoClaims<FurtherClaims, CoreGenderClaim>;

/// The person of a session, and the answer of `/me.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Person {
    pub(crate) sub: String,
    pub(crate) name: Option<String>,
    pub(crate) role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) organisation: Option<Organisation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) representation: Option<Representation>,
    pub(crate) acr: Option<String>,
    pub(crate) device_id: Option<String>,
    pub(crate) device_bound: Option<bool>,
    pub(crate) device_bound_at: Option<i64>,
}

impl Person {
    /// Joins an ID token with a userinfo answer, both verified and of the same subject. How the person was
    /// authenticated comes from the ID token alone, which is signed and bound to this sign-in by its nonce.
    pub(crate) fn new(token: &CoreIdTokenClaims, info: &UserInfo) -> Self {
        let name = info.name().or_else(|| token.name()).and_then(|name| name.get(None));
        let further = info.additional_claims();
        Self {
            sub: token.subject().to_string(),
            name: name.map(|name| name.to_string()),
            role: text(&further.certificate_role),
            organisation: Organisation::read(&further.organisation),
            representation: Representation::read(&further.representation),
            acr: token.auth_context_ref().map(|acr| acr.as_str().to_owned()),
            device_id: text(&further.device_id),
            device_bound: further.device_bound.as_bool(),
            device_bound_at: further.device_bound_at.as_i64(),
        }
    }

    /// Somebody of whom nothing but the subject is known.
    #[cfg(test)]
    pub(crate) fn bare(sub: &str) -> Self {
        Self {
            sub: sub.to_owned(),
            name: None,
            role: None,
            organisation: None,
            representation: None,
            acr: None,
            device_id: None,
            device_bound: None,
            device_bound_at: None,
        }
    }

    /// What to call the person where the name was not released.
    pub(crate) fn shown_name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.sub)
    }
}

#[cfg(test)]
mod tests {
    use openidconnect::core::CoreIdTokenClaims;
    use serde_json::{Value, json};

    use super::{Person, UserInfo};

    fn token(further: &Value) -> CoreIdTokenClaims {
        let mut claims = json!({
            "iss": "http://localhost:7300", "sub": "u-1", "aud": "diary", "exp": 2_000_000_000, "iat": 1_900_000_000
        });
        claims
            .as_object_mut()
            .unwrap()
            .extend(further.as_object().unwrap().clone());
        serde_json::from_value(claims).unwrap()
    }

    fn info(claims: &Value) -> UserInfo {
        UserInfo::from_json::<std::io::Error>(claims.to_string().as_bytes(), None).unwrap()
    }

    #[test]
    fn the_person_is_made_of_both_answers() {
        let info = info(&json!({
            "sub": "u-1", "name": "Айгерім Нұрланқызы", "certificate_role": "individual",
            "device_id": "d-1", "device_bound": true, "device_bound_at": 1_795_665_600
        }));
        let person = Person::new(&token(&json!({"acr": "urn:kiru:acr:full-bound"})), &info);
        assert_eq!(
            serde_json::to_value(&person).unwrap(),
            json!({
                "sub": "u-1", "name": "Айгерім Нұрланқызы", "role": "individual",
                "acr": "urn:kiru:acr:full-bound", "device_id": "d-1", "device_bound": true, "device_bound_at": 1_795_665_600
            })
        );
    }

    #[test]
    fn the_level_comes_from_the_id_token_alone() {
        let info = info(&json!({"sub": "u-1", "acr": "urn:kiru:acr:full-bound"}));
        assert_eq!(Person::new(&token(&json!({})), &info).acr, None);
    }

    #[test]
    fn a_claim_of_an_unexpected_type_is_left_out() {
        for odd in [json!(null), json!(7), json!({}), json!([]), json!("")] {
            let info = info(&json!({
                "sub": "u-1", "certificate_role": odd, "device_id": odd, "device_bound": odd
            }));
            let person = Person::new(&token(&json!({})), &info);
            assert_eq!(
                (person.role, person.device_id, person.device_bound),
                (None, None, None),
                "{odd}"
            );
        }
    }

    #[test]
    fn in_whose_name_comes_from_userinfo() {
        let organisation = json!({"bin": "990640000015", "name": "No. 12", "role": "representative"});
        let principal = json!({"kind": "organisation", "name": "No. 12", "bin": "990640000015"});
        let info = info(&json!({
            "sub": "u-1", "certificate_role": "individual", "organisation": organisation,
            "representation": {"kind": "power_of_attorney", "power": "p", "until": 1_795_665_600, "principal": principal}
        }));
        let person = serde_json::to_value(Person::new(&token(&json!({})), &info)).unwrap();
        assert_eq!(
            (&person["sub"], &person["organisation"]),
            (&json!("u-1"), &organisation)
        );
        assert_eq!(person["representation"]["until"], 1_795_665_600);
        assert_eq!(person["representation"]["principal"]["name"], "No. 12");
    }

    #[test]
    fn a_person_without_a_name_is_called_by_the_subject() {
        let person = Person::new(&token(&json!({})), &info(&json!({"sub": "u-1"})));
        assert_eq!(person.shown_name(), "u-1");
    }
}
