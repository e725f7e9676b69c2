//! Status, headers, and what happens when something is broken.

use authority::locale::Locale;
use authority::time::Timestamp;
use http::StatusCode;
use serde::Serialize;

use super::{pages, specimens};
use crate::{DeploymentKind, Frame, Pages, PagesError, Reference, Screen};

#[cfg(feature = "sandbox")]
#[test]
fn only_sandboxes_carry_the_test_bar() {
    for (deployment, bar) in [
        (DeploymentKind::Production, false),
        (DeploymentKind::Demo, false),
        (DeploymentKind::Sandbox, true),
    ] {
        let pages = pages(deployment);
        for (name, on_the_way) in [("s1", false), ("sandbox-person", true)] {
            let specimen = specimens::all()
                .into_iter()
                .find(|specimen| specimen.name == name)
                .unwrap();
            let html = specimen.show(&pages, Locale::En).html.unwrap();
            assert_eq!(
                html.contains("class=\"test-bar\""),
                bar || on_the_way,
                "{deployment:?} {name}"
            );
        }
    }
}

#[test]
fn answers_carry_every_security_header() {
    let pages = pages(DeploymentKind::Production);
    for specimen in specimens::all() {
        let response = specimen.show(&pages, Locale::Kk).response;
        let header = |name: &str| {
            response
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
        };
        let policy = header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'"), "{}", specimen.name);
        assert_eq!(
            policy.contains("wss://127.0.0.1:13579"),
            specimen.name.starts_with("s2"),
            "{}",
            specimen.name
        );
        assert_eq!(
            policy.contains("media-src"),
            specimen.name.starts_with("r4"),
            "{}",
            specimen.name
        );
        assert_eq!(header("x-frame-options"), "DENY");
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert_eq!(header("cross-origin-opener-policy"), "same-origin");
        assert!(header("strict-transport-security").starts_with("max-age=63072000"));
        assert_eq!(header("content-type"), "text/html; charset=utf-8");
        assert!(!header("permissions-policy").is_empty());
    }
}

#[test]
fn the_status_tells_what_happened() {
    let pages = pages(DeploymentKind::Production);
    for specimen in specimens::all() {
        let status = specimen.show(&pages, Locale::Ru).response.status();
        let expected = match specimen.name {
            "s2-registration" => 200,
            name if name.starts_with("s2-")
                || ["s6-wrong", "s6-malformed", "s6-expired", "sandbox-person-unknown"].contains(&name) =>
            {
                422
            }
            name if name.starts_with("x2") || ["s6-resend-limit", "s6-not-sent"].contains(&name) => 429,
            "r4-wrong" | "r4-expired" | "k7-from" | "k7-to" | "k7-order" | "k7-result" | "k7-service"
            | "k7-unreadable" | "k7-too-many" | "k10-iin-form" | "k10-iin-checksum" | "k10-own-number" | "k10-from"
            | "k10-until" | "k10-backwards" | "k10-past" | "k10-too-long" | "k10-service" | "k10-not-head"
            | "k10-too-many" | "k10-provisional" => 422,
            "r8-too-many" | "s3-many" | "s3-closed" | "s3-closed-for-good" => 429,
            name if name.starts_with("r8-") => 422,
            "r3-overtaken" => 409,
            name if ["r2", "r3", "not-now"].iter().any(|start| name.starts_with(start)) => 403,
            name if name.starts_with("r1") || name.starts_with("r7") => 403,
            "key-shared" | "x3" | "x4" | "x4-unnamed" | "x5" | "x5-return" | "x6" | "x6-incident"
            | "cabinet-closed" | "cabinet-cannot" => 403,
            "x9" => 500,
            "x9-maintenance" => 503,
            "x10" | "x10-flow" => 404,
            name if name.starts_with("x7") || name.starts_with("x8") || name == "x11" || name == "x13" => 400,
            _ => 200,
        };
        assert_eq!(status.as_u16(), expected, "{}", specimen.name);
    }
}

#[derive(Serialize)]
struct Broken;

impl Screen for Broken {
    fn template(&self) -> &'static str {
        "choose/choose.html" // asks for fields that are not there
    }
}

#[test]
fn a_page_that_cannot_be_rendered_still_answers_in_three_languages() {
    let pages = pages(DeploymentKind::Production);
    let frame = Frame::new(
        Locale::Kk,
        Reference::from_bytes([7; 5]),
        Timestamp::from_unix_seconds(0),
    );
    assert!(pages.html(&frame, &Broken).is_err());
    let response = pages.render(&frame, &Broken);
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(response.headers().contains_key("content-security-policy"));
}

#[test]
fn an_address_that_is_no_web_socket_stops_the_start() {
    let mut settings = specimens::settings(DeploymentKind::Production);
    settings.ncalayer = String::from("https://127.0.0.1:13579/");
    assert!(matches!(Pages::new(settings), Err(PagesError::Ncalayer(_))));
}
