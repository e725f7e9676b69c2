//! What templates can call. Every function knows the language of its environment, so no template names one.

use std::sync::Arc;

use chrono_tz::Tz;
use minijinja::value::Kwargs;
use minijinja::{Environment, Error, ErrorKind, Value};

use crate::assets::Assets;
use crate::dates::{Ago, Local};
use crate::escape;
use crate::texts::{Argument, TextError, Texts};

/// Marks around an emphasised value inside a text; private use, which `shown` takes out of every value first.
const STRONG: (char, char) = ('\u{e000}', '\u{e001}');

/// Adds the filter `shown` for names from outside, and `t`, `rich`, `clock`, `day`, `moment`, `exact` to the second, `machine`, `zone`,
/// `zone_title`, `calendar` and `asset`; `moment_ago` says besides how long ago it was; `clock_in`, `moment_in` and `zone_in` speak of another IANA zone.
pub(crate) fn add(environment: &mut Environment<'static>, texts: &Arc<Texts>, zone: Tz, assets: &Arc<Assets>) {
    environment.add_filter("shown", |text: &str| escape::shown(text));
    let these = Arc::clone(texts);
    environment.add_function("t", move |key: &str, kwargs: Kwargs| plain(&these, key, &kwargs));
    let these = Arc::clone(texts);
    environment.add_function("rich", move |key: &str, kwargs: Kwargs| rich(&these, key, &kwargs));
    environment.add_function("clock", move |micros: i64| local(micros, zone).map(Local::clock));
    environment.add_function("machine", move |micros: i64| local(micros, zone).map(Local::machine));
    let these = Arc::clone(texts);
    environment.add_function("day", move |micros: i64| date(&these, local(micros, zone)?.calendar()));
    let these = Arc::clone(texts);
    environment.add_function("moment", move |micros: i64| moment(&these, local(micros, zone)?));
    let these = Arc::clone(texts);
    environment.add_function("exact", move |micros: i64| {
        let at = local(micros, zone)?;
        Ok::<_, Error>(format!("{}, {}", date(&these, at.calendar())?, at.exact_clock()))
    });
    let these = Arc::clone(texts);
    environment.add_function("zone", move |micros: i64| {
        zone_name(&these, "zone", local(micros, zone)?)
    });
    let these = Arc::clone(texts);
    environment.add_function("zone_title", move |micros: i64| {
        zone_name(&these, "zone-title", local(micros, zone)?)
    });
    let these = Arc::clone(texts);
    environment.add_function("moment_ago", move |micros: i64, now: i64| {
        moment_ago(&these, local(micros, zone)?, Ago::between(micros, now))
    });
    add_other_zones(environment, texts);
    let these = Arc::clone(texts);
    environment.add_function("calendar", move |year: i32, month: u32, day: u32| {
        date(&these, (year, month, day))
    });
    let these = Arc::clone(assets);
    environment.add_function("asset", move |name: &str| {
        these
            .path(name)
            .ok_or_else(|| Error::new(ErrorKind::InvalidOperation, format!("there is no asset {name}")))
    });
}

fn add_other_zones(environment: &mut Environment<'static>, texts: &Arc<Texts>) {
    environment.add_function("clock_in", |micros: i64, zone: &str| {
        local(micros, named(zone)?).map(Local::clock)
    });
    let these = Arc::clone(texts);
    environment.add_function("moment_in", move |micros: i64, zone: &str| {
        moment(&these, local(micros, named(zone)?)?)
    });
    let these = Arc::clone(texts);
    environment.add_function("zone_in", move |micros: i64, zone: &str| {
        zone_name(&these, "zone", local(micros, named(zone)?)?)
    });
}

fn named(zone: &str) -> Result<Tz, Error> {
    zone.parse()
        .map_err(|_| Error::new(ErrorKind::InvalidOperation, format!("there is no zone {zone}")))
}

fn local(micros: i64, zone: Tz) -> Result<Local, Error> {
    Local::of(micros, zone).ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "the instant is beyond the calendar"))
}

fn plain(texts: &Texts, key: &str, kwargs: &Kwargs) -> Result<String, Error> {
    let arguments = arguments(kwargs, &[])?;
    texts.format(key, &arguments).map_err(render_error)
}

/// The text as safe HTML with the placeholders named in `strong` emphasised.
fn rich(texts: &Texts, key: &str, kwargs: &Kwargs) -> Result<Value, Error> {
    let strong: Vec<String> = kwargs.get("strong")?;
    let text = texts.format(key, &arguments(kwargs, &strong)?).map_err(render_error)?;
    let mut html = String::with_capacity(text.len() + 64);
    for letter in text.chars() {
        match (letter, escape::entity(letter)) {
            (_, Some(entity)) => html.push_str(entity),
            (letter, None) if letter == STRONG.0 => html.push_str("<strong>"),
            (letter, None) if letter == STRONG.1 => html.push_str("</strong>"),
            (letter, None) => html.push(letter),
        }
    }
    Ok(Value::from_safe_string(html))
}

fn arguments(kwargs: &Kwargs, strong: &[String]) -> Result<Vec<(String, Argument)>, Error> {
    let names: Vec<String> = kwargs
        .args()
        .filter(|name| *name != "strong")
        .map(str::to_owned)
        .collect();
    let mut arguments = Vec::with_capacity(names.len());
    for name in names {
        let value: Value = kwargs.get(&name)?;
        let value = argument(&value, strong.contains(&name))?;
        arguments.push((name, value));
    }
    Ok(arguments)
}

fn argument(value: &Value, strong: bool) -> Result<Argument, Error> {
    if let (Some(number), false) = (value.as_i64(), strong) {
        return Ok(Argument::Number(number));
    }
    if value.is_undefined() || value.is_none() {
        return Err(Error::new(ErrorKind::UndefinedError, "a placeholder has no value"));
    }
    let text: String = value
        .to_string()
        .chars()
        .filter(|c| *c != STRONG.0 && *c != STRONG.1)
        .collect();
    Ok(Argument::Text(if strong {
        format!("{}{text}{}", STRONG.0, STRONG.1)
    } else {
        text
    }))
}

/// A date on one line: its words do not part where the line ends.
fn date(texts: &Texts, (year, month, day): (i32, u32, u32)) -> Result<String, Error> {
    let text = |name: &str, value: String| (name.to_owned(), Argument::Text(value));
    let arguments = [
        text("year", year.to_string()),
        text("month", format!("m{month}")),
        text("day", day.to_string()),
    ];
    let date = texts.format("date", &arguments).map_err(render_error)?;
    Ok(date.replace(' ', "\u{a0}"))
}

/// Date and clock: `21 November 2026, 14:05`.
pub(crate) fn moment(texts: &Texts, at: Local) -> Result<String, Error> {
    Ok(format!("{}, {}", date(texts, at.calendar())?, at.clock()))
}

/// The moment with how long ago it was: `21 November 2026, 14:05 (2 hours ago)`.
fn moment_ago(texts: &Texts, at: Local, ago: Ago) -> Result<String, Error> {
    let (key, number) = match ago {
        Ago::Now => ("ago-now", None),
        Ago::Minutes(n) => ("ago-minutes", Some(n)),
        Ago::Hours(n) => ("ago-hours", Some(n)),
        Ago::Days(n) => ("ago-days", Some(n)),
        Ago::Months(n) => ("ago-months", Some(n)),
        Ago::Years(n) => ("ago-years", Some(n)),
    };
    let arguments: Vec<_> = number
        .map(|n| ("n".to_owned(), Argument::Number(n)))
        .into_iter()
        .collect();
    let ago = texts.format(key, &arguments).map_err(render_error)?;
    Ok(format!("{} ({ago})", moment(texts, at)?))
}

/// What people call the zone: `zone` inside a sentence, `zone-title` at its beginning.
pub(crate) fn zone_name(texts: &Texts, key: &str, at: Local) -> Result<String, Error> {
    let text = |name: &str, value: String| (name.to_owned(), Argument::Text(value));
    texts
        .format(key, &[text("zone", at.zone_key()), text("offset", at.offset())])
        .map_err(render_error)
}

fn render_error(error: TextError) -> Error {
    Error::new(ErrorKind::InvalidOperation, error.to_string()).with_source(error)
}
