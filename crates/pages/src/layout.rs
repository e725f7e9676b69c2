//! What the layout knows, whatever the screen: the variable `page` of every template.

use serde::Serialize;

use crate::{Frame, PagesSettings, Screen};

/// The variable `page`.
#[derive(Serialize)]
pub(crate) struct Page<'a> {
    locale: &'static str,
    reference: &'a str,
    now: i64,
    csrf: &'a str,
    here: &'a str,
    failure: bool,
    modules: &'static [&'static str],
    test_bar: bool,
    flow: Option<Flow<'a>>,
    service: Option<Service<'a>>,
    issuer: &'a str,
    audience: String,
    sms_sender: &'a str,
    ncalayer: Ncalayer<'a>,
    operator: Operator<'a>,
}

#[derive(Serialize)]
struct Flow<'a> {
    path: &'a str,
    id: &'a str,
}

#[derive(Serialize)]
struct Service<'a> {
    name: &'a str,
    domain: &'a str,
    back_uri: Option<&'a str>,
    logo: Option<&'a str>,
    initial: String,
}

#[derive(Serialize)]
struct Ncalayer<'a> {
    address: &'a str,
    test_chain: bool,
    /// The fine for handing a key over, in tenge, in groups of three digits.
    fine: Option<String>,
}

#[derive(Serialize)]
struct Operator<'a> {
    name: &'a str,
    telephone: &'a str,
    email: &'a str,
    hours: &'a str,
}

impl<'a> Page<'a> {
    /// Gathers it from the settings of the deployment, the frame of the page and what the screen says about itself.
    pub(crate) fn of<S: Screen>(settings: &'a PagesSettings, frame: &'a Frame, screen: &S) -> Self {
        Self {
            locale: frame.locale.tag(),
            reference: frame.reference.as_str(),
            now: frame.now.as_micros(),
            csrf: &frame.csrf,
            here: &frame.here,
            failure: screen.is_failure(),
            modules: screen.modules(),
            test_bar: frame.test_bar || settings.deployment.is_all_test(),
            flow: frame.flow.as_ref().map(|flow| Flow {
                path: &flow.path,
                id: &flow.id,
            }),
            service: service(frame),
            issuer: &settings.issuer,
            audience: audience(&settings.issuer),
            sms_sender: &settings.sms_sender,
            ncalayer: Ncalayer {
                address: &settings.ncalayer,
                test_chain: settings.ncalayer_test_chain,
                fine: settings.key_fine.map(grouped),
            },
            operator: operator(settings, frame),
        }
    }
}

fn service(frame: &Frame) -> Option<Service<'_>> {
    frame.service.as_ref().map(|service| Service {
        name: &service.name,
        domain: &service.domain,
        back_uri: service.back_uri.as_deref().filter(|uri| is_web_address(uri)),
        logo: service
            .logo
            .as_deref()
            .filter(|path| path.starts_with('/') && !path.starts_with("//")),
        initial: service
            .name
            .chars()
            .find(|c| c.is_alphanumeric())
            .map(|c| c.to_uppercase().collect())
            .unwrap_or_default(),
    })
}

fn operator<'a>(settings: &'a PagesSettings, frame: &Frame) -> Operator<'a> {
    let operator = &settings.operator;
    Operator {
        name: operator.name.get(frame.locale),
        telephone: &operator.telephone,
        email: &operator.email,
        hours: operator.hours.get(frame.locale),
    }
}

/// A sum in groups of three digits, with spaces that do not break.
fn grouped(sum: u32) -> String {
    let digits = sum.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('\u{a0}');
        }
        text.push(digit);
    }
    text
}

/// A link may lead to a page, never run a script.
fn is_web_address(uri: &str) -> bool {
    url::Url::parse(uri).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

/// The origin of the issuer: the `aud` of device proofs.
fn audience(issuer: &str) -> String {
    url::Url::parse(issuer).map_or_else(|_| issuer.to_owned(), |url| url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_back_link_never_runs_a_script() {
        assert!(is_web_address("https://diary.example/"));
        for uri in [
            "javascript:alert(1)",
            "data:text/html,x",
            "/relative",
            "com.example:/cb",
        ] {
            assert!(!is_web_address(uri), "{uri}");
        }
    }

    #[test]
    fn sums_are_read_in_groups_of_three_digits() {
        let texts = [7, 393, 1_000, 196_600, 12_345_678].map(grouped);
        assert_eq!(
            texts.map(|text| text.replace('\u{a0}', " ")),
            ["7", "393", "1 000", "196 600", "12 345 678"]
        );
    }

    #[test]
    fn the_audience_is_an_origin() {
        assert_eq!(audience("https://id.example/tenant"), "https://id.example");
        assert_eq!(audience("http://localhost:7300"), "http://localhost:7300");
    }
}
