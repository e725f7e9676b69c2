//! What a person agrees to, the seed's words, and the messages about changes.

use authority::locale::Locale;

use super::specimens::{self, registrations};
use super::{every_page, pages};
use crate::DeploymentKind;

/// What is read on a page: without tags, with entities resolved.
fn read(html: &str) -> String {
    let mut text = String::new();
    let mut tag = false;
    for letter in html.chars() {
        match letter {
            '<' => tag = true,
            '>' => tag = false,
            letter if !tag => text.push(letter),
            _ => {}
        }
    }
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

#[test]
fn every_line_of_the_notice_stands_on_the_page_in_its_order() {
    let pages = pages(DeploymentKind::Production);
    for (name, screen) in [
        ("r5", registrations::confirm()),
        ("r5-several", registrations::confirm_several()),
    ] {
        for locale in Locale::ALL {
            let notice = pages.registration_notice(locale, &screen);
            let specimen = specimens::all()
                .into_iter()
                .find(|specimen| specimen.name == name)
                .unwrap();
            let html = specimen.show(&pages, locale).html.unwrap();
            let shown = read(html.split_once("<main").unwrap().1);
            let mut rest = shown.as_str();
            for line in notice.lines() {
                assert!(!line.is_empty());
                let (_, after) = rest
                    .split_once(line)
                    .unwrap_or_else(|| panic!("{name} {locale:?}: {line}"));
                rest = after;
            }
            assert!(notice.lines().count() >= 10, "{notice}");
        }
    }
}

#[test]
fn the_notice_changes_with_every_fact_and_with_nothing_else() {
    let pages = pages(DeploymentKind::Production);
    let of = |screen: &_| pages.registration_notice(Locale::Ru, screen);
    let told = of(&registrations::confirm());
    let mut same = registrations::confirm();
    same.notice = String::from("another");
    same.proof.nonce = String::from("another");
    same.shown_at += 1;
    assert_eq!(of(&same), told);
    let mut other = registrations::confirm();
    other.hours = 24;
    assert_ne!(of(&other), told);
    let mut other = registrations::confirm();
    other.until = other.until.plus(authority::time::minutes(1));
    assert_ne!(of(&other), told);
    let mut other = registrations::confirm();
    other.new.name = String::from("Firefox, Linux");
    assert_ne!(of(&other), told);
    let mut other = registrations::confirm();
    other.replaced.clear();
    assert_ne!(of(&other), told);
    assert_ne!(pages.registration_notice(Locale::Kk, &registrations::confirm()), told);
}

#[test]
fn the_words_of_the_seed_are_not_changed() {
    let fixed = [
        ("r1", Locale::En, "Register a new device"),
        ("r1", Locale::Ru, "Зарегистрировать новое устройство"),
        ("r1", Locale::Kk, "Жаңа құрылғыны тіркеу"),
        ("r4", Locale::En, "Enter the code from the picture"),
        ("r4", Locale::Ru, "Введите код с картинки"),
        ("r4", Locale::Kk, "Суреттен кодты енгізіңіз"),
        ("r5", Locale::En, "Yes, I agree, please register the device"),
        ("r5", Locale::Ru, "Да, я согласен, прошу зарегистрировать устройство"),
        ("r5", Locale::Kk, "Иә, Мен келісемін, құрылғыны тіркеуді сұраймын"),
        ("r6", Locale::En, "Device successfully registered!"),
        ("r6", Locale::Ru, "Устройство успешно зарегистрировано!"),
        ("r6", Locale::Kk, "Құрылғы сәтті тіркелді!"),
    ];
    let all = every_page();
    for (screen, locale, words) in fixed {
        let (.., html) = all
            .iter()
            .find(|(name, there, _)| *name == screen && *there == locale)
            .unwrap();
        assert!(html.contains(&format!(">{words}<")), "{screen} {locale:?}: {words}");
    }
}

#[test]
fn a_message_about_a_change_fits_two_parts_whatever_the_name() {
    let pages = pages(DeploymentKind::Production);
    let (now, stop) = (specimens::now(), "4821 9034 5512 7780");
    for locale in Locale::ALL {
        for name in ["Chrome, Windows", &"Очень длинное имя устройства ".repeat(9), ""] {
            let messages = [
                pages.sms_device_registered(locale, name, now, stop),
                pages.sms_signed_in(locale, name, now, stop),
                pages.sms_device_released(locale, name, now, stop),
                pages.sms_returned(locale, now, stop),
                pages.sms_exclusivity_ended(locale, now, stop),
                pages.sms_phone_changed(locale, now, stop),
            ];
            for text in messages {
                assert!(text.encode_utf16().count() <= 134, "{text}");
                assert!(text.starts_with("Kiru: ") && text.contains("21.11 14:05"), "{text}");
                assert!(
                    text.contains("id.kiru.example/stop, ") && text.ends_with(stop),
                    "{text}"
                );
            }
        }
        let opens = pages.sms_registration_opens(locale, &"Мектеп ".repeat(40), "18:00");
        assert!(
            opens.encode_utf16().count() <= 134
                && opens.contains("18:00")
                && opens.contains(": Мектеп")
                && opens.ends_with('…'),
            "{opens}"
        );
        let suspended = pages.sms_suspended(locale, now);
        assert!(
            suspended.encode_utf16().count() <= 134 && !suspended.contains("/stop"),
            "{suspended}"
        );
    }
    assert_eq!(
        pages.sms_device_registered(Locale::Ru, "Chrome, Windows", now, stop),
        "Kiru: зарегистрировано новое устройство: Chrome, Windows, 21.11 14:05. Не вы? id.kiru.example/stop, \
         код 4821 9034 5512 7780"
    );
    let long = pages.sms_device_registered(Locale::Kk, &"Үйдегі ноутбук, ".repeat(9), now, stop);
    assert!(long.contains("Үйдегі ноутбук") && long.contains('…'), "{long}");
}
