//! `kiru keys-sharing report [--json]`: keys and browsers above the deployment's limits, for security officers (product B6).
//! People are named by our identifiers only.

use clap::Subcommand;
use serde_json::{Value, json};
use storage::key_observations::{self, Alarm, Reported};

use super::{ConfigFile, Failure, say};
use crate::foundation::{Foundation, FoundationError};

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// List what seems to be shared by the rules `sharing.…` of the deployment.
    Report {
        /// One JSON object instead of lines.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        config: ConfigFile,
    },
}

pub(super) async fn run(verb: &Verb) -> Result<(), Failure> {
    let Verb::Report { json, config } = verb;
    let config = config.load()?;
    let zone = config.deployment().time_zone();
    let (foundation, _) = Foundation::open(&config).await?;
    let effective = protocol::policy::effective(&foundation.db, zone, None).await;
    let effective = effective
        .map_err(FoundationError::from)?
        .map_err(|(key, error)| Failure::Refused(format!("{}: {error}", key.as_str())))?;
    let rules = effective.policy().sharing;
    let now = foundation
        .decision_now(&foundation.db)
        .await
        .map_err(FoundationError::from)?;
    let since = now.minus(rules.within);
    let keys = key_observations::list_keys(&foundation.db, rules.devices_per_key, since);
    let keys = keys.await.map_err(FoundationError::from)?;
    let browsers = key_observations::list_browsers(&foundation.db, rules.people_per_browser, since);
    let browsers = browsers.await.map_err(FoundationError::from)?;
    let alarms = key_observations::list_alarms(&foundation.db, since);
    let alarms = alarms.await.map_err(FoundationError::from)?;
    if *json {
        let list = |all: &[Reported]| all.iter().map(written).collect::<Vec<_>>();
        say(
            json!({"since": since.to_rfc3339(), "keys": list(&keys), "browsers": list(&browsers),
            "alarms": alarms.iter().map(raised).collect::<Vec<_>>()}),
        );
        return Ok(());
    }
    for (kind, one) in keys
        .iter()
        .map(|one| ("key", one))
        .chain(browsers.iter().map(|one| ("browser", one)))
    {
        say(format_args!(
            "{kind} {}: {} devices, {} people ({}), {} to {}",
            one.subject,
            one.devices,
            one.people.len(),
            one.people
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", "),
            one.seen.0.to_rfc3339(),
            one.seen.1.to_rfc3339(),
        ));
    }
    for Alarm { kind, subject, at } in &alarms {
        let instant = at.to_rfc3339();
        say(format_args!(
            "alarm: {kind} {subject} went above its limit at {instant}"
        ));
    }
    if keys.is_empty() && browsers.is_empty() && alarms.is_empty() {
        say(format_args!("nothing seems to be shared since {}", since.to_rfc3339()));
    }
    Ok(())
}

fn written(one: &Reported) -> Value {
    json!({
        "subject": one.subject,
        "devices": one.devices,
        "people": one.people.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "first_seen": one.seen.0.to_rfc3339(),
        "last_seen": one.seen.1.to_rfc3339(),
    })
}

fn raised(alarm: &Alarm) -> Value {
    json!({
        "kind": alarm.kind,
        "subject": alarm.subject,
        "raised_at": alarm.at.to_rfc3339(),
    })
}
