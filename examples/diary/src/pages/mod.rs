//! What people see. The pages are few and plain, so they are written here by hand; every value that comes from
//! outside goes through [`escaped`].

mod frame;
mod in_name;
mod texts;
mod words;

use axum::response::Html;
use chrono::{DateTime, FixedOffset};

use crate::language::Language;
use crate::person::Person;
use frame::{Frame, escaped};
use texts::Texts;

/// The one style sheet.
pub(crate) const STYLE: &str = include_str!("style.css");

/// The one script.
pub(crate) const SCRIPT: &str = include_str!("session.js");

const KIRU_MARK: &str = include_str!("kiru-mark.svg");

/// What a person reads when a sign-in did not come to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The provider does not answer.
    ProviderSilent,
    /// The answer belongs to no sign-in of this browser: a forged, repeated or old one.
    OutOfDate,
    /// The person declined.
    Declined { description: String },
    /// The provider refused; these are its words.
    Refused { error: String, description: String },
    /// An answer that cannot be trusted.
    NotTrusted,
}

/// The page before sign-in.
pub(crate) fn welcome(language: Language, desk: Option<&str>) -> Html<String> {
    let texts = Texts::of(language);
    let body = format!(
        r#"<div class="columns"><div>
<h1 class="big">{title}</h1>
<p>{lead}</p>
<p><a class="kiru" id="sign-in" href="/sign-in">{KIRU_MARK}<span>{button}</span></a></p>
<p class="note">{how}</p>
<p class="note"><a id="require-bound" href="/sign-in?bound=1">{bound_only}</a></p>
{desk}
</div>{paper}</div>"#,
        title = texts.welcome_title,
        lead = texts.welcome_lead,
        button = texts.sign_in,
        how = texts.welcome_how,
        bound_only = texts.bound_only,
        desk = desk_line(texts, desk),
        paper = paper(texts),
    );
    Frame::new(language, texts.welcome_title).html(&body)
}

/// The page of somebody who is signed in.
pub(crate) fn signed_in(language: Language, person: &Person, desk: Option<&str>) -> Html<String> {
    let texts = Texts::of(language);
    let body = format!(
        r#"<h1>{title}</h1>
<div class="columns"><div>
<p class="who" id="who"><strong id="name">{name}</strong><span>{by_kiru}</span></p>
<dl>{facts}</dl>
<h2>{next}</h2>
<ul class="next">
<li><a id="sign-out" href="/sign-out">{sign_out}</a><span>{sign_out_hint}</span></li>
<li><a id="sign-in-again" href="/sign-in">{again}</a><span>{again_hint}</span></li>
<li><a id="sign-in-anew" href="/sign-in?again=1">{anew}</a><span>{anew_hint}</span></li>
<li><a id="require-bound" href="/sign-in?bound=1">{bound_only}</a><span>{bound_only_hint}</span></li>
<li><a id="me" href="/me.json">/me.json</a><span>{me_hint}</span></li>
</ul>
{desk}
</div>{paper}</div>
<script src="/session.js" defer></script>"#,
        title = texts.signed_in_title,
        name = escaped(person.shown_name()),
        by_kiru = texts.signed_in_by,
        facts = facts(texts, language, person),
        next = texts.next,
        sign_out = texts.sign_out,
        sign_out_hint = texts.sign_out_hint,
        again = texts.again,
        again_hint = texts.again_hint,
        anew = texts.anew,
        anew_hint = texts.anew_hint,
        bound_only = texts.bound_only,
        bound_only_hint = texts.bound_only_hint,
        me_hint = texts.me_hint,
        desk = desk_line(texts, desk),
        paper = paper(texts),
    );
    Frame::new(language, texts.signed_in_title)
        .with_sign_out(texts.sign_out)
        .html(&body)
}

/// The page after sign-out; `only_here` when the provider could not be asked to end its session.
pub(crate) fn signed_out(language: Language, only_here: bool) -> Html<String> {
    let texts = Texts::of(language);
    let lead = if only_here {
        texts.signed_out_only_here
    } else {
        texts.signed_out_lead
    };
    let body = format!(
        r#"<h1 id="signed-out">{title}</h1><p>{lead}</p>{ways}"#,
        title = texts.signed_out_title,
        ways = ways_back(texts),
    );
    Frame::new(language, texts.signed_out_title).html(&body)
}

/// The page of a browser whose session the provider ended.
pub(crate) fn signed_out_by_provider(language: Language) -> Html<String> {
    let texts = Texts::of(language);
    let body = format!(
        r#"<h1 id="signed-out-by-provider">{title}</h1><p>{lead}</p>
<p class="ways"><a class="kiru" id="sign-in" href="/sign-in">{KIRU_MARK}<span>{sign_in}</span></a></p>"#,
        title = texts.ended_title,
        lead = texts.ended_lead,
        sign_in = texts.sign_in,
    );
    Frame::new(language, texts.ended_title).html(&body)
}

/// A sign-in that did not come to its end, and the way on.
pub(crate) fn trouble(language: Language, trouble: &Trouble) -> Html<String> {
    let texts = Texts::of(language);
    let (title, lead, report) = match trouble {
        Trouble::ProviderSilent => (texts.silent_title, texts.silent_lead, None),
        Trouble::OutOfDate => (texts.old_title, texts.old_lead, None),
        Trouble::NotTrusted => (texts.distrust_title, texts.distrust_lead, None),
        Trouble::Declined { description } => (
            texts.declined_title,
            texts.declined_lead,
            Some(("access_denied", description)),
        ),
        Trouble::Refused { error, description } => (
            texts.refused_title,
            texts.refused_lead,
            Some((error.as_str(), description)),
        ),
    };
    let report = report.map_or_else(String::new, |(error, description)| {
        format!(
            r#"<p class="note">{label}: <code id="error">{error}</code> {description}</p>"#,
            label = texts.provider_said,
            error = escaped(error),
            description = escaped(description),
        )
    });
    let body = format!("<h1>{title}</h1><p>{lead}</p>{report}{ways}", ways = ways_back(texts));
    Frame::new(language, title).html(&body)
}

/// An address the diary does not have.
pub(crate) fn no_such_page(language: Language) -> Html<String> {
    let texts = Texts::of(language);
    let body = format!(
        "<h1>{title}</h1>{ways}",
        title = texts.missing_title,
        ways = ways_back(texts)
    );
    Frame::new(language, texts.missing_title).html(&body)
}

fn facts(texts: &Texts, language: Language, person: &Person) -> String {
    let bound = match person.device_bound {
        Some(true) => texts.bound_yes,
        Some(false) => texts.bound_no,
        None => texts.not_released,
    };
    let role = person.role.as_deref().map_or_else(
        || texts.not_released.to_owned(),
        |role| words::role(language, role).map_or_else(|| escaped(role), str::to_owned),
    );
    let level = person.acr.as_deref().map_or_else(
        || texts.not_released.to_owned(),
        |acr| {
            let said = words::level(language, acr)
                .map(|word| format!("{word}<br>"))
                .unwrap_or_default();
            format!("{said}<code>{}</code>", escaped(acr))
        },
    );
    let device = person
        .device_id
        .as_deref()
        .map_or_else(String::new, |id| format!("<br><code>{}</code>", escaped(id)));
    let since = person
        .device_bound_at
        .and_then(school_time)
        .map_or_else(String::new, |day| {
            let (since, machine) = (texts.bound_since, day.to_rfc3339());
            let shown = day.format("%d.%m.%Y");
            format!(r#"<br>{since} <time id="bound-at" datetime="{machine}">{shown}</time>"#)
        });
    format!(
        r#"<div><dt>{l_role}</dt><dd id="role">{role}</dd></div>
{in_name}<div><dt>{l_level}</dt><dd id="acr">{level}</dd></div>
<div><dt>{l_device}</dt><dd id="device">{bound}{since}{device}</dd></div>
<div><dt>{l_sub}</dt><dd id="sub"><code>{sub}</code></dd></div>"#,
        l_role = texts.label_role,
        in_name = in_name::facts(texts, language, person),
        l_level = texts.label_level,
        l_device = texts.label_device,
        l_sub = texts.label_sub,
        sub = escaped(&person.sub),
    )
}

/// An instant by the clock of the diary's school (UTC+5).
fn school_time(seconds: i64) -> Option<DateTime<FixedOffset>> {
    let school = FixedOffset::east_opt(5 * 3600)?;
    Some(DateTime::from_timestamp(seconds, 0)?.with_timezone(&school))
}

fn ways_back(texts: &Texts) -> String {
    format!(
        r#"<p class="ways"><a class="kiru" id="sign-in" href="/sign-in">{KIRU_MARK}<span>{sign_in}</span></a>
<a class="back" href="/">{back}</a></p>"#,
        sign_in = texts.sign_in,
        back = texts.back,
    )
}

fn desk_line(texts: &Texts, desk: Option<&str>) -> String {
    desk.map_or_else(String::new, |desk| {
        format!(
            r#"<p class="note">{text} <a id="desk" href="{desk}">{name}</a></p>"#,
            text = texts.desk_hint,
            name = texts.desk,
            desk = escaped(desk),
        )
    })
}

/// A page of squared paper, as in a school exercise book.
fn paper(texts: &Texts) -> String {
    let rows = texts
        .lessons
        .map(|(lesson, mark)| format!("<li><span>{lesson}</span><b>{mark}</b></li>"))
        .concat();
    format!(
        r#"<section class="paper" aria-label="{example}"><h2>{day}</h2><ul>{rows}</ul></section>"#,
        example = texts.example,
        day = texts.day
    )
}

#[cfg(test)]
mod tests {
    use super::{Trouble, signed_in, signed_out, signed_out_by_provider, trouble, welcome};
    use crate::language::Language;
    use crate::person::Person;

    fn person() -> Person {
        Person {
            name: Some("<script>alert(1)</script>".to_owned()),
            role: Some("\"head\" & co".to_owned()),
            acr: Some("urn:kiru:acr:full-bound".to_owned()),
            device_id: Some("<b>".to_owned()),
            device_bound: Some(true),
            device_bound_at: Some(1_795_665_600),
            ..Person::bare("u-1")
        }
    }

    #[test]
    fn claims_are_shown_as_text_not_as_markup() {
        for language in Language::ALL {
            let page = signed_in(language, &person(), Some("http://127.0.0.1:7302/")).0;
            assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{page}");
            assert!(page.contains("&quot;head&quot; &amp; co"), "{page}");
            assert!(!page.contains("<script>") && !page.contains("<b>\n"), "{page}");
        }
    }

    #[test]
    fn the_provider_s_error_is_shown_as_text() {
        let refused = Trouble::Refused {
            error: "<i>x".to_owned(),
            description: "\"><img>".to_owned(),
        };
        let page = trouble(Language::En, &refused).0;
        assert!(page.contains("&lt;i&gt;x</code> &quot;&gt;&lt;img&gt;"), "{page}");
    }

    #[test]
    fn every_page_has_a_way_on_in_its_language() {
        for language in Language::ALL {
            let troubles = [
                Trouble::ProviderSilent,
                Trouble::OutOfDate,
                Trouble::NotTrusted,
                Trouble::Declined {
                    description: String::new(),
                },
                Trouble::Refused {
                    error: "server_error".to_owned(),
                    description: String::new(),
                },
            ];
            let mut pages: Vec<String> = troubles.iter().map(|what| trouble(language, what).0).collect();
            pages.push(welcome(language, None).0);
            pages.extend([true, false].map(|only_here| signed_out(language, only_here).0));
            pages.push(signed_out_by_provider(language).0);
            for page in pages {
                assert!(page.contains(&format!(r#"<html lang="{}">"#, language.tag())), "{page}");
                assert!(page.contains(r#"href="/sign-in""#), "{page}");
                assert_eq!(page.matches("<h1").count(), 1, "{page}");
            }
        }
    }

    #[test]
    fn facts_that_were_not_released_are_said_to_be_missing() {
        let bare = Person {
            name: None,
            role: None,
            acr: None,
            device_id: None,
            device_bound: None,
            ..person()
        };
        let page = signed_in(Language::En, &bare, None).0;
        assert_eq!(page.matches("not released").count(), 3, "{page}");
        assert!(page.contains(r#"<strong id="name">u-1</strong>"#), "{page}");
    }
}
