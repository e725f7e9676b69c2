use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use proptest::prelude::*;
use serde::de::DeserializeOwned;

use super::*;

mod centres;

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
fn production_refuses_everything_that_is_for_trying_out() {
    for (variable, value, key) in [
        ("KIRU_DEPLOYMENT__ISSUER", "http://id.edu.kz", "deployment.issuer"),
        ("KIRU_DEPLOYMENT__ISSUER", "https://id.example.com", "deployment.issuer"),
        ("KIRU_DEPLOYMENT__ISSUER", "https://localhost", "deployment.issuer"),
        (
            "KIRU_DEPLOYMENT__ALLOWED_HOSTS",
            "id.edu.kz,*.edu.kz",
            "deployment.allowed_hosts",
        ),
        ("KIRU_OUTBOUND__ALLOW_LOOPBACK", "true", "outbound.allow_loopback"),
        ("KIRU_LOG__LEVEL", "debug", "log.level"),
        ("KIRU_EDS__IIN_CHECKSUM", "false", "eds.iin_checksum"),
        ("KIRU_EDS__ANCHORS", "", "eds.anchors"),
        ("KIRU_EDS__CRL_MAX_AGE", "31d", "eds.crl_max_age"),
        (
            "KIRU_EDS__NCALAYER_ADDRESS",
            "ws://127.0.0.1:13579",
            "eds.ncalayer_address",
        ),
        ("KIRU_DATABASE__URL", "sqlite:///var/lib/kiru/kiru.db", "database.url"),
        ("KIRU_OPERATOR__TELEPHONE", "CHANGE-ME", "operator"),
        ("KIRU_DATABASE__URL", "postgres://kiru@changeme/kiru", "database.url"),
        ("KIRU_LISTEN__TRUSTED_PROXIES", "", "listen.trusted_proxies"),
        ("KIRU_LISTEN__TRUSTED_PROXIES", "0.0.0.0/0", "listen.trusted_proxies"),
    ] {
        assert_eq!(refused_key(variable, value), key, "{variable}={value}");
    }
}

#[test]
fn production_needs_a_key_encryption_key_and_an_operator() {
    let keyless = PRODUCTION
        .replace("kek_file = \"kek\"", "")
        .replace("telephone = \"1414\"", "");
    let problems = refusals(&keyless, &[]);
    assert!(
        problems
            .iter()
            .any(|line| line.contains("secrets.kek_file: is required")),
        "{problems:?}"
    );
    assert!(
        problems
            .iter()
            .any(|line| line.contains("operator.telephone: is required")),
        "{problems:?}"
    );
    assert!(
        load(
            &keyless,
            &[("KIRU_SECRETS__KEK", "x"), ("KIRU_OPERATOR__TELEPHONE", "1414")]
        )
        .is_ok()
    );
}

#[test]
fn the_key_encryption_key_itself_is_not_taken_from_the_file() {
    let text = PRODUCTION.replace("kek_file = \"kek\"", "kek = \"c2VjcmV0\"");
    let problems = refusals(&text, &[]);
    assert!(
        problems[0].contains("secrets.kek: does not belong into a file"),
        "{problems:?}"
    );
    assert!(!problems.concat().contains("c2VjcmV0"));
}

#[test]
fn sqlite_in_production_needs_the_word_of_the_operator() {
    let variables = [
        ("KIRU_DATABASE__URL", "sqlite:///var/kiru.db"),
        ("KIRU_DEPLOYMENT__SINGLE_NODE", "true"),
    ];
    assert!(load(PRODUCTION, &variables).unwrap().database().is_sqlite());
}

#[test]
fn the_key_encryption_key_does_not_lie_beside_the_data() {
    let single = ("KIRU_DEPLOYMENT__SINGLE_NODE", "true");
    for (url, refused) in [
        ("sqlite:///etc/kiru/kiru.db", true),
        ("sqlite:/etc/kiru.db?mode=rwc", true),
        ("sqlite:/var/kiru.db", false),
    ] {
        let outcome = load(PRODUCTION, &[single, ("KIRU_DATABASE__URL", url)]);
        assert_eq!(outcome.is_err(), refused, "{url}");
    }
}

#[cfg(feature = "demo")]
#[test]
fn production_refuses_an_outbox_and_a_sandbox_accepts_it() {
    assert_eq!(refused_key("KIRU_SMS__GATEWAY", "outbox"), "sms.gateway");
    let variables = [
        ("KIRU_DEPLOYMENT__KIND", "sandbox"),
        ("KIRU_DEPLOYMENT__ISSUER", "http://localhost:9000"),
        ("KIRU_SMS__GATEWAY", "outbox"),
        ("KIRU_DATABASE__URL", "sqlite:///tmp/kiru.db"),
        ("KIRU_OUTBOUND__ALLOW_LOOPBACK", "true"),
    ];
    assert!(load(PRODUCTION, &variables).is_ok());
}

#[cfg(not(feature = "demo"))]
#[test]
fn a_release_build_knows_no_other_kind_than_production() {
    assert_eq!(refused_key("KIRU_DEPLOYMENT__KIND", "sandbox"), "deployment.kind");
    assert_eq!(refused_key("KIRU_SMS__GATEWAY", "outbox"), "sms.gateway");
}

#[test]
fn what_is_printed_reads_back_and_holds_no_secret() {
    let config = load(PRODUCTION, &[("KIRU_SESSIONS__IDLE", "90s")]).unwrap();
    let printed = config.print();
    assert!(!printed.contains("hunter2"), "{printed}");
    assert!(printed.contains("url = \"postgres://REDACTED@db/kiru\""), "{printed}");
    assert_eq!(load(&printed, &[]).unwrap().print(), printed);
    assert!(!format!("{config:?}").contains("hunter2"));
    let variable = load(
        &PRODUCTION.replace("kek_file = \"kek\"", ""),
        &[("KIRU_SECRETS__KEK", "c2VjcmV0")],
    )
    .unwrap();
    assert!(!variable.print().contains("c2VjcmV0") && !format!("{variable:?}").contains("c2VjcmV0"));
}

#[test]
fn every_key_is_printed_under_its_name() {
    // A known centre is named instead of files.
    let text = PRODUCTION.replace("anchors = [\"root.pem\"]", "profile = \"nca-rk\"");
    let printed = load(
        &text,
        &[
            ("KIRU_LISTEN__TLS_CERTIFICATE", "c"),
            ("KIRU_LISTEN__TLS_KEY", "k"),
            ("KIRU_PLACES__DATABASE", "p"),
            ("KIRU_OPERATOR__KEY_FINE", "5000"),
            ("KIRU_EGOV_MOBILE__BIN", "180140000028"),
        ],
    )
    .unwrap()
    .print();
    for section in keys::SECTIONS {
        for key in section.keys.iter().filter(|key| key.name != "kek") {
            assert!(
                printed.contains(&format!("\n{} = ", key.name)),
                "{}.{}",
                section.name,
                key.name
            );
        }
    }
}

#[test]
fn the_table_of_keys_is_what_the_sections_read() {
    fn same<T: DeserializeOwned>(section: &str) {
        let table = HashMapOf::one("no_such_key");
        let error = table.try_deserialize::<T>().err().unwrap().to_string();
        let read: Vec<_> = error.split('`').skip(3).step_by(2).map(str::to_owned).collect();
        let known: Vec<_> = keys::names(section).unwrap().into_iter().map(str::to_owned).collect();
        assert!(
            read.starts_with(&known),
            "[{section}] reads {read:?}, the table says {known:?}"
        );
        assert!(
            read.len() <= known.len() + 1,
            "[{section}] reads {read:?}, the table says {known:?}"
        );
    }
    same::<deployment::Raw>("deployment");
    same::<operator::Raw>("operator");
    same::<listen::Raw>("listen");
    same::<database::Raw>("database");
    same::<secrets::Raw>("secrets");
    same::<eds::Raw>("eds");
    same::<egov_mobile::Raw>("egov_mobile");
    same::<sms::Raw>("sms");
    same::<sessions::Raw>("sessions");
    same::<tokens::Raw>("tokens");
    same::<log::Raw>("log");
    same::<outbound::Raw>("outbound");
    same::<places::Raw>("places");
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

/// `docs/CONFIG.md` is prose and then exactly what the table of keys says. The sandbox words need the feature.
#[cfg(feature = "demo")]
#[test]
fn the_configuration_document_says_what_the_code_reads() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/CONFIG.md");
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let generated = documentation();
    if std::env::var_os("KIRU_TEST_WRITE_DOCS").is_some() {
        let prose = written.split("<!-- keys -->").next().unwrap_or_default();
        std::fs::write(&path, format!("{prose}<!-- keys -->\n\n{generated}")).unwrap();
        return;
    }
    assert!(
        written.ends_with(&generated),
        "docs/CONFIG.md is stale: run this test with KIRU_TEST_WRITE_DOCS=1"
    );
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
