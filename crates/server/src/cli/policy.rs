//! `kiru policy show|set|unset`: the rules of binding, for the deployment or an organisation.

use authority::identifiers::Bin;
use authority::policy::{PolicyKey, Scope, Source};
use clap::{Args, Subcommand};

use super::{ConfigFile, Failure, person, say};
use crate::config::Config;
use crate::foundation::{Foundation, FoundationError};
use crate::material::checksum;
use crate::operators::policy::{AskedChange, PolicyChange, change};

/// The longest value that is looked at, in characters.
const LONGEST_VALUE: usize = 64;

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Print each rule in force and where its value comes from.
    Show(Place),
    /// Set a rule; running nodes follow it at once.
    Set {
        /// Which rule, as `kiru policy show` names it.
        key: String,
        /// What it shall be.
        value: String,
        #[command(flatten)]
        why: Why,
    },
    /// Give a rule the value from further away again.
    Unset {
        /// Which rule, as `kiru policy show` names it.
        key: String,
        #[command(flatten)]
        why: Why,
    },
}

/// Whose rules.
#[derive(Debug, Args)]
pub(super) struct Place {
    /// The organisation whose people are meant; without it the whole deployment.
    #[arg(long, value_name = "BIN")]
    organisation: Option<String>,
    #[command(flatten)]
    config: ConfigFile,
}

#[derive(Debug, Args)]
pub(super) struct Why {
    /// Why, for the audit log; without personal data.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    place: Place,
}

impl Place {
    fn load(&self) -> Result<(Config, Option<Bin>), Failure> {
        let config = self.config.load()?;
        let bin = self.organisation.as_deref();
        let bin = bin.map(|bin| Bin::parse(bin, checksum(config.eds())));
        let bin = bin
            .transpose()
            .map_err(|error| Failure::Usage(format!("--organisation: {error}")))?;
        Ok((config, bin))
    }
}

pub(super) async fn run(verb: &Verb) -> Result<(), Failure> {
    match verb {
        Verb::Show(place) => show(place).await,
        Verb::Set { key, value, why } => {
            if value.chars().count() > LONGEST_VALUE || value.chars().any(char::is_control) {
                return Err(Failure::Usage(format!(
                    "the value must be at most {LONGEST_VALUE} characters on one line"
                )));
            }
            alter(key, Some(value.clone()), why).await
        }
        Verb::Unset { key, why } => alter(key, None, why).await,
    }
}

async fn show(place: &Place) -> Result<(), Failure> {
    let (config, bin) = place.load()?;
    let (foundation, _) = Foundation::open(&config).await?;
    let zone = config.deployment().time_zone();
    let rules = protocol::policy::effective(&foundation.db, zone, bin.as_ref()).await;
    let rules = rules.map_err(FoundationError::from)?.map_err(|(key, error)| {
        Failure::Refused(format!(
            "{}: {error}; until this is set right nobody registers a device",
            key.as_str()
        ))
    })?;
    for (key, value, source) in rules.values() {
        say(format_args!("{} = {value} ({})", key.as_str(), origin(source)));
    }
    Ok(())
}

fn origin(source: &Source) -> String {
    match source {
        Source::Default => "default".to_owned(),
        Source::Configuration => "configuration: deployment.time_zone".to_owned(),
        Source::Set(Scope::Deployment) => "deployment".to_owned(),
        Source::Set(Scope::Organisation(bin)) => format!("organisation {}", bin.expose()),
    }
}

async fn alter(key: &str, value: Option<String>, why: &Why) -> Result<(), Failure> {
    let reason = person::reason(&why.reason)?;
    let key = PolicyKey::from_word(key).ok_or_else(|| Failure::Usage(unknown(key)))?;
    let (config, bin) = why.place.load()?;
    let scope = bin.map_or(Scope::Deployment, Scope::Organisation);
    let asked = AskedChange { scope, key, value };
    let (foundation, _) = Foundation::open(&config).await?;
    let done = change(&foundation, config.deployment().time_zone(), &asked, &reason).await;
    match done.map_err(FoundationError::from)? {
        PolicyChange::Set { version } => {
            let value = asked.value.unwrap_or_default();
            say(format_args!(
                "{} = {value} ({}, version {version})",
                key.as_str(),
                asked.scope
            ));
            Ok(())
        }
        PolicyChange::Unset => {
            say(format_args!("{} is unset ({})", key.as_str(), asked.scope));
            Ok(())
        }
        PolicyChange::Unchanged => {
            say(format_args!("{} was so before ({})", key.as_str(), asked.scope));
            Ok(())
        }
        PolicyChange::Refused { key, error, scope } => {
            Err(Failure::Refused(format!("{} for {scope}: {error}", key.as_str())))
        }
    }
}

fn unknown(key: &str) -> String {
    let known: Vec<_> = PolicyKey::ALL.iter().map(|key| key.as_str()).collect();
    let key: String = key.chars().filter(|c| !c.is_control()).take(40).collect();
    format!("{key}: no such rule; there are {}", known.join(", "))
}
