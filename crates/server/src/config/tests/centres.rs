//! Whom a server believes: known centres, files, roles, policies.

use super::*;

#[test]
fn a_known_centre_takes_the_place_of_files() {
    let text = PRODUCTION.replace("anchors = [\"root.pem\"]", "profile = \"nca-rk\"");
    let config = load(&text, &[]).unwrap();
    assert_eq!(config.eds().profile().map(|profile| profile.name), Some("nca-rk"));
    let printed = config.print();
    assert!(printed.contains("profile = \"nca-rk\"\n") && printed.contains("1.2.398.3.3.4.1.1=individual"));
    assert!(
        load(&printed.replace("postgres://", "postgres://kiru@"), &[]).is_ok(),
        "what is printed is read back"
    );
    for (variable, value, key) in [
        ("KIRU_EDS__ANCHORS", "root.pem", "eds.anchors"),
        ("KIRU_EDS__INTERMEDIATES", "nca.pem", "eds.anchors"),
        ("KIRU_EDS__PROFILE", "nca", "eds.profile"),
        ("KIRU_EDS__PROFILE", "nca-rk-test", "eds.profile"),
        ("KIRU_EDS__ROLES", "1.2.3=boss", "eds.roles"),
        ("KIRU_EDS__POLICIES", "any", "eds.policies"),
        ("KIRU_EDS__LEGACY_GOST", "perhaps", "eds.legacy_gost"),
    ] {
        let problems = load(&text, &[(variable, value)]).unwrap_err();
        let keys: Vec<_> = problems.iter().map(|problem| problem.key().to_owned()).collect();
        assert_eq!(keys.join(" "), key, "{variable}={value}");
    }
}

#[test]
fn a_known_centre_brings_the_addresses_of_its_status_unless_others_are_given() {
    let text = PRODUCTION.replace("anchors = [\"root.pem\"]", "profile = \"nca-rk\"");
    let of = |given: &[(&str, &str)]| load(&text, given).unwrap().eds().status().clone();
    let own = of(&[]);
    assert_eq!(own.ocsp, ["http://ocsp.pki.gov.kz/"]);
    assert_eq!(own.crl_urls.len(), 6, "{:?}", own.crl_urls);
    assert!(
        own.crl_urls
            .contains(&"http://crl.pki.gov.kz/nca_d_gost_2022.crl".to_owned())
    );
    let given = of(&[("KIRU_EDS__OCSP", "https://ocsp.example/"), ("KIRU_EDS__CRL_URLS", "")]);
    assert_eq!(given.ocsp, ["https://ocsp.example/"]);
    assert!(given.crl_urls.is_empty());
    let without = load(PRODUCTION, &[]).unwrap();
    assert!(without.eds().status().ocsp.is_empty() && without.eds().status().crl_urls.is_empty());
}

#[test]
fn signatures_that_must_name_their_certificate_exclude_those_that_cannot() {
    let with = |lines: &str| load(&format!("{PRODUCTION}{lines}"), &[]);
    let config = with("names_certificate = true\n").unwrap();
    assert!(config.eds().names_certificate() && config.print().contains("names_certificate = true"));
    assert!(!with("").unwrap().eds().names_certificate());
    let refused = with("names_certificate = true\nxml = true\n").unwrap_err().to_string();
    assert!(refused.contains("eds.names_certificate"), "{refused}");
}

#[test]
fn roles_policies_and_the_legacy_suite_are_read() {
    let text = format!(
        "{PRODUCTION}roles = [\"1.2.3.1=individual\", \"1.2.3.2 = head\"]\npolicies = [\"1.2.398.3.3.2\"]\nlegacy_gost = true\n"
    );
    let printed = load(&text, &[]).unwrap().print();
    for line in [
        "roles = [\"1.2.3.1=individual\", \"1.2.3.2=head\"]",
        "policies = [\"1.2.398.3.3.2\"]",
        "legacy_gost = true",
    ] {
        assert!(printed.contains(line), "{line}");
    }
    let standard = load(PRODUCTION, &[]).unwrap();
    assert!(!standard.eds().legacy_gost() && standard.eds().policies().is_empty());
}
