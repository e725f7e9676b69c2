//! Every screen, state and language is rendered, and what comes out keeps the rules of the pages.

use std::collections::BTreeSet;

use authority::locale::Locale;
use authority::time::Timestamp;
use http::StatusCode;
use serde::Serialize;

use crate::{DeploymentKind, Frame, Pages, PagesError, Reference, Screen};

#[path = "../examples/gallery/specimens.rs"]
mod specimens;

fn pages(deployment: DeploymentKind) -> Pages {
    Pages::new(specimens::settings(deployment)).unwrap()
}

/// Every page of the gallery: name, language, HTML.
fn every_page() -> Vec<(&'static str, Locale, String)> {
    let pages = pages(DeploymentKind::Demo);
    let mut all = Vec::new();
    for specimen in specimens::all() {
        for locale in Locale::ALL {
            let html = specimen.show(&pages, locale).html;
            let html = html.unwrap_or_else(|error| panic!("{} in {}: {error:#}", specimen.name, locale.tag()));
            all.push((specimen.name, locale, html));
        }
    }
    all
}

#[test]
fn every_screen_state_and_language_renders() {
    let all = every_page();
    assert!(all.len() > 200);
    for (name, locale, html) in all {
        assert!(html.contains(&format!("<html lang=\"{}\">", locale.tag())), "{name}");
        assert_eq!(html.matches("<h1>").count(), 1, "{name}");
        assert_eq!(html.matches("<main id=\"main\">").count(), 1, "{name}");
        assert!(html.contains(" · Kiru</title>"), "{name}");
        assert!(
            !html.contains("<script>"),
            "{name}: an inline script, or text that was not escaped"
        );
    }
}

#[test]
fn no_screen_is_missing_from_the_gallery() {
    let shown: String = include_str!("../examples/gallery/specimens.rs").to_owned();
    let (_, names) = include_str!("screens/mod.rs").split_once("pub use").unwrap();
    for name in names
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.starts_with(|c: char| c.is_ascii_uppercase()))
    {
        assert!(shown.contains(name), "{name}");
    }
}

#[test]
fn every_template_is_rendered_by_some_screen() {
    let mut used: BTreeSet<String> = ["layout.html", "ui.html"].into_iter().map(String::from).collect();
    for file in [
        "choose",
        "components",
        "consent",
        "device",
        "eds",
        "errors",
        "form_post",
        "information",
        "locks",
        "phone",
        "session",
        "sms_code",
    ] {
        let source = std::fs::read_to_string(format!("{}/src/screens/{file}.rs", env!("CARGO_MANIFEST_DIR"))).unwrap();
        used.extend(
            source
                .split('"')
                .filter(|text| text.split('.').next_back() == Some("html"))
                .map(str::to_owned),
        );
    }
    let there: BTreeSet<String> = crate::pages::template_names().into_iter().collect();
    assert_eq!(used, there);
}

#[test]
fn every_form_that_comes_to_us_carries_the_token() {
    for (name, _, html) in every_page() {
        for form in html
            .split("<form")
            .skip(1)
            .filter_map(|rest| rest.split("</form>").next())
        {
            let ours = form.contains("action=\"/");
            assert_eq!(
                ours,
                form.contains("name=\"csrf\" value=\"bm90LWEtcmVhbC10b2tlbg\""),
                "{name}: {form}"
            );
            assert!(form.contains("method=\"post\""), "{name}");
        }
    }
}

#[test]
fn nothing_inline_and_nothing_foreign_is_loaded() {
    for (name, _, html) in every_page() {
        for forbidden in [
            " style=\"",
            " onclick",
            " onload",
            " onsubmit",
            "javascript:",
            "src=\"http",
            "<iframe",
            "<style",
        ] {
            assert!(!html.contains(forbidden), "{name}: {forbidden}");
        }
        for address in html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            let fine = address.starts_with('/') || address.starts_with('#') || address.starts_with("mailto:");
            assert!(
                fine || address.starts_with("https://kundelik.example/"),
                "{name}: {address}"
            );
        }
    }
}

#[test]
fn the_fixed_ids_are_the_same_in_every_language() {
    let ids = |html: &str| -> Vec<String> {
        html.split(" id=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .map(str::to_owned)
            .collect()
    };
    let mut english: Vec<String> = Vec::new();
    for (name, locale, html) in every_page() {
        let found = ids(&html);
        assert_eq!(
            found.len(),
            found.iter().collect::<BTreeSet<_>>().len(),
            "{name}: an id twice: {found:?}"
        );
        if locale == Locale::Kk {
            english.clone_from(&found);
        }
        assert_eq!(found, english, "{name}");
        for (screen, wanted) in FIXED {
            if name == screen {
                assert!(
                    wanted.iter().all(|id| found.iter().any(|there| there == id)),
                    "{name}: {wanted:?} in {found:?}"
                );
            }
        }
    }
}

/// What scripts and script-less browsers drive the pages by.
const FIXED: [(&str, &[&str]); 20] = [
    ("s1", &["eds", "cancel"]),
    ("s1-demo", &["eds", "sandbox", "cancel"]),
    ("s16", &["continue", "other", "cancel"]),
    ("sandbox-person", &["person", "continue", "cancel"]),
    ("s2", &["continue", "stop", "cancel", "eds-form"]),
    ("s6", &["code", "continue", "resend", "cancel"]),
    ("s6-sandbox", &["code", "sandbox-code", "continue", "cancel"]),
    ("s11", &["cancel"]),
    ("s12", &["bind", "shared", "cancel"]),
    ("s12-sandbox", &["bind", "shared", "cancel"]),
    ("device-proof", &["continue", "cancel"]),
    ("s13", &["allow", "deny", "cancel"]),
    ("r1", &["error", "error-reference", "cancel"]),
    ("sign-out", &["confirm", "cancel"]),
    ("s19", &["signed-out"]),
    ("form-post", &["form-post", "continue"]),
    ("x7", &["error", "error-reference"]),
    ("x8", &["error", "error-reference"]),
    ("x9", &["error", "error-reference"]),
    ("x11", &["error", "error-reference"]),
];

#[test]
fn the_marker_of_an_error_does_not_change_with_the_language() {
    for (name, _, html) in every_page() {
        if let Some(marker) = html
            .split("id=\"error\">")
            .nth(1)
            .and_then(|rest| rest.split('<').next())
        {
            assert!(
                marker.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'),
                "{name}: {marker}"
            );
            if name.starts_with("x7-") {
                assert!(["redirect_uri", "client_id"].contains(&marker), "{name}: {marker}");
            }
        }
    }
}

#[test]
fn templates_hold_no_words_of_their_own() {
    for (name, source) in crate::pages::template_sources() {
        let mut text = String::new();
        let (mut depth, mut tag) = (0_u32, false);
        for (index, letter) in source.char_indices() {
            let next = source[index..].chars().nth(1);
            match (letter, next) {
                ('{', Some('{' | '%' | '#')) => depth += 1,
                ('}', _) if index > 0 && matches!(source.as_bytes()[index - 1], b'}' | b'%' | b'#') => {
                    depth = depth.saturating_sub(1);
                }
                ('<', _) if depth == 0 => tag = true,
                ('>', _) if depth == 0 => tag = false,
                _ if depth == 0 && !tag => text.push(letter),
                _ => {}
            }
        }
        let known = ["Kiru", "REF", "client_id", "trace_id", "from", "wide"]; // names, and two classes
        for word in text
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .filter(|word| word.chars().any(char::is_alphabetic))
        {
            assert!(known.contains(&word), "{name}: {word}");
        }
    }
}

#[test]
fn every_letter_is_in_a_font_subset() {
    let style = include_str!("../assets/style.css");
    let mut covered = BTreeSet::new();
    for range in style
        .split("unicode-range: ")
        .skip(1)
        .filter_map(|rest| rest.split(';').next())
    {
        for part in range.split(", ") {
            let part = part.trim_start_matches("U+");
            let (from, to) = part.split_once('-').unwrap_or((part, part));
            covered.extend(u32::from_str_radix(from, 16).unwrap()..=u32::from_str_radix(to, 16).unwrap());
        }
    }
    for letter in "ӘәҒғҚқҢңӨөҰұҮүҺһІіЁё№«»—…•".chars() {
        assert!(covered.contains(&u32::from(letter)), "{letter}");
    }
    for (name, _, html) in every_page() {
        for letter in html.chars().filter(|c| !c.is_control()) {
            assert!(
                covered.contains(&u32::from(letter)),
                "{name}: {letter:?} U+{:04X}",
                u32::from(letter)
            );
        }
    }
}

#[test]
fn dates_are_written_as_each_language_writes_them() {
    let pages = pages(DeploymentKind::Production);
    for (locale, moment, zone) in [
        (Locale::Kk, "2026 ж. 21 қараша, 14:05", "(Астана уақыты)"),
        (Locale::Ru, "21 ноября 2026 г., 14:05", "(время Астаны)"),
        (Locale::En, "21 November 2026, 14:05", "(Astana time)"),
    ] {
        let specimen = specimens::all()
            .into_iter()
            .find(|specimen| specimen.name == "x7")
            .unwrap();
        let html = specimen.show(&pages, locale).html.unwrap();
        assert!(
            html.contains(&format!(
                "<time datetime=\"2026-11-21T14:05:00+05:00\">{moment}</time> {zone}"
            )),
            "{html}"
        );
    }
}

#[test]
fn another_zone_is_named_by_its_offset() {
    let mut settings = specimens::settings(DeploymentKind::Production);
    settings.zone = chrono_tz::Tz::UTC;
    let pages = Pages::new(settings).unwrap();
    let specimen = specimens::all()
        .into_iter()
        .find(|specimen| specimen.name == "x2")
        .unwrap();
    let html = specimen.show(&pages, Locale::Ru).html.unwrap();
    assert!(html.contains("09:20") && html.contains("UTC+00:00"), "{html}");
}

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
            name if name.starts_with("s2-")
                || ["s6-wrong", "s6-malformed", "s6-expired", "sandbox-person-unknown"].contains(&name) =>
            {
                422
            }
            "s6-resend-limit" | "x2" | "x2-alone" => 429,
            name if name.starts_with("r1") || name.starts_with("r7") => 403,
            "x3" | "x4" | "x5" | "x6" | "x6-incident" => 403,
            "x9" => 500,
            "x9-maintenance" => 503,
            "x10" | "x10-flow" => 404,
            name if name.starts_with("x7") || name.starts_with("x8") || name == "x11" || name == "x13" => 400,
            _ => 200,
        };
        assert_eq!(status.as_u16(), expected, "{}", specimen.name);
    }
}

#[test]
fn form_post_escapes_what_it_carries() {
    let (_, _, html) = every_page()
        .into_iter()
        .find(|(name, ..)| *name == "form-post")
        .unwrap();
    assert!(html.contains("value=\"&quot;&gt;&lt;script&gt;"), "{html}");
    assert!(
        html.contains("<form id=\"form-post\" method=\"post\" action=\"https://kundelik.example/cb\">"),
        "{html}"
    );
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

#[test]
fn a_code_message_fits_one_part_in_every_language() {
    let pages = pages(DeploymentKind::Production);
    for locale in Locale::ALL {
        let text = pages.sms_code_text(locale, "482913", "id.kiru.example1").unwrap();
        assert!(text.encode_utf16().count() <= 70, "{text}");
        assert!(
            text.starts_with("482913 ") && text.ends_with("\n@id.kiru.example1 #482913"),
            "{text}"
        );
        assert!(
            pages
                .sms_code_text(locale, "482913", "a-domain-far-too-long.example.kz")
                .is_err()
        );
    }
    assert_eq!(
        pages.sms_code_text(Locale::Ru, "482913", "id.kiru.example").unwrap(),
        "482913 — код входа Kiru. Никому не говорите.\n@id.kiru.example #482913"
    );
}

#[test]
fn scripts_stay_within_their_budgets_and_hold_no_words() {
    let assets = pages(DeploymentKind::Production).assets();
    for (name, limit) in [
        ("device.js", 6_000),
        ("ncalayer.js", 9_000),
        ("otp.js", 1_500),
        ("countdown.js", 1_500),
        ("form_post.js", 600),
    ] {
        let (_, bytes) = assets
            .iter()
            .find(|(path, _)| path.ends_with(&format!("-{name}")))
            .unwrap();
        assert!(bytes.len() <= limit, "{name}: {} bytes before compression", bytes.len());
        let source = std::str::from_utf8(bytes).unwrap();
        assert!(source.is_ascii(), "{name}");
        for forbidden in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "localStorage",
            "sessionStorage",
        ] {
            assert!(!source.contains(forbidden), "{name}: {forbidden}");
        }
    }
    let form_post = include_str!("../assets/form_post.js");
    for modern in ["=>", "const ", "let ", "`", "class "] {
        assert!(!form_post.contains(modern), "form_post.js is ES5: {modern}");
    }
}

#[test]
fn the_style_sheet_avoids_what_old_browsers_do_not_know() {
    let (_, style) = include_str!("../assets/style.css").split_once("*/").unwrap();
    for modern in [
        "color-mix",
        ":has(",
        "aspect-ratio",
        " min(",
        "inset:",
        "@layer",
        "@container",
        "&",
    ] {
        assert!(!style.contains(modern), "{modern}");
    }
    for line in style.lines().filter(|line| line.contains("gap:")) {
        assert!(line.contains("grid"), "flex gap: {line}");
    }
    assert!(
        style.contains("forced-colors: active")
            && style.contains("prefers-reduced-motion")
            && style.contains("@media print")
    );
}

#[test]
fn fonts_and_style_leave_room_in_the_budget_of_the_first_page() {
    let assets = pages(DeploymentKind::Production).assets();
    let fonts: usize = assets
        .iter()
        .filter(|(path, _)| path.contains("woff2"))
        .map(|(_, bytes)| bytes.len())
        .sum();
    assert!(fonts <= 33_000, "{fonts} bytes of fonts");
    let style: usize = assets
        .iter()
        .filter(|(path, _)| path.contains("style"))
        .map(|(_, bytes)| bytes.len())
        .sum();
    assert!(style <= 24_000, "{style} bytes of style before compression");
}
