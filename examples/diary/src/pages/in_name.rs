//! In whose name the person acts, where the tokens say so.

use crate::in_name::{Organisation, Representation};
use crate::language::Language;
use crate::person::Person;

use super::frame::escaped;
use super::texts::Texts;
use super::{school_time, words};

/// Lines of the list of facts; none for a person who acts in the own name.
pub(super) fn facts(texts: &Texts, language: Language, person: &Person) -> String {
    let role = person.role.as_deref();
    let organisation = person.organisation.as_ref();
    let representation = person.representation.as_ref();
    [
        organisation.map(|organisation| organisation_line(texts, language, organisation, role)),
        representation.map(|representation| representation_line(texts, representation)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The role is left out where the certificate's, which has a line of its own, is the same.
fn organisation_line(
    texts: &Texts,
    language: Language,
    organisation: &Organisation,
    certificate: Option<&str>,
) -> String {
    let name = organisation.name.as_deref().map(escaped);
    let bin = organisation
        .bin
        .as_deref()
        .map(|bin| format!("<code>{}</code>", escaped(bin)));
    let role = organisation
        .role
        .as_deref()
        .filter(|role| Some(*role) != certificate)
        .map(|role| words::role(language, role).map_or_else(|| escaped(role), str::to_owned));
    let lines: Vec<String> = [name, bin, role].into_iter().flatten().collect();
    line(texts.label_organisation, "organisation", &lines.join("<br>"))
}

fn representation_line(texts: &Texts, representation: &Representation) -> String {
    let principal = escaped(representation.principal.shown().unwrap_or_default());
    let until = representation
        .until
        .and_then(school_time)
        .map_or_else(String::new, |until| {
            let (label, machine) = (texts.power_until, until.to_rfc3339());
            let shown = until.format("%d.%m.%Y %H:%M");
            format!(r#"<br>{label} <time id="power-until" datetime="{machine}">{shown}</time>"#)
        });
    line(
        texts.label_representation,
        "representation",
        &format!("{principal}{until}"),
    )
}

fn line(label: &str, id: &str, value: &str) -> String {
    format!("<div><dt>{label}</dt><dd id=\"{id}\">{value}</dd></div>\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::facts;
    use crate::in_name::{Organisation, Representation};
    use crate::language::Language;
    use crate::pages::texts::Texts;
    use crate::person::Person;

    fn head() -> Person {
        let organisation = json!({"bin": "990640000015", "name": "<b>No. 12</b>", "role": "head"});
        Person {
            role: Some("head".to_owned()),
            organisation: Organisation::read(&organisation),
            ..Person::bare("u-1")
        }
    }

    fn all(person: &Person) -> [String; 3] {
        Language::ALL.map(|language| facts(Texts::of(language), language, person))
    }

    #[test]
    fn who_acts_in_the_own_name_has_no_such_line() {
        assert_eq!(all(&Person::bare("u-1")), ["", "", ""]);
    }

    #[test]
    fn the_organisation_is_shown_as_text_in_each_language() {
        for (lines, label) in all(&head()).into_iter().zip(["Ұйым", "Организация", "Organisation"]) {
            let value = r#"<dd id="organisation">&lt;b&gt;No. 12&lt;/b&gt;<br><code>990640000015</code></dd>"#;
            assert!(lines.contains(&format!("<dt>{label}</dt>{value}")), "{lines}");
            assert!(!lines.contains("representation"), "{lines}");
        }
    }

    #[test]
    fn a_power_of_attorney_is_shown_with_its_principal_its_end_and_the_role() {
        let claim = json!({
            "kind": "power_of_attorney", "until": 1_795_665_600, "principal": {"kind": "organisation", "name": "No. 12 & co"}
        });
        let organisation = json!({"name": "No. 12 & co", "role": "representative"});
        let person = Person {
            role: Some("individual".to_owned()),
            organisation: Organisation::read(&organisation),
            representation: Representation::read(&claim),
            ..Person::bare("u-1")
        };
        let said = [
            ["Сенімхат бойынша өкіл", "Сенімхат мерзімінің соңы:"],
            ["Представитель по доверенности", "Доверенность действует до:"],
            ["Representative by a power of attorney", "The power ends:"],
        ];
        for (lines, words) in all(&person).into_iter().zip(said) {
            for word in words {
                assert!(lines.contains(word), "{lines}");
            }
            assert!(
                lines.contains(r#"<dd id="representation">No. 12 &amp; co<br>"#),
                "{lines}"
            );
            assert!(lines.contains(r#"datetime="2026-11-26T"#), "{lines}");
        }
    }
}
