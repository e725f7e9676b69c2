//! Words, dates and letters.

use std::collections::BTreeSet;

use authority::locale::Locale;

use super::{every_page, pages, specimens};
use crate::{DeploymentKind, Pages};

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
        let known = [
            "Kiru",
            "REF",
            "client_id",
            "trace_id",
            "from",
            "wide",
            "plain",
            "cabinet",
        ]; // names, and classes
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
    let style = include_str!("../../assets/style.css");
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
fn dates_are_written_as_each_language_writes_them_and_stay_on_one_line() {
    let pages = pages(DeploymentKind::Production);
    for (locale, moment, zone) in [
        (Locale::Kk, "2026\u{a0}ж.\u{a0}21\u{a0}қараша, 14:05", "(Астана уақыты)"),
        (Locale::Ru, "21\u{a0}ноября\u{a0}2026\u{a0}г., 14:05", "(время Астаны)"),
        (Locale::En, "21\u{a0}November\u{a0}2026, 14:05", "(Astana time)"),
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
fn how_long_ago_is_said_with_the_right_plural() {
    let said = |locale, key: &str, n| {
        let texts = crate::texts::Texts::load(locale).unwrap();
        texts
            .format(key, &[("n".to_owned(), crate::texts::Argument::Number(n))])
            .unwrap()
    };
    for (key, n, kk, ru, en) in [
        ("ago-minutes", 1, "1 минут бұрын", "1 минуту назад", "1 minute ago"),
        ("ago-minutes", 2, "2 минут бұрын", "2 минуты назад", "2 minutes ago"),
        ("ago-minutes", 11, "11 минут бұрын", "11 минут назад", "11 minutes ago"),
        ("ago-minutes", 21, "21 минут бұрын", "21 минуту назад", "21 minutes ago"),
        ("ago-hours", 2, "2 сағат бұрын", "2 часа назад", "2 hours ago"),
        ("ago-hours", 5, "5 сағат бұрын", "5 часов назад", "5 hours ago"),
        ("ago-hours", 21, "21 сағат бұрын", "21 час назад", "21 hours ago"),
        ("ago-days", 1, "1 күн бұрын", "1 день назад", "1 day ago"),
        ("ago-days", 14, "14 күн бұрын", "14 дней назад", "14 days ago"),
        ("ago-months", 3, "3 ай бұрын", "3 месяца назад", "3 months ago"),
        ("ago-months", 12, "12 ай бұрын", "12 месяцев назад", "12 months ago"),
        ("ago-years", 1, "1 жыл бұрын", "1 год назад", "1 year ago"),
        ("ago-years", 5, "5 жыл бұрын", "5 лет назад", "5 years ago"),
    ] {
        let all = Locale::ALL.map(|locale| said(locale, key, n));
        for (locale, text) in Locale::ALL.into_iter().zip(all) {
            let expected = match locale {
                Locale::Kk => kk,
                Locale::Ru => ru,
                Locale::En => en,
            };
            assert_eq!(text, expected);
        }
    }
}

#[test]
fn the_cabinet_says_how_long_ago_beside_the_date() {
    for (name, locale, html) in every_page() {
        if ["k1", "k2", "k6", "k7"].contains(&name) {
            let words = match locale {
                Locale::Kk => " бұрын)",
                Locale::Ru => " назад)",
                Locale::En => " ago)",
            };
            assert!(html.contains(words), "{name}: {html}");
        }
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
                .sms_code_text(
                    locale,
                    "482913",
                    &format!("{}.example.kz", "a-domain-far-too-long".repeat(5))
                )
                .is_err()
        );
    }
    assert_eq!(
        pages.sms_code_text(Locale::Ru, "482913", "id.kiru.example").unwrap(),
        "482913 — код входа Kiru. Никому не говорите.\n@id.kiru.example #482913"
    );
}
