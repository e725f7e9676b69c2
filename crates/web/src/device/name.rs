//! What people call a browser: "Chrome, Windows". It comes from the `User-Agent`, so it is untrusted text (security rule
//! WI-12), and it never decides anything (DB-3).

use pages::screens::DeviceKind;
use woothee::parser::{Parser, WootheeResult};

/// Longest header that is looked at, in bytes.
const LONGEST_HEADER: usize = 512;
/// Longest name, in characters.
const LONGEST_NAME: usize = 60;
/// The name of a browser that does not say what it is.
const NAMELESS: &str = "—";
/// What the parser says where it knows nothing.
const UNKNOWN: &str = "UNKNOWN";

/// Name and picture of a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DeviceName {
    /// Browser and system, in words that are the same in every language.
    pub(crate) name: String,
    /// Which picture it gets.
    pub(crate) kind: DeviceKind,
}

/// Reads the `User-Agent` header.
pub(crate) fn of_user_agent(header: &str) -> DeviceName {
    let header = header
        .get(..header.floor_char_boundary(LONGEST_HEADER))
        .unwrap_or_default();
    Parser::new()
        .parse(header)
        .map_or_else(|| first_product(header), |result| known(&result))
}

/// The name that a person chose: letters, digits and a few signs, at least one character of it.
pub(crate) fn chosen(text: &str) -> Option<String> {
    let name = bounded(text.trim());
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// The picture for browser and system, as they were kept.
pub(crate) fn kind_of(agent: &str) -> DeviceKind {
    let phone = ["Android", "iPhone", "iPad", "iPod", "Windows Phone"]
        .iter()
        .any(|system| agent.ends_with(system));
    if phone { DeviceKind::Phone } else { DeviceKind::Computer }
}

fn known(result: &WootheeResult<'_>) -> DeviceName {
    let system = system(result.os);
    let name = match (result.name, system) {
        (UNKNOWN, UNKNOWN) => NAMELESS.to_owned(),
        (UNKNOWN, system) => system.to_owned(),
        (browser, UNKNOWN) => browser.to_owned(),
        (browser, system) => format!("{browser}, {system}"),
    };
    let kind = kind_of(&name);
    DeviceName {
        name: bounded(&name),
        kind,
    }
}

/// Versions of Windows that the parser names mean nothing any more: 10 is also 11.
fn system(os: &str) -> &str {
    match os {
        "Windows Phone OS" => "Windows Phone",
        "Mac OSX" => "macOS",
        _ if os.starts_with("Windows") => "Windows",
        _ => os,
    }
}

fn first_product(header: &str) -> DeviceName {
    let product = header.split(['/', ' ']).next().unwrap_or_default();
    let name = bounded(product);
    let name = if name.is_empty() { NAMELESS.to_owned() } else { name };
    DeviceName {
        name,
        kind: DeviceKind::Computer,
    }
}

fn bounded(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | ',' | '.' | '-' | '—'))
        .take(LONGEST_NAME)
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn common_browsers_have_the_names_people_know() {
        for (header, name, kind) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
                "Chrome, Windows",
                DeviceKind::Computer,
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0.0.0 Safari/537.36",
                "Chrome, Linux",
                DeviceKind::Computer,
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
                "Chrome, Android",
                DeviceKind::Phone,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari, iPhone",
                DeviceKind::Phone,
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
                "Edge, Windows",
                DeviceKind::Computer,
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:142.0) Gecko/20100101 Firefox/142.0",
                "Firefox, macOS",
                DeviceKind::Computer,
            ),
            ("", NAMELESS, DeviceKind::Computer),
            ("kiru-tests/1.0", "kiru-tests", DeviceKind::Computer),
        ] {
            let device = of_user_agent(header);
            assert_eq!((device.name.as_str(), device.kind), (name, kind), "{header}");
            assert_eq!(kind_of(&device.name), kind);
        }
    }

    #[test]
    fn a_name_cannot_carry_markup() {
        let device = of_user_agent("<script>alert(1)</script>");
        assert!(!device.name.contains(['<', '>', '(', '"']), "{}", device.name);
    }

    proptest! {
        #[test]
        fn any_header_gives_a_short_plain_name(header in "\\PC{0,700}") {
            let device = of_user_agent(&header);
            prop_assert!((1..=LONGEST_NAME).contains(&device.name.chars().count()));
            prop_assert!(!device.name.contains(['<', '>', '&', '"', '\'']));
        }
    }
}
