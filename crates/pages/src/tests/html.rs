//! What stands in the pages, and what never does.

use std::collections::BTreeSet;

use authority::locale::Locale;

use super::every_page;
use crate::pages::template_sources;

#[test]
fn every_screen_state_and_language_renders() {
    let all = every_page();
    assert!(all.len() > 180);
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
    let shown = [
        include_str!("../../examples/gallery/specimens/sign_in.rs"),
        include_str!("../../examples/gallery/specimens/consents.rs"),
        include_str!("../../examples/gallery/specimens/others.rs"),
        include_str!("../../examples/gallery/specimens/egov.rs"),
        include_str!("../../examples/gallery/specimens/registrations.rs"),
        include_str!("../../examples/gallery/specimens/cabinet.rs"),
        include_str!("../../examples/gallery/specimens/cabinet/keys.rs"),
        include_str!("../../examples/gallery/specimens/powers.rs"),
    ]
    .concat();
    let (_, names) = include_str!("../screens/mod.rs").split_once("pub use").unwrap();
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
    for file in SCREENS {
        let source = std::fs::read_to_string(format!("{}/src/screens/{file}.rs", env!("CARGO_MANIFEST_DIR"))).unwrap();
        used.extend(
            source
                .split('"')
                .filter(|text| text.split('.').next_back() == Some("html"))
                .map(str::to_owned),
        );
    }
    used.extend(PARTS.iter().map(ToString::to_string));
    let there: BTreeSet<String> = template_sources().into_iter().map(|(name, _)| name).collect();
    assert_eq!(used, there);
}

const SCREENS: &[&str] = &[
    "cabinet/acts",
    "cabinet/history",
    "cabinet/history_filter",
    "cabinet/home",
    "cabinet/keys",
    "cabinet/matters",
    "cabinet/powers",
    "cabinet/prove",
    "choose",
    #[cfg(feature = "sandbox")]
    "components",
    "consent",
    "device",
    "eds",
    "egov",
    "errors",
    "form_post",
    "information",
    "locks",
    "phone",
    "registration",
    "representation",
    #[cfg(feature = "sandbox")]
    "sandbox_person",
    "session",
    "sms_code",
    "step_up",
    "suspension",
];

/// What ordinary templates include when it is there.
const PARTS: &[&str] = &[
    "cabinet/frame.html",
    "cabinet/history_filter.html",
    "cabinet/parts.html",
    "cabinet/power_parts.html",
    #[cfg(feature = "sandbox")]
    "choose/test_way.html",
    #[cfg(feature = "sandbox")]
    "sms_code/shown_code.html",
];

#[cfg(not(feature = "sandbox"))]
#[test]
fn without_the_feature_no_page_and_no_text_names_the_sandbox() {
    let texts = Locale::ALL.into_iter().flat_map(crate::texts::sources);
    for (name, source) in template_sources().into_iter().chain(texts) {
        assert!(!format!("{name} {source}").to_lowercase().contains("sandbox"), "{name}");
    }
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
            // What only asks changes nothing, and its fields come to stand in an address.
            if form.contains("method=\"get\"") {
                assert!(
                    ours && !form.contains("csrf") && !form.contains("ticket"),
                    "{name}: {form}"
                );
                continue;
            }
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
            let intent = "intent://kundelik.example/#Intent;scheme=https;action=android.intent.action.VIEW;end";
            // The centre that issues, renews and revokes keys.
            let fine = fine || address == "https://pki.gov.kz/";
            let app = [
                "https://m.egov.kz/mobileSign?link=",
                "https://egovbusiness.page.link/?link=",
            ]
            .iter()
            .any(|start| address.starts_with(start));
            assert!(
                fine || (name.starts_with("s3") && app)
                    || address.starts_with("https://kundelik.example/")
                    || (name == "r7-android" && address == intent),
                "{name}: {address}"
            );
        }
    }
}

/// There are no passwords (product D2), and no page looks as if there were.
#[test]
fn no_page_asks_for_a_password() {
    for (name, _, html) in every_page() {
        for word in [
            "type=\"password\"",
            "current-password",
            "new-password",
            "name=\"password\"",
        ] {
            assert!(!html.contains(word), "{name}: {word}");
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
const FIXED: [(&str, &[&str]); 40] = [
    (
        "k1",
        &[
            "only-this",
            "line-device",
            "line-phone",
            "line-keys",
            "line-last",
            "not-me",
        ],
    ),
    ("k2", &["name-1", "rename-1", "not-me", "end-all", "suspend"]),
    ("k4", &["number", "messages-now", "messages"]),
    ("k6", &["this-session", "end-1", "end-2", "end-others"]),
    (
        "k7",
        &[
            "period-1", "from", "to", "result", "service", "show", "not-me-1", "not-me-6", "older", "csv",
        ],
    ),
    ("k7-none-found", &["empty", "all"]),
    ("k12", &["suspend", "stay"]),
    ("cabinet-proof", &["continue"]),
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
    ("r1", &["register", "suspend", "error", "error-reference", "cancel"]),
    ("r1-cleared", &["register", "suspend", "error", "cancel"]),
    ("r2", &["error", "error-reference", "cancel"]),
    ("r3", &["suspend", "error", "error-reference", "cancel"]),
    ("r4", &["new-picture", "listen", "code", "continue", "eds", "cancel"]),
    (
        "r4-wrong",
        &["new-picture", "listen", "code", "continue", "eds", "cancel"],
    ),
    ("r5", &["agree", "decline", "cancel"]),
    ("r6", &["continue", "name", "rename"]),
    ("r8", &["code", "stop"]),
    ("suspend", &["suspend", "stay"]),
    ("x5-return", &["return", "error", "cancel"]),
    ("s14", &["continue", "stay"]),
    ("s2-registration", &["continue", "stop", "cancel", "eds-form"]),
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
