//! `POST /clock`: sets the demo's time. One of the fields:
//!
//! | field | what |
//! |---|---|
//! | `now` | RFC 3339: the clock shows this instant |
//! | `advance` | ISO 8601 duration (`PT47H59M59S`, `P3M`): so much later than it shows |
//! | `set` | `real`: real time again; `run`: a clock that stands runs on |
//!
//! With `stands=on` the clock stands at `now` or after `advance`, so that an edge can be looked at.

use std::time::Duration;

use authority::time::{Clock as _, Timestamp};
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use chrono::{Months, TimeDelta};
use serde::Deserialize;
use storage::StorageError;

use super::{Desk, back, refuse};

/// Instants that the demo's keys and calendars can bear.
const EARLIEST: Timestamp = Timestamp::from_unix_seconds(1_577_836_800);
const LATEST: Timestamp = Timestamp::from_unix_seconds(4_102_444_800);

/// How long a jump waits for the sealer, which comes every second.
const SETTLE_LOOKS: u32 = 60;
const SETTLE_STEP: Duration = Duration::from_millis(50);

#[derive(Deserialize)]
pub(super) struct Asked {
    now: Option<String>,
    advance: Option<String>,
    set: Option<String>,
    stands: Option<String>,
    lang: Option<String>,
}

pub(super) async fn set(State(desk): State<Desk>, Form(form): Form<Asked>) -> Response {
    let before = desk.clock.now();
    let change = match read(&form, before) {
        Ok(change) => change,
        Err(reason) => return refuse(reason),
    };
    settle(&desk).await;
    let done = match change {
        Change::To { now, stands } => desk.clock.set(now, stands),
        Change::Real => desk.clock.be_real(),
        Change::RunOn => desk.clock.run_on(),
    };
    if let Err(error) = done {
        tracing::error!(error = &error as &dyn std::error::Error, "the clock stays as it is");
        return (StatusCode::INTERNAL_SERVER_ERROR, "clock: cannot be kept").into_response();
    }
    if let Err(error) = follow(&desk, before).await {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "the clock was turned, and something did not follow"
        );
        return (StatusCode::INTERNAL_SERVER_ERROR, "clock: something did not follow").into_response();
    }
    back(form.lang.as_deref())
}

/// Lets the audit log be sealed first: what waits a second for it would have waited for weeks after the jump, and a log that
/// nobody seals stops everything.
async fn settle(desk: &Desk) {
    for _ in 0..SETTLE_LOOKS {
        match storage::audit::find_oldest_pending(&desk.db).await {
            Ok(Some(_)) => tokio::time::sleep(SETTLE_STEP).await,
            Ok(None) | Err(_) => return,
        }
    }
}

/// What has to go with the clock: a revocation list of the new day, and rows that wait for a day that is far again.
async fn follow(desk: &Desk, before: Timestamp) -> Result<(), StorageError> {
    let now = desk.clock.now();
    desk.renew_lists(now);
    if now < before {
        let done = desk.db.tx("turn_back", |tx| async move {
            storage::demo_time::turn_back(&tx, now).await
        });
        done.await?;
    }
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    To { now: Timestamp, stands: bool },
    Real,
    RunOn,
}

fn read(form: &Asked, shown: Timestamp) -> Result<Change, &'static str> {
    let stands = match form.stands.as_deref() {
        None | Some("") => false,
        Some("on") => true,
        Some(_) => return Err("stands: must be on, or missing"),
    };
    let now = match (&form.now, &form.advance, form.set.as_deref()) {
        (Some(now), None, None) => Timestamp::from_rfc3339(now.trim())
            .map_err(|_| "now: must be RFC 3339, such as 2026-11-26T17:59:59+05:00")?,
        (None, Some(advance), None) => later(shown, advance.trim())
            .ok_or("advance: must be an ISO 8601 duration, such as PT47H59M59S, P2D or P3M")?,
        (None, None, Some("real")) => return Ok(Change::Real),
        (None, None, Some("run")) => return Ok(Change::RunOn),
        (None, None, Some(_)) => return Err("set: must be real or run"),
        _ => return Err("now, advance or set: exactly one of them is needed"),
    };
    if (EARLIEST..LATEST).contains(&now) {
        Ok(Change::To { now, stands })
    } else {
        Err("now: must be from 2020 up to 2100")
    }
}

/// The instant after an ISO 8601 duration: years, months, weeks and days on the calendar of UTC, then the time.
fn later(shown: Timestamp, duration: &str) -> Option<Timestamp> {
    let (date, time) = match duration.strip_prefix('P')? {
        rest if rest.is_empty() || rest.ends_with('T') => return None,
        rest => rest.split_once('T').unwrap_or((rest, "")),
    };
    let [years, months, weeks, days] = units(date, ['Y', 'M', 'W', 'D'])?;
    let [hours, minutes, seconds] = units(time, ['H', 'M', 'S'])?;
    let months = years.checked_mul(12)?.checked_add(months)?;
    let span = TimeDelta::try_weeks(weeks.into())?
        .checked_add(&TimeDelta::try_days(days.into())?)?
        .checked_add(&TimeDelta::try_hours(hours.into())?)?
        .checked_add(&TimeDelta::try_minutes(minutes.into())?)?
        .checked_add(&TimeDelta::try_seconds(seconds.into())?)?;
    let at = shown.to_utc()?.checked_add_months(Months::new(months))?;
    Some(Timestamp::from_micros(at.checked_add_signed(span)?.timestamp_micros()))
}

/// Numbers with their unit behind them, each unit at most once and in this order.
fn units<const N: usize>(mut text: &str, known: [char; N]) -> Option<[u32; N]> {
    let mut found = [0; N];
    for (number, unit) in found.iter_mut().zip(known) {
        if let Some((digits, rest)) = text.split_once(unit) {
            let plain = (1..=7).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
            *number = plain.then(|| digits.parse().ok()).flatten()?;
            text = rest;
        }
    }
    text.is_empty().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOWN: &str = "2026-11-30T12:00:00Z";

    fn read_form(
        now: Option<&str>,
        advance: Option<&str>,
        set: Option<&str>,
        stands: Option<&str>,
    ) -> Result<Change, &'static str> {
        let text = |text: Option<&str>| text.map(ToOwned::to_owned);
        let form = Asked {
            now: text(now),
            advance: text(advance),
            set: text(set),
            stands: text(stands),
            lang: None,
        };
        read(&form, Timestamp::from_rfc3339(SHOWN).unwrap())
    }

    fn to(now: &str, stands: bool) -> Change {
        Change::To {
            now: Timestamp::from_rfc3339(now).unwrap(),
            stands,
        }
    }

    #[test]
    fn an_instant_is_taken_to_the_microsecond_and_in_any_zone() {
        let read = |now| read_form(Some(now), None, None, None);
        assert_eq!(read("2026-11-26T17:59:59+05:00"), Ok(to("2026-11-26T12:59:59Z", false)));
        assert_eq!(
            read("2026-11-26T12:59:59.999999Z"),
            Ok(to("2026-11-26T12:59:59.999999Z", false))
        );
        for wrong in [
            "",
            "17:59:59",
            "2026-11-26",
            "2026-11-26T17:59:59",
            "1999-01-01T00:00:00Z",
            "2100-01-01T00:00:00Z",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_duration_is_added_to_what_the_clock_shows() {
        for (duration, now) in [
            ("PT47H59M59S", "2026-12-02T11:59:59Z"),
            ("PT48H", "2026-12-02T12:00:00Z"),
            ("P2D", "2026-12-02T12:00:00Z"),
            ("P1W", "2026-12-07T12:00:00Z"),
            ("P3M", "2027-02-28T12:00:00Z"),
            ("P1Y1DT1M", "2027-12-01T12:01:00Z"),
        ] {
            assert_eq!(
                read_form(None, Some(duration), None, None),
                Ok(to(now, false)),
                "{duration}"
            );
        }
        for wrong in [
            "",
            "P",
            "PT",
            "P1DT",
            "48H",
            "PT48",
            "-PT1H",
            "PT1M1H",
            "P1H",
            "PT1.5S",
            "P99999999D",
            "P9999999Y",
        ] {
            assert!(read_form(None, Some(wrong), None, None).is_err(), "{wrong}");
        }
    }

    #[test]
    fn exactly_one_thing_is_asked_for() {
        assert_eq!(
            read_form(None, Some("PT1S"), None, Some("on")),
            Ok(to("2026-11-30T12:00:01Z", true))
        );
        assert_eq!(read_form(None, None, Some("real"), None), Ok(Change::Real));
        assert_eq!(read_form(None, None, Some("run"), None), Ok(Change::RunOn));
        assert!(read_form(None, None, None, None).is_err());
        assert!(read_form(None, None, Some("back"), None).is_err());
        assert!(read_form(Some(SHOWN), Some("PT1S"), None, None).is_err());
        assert!(read_form(Some(SHOWN), None, Some("real"), None).is_err());
        assert!(read_form(Some(SHOWN), None, None, Some("perhaps")).is_err());
    }
}
