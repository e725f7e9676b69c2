//! The three languages say the same things with the same placeholders, and templates say nothing else.

use std::collections::{BTreeMap, BTreeSet};

use authority::locale::Locale;
use fluent_bundle::FluentResource;

use super::{Argument, TextError, Texts, sources};

/// Message to the placeholders in it, read off the file itself.
fn messages(locale: Locale) -> BTreeMap<String, BTreeSet<String>> {
    let mut messages = BTreeMap::new();
    let mut current = String::new();
    for (file, source) in sources(locale) {
        assert!(FluentResource::try_new(source.clone()).is_ok(), "{file} is not Fluent");
        for line in source.lines().filter(|line| !line.starts_with('#')) {
            if let Some((key, _)) = line
                .split_once(" =")
                .filter(|_| line.starts_with(|c: char| c.is_ascii_lowercase()))
            {
                current = key.to_owned();
                assert!(
                    messages.insert(current.clone(), BTreeSet::new()).is_none(),
                    "{file}: {key} twice"
                );
            }
            let names = line
                .split('$')
                .skip(1)
                .map(|rest| rest.chars().take_while(char::is_ascii_alphanumeric).collect());
            messages
                .entry(current.clone())
                .or_default()
                .extend(names.collect::<Vec<String>>());
        }
    }
    messages.remove("");
    messages
}

/// The arguments that fill every placeholder of a message.
fn filled(names: &BTreeSet<String>) -> Vec<(String, Argument)> {
    names
        .iter()
        .map(|name| (name.clone(), Argument::Text(String::from("X"))))
        .collect()
}

#[test]
fn the_three_languages_have_the_same_messages_and_placeholders() {
    let kazakh = messages(Locale::Kk);
    assert!(kazakh.len() > 250, "{}", kazakh.len());
    assert_eq!(kazakh, messages(Locale::Ru));
    assert_eq!(kazakh, messages(Locale::En));
}

#[test]
fn the_files_are_the_same_in_every_language() {
    let names = |locale: Locale| -> Vec<String> {
        sources(locale)
            .into_iter()
            .map(|(name, _)| name.trim_start_matches(locale.tag()).to_owned())
            .collect()
    };
    assert_eq!(names(Locale::Kk), names(Locale::Ru));
    assert_eq!(names(Locale::Kk), names(Locale::En));
}

#[test]
fn every_message_can_be_formatted() {
    for locale in Locale::ALL {
        let texts = Texts::load(locale).unwrap();
        for (key, names) in messages(locale) {
            let text = texts.format(&key, &filled(&names)).unwrap();
            assert!(!text.trim().is_empty(), "{key}");
            // The success line of the seed is the one that may be glad aloud.
            let text = if key == "r6-ok" {
                text.trim_end_matches('!')
            } else {
                &text
            };
            assert!(!text.contains(['{', '}', '\u{2068}', '\u{2069}', '!']), "{key}: {text}");
        }
    }
}

#[test]
fn a_missing_message_is_an_error_and_no_other_language() {
    let texts = Texts::load(Locale::Kk).unwrap();
    assert_eq!(
        texts.format("no-such", &[]),
        Err(TextError::Missing {
            key: String::from("no-such"),
            locale: Locale::Kk
        })
    );
    assert!(matches!(texts.format("s1-title", &[]), Err(TextError::Argument { .. })));
}

#[test]
fn no_suffix_is_glued_to_a_placeholder() {
    for locale in Locale::ALL {
        for (file, source) in sources(locale) {
            for (number, line) in source.lines().enumerate() {
                let glued = line
                    .split('}')
                    .skip(1)
                    .any(|rest| rest.starts_with(|c: char| c.is_alphabetic() || c == '-'));
                let before = line
                    .split('{')
                    .rev()
                    .skip(1)
                    .any(|rest| rest.ends_with(char::is_alphabetic));
                assert!(!glued && !before, "{file}:{}: {line}", number + 1);
            }
        }
    }
}

#[test]
fn sentences_have_at_most_fifteen_words() {
    for locale in Locale::ALL {
        let texts = Texts::load(locale).unwrap();
        for (key, names) in messages(locale) {
            let text = texts.format(&key, &filled(&names)).unwrap();
            for sentence in text.split_inclusive(['.', '?', ':', ';']).filter(|part| part.len() > 1) {
                let words = sentence
                    .split_whitespace()
                    .filter(|word| word.chars().any(char::is_alphanumeric))
                    .count();
                assert!(words <= 15, "{key} in {}: {words} words: {sentence}", locale.tag());
            }
        }
    }
}

#[test]
fn kazakh_and_russian_are_written_in_their_own_letters() {
    let kazakh_only = ['ә', 'ғ', 'қ', 'ң', 'ө', 'ұ', 'ү', 'һ', 'і'];
    let mut kazakh_letters = BTreeSet::new();
    for (file, source) in sources(Locale::Ru) {
        assert!(!source.to_lowercase().contains(kazakh_only), "{file}");
    }
    for (file, source) in sources(Locale::En) {
        assert!(!source.chars().any(|c| ('а'..='я').contains(&c)), "{file}");
    }
    for (_, source) in sources(Locale::Kk) {
        kazakh_letters.extend(source.to_lowercase().chars().filter(|c| kazakh_only.contains(c)));
    }
    assert!(kazakh_letters.len() >= 8, "{kazakh_letters:?}");
}

#[test]
fn words_that_are_fixed_stay_as_they_are() {
    let texts = Texts::load(Locale::Kk).unwrap();
    assert_eq!(texts.format("s6-title", &[]).unwrap(), "СМС-кодты енгізіңіз");
    let russian = Texts::load(Locale::Ru).unwrap();
    let service = [(String::from("service"), Argument::Text(String::from("Күнделік")))];
    assert_eq!(
        russian.format("s1-title", &service).unwrap(),
        "Вход в сервис «Күнделік»"
    );
    assert_eq!(texts.format("s1-title", &service).unwrap(), "«Күнделік» сервисіне кіру");
}

#[test]
fn every_text_a_template_asks_for_is_there_and_none_is_left_over() {
    let mut asked: BTreeSet<String> = ["date", "zone", "zone-title"].into_iter().map(String::from).collect();
    for (name, source) in crate::pages::template_sources() {
        // A call of `t` or `rich` and of nothing that merely ends so.
        let calls = source
            .split("rich(\"")
            .flat_map(|part| part.split(" t(\""))
            .flat_map(|part| part.split("(t(\""));
        for key in calls.skip(1) {
            let key = key.split('"').next().unwrap();
            let computed = key.ends_with('-'); // the rest is the name of a claim, a group or a role
            assert!(computed || messages(Locale::Kk).contains_key(key), "{name}: {key}");
            asked.insert(key.to_owned());
        }
    }
    for key in messages(Locale::Kk).into_keys() {
        let computed = [
            "ago-",
            "claim-",
            "role-",
            "consent-group-",
            "sms-",
            "csv-",
            "keys-suite-",
            "egov-app-",
        ]
        .iter()
        .any(|start| key.starts_with(start));
        assert!(computed || asked.contains(&key), "no page uses {key}");
    }
}

#[test]
fn the_list_of_reviewed_kazakh_texts_names_only_texts_that_exist() {
    let reviewed = include_str!("../../texts/REVIEWED-kk.txt");
    let there = messages(Locale::Kk);
    for key in reviewed.lines().filter(|line| !line.starts_with('#')) {
        assert!(there.contains_key(key), "{key}");
    }
}
