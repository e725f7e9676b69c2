//! The phone on the page: the codes that wait, what the app shows, how it ended.

use std::fmt::Write as _;

use authority::locale::Locale;
use testkit::people::{DemoPerson, PEOPLE};
use testkit::phone::Asked;
use web::WaitingCode;

use super::Desk;
use super::page::{clock, escape, hidden_language};
use super::phone::{Said, Screen};
use super::phone_texts as t;
use super::texts::SIGN;

/// The section.
pub(super) fn section(desk: &Desk, locale: Locale, codes: &[WaitingCode]) -> String {
    let shown = match desk.phone.screen() {
        Screen::Empty => String::new(),
        Screen::Asked(person, asked) => asks(person, &asked, locale),
        Screen::Said(person, said) => ended(person, &said, locale),
    };
    let mut section = format!("<section id=\"phone\"><h2>{}</h2>{shown}", t::PHONE.in_locale(locale));
    for (place, code) in (1..).zip(codes) {
        section.push_str(&waiting(desk, (place, code), locale));
    }
    if codes.is_empty() && shown.is_empty() {
        let _ = write!(section, "<p>{}</p>", t::NO_CODES.in_locale(locale));
    }
    section.push_str("</section>\n");
    section
}

fn waiting(desk: &Desk, (place, code): (usize, &WaitingCode), locale: Locale) -> String {
    let next = desk.signer.next();
    let choice = |person: &DemoPerson| {
        let selected = if next.as_deref() == Some(person.login) {
            " selected"
        } else {
            ""
        };
        format!(
            "<option value=\"{}\"{selected}>{}</option>",
            escape(person.login),
            escape(&person.full_name())
        )
    };
    let choices: String = PEOPLE.iter().map(choice).collect();
    format!(
        "<form method=\"post\" action=\"/phone/scan\">{lang}<input type=\"hidden\" name=\"code\" value=\"{text}\">\
         <p>{says} <strong>{number}</strong>. {until}: {clock}</p>\
         <p><label for=\"phone-person-{place}\">{whose}</label><select id=\"phone-person-{place}\" name=\"person\">{choices}</select></p>\
         <button id=\"scan-{place}\">{scan}</button></form>",
        lang = hidden_language(locale),
        text = escape(&code.text),
        says = t::CODE.in_locale(locale),
        number = escape(&code.number),
        until = t::UNTIL.in_locale(locale),
        clock = clock(desk, code.until),
        whose = t::WHOSE.in_locale(locale),
        scan = t::SCAN.in_locale(locale),
    )
}

fn asks(person: &DemoPerson, asked: &Asked, locale: Locale) -> String {
    let mut lines = String::new();
    for (name, value) in asked.shown() {
        let _ = write!(
            lines,
            "<div><dt>{}</dt><dd>{}</dd></div>",
            escape(&name),
            escape(&value)
        );
    }
    format!(
        "<form id=\"phone-asks\" method=\"post\" action=\"/phone/decide\">{lang}<h3>{name}</h3><p>{shows}:</p><dl>{lines}</dl><p>{compare}</p>\
         <p class=\"buttons\"><button id=\"phone-sign\" name=\"decision\" value=\"sign\">{sign}</button> \
         <button id=\"phone-decline\" name=\"decision\" value=\"decline\">{decline}</button></p></form>",
        lang = hidden_language(locale),
        name = escape(&person.full_name()),
        shows = t::SHOWS.in_locale(locale),
        compare = t::COMPARE.in_locale(locale),
        sign = SIGN.in_locale(locale),
        decline = t::DECLINE.in_locale(locale),
    )
}

fn ended(person: &DemoPerson, said: &Said, locale: Locale) -> String {
    let text = match said {
        Said::Signed => t::SIGNED.in_locale(locale).to_owned(),
        Said::Declined => t::DECLINED.in_locale(locale).to_owned(),
        Said::Refused(words) => format!("{} {}", t::REFUSED.in_locale(locale), escape(words)),
        Said::Unreachable => t::UNREACHABLE.in_locale(locale).to_owned(),
    };
    format!(
        "<h3>{}</h3><p id=\"phone-said\" role=\"status\">{text}</p>",
        escape(&person.full_name())
    )
}
