//! What production refuses.

use super::*;

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
