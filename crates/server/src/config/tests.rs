use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use proptest::prelude::*;

use super::*;

mod centres;
mod key_table;
mod production;

const PRODUCTION: &str = r#"
[deployment]
issuer = "https://id.edu.kz"
[operator]
name_kk = "Орталық"
name_ru = "Центр"
name_en = "Centre"
telephone = "1414"
email = "help@edu.kz"
hours_kk = "09–18"
hours_ru = "09–18"
hours_en = "09–18"
[listen]
trusted_proxies = ["10.0.0.0/8"]
[database]
url = "postgres://kiru:hunter2@db/kiru"
[secrets]
kek_file = "kek"
[eds]
anchors = ["root.pem"]
"#;

fn load(text: &str, variables: &[(&str, &str)]) -> Result<Config, Problems> {
    let environment = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    Config::from_text(Path::new("/etc/kiru/kiru.toml"), text, &environment)
}

fn refusals(text: &str, variables: &[(&str, &str)]) -> Vec<String> {
    load(text, variables)
        .unwrap_err()
        .iter()
        .map(ToString::to_string)
        .collect()
}

/// Lays one variable over a good production file and returns the key that is refused.
fn refused_key(variable: &str, value: &str) -> String {
    let problems = load(PRODUCTION, &[(variable, value)]).unwrap_err();
    let keys: Vec<_> = problems.iter().map(|problem| problem.key().to_owned()).collect();
    keys.join(" ")
}

#[test]
fn a_production_file_needs_little() {
    let config = load(PRODUCTION, &[]).unwrap();
    assert_eq!(config.deployment().issuer().as_str(), "https://id.edu.kz");
    assert_eq!(config.deployment().allowed_hosts(), ["id.edu.kz"]);
    assert_eq!(config.sessions().idle(), Duration::from_hours(1));
    assert!(matches!(config.secrets().kek(), KekSource::File(file) if file == Path::new("/etc/kiru/kek")));
}

#[test]
fn the_environment_lies_over_the_file() {
    let variables = [
        ("KIRU_SESSIONS__IDLE", "5m"),
        ("KIRU_LISTEN__MAX_CONNECTIONS", "64"),
        ("KIRU_DEPLOYMENT__ALLOWED_HOSTS", "id.edu.kz, id.internal"),
        ("KIRU_SMS__SENDER", "0414"),
        ("KIRU_TEST_POSTGRES", "not ours"),
    ];
    let config = load(PRODUCTION, &variables).unwrap();
    assert_eq!(config.sessions().idle(), Duration::from_mins(5));
    assert_eq!(config.listen().max_connections(), 64);
    assert_eq!(config.deployment().allowed_hosts(), ["id.edu.kz", "id.internal"]);
    assert_eq!(config.sms().sender(), "0414");
    assert_eq!(config.deployment().issuer().as_str(), "https://id.edu.kz");
}

#[test]
fn an_unknown_key_or_section_is_named_with_its_file() {
    let text = format!("{PRODUCTION}[sesions]\nidle = \"1h\"\n[log]\nlevle = \"info\"\n");
    let problems = refusals(&text, &[("KIRU_TOKENS__CODE_TLL", "1s")]);
    assert_eq!(problems.len(), 3, "{problems:?}");
    assert!(
        problems[0].starts_with("/etc/kiru/kiru.toml: log.levle: unknown key; known: level, format"),
        "{problems:?}"
    );
    assert!(
        problems[1].starts_with("/etc/kiru/kiru.toml: sesions.idle: unknown section; known: deployment"),
        "{problems:?}"
    );
    assert!(
        problems[2].starts_with("environment KIRU_TOKENS__CODE_TLL: tokens.code_tll: unknown key"),
        "{problems:?}"
    );
}

#[test]
fn a_value_of_the_wrong_type_is_named_without_the_value() {
    let text = format!("{PRODUCTION}iin_checksum = \"perhaps\"\n");
    let problems = refusals(&text, &[("KIRU_LISTEN__MAX_CONNECTIONS", "many")]);
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[1].contains("eds.iin_checksum: must be"), "{problems:?}");
    assert!(problems[0].contains("listen.max_connections: must be"), "{problems:?}");
    assert!(!problems.concat().contains("perhaps"));
}

#[test]
fn a_file_that_is_no_toml_or_absent_is_one_problem() {
    assert_eq!(refusals("deployment = [", &[]).len(), 1);
    assert!(
        refusals("listen = 5", &[])
            .iter()
            .any(|line| line.contains("listen: is a section"))
    );
    let absent = Config::load(Path::new("/nonexistent/kiru.toml"), &BTreeMap::new()).unwrap_err();
    assert!(absent.to_string().starts_with("/nonexistent/kiru.toml: cannot be read"));
}

#[test]
fn no_number_is_loosened_beyond_the_security_limits() {
    for (variable, value, key) in [
        ("KIRU_SESSIONS__IDLE", "61m", "sessions.idle"),
        ("KIRU_SESSIONS__ABSOLUTE", "25h", "sessions.absolute"),
        ("KIRU_TOKENS__CODE_TTL", "61s", "tokens.code_ttl"),
        ("KIRU_TOKENS__REFRESH_OVERLAP", "61s", "tokens.refresh_overlap"),
        ("KIRU_SMS__CODE_TTL", "6m", "sms.code_ttl"),
        ("KIRU_SMS__RESEND_AFTER", "59s", "sms.resend_after"),
        ("KIRU_EDS__CHALLENGE_TTL", "301s", "eds.challenge_ttl"),
        ("KIRU_LISTEN__HEADER_TIMEOUT", "0s", "listen.header_timeout"),
    ] {
        assert_eq!(refused_key(variable, value), key);
    }
    let reason = load(PRODUCTION, &[("KIRU_SESSIONS__IDLE", "2h")])
        .unwrap_err()
        .to_string();
    assert_eq!(
        reason,
        "environment KIRU_SESSIONS__IDLE: sessions.idle: 2h is outside 1m to 1h"
    );
}

#[test]
fn the_defaults_are_those_of_the_policy() {
    assert_eq!(
        load(PRODUCTION, &[]).unwrap().policy(),
        authority::policy::Policy::default()
    );
}

#[test]
fn signing_on_the_phone_is_off_and_needs_an_organisation() {
    let refusals = |section: &str| -> Vec<String> {
        let loaded = load(&format!("{PRODUCTION}[egov_mobile]\n{section}"), &[]);
        loaded.map_or_else(
            |problems| problems.iter().map(ToString::to_string).collect(),
            |_| Vec::new(),
        )
    };
    let off = load(PRODUCTION, &[]).unwrap();
    assert!(
        !off.egov_mobile().enabled()
            && off
                .print()
                .contains("[egov_mobile]\nenabled = false\n# bin is not set\n")
    );
    let on = load(
        &format!("{PRODUCTION}[egov_mobile]\nenabled = true\nbin = \"180140000028\"\nname_en = \"Example LLP\"\n"),
        &[],
    );
    let on = on.unwrap();
    let [kk, _, en] = on.egov_mobile().name();
    assert_eq!(
        (kk, en.as_str()),
        (&on.operator().name()[0], "Example LLP"),
        "the operator's name stands in"
    );
    assert!(on.egov_mobile().business());
    for (section, reason) in [
        ("enabled = true\n", "egov_mobile.bin: is missing"),
        ("bin = \"180140000027\"\n", "egov_mobile.bin: is no BIN"),
        ("name_ru = \"\"\n", "egov_mobile.name_ru: must be a text"),
        ("on = true\n", "egov_mobile.on"),
    ] {
        let found = refusals(section);
        assert!(
            found.iter().any(|problem| problem.contains(reason)),
            "{section}: {found:?}"
        );
    }
}

#[test]
fn a_file_of_places_is_optional_and_stands_beside_the_configuration() {
    let none = load(PRODUCTION, &[]).unwrap();
    assert_eq!(none.places().database(), None);
    assert!(none.print().contains("[places]\n# database is not set\n"));
    let some = load(&format!("{PRODUCTION}[places]\ndatabase = \"city.mmdb\"\n"), &[]).unwrap();
    assert!(some.places().database().unwrap().ends_with("city.mmdb") && some.print().contains("city.mmdb\""));
    let empty = load(&format!("{PRODUCTION}[places]\ndatabase = \"\"\n"), &[]).unwrap_err();
    assert!(
        empty
            .iter()
            .any(|problem| problem.to_string().contains("places.database: is empty"))
    );
}

struct HashMapOf;

impl HashMapOf {
    fn one(key: &str) -> ::config::Value {
        let entry = (key.to_owned(), ::config::Value::new(None, "x"));
        ::config::Value::new(None, std::collections::HashMap::from([entry]))
    }
}

proptest! {
    #[test]
    fn any_file_is_read_or_refused_without_panic(text in "(\\[[a-z]{0,8}\\]\n)?([a-z_]{1,8} ?= ?[\"a-z0-9\\[\\],]{0,12}\n){0,4}") {
        let _outcome = load(&text, &[]);
    }

    #[test]
    fn any_variable_is_read_or_refused_without_panic(name in "KIRU_[A-Z_]{0,20}", value in ".{0,20}") {
        let _outcome = load(PRODUCTION, &[(&name, &value)]);
    }
}
