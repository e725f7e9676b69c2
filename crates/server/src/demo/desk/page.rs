//! The page. Everything that varies goes through [`escape`].

use std::fmt::Write as _;

use authority::locale::Locale;
use authority::time::Timestamp;
use messaging::Kept;
use testkit::ncalayer::AnswerMode;
use testkit::people::{DemoPerson, PEOPLE};
use testkit::trouble::KeyTrouble;
use web::WaitingCode;

use super::Desk;
use super::clock_page::{self, Edges};
use super::phone_page;
use super::texts::{self as t, Text, pick};

/// The modes in the words of forms.
pub(super) const MODES: [(&str, AnswerMode); 4] = [
    ("at_once", AnswerMode::AtOnce),
    ("ask", AnswerMode::Ask),
    ("cancel", AnswerMode::Cancel),
    ("fail", AnswerMode::Fail),
];

/// What may be wrong with the key, in the words of forms.
pub(super) const KEYS: [(&str, KeyTrouble); 5] = [
    ("own", KeyTrouble::Nothing),
    ("system", KeyTrouble::System),
    ("not_yet", KeyTrouble::NotYet),
    ("other_centre", KeyTrouble::OtherCentre),
    ("unchecked", KeyTrouble::Unchecked),
];

/// The whole page.
pub(super) fn html(desk: &Desk, locale: Locale, messages: &[Kept], edges: &Edges, codes: &[WaitingCode]) -> String {
    let say = |text: Text| text.in_locale(locale);
    format!(
        "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" href=\"/desk.css\">\n<script src=\"/desk.js\" type=\"module\"></script>\n</head>\n<body>\n\
         <header><h1>{title}</h1>{languages}</header>\n<main>\n<p>{lead}</p>\n\
         {steps}{messages}{phone}{clock}{people}{keys}{waiting}{modes}{unbind}</main>\n</body>\n</html>\n",
        lang = locale.tag(),
        title = say(t::TITLE),
        lead = say(t::LEAD),
        languages = languages(locale),
        steps = steps(desk, locale),
        messages = messages_section(desk, locale, messages),
        phone = phone_page::section(desk, locale, codes),
        clock = clock_page::section(desk, locale, edges),
        people = people(desk, locale),
        keys = keys(desk, locale),
        waiting = waiting(desk, locale),
        modes = modes(desk, locale),
        unbind = unbind(desk, locale),
    )
}

fn languages(locale: Locale) -> String {
    let links = [
        (Locale::Kk, "Қазақша"),
        (Locale::Ru, "Русский"),
        (Locale::En, "English"),
    ]
    .map(|(other, name)| {
        let current = if other == locale { " aria-current=\"true\"" } else { "" };
        format!(
            "<a href=\"/?lang={tag}\" lang=\"{tag}\" hreflang=\"{tag}\"{current}>{name}</a>",
            tag = other.tag()
        )
    });
    format!(
        "<nav aria-label=\"{}\">{}</nav>",
        t::LANGUAGES.in_locale(locale),
        links.join(" ")
    )
}

fn steps(desk: &Desk, locale: Locale) -> String {
    let mut items = String::new();
    for step in t::STEPS {
        let _ = write!(items, "<li>{}</li>", step.in_locale(locale));
    }
    format!(
        "<section><h2>{next}</h2><ol>{items}</ol><p class=\"links\"><a class=\"button\" id=\"open-diary\" href=\"{diary}/\">{open}</a> \
         <a href=\"{issuer}/help\">{help}</a> <a href=\"{issuer}/dev/components\">{components}</a></p></section>\n",
        next = t::NEXT.in_locale(locale),
        diary = escape(&desk.addresses.diary),
        issuer = escape(&desk.addresses.issuer),
        open = t::OPEN_DIARY.in_locale(locale),
        help = t::HELP.in_locale(locale),
        components = t::COMPONENTS.in_locale(locale),
    )
}

fn messages_section(desk: &Desk, locale: Locale, messages: &[Kept]) -> String {
    let mut section = format!("<section id=\"sms\"><h2>{}</h2>", t::MESSAGES.in_locale(locale));
    if messages.is_empty() {
        let _ = write!(section, "<p>{}</p>", t::NO_MESSAGES.in_locale(locale));
    }
    section.push_str("<ul class=\"messages\">");
    for kept in messages {
        let _ = write!(
            section,
            "<li><p class=\"about\">{to} · <time datetime=\"{at}\">{clock}</time> · {sender}</p><p class=\"text\">{text}</p></li>",
            to = escape(kept.to.expose()),
            at = kept.at.to_rfc3339(),
            clock = clock(desk, kept.at),
            sender = escape(&kept.sender),
            text = escape(&kept.text),
        );
    }
    section.push_str("</ul></section>\n");
    section
}

/// The time of day where the demo is.
pub(super) fn clock(desk: &Desk, at: Timestamp) -> String {
    at.to_utc()
        .map(|utc| utc.with_timezone(&desk.zone).format("%H:%M:%S").to_string())
        .unwrap_or_default()
}

fn people(desk: &Desk, locale: Locale) -> String {
    let next = desk.signer.next();
    let choice = |person: &DemoPerson| {
        let checked = if next.as_deref() == Some(person.login) {
            " checked"
        } else {
            ""
        };
        format!(
            "<label><input type=\"radio\" name=\"person\" value=\"{login}\"{checked}> <span>{name}<br><small>{story} · {login}</small></span></label>",
            login = escape(person.login),
            name = escape(&person.full_name()),
            story = escape(pick(&person.story, locale)),
        )
    };
    let choices: String = PEOPLE.iter().map(choice).collect();
    form(locale, "/signer/person", t::WHO, &choices, "choose-person")
}

fn keys(desk: &Desk, locale: Locale) -> String {
    let now = desk.signer.trouble();
    let choice = |(word, trouble): &(&str, KeyTrouble)| {
        let checked = if now == *trouble { " checked" } else { "" };
        let name = match trouble {
            KeyTrouble::Nothing => t::OWN_KEY,
            KeyTrouble::System => t::SYSTEM_KEY,
            KeyTrouble::NotYet => t::NOT_YET_KEY,
            KeyTrouble::OtherCentre => t::OTHER_CENTRE_KEY,
            KeyTrouble::Unchecked => t::UNCHECKED_KEY,
        };
        let name = name.in_locale(locale);
        format!("<label><input type=\"radio\" name=\"key\" value=\"{word}\"{checked}> <span>{name}</span></label>")
    };
    let choices: String = KEYS.iter().map(choice).collect();
    form(locale, "/signer/key", t::WHICH_KEY, &choices, "choose-key")
}

fn modes(desk: &Desk, locale: Locale) -> String {
    let now = desk.signer.mode();
    let choice = |(word, mode): &(&str, AnswerMode)| {
        let checked = if now == *mode { " checked" } else { "" };
        let name = match mode {
            AnswerMode::AtOnce => t::AT_ONCE,
            AnswerMode::Ask => t::ASK,
            AnswerMode::Cancel => t::CANCEL_MODE,
            AnswerMode::Fail => t::FAIL_MODE,
        };
        let name = name.in_locale(locale);
        format!("<label><input type=\"radio\" name=\"mode\" value=\"{word}\"{checked}> <span>{name}</span></label>")
    };
    let choices: String = MODES.iter().map(choice).collect();
    form(locale, "/signer/mode", t::HOW, &choices, "choose-mode")
}

fn form(locale: Locale, action: &str, legend: Text, choices: &str, button: &str) -> String {
    format!(
        "<section><form method=\"post\" action=\"{action}\">{lang}<fieldset><legend><h2>{legend}</h2></legend>{choices}</fieldset>\
         <button id=\"{button}\">{choose}</button></form></section>\n",
        lang = hidden_language(locale),
        legend = legend.in_locale(locale),
        choose = t::CHOOSE.in_locale(locale),
    )
}

fn waiting(desk: &Desk, locale: Locale) -> String {
    let requests = desk.signer.pending();
    if requests.is_empty() {
        return String::new();
    }
    let mut section = format!("<section id=\"waiting\"><h2>{}</h2>", t::WAITING.in_locale(locale));
    for request in requests {
        let _ = write!(
            section,
            "<form method=\"post\" action=\"/signer/decide\">{lang}<input type=\"hidden\" name=\"id\" value=\"{id}\">\
             <p class=\"text\">{text}</p><button name=\"decision\" value=\"sign\">{sign}</button> \
             <button name=\"decision\" value=\"cancel\">{cancel}</button></form>",
            lang = hidden_language(locale),
            id = request.id,
            text = escape(&request.text),
            sign = t::SIGN.in_locale(locale),
            cancel = t::CANCEL.in_locale(locale),
        );
    }
    section.push_str("</section>\n");
    section
}

fn unbind(desk: &Desk, locale: Locale) -> String {
    let login = desk.signer.next().unwrap_or_else(|| "LOGIN".to_owned());
    let command = format!(
        "cargo run -- devices unbind {login} --reason demo --config '{}'",
        desk.config_file.display()
    );
    format!(
        "<section><h2>{title}</h2><p>{text}</p><p><code>{command}</code></p></section>\n",
        title = t::OTHER_BROWSER.in_locale(locale),
        text = t::UNBIND.in_locale(locale),
        command = escape(&command),
    )
}

pub(super) fn hidden_language(locale: Locale) -> String {
    format!("<input type=\"hidden\" name=\"lang\" value=\"{}\">", locale.tag())
}

/// Text in HTML, also in quoted attributes.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            plain => escaped.push(plain),
        }
    }
    escaped
}
