use proptest::prelude::*;

use super::parse;
use crate::errors::Reason;

#[test]
fn an_https_url_on_its_own_port_is_called() {
    for url in [
        "https://example.kz/jwks",
        "https://example.kz:443/a?b=c",
        "HTTPS://EXAMPLE.KZ",
        "https://1.1.1.1/",
        "https://[2606:4700::1111]/",
        "https://xn--80ak6aa92e.example/",
    ] {
        assert!(parse(url, false).is_ok(), "{url}");
    }
}

#[test]
fn other_urls_are_not_called() {
    for url in [
        "",
        "example.kz",
        "//example.kz/",
        "http://example.kz/",
        "http://127.0.0.1/",
        "ftp://example.kz/",
        "file:///etc/passwd",
        "gopher://example.kz/",
        "data:text/plain,a",
        "ws://example.kz/",
        "unix:/run/a",
        "https://user@example.kz/",
        "https://user:secret@example.kz/",
        "https://:secret@example.kz/",
        "https://example.kz:8443/",
        "https://example.kz:80/",
        "https://example.kz:0/",
        "https://",
        "https:///",
        "https://exa mple.kz/",
        "https://1.1.1.1@127.0.0.1/",
        "https://%00/",
    ] {
        assert!(matches!(parse(url, false), Err(Reason::Url)), "{url}");
    }
}

#[test]
fn only_this_machine_is_called_without_tls_and_only_where_private_networks_are_reached() {
    for url in [
        "http://127.0.0.1:7301/a",
        "http://localhost:7301/a",
        "http://[::1]/a",
        "http://127.1/",
    ] {
        assert!(parse(url, true).is_ok(), "{url}");
        assert!(matches!(parse(url, false), Err(Reason::Url)), "{url}");
    }
    for url in [
        "http://example.kz/",
        "http://10.0.0.1/",
        "http://localhost.example.kz/",
        "http://[::ffff:127.0.0.1]/",
        "ws://127.0.0.1/",
    ] {
        assert!(matches!(parse(url, true), Err(Reason::Url)), "{url}");
    }
}

#[test]
fn literal_addresses_are_judged_in_every_spelling() {
    for url in [
        "https://127.0.0.1/",
        "https://127.1/",
        "https://0177.0.0.1/",
        "https://0x7f.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://10.0.0.1/",
        "https://192.168.0.1/",
        "https://172.16.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://0.0.0.0/",
        "https://[::1]/",
        "https://[::]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fe80::1]/",
        "https://[fd00::1]/",
        "https://[64:ff9b::10.0.0.1]/",
        "https://[2002:7f00:1::]/",
        "https://100.64.0.1/",
        "https://224.0.0.1/",
        "https://192.0.2.1/",
        "https://\u{ff11}27.0.0.1/",
        "https://127.0.0.1./",
    ] {
        assert!(matches!(parse(url, false), Err(Reason::Address)), "{url}");
    }
}

#[test]
fn the_switch_opens_loopback_private_networks_and_ports_and_no_more() {
    for url in [
        "https://127.0.0.1:8443/",
        "https://[::1]/",
        "https://10.0.0.1/",
        "https://example.kz:8443/",
        // Without TLS to this machine only, where the demo's services listen.
        "http://127.0.0.1:7301/",
        "http://[::1]/",
    ] {
        assert!(parse(url, true).is_ok(), "{url}");
    }
    for url in [
        "https://169.254.169.254/",
        "https://[fe80::1]/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
    ] {
        assert!(matches!(parse(url, true), Err(Reason::Address)), "{url}");
    }
    for url in [
        "http://10.0.0.1/",
        "http://example.kz/",
        "https://user@127.0.0.1/",
        "http://user@127.0.0.1/",
    ] {
        assert!(matches!(parse(url, true), Err(Reason::Url)), "{url}");
    }
}

proptest! {
    #[test]
    fn any_text_is_answered_without_panic(text in ".{0,80}", tail in "[a-z0-9.:@/\\[\\]%\\\\#?-]{0,30}") {
        let _ = parse(&text, false);
        let _ = parse(&format!("https://{tail}"), true);
    }
}
