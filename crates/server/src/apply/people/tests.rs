use super::*;

#[cfg(feature = "demo")]
fn parse(text: &str) -> Result<Vec<PersonEntry>, ApplyError> {
    parse_people(text, true, Checksum::Required)
}

#[cfg(feature = "demo")]
#[test]
fn a_person_has_a_number_or_a_login() {
    let people = parse(
        r#"[{"login":"alice","iin":"950425400014","phone":"+77990000018","locale":"en",
        "facts":{"name":"Alice","email_verified":true,"updated_at":1767225600,"address":{"locality":"Temirtau"}}}]"#,
    )
    .unwrap();
    assert_eq!(people[0].name(), "alice");
    assert_eq!(people[0].identifiers.len(), 2);
    assert!(people[0].facts.contains(&(FactName::EmailVerified, "true".to_owned())));
    assert!(
        people[0]
            .facts
            .contains(&(FactName::Address, r#"{"locality":"Temirtau"}"#.to_owned()))
    );
}

#[cfg(feature = "demo")]
#[test]
fn an_entry_that_breaks_a_rule_is_named_without_its_number() {
    for (text, said) in [
        (r#"[{"iin":"950425400015"}]"#, "entry 1: iin: "),
        ("[{}]", "entry 1: iin: an IIN is needed"),
        (r#"[{"login":"Alice"}]"#, "Alice: login: must be"),
        (r#"[{"login":"a","phone":"8 701"}]"#, "a: phone: "),
        (r#"[{"login":"a","locale":"de"}]"#, "a: locale: "),
        (
            r#"[{"login":"a","facts":{"shoe_size":"43"}}]"#,
            "a: facts: shoe_size is not known",
        ),
        (r#"[{"login":"a","facts":{"name":null}}]"#, "a: facts: name must be"),
        (
            r#"[{"login":"a","password":"x"}]"#,
            "not a list of entries: unknown field",
        ),
    ] {
        let reason = parse(text).unwrap_err().to_string();
        assert!(reason.starts_with(said), "{reason}");
        assert!(!reason.contains("950425400015"));
    }
}

#[test]
fn a_login_exists_only_in_a_sandbox() {
    let refused = parse_people(r#"[{"login":"alice"}]"#, false, Checksum::Required).unwrap_err();
    assert!(refused.to_string().contains("only outside production"));
}
