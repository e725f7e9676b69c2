//! `kiru keys list|rotate`.

use std::time::Duration;

use authority::audit::{Actor, Event, EventKind};
use authority::clients::SigningAlgorithm;
use authority::ids::EventId;
use clap::Subcommand;
use protocol::{SigningKeysError, signing_keys};
use storage::StorageError;
use storage::signing_keys::KeyState;

use super::{ConfigFile, Failure, say};
use crate::chance::chance;
use crate::foundation::{Foundation, FoundationError};
use crate::upkeep::KEY_NOTICE;

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// List the signing keys in the key set.
    List(ConfigFile),
    /// Make and publish the next key of each algorithm; a running provider signs with it after ten minutes.
    Rotate {
        /// For a key that has become known to others: sign with the new keys at once, and take the old ones out of the
        /// key set. Clients that keep the key set for long fail until they read it again.
        #[arg(long)]
        now: bool,
        #[command(flatten)]
        config: ConfigFile,
    },
}

pub(super) async fn run(verb: &Verb) -> Result<(), Failure> {
    match verb {
        Verb::List(file) => {
            let (foundation, _) = Foundation::open(&file.load()?).await?;
            let keys = storage::signing_keys::list(&foundation.db, &foundation.keyring).await;
            for key in keys.map_err(FoundationError::from)? {
                let state = match key.state {
                    KeyState::Published => "published".to_owned(),
                    KeyState::Active { at } => format!("active since {}", at.to_rfc3339()),
                    KeyState::Retired { at } => format!("retired since {}", at.to_rfc3339()),
                };
                say(format_args!("{} {} {state}", key.algorithm.as_str(), key.kid));
            }
            Ok(())
        }
        Verb::Rotate { now, config } => {
            let (foundation, _) = Foundation::open(&config.load()?).await?;
            rotate(&foundation, *now).await
        }
    }
}

async fn rotate(foundation: &Foundation, at_once: bool) -> Result<(), Failure> {
    let (db, keyring) = (&foundation.db, &foundation.keyring);
    let now = foundation.clock.now();
    let broken = |error: SigningKeysError| Failure::Broken {
        doing: "the keys are not rotated",
        source: error.into(),
    };
    for algorithm in SigningAlgorithm::ALL {
        let kid = signing_keys::publish_next(db, keyring, algorithm, now, &mut chance())
            .await
            .map_err(broken)?;
        record(foundation, format!("published {} {kid}", algorithm.as_str()))
            .await
            .map_err(FoundationError::from)?;
        say(format_args!("published {} {kid}", algorithm.as_str()));
    }
    let notice = if at_once { Duration::ZERO } else { KEY_NOTICE };
    for kid in signing_keys::activate_due(db, keyring, notice, now)
        .await
        .map_err(broken)?
    {
        record(foundation, format!("activated {kid}"))
            .await
            .map_err(FoundationError::from)?;
        say(format_args!("activated {kid}"));
    }
    if at_once {
        remove_retired(foundation).await?;
    }
    Ok(())
}

/// A key that has become known must not be believed any longer, by us or by clients: it leaves the key set with its
/// retirement (security rule JT-14).
async fn remove_retired(foundation: &Foundation) -> Result<(), Failure> {
    let all = foundation.clock.now().plus(Duration::from_secs(1));
    let removed = foundation
        .db
        .tx("remove_retired_keys", |tx| async move {
            storage::signing_keys::expire(&tx, all).await
        })
        .await
        .map_err(FoundationError::from)?;
    record(foundation, format!("removed {removed} retired keys"))
        .await
        .map_err(FoundationError::from)?;
    say(format_args!("removed {removed} retired keys"));
    Ok(())
}

async fn record(foundation: &Foundation, reason: String) -> Result<(), StorageError> {
    let now = foundation.clock.now();
    let mut event = Event::new(
        EventId::mint(now, &mut chance()),
        now,
        EventKind::SigningKeyChanged,
        Actor::Operator,
    );
    event.reason = reason;
    let event = &event;
    foundation
        .db
        .tx("record_key_change", |tx| async move {
            storage::audit::insert(&tx, event).await
        })
        .await
}
