//! Scripts, style and fonts.

use super::pages;
use crate::DeploymentKind;

#[test]
fn scripts_stay_within_their_budgets_and_hold_no_words() {
    let assets = pages(DeploymentKind::Production).assets();
    for (name, limit) in [
        ("device.js", 6_000),
        ("ncalayer.js", 9_000),
        ("otp.js", 1_500),
        ("countdown.js", 1_500),
        ("listen.js", 1_000),
        ("form_post.js", 600),
        ("copy.js", 800),
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
    let form_post = include_str!("../../assets/form_post.js");
    for modern in ["=>", "const ", "let ", "`", "class "] {
        assert!(!form_post.contains(modern), "form_post.js is ES5: {modern}");
    }
}

#[test]
fn the_style_sheet_avoids_what_old_browsers_do_not_know() {
    let (_, style) = include_str!("../../assets/style.css").split_once("*/").unwrap();
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
