//! The clock on the page: what it shows, and buttons that lead to the edges of the rules.

use authority::locale::Locale;
use authority::policy::{RegistrationWindow, WindowState};
use authority::time::{Clock as _, Timestamp, seconds};
use chrono::{Days, TimeZone as _};
use chrono_tz::Tz;

use super::Desk;
use super::page::{escape, hidden_language};
use super::texts::{self as t, Text};

/// Where the buttons lead, worked out when the page is made.
pub(super) struct Edges {
    window: Option<RegistrationWindow>,
    exclusive_until: Option<Timestamp>,
}

impl Edges {
    /// Reads the rules of the deployment and the time that runs. Without a database the page goes without them.
    pub(super) async fn read(desk: &Desk) -> Self {
        let rules = protocol::policy::effective(&desk.db, desk.zone, None).await;
        let window = rules.ok().and_then(Result::ok).map(|rules| rules.policy().window);
        let exclusive_until = storage::demo_time::find_latest_exclusive(&desk.db).await.ok().flatten();
        Self {
            window,
            exclusive_until,
        }
    }

    /// A text that differs when the buttons lead elsewhere.
    pub(super) fn mark(&self) -> String {
        format!("{:?}", self.exclusive_until)
    }
}

/// The section.
pub(super) fn section(desk: &Desk, locale: Locale, edges: &Edges) -> String {
    let now = desk.clock.now();
    let state = if desk.clock.stands() {
        t::CLOCK_STANDS
    } else if desk.clock.is_real() {
        t::CLOCK_REAL
    } else {
        t::CLOCK_RUNS
    };
    let stands = if desk.clock.stands() { " data-stands" } else { "" };
    let mut buttons = vec![
        (t::INSIDE, Button::now("clock-inside", inside(edges.window, now))),
        (t::ONE_MINUTE, Button::advance("clock-minute", "PT1M")),
    ];
    if let Some(closing) = edges.window.and_then(|window| next_closing(window, now)) {
        buttons.push((
            t::LAST_SECOND,
            Button::now("clock-last-second", closing.minus(seconds(1))).standing(),
        ));
        buttons.push((t::CLOSING, Button::now("clock-closing", closing)));
    }
    // Without a registration these are what they say; with one they are that far from it, however long it is ago.
    let running = edges.exclusive_until.filter(|until| now < *until);
    let (last, end) = running.map_or(
        (
            Button::advance("clock-lock-last", "PT47H59M59S"),
            Button::advance("clock-lock-end", "PT48H"),
        ),
        |until| {
            let last = Button::now("clock-lock-last", until.minus(seconds(1)));
            (last, Button::now("clock-lock-end", until))
        },
    );
    buttons.push((t::LOCK_LAST_SECOND, last.standing()));
    buttons.push((t::LOCK_END, end));
    buttons.push((t::THREE_MONTHS, Button::advance("clock-months", "P3M")));
    if desk.clock.stands() {
        buttons.push((t::RUN_ON, Button::set("clock-run", "run")));
    }
    buttons.push((t::REAL_TIME, Button::set("clock-real", "real")));
    let buttons: String = buttons
        .into_iter()
        .map(|(text, button)| button.form(locale, text))
        .collect();
    format!(
        "<section id=\"clock\"><h2>{title}</h2><p><time id=\"clock-now\" datetime=\"{iso}\"{stands}>{shown}</time> ({zone}). {state}</p>\
         <div class=\"buttons\">{buttons}</div><p><small>{expires}</small></p></section>\n",
        title = t::CLOCK.in_locale(locale),
        iso = now.to_rfc3339(),
        shown = shown(desk.zone, now),
        zone = escape(desk.zone.name()),
        state = state.in_locale(locale),
        expires = t::CLOCK_EXPIRES.in_locale(locale),
    )
}

/// Date and time of day on the wall of the deployment.
fn shown(zone: Tz, at: Timestamp) -> String {
    at.to_utc()
        .map(|utc| utc.with_timezone(&zone).format("%d.%m.%Y %H:%M:%S").to_string())
        .unwrap_or_default()
}

/// Now, or when the window opens next.
fn inside(window: Option<RegistrationWindow>, now: Timestamp) -> Timestamp {
    match window.map(|window| window.state(now)) {
        Some(WindowState::Closed { opens_at }) => opens_at,
        Some(WindowState::Open) | None => now,
    }
}

/// When the window closes next: strictly after `now`.
fn next_closing(window: RegistrationWindow, now: Timestamp) -> Option<Timestamp> {
    let zone = window.zone();
    let today = now.to_utc()?.with_timezone(&zone).date_naive();
    let text = window.to().to_string();
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
    (0..3)
        .filter_map(|days| {
            // 24:00 is the midnight after the day.
            let day = today.checked_add_days(Days::new(days + u64::from(hours / 24)))?;
            let wall = day.and_hms_opt(hours % 24, minutes, 0)?;
            let at = zone.from_local_datetime(&wall).earliest()?;
            Some(Timestamp::from_micros(at.timestamp_micros()))
        })
        .find(|closing| now < *closing)
}

/// One button with its form.
struct Button {
    id: &'static str,
    name: &'static str,
    value: String,
    stands: bool,
}

impl Button {
    fn now(id: &'static str, at: Timestamp) -> Self {
        let value = at.to_utc().map(|utc| utc.to_rfc3339()).unwrap_or_default();
        Self {
            id,
            name: "now",
            value,
            stands: false,
        }
    }

    fn advance(id: &'static str, duration: &str) -> Self {
        Self {
            id,
            name: "advance",
            value: duration.to_owned(),
            stands: false,
        }
    }

    fn set(id: &'static str, word: &str) -> Self {
        Self {
            id,
            name: "set",
            value: word.to_owned(),
            stands: false,
        }
    }

    fn standing(self) -> Self {
        Self { stands: true, ..self }
    }

    fn form(&self, locale: Locale, text: Text) -> String {
        let stands = if self.stands {
            "<input type=\"hidden\" name=\"stands\" value=\"on\">"
        } else {
            ""
        };
        format!(
            "<form method=\"post\" action=\"/clock\">{language}{stands}<button id=\"{id}\" name=\"{name}\" value=\"{value}\">{text}</button></form>",
            language = hidden_language(locale),
            id = self.id,
            name = self.name,
            value = escape(&self.value),
            text = text.in_locale(locale),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(from: &str, to: &str) -> RegistrationWindow {
        RegistrationWindow::new(from.parse().unwrap(), to.parse().unwrap(), Tz::Asia__Almaty).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::from_rfc3339(text).unwrap()
    }

    #[test]
    fn the_next_closing_is_today_or_tomorrow() {
        let day = window("09:00", "18:00");
        for (now, closing) in [
            ("2026-11-26T03:00:00+05:00", "2026-11-26T18:00:00+05:00"),
            ("2026-11-26T17:59:59+05:00", "2026-11-26T18:00:00+05:00"),
            ("2026-11-26T18:00:00+05:00", "2026-11-27T18:00:00+05:00"),
        ] {
            assert_eq!(next_closing(day, at(now)), Some(at(closing)), "{now}");
        }
        let long = window("00:00", "24:00");
        assert_eq!(
            next_closing(long, at("2026-11-26T23:59:59+05:00")),
            Some(at("2026-11-27T00:00:00+05:00"))
        );
    }

    #[test]
    fn inside_is_now_when_it_is_inside_and_else_the_next_opening() {
        let day = Some(window("09:00", "18:00"));
        for (now, inside_at) in [
            ("2026-11-26T08:59:59+05:00", "2026-11-26T09:00:00+05:00"),
            ("2026-11-26T12:00:00+05:00", "2026-11-26T12:00:00+05:00"),
            ("2026-11-26T18:00:00+05:00", "2026-11-27T09:00:00+05:00"),
        ] {
            assert_eq!(inside(day, at(now)), at(inside_at), "{now}");
        }
    }
}
