use authority::clients::ClientAuthentication;
use proptest::prelude::*;

use super::super::test_clients::client;
use super::*;

fn read<T>(query: &str, reader: impl Fn(&Client, &Parameters) -> Result<T, RequestError>) -> Result<T, RequestError> {
    reader(&client(), &Parameters::parse(query.as_bytes()).unwrap())
}

fn path(query: &str) -> (ReturnPath, Result<(), RequestError>) {
    let redirect_uri = client().redirect_uris[0].clone();
    let mut path = ReturnPath {
        client_id: client().id,
        redirect_uri,
        mode: ResponseMode::Query,
        state: None,
    };
    let result = complete_path(&mut path, &Parameters::parse(query.as_bytes()).unwrap());
    (path, result)
}

#[test]
fn state_and_mode_survive_a_fault_in_each_other() {
    let (way, result) = path("state=s&response_mode=fragment");
    assert_eq!((way.state.as_deref(), way.mode), (Some("s"), ResponseMode::Query));
    assert_eq!(result, Err(RequestError::ResponseModeUnsupported));
    let (way, result) = path("state=s&state=s&response_mode=form_post");
    assert_eq!((way.state, way.mode), (None, ResponseMode::FormPost));
    assert_eq!(result, Err(RequestError::Repeated("state")));
    let (way, result) = path("state=s&response_mode=form_post&response_mode=form_post");
    assert_eq!((way.state.as_deref(), way.mode), (Some("s"), ResponseMode::Query));
    assert_eq!(result, Err(RequestError::Repeated("response_mode")));
    assert_eq!(path(&format!("state={}", "x".repeat(4097))).1, Err(TooLong("state")));
    assert_eq!(path("").1, Ok(()));
}

#[test]
fn request_objects_and_registration_have_their_own_errors() {
    let refuse = |query: &str| read(query, |_, parameters| refuse_unsupported(parameters));
    assert_eq!(refuse("request=x"), Err(RequestError::RequestUnsupported));
    assert_eq!(
        refuse("request_uri=https://a.example"),
        Err(RequestError::RequestUriUnsupported)
    );
    assert_eq!(refuse("registration={}"), Err(RequestError::RegistrationUnsupported));
    assert_eq!(refuse("request="), Ok(()));
}

#[test]
fn only_the_code_response_is_served() {
    let check = |query: &str| read(query, check_response_type);
    assert_eq!(check("response_type=code"), Ok(()));
    assert_eq!(check(""), Err(RequestError::ResponseTypeMissing));
    for other in ["token", "id_token", "code%20id_token", "Code", "code%20", "none"] {
        let query = format!("response_type={other}");
        assert_eq!(check(&query), Err(RequestError::ResponseTypeUnsupported), "{other}");
    }
    let mut client = client();
    client.grant_types.clear();
    let parameters = Parameters::parse(b"response_type=code").unwrap();
    assert_eq!(
        check_response_type(&client, &parameters),
        Err(RequestError::GrantTypeForbidden)
    );
}

#[test]
fn scopes_keep_to_the_clients_ceiling_and_need_openid() {
    assert_eq!(
        read("scope=email+openid+iin+x", scopes),
        Ok(vec![Scope::OpenId, Scope::Email])
    );
    for query in ["", "scope=profile", "scope=OPENID"] {
        assert_eq!(read(query, scopes), Err(RequestError::ScopeWithoutOpenId), "{query}");
    }
    assert_eq!(
        read(&format!("scope={}", "a".repeat(1025)), scopes),
        Err(TooLong("scope"))
    );
}

#[test]
fn only_s256_challenges_are_served() {
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let check = |query: &str| read(query, code_challenge).map(|challenge| challenge.is_some());
    assert_eq!(check(""), Ok(false));
    assert_eq!(
        check(&format!("code_challenge={CHALLENGE}&code_challenge_method=S256")),
        Ok(true)
    );
    for method in ["", "&code_challenge_method=plain", "&code_challenge_method=s256"] {
        let query = format!("code_challenge={CHALLENGE}{method}");
        assert_eq!(check(&query), Err(RequestError::ChallengeMethodUnsupported), "{method}");
    }
    assert_eq!(check("code_challenge_method=S256"), Err(RequestError::ChallengeMissing));
    let short = check("code_challenge=x&code_challenge_method=S256");
    assert_eq!(short, Err(Malformed("code_challenge")));
}

#[test]
fn public_clients_and_those_that_require_it_need_a_challenge() {
    let none = Parameters::default();
    let public = Client {
        authentication: ClientAuthentication::None,
        ..client()
    };
    let required = Client {
        require_pkce: true,
        ..client()
    };
    for client in [public, required] {
        assert_eq!(code_challenge(&client, &none), Err(RequestError::ChallengeMissing));
    }
}

#[test]
fn prompt_none_stands_alone() {
    let check = |query: &str| read(query, |_, parameters| prompt(parameters));
    assert_eq!(check("prompt=none+login"), Err(RequestError::PromptContradicts));
    assert!(check("prompt=none").unwrap().none);
}

#[test]
fn max_age_is_a_number_of_seconds() {
    let check = |query: &str| read(query, |_, parameters| max_age(parameters));
    assert_eq!(check("max_age=0"), Ok(Some(0)));
    assert_eq!(check("max_age=99999999999999999999"), Ok(Some(u32::MAX)));
    assert_eq!(check(""), Ok(None));
    for text in ["-1", "%2B1", "1.5", "x", "1%20"] {
        assert_eq!(check(&format!("max_age={text}")), Err(Malformed("max_age")), "{text}");
    }
}

#[test]
fn acr_values_keep_what_we_know() {
    let check = |query: &str| read(query, |_, parameters| assurance_values(parameters));
    let asked = check("acr_values=1+2+urn:kiru:acr:full").unwrap();
    assert_eq!((asked.values, asked.essential), (vec![Assurance::Full], false));
}

#[test]
fn two_expected_people_contradict() {
    let subject = |text| Subject::parse(text);
    assert_eq!(
        expected_subject(subject("a"), Some("b")),
        Err(RequestError::SubjectsContradict)
    );
    assert_eq!(expected_subject(subject("a"), Some("a")), Ok(subject("a")));
    assert_eq!(expected_subject(None, Some("b")), Ok(subject("b")));
    assert_eq!(expected_subject(None, Some("\u{7f}")), Err(Malformed("claims")));
}

proptest! {
    #[test]
    fn any_values_are_answered_without_panic(value in "\\PC{0,60}") {
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(["scope", "prompt", "max_age", "acr_values", "code_challenge", "response_mode", "state"].map(|name| (name, &value)))
            .finish();
        let parameters = Parameters::parse(query.as_bytes()).unwrap();
        let client = client();
        let _ = (scopes(&client, &parameters), prompt(&parameters), max_age(&parameters));
        let _ = (assurance_values(&parameters), code_challenge(&client, &parameters), path(&query));
    }
}
