//! `kiru people keys PERSON`, `kiru people stop-key PERSON KEY --reason T`, `kiru people accept-key PERSON KEY --reason T [--revoked]`.

use authority::certificates::{Certificate, KeySuite};
use authority::ids::CertificateId;
use clap::Args;
use storage::certificates;

use super::person::{self, PersonAndReason};
use super::{ConfigFile, Failure, say};
use crate::foundation::{Foundation, FoundationError};
use crate::operators::keys;

/// A key of a person, and why it is stopped.
#[derive(Debug, Args)]
pub(super) struct StopKey {
    #[command(flatten)]
    asked: PersonAndReason,
    /// The id that `kiru people keys` shows; all certificates of the key are stopped.
    key: String,
}

/// A key of a person, and why it is accepted again.
#[derive(Debug, Args)]
pub(super) struct AcceptKey {
    #[command(flatten)]
    asked: PersonAndReason,
    /// The id that `kiru people keys` shows.
    key: String,
    /// Also where the centre had revoked the certificate or put it on hold.
    #[arg(long)]
    revoked: bool,
}

pub(super) async fn list(person: &str, config: &ConfigFile) -> Result<(), Failure> {
    let (foundation, _) = Foundation::open(&config.load()?).await?;
    let user = person::find(&foundation, person).await?;
    let known = certificates::list_for_user(&foundation.db, user.id).await;
    for certificate in known.map_err(FoundationError::from)? {
        say(line(&certificate));
    }
    Ok(())
}

pub(super) async fn stop(asked: &StopKey) -> Result<(), Failure> {
    let id = key(&asked.key)?;
    let (office, user, reason) = asked.asked.open().await?;
    let done = keys::stop_shared(&office, user.id, id, &reason).await;
    let done = done.map_err(FoundationError::from)?;
    done.map_err(|refusal| Failure::Refused(refusal.to_string()))?;
    say("stopped as shared; sessions, grants and tokens that rested on it ended, and the person is told");
    Ok(())
}

fn key(text: &str) -> Result<CertificateId, Failure> {
    let unknown = |_| Failure::Usage("KEY is an id that `kiru people keys PERSON` shows".to_owned());
    text.parse().map_err(unknown)
}

pub(super) async fn accept(asked: &AcceptKey) -> Result<(), Failure> {
    let id = key(&asked.key)?;
    let (office, user, reason) = asked.asked.open().await?;
    let done = keys::accept_again(&office, user.id, (id, asked.revoked), &reason).await;
    let stopped_for = done.map_err(FoundationError::from)?;
    let stopped_for = stopped_for.map_err(|refusal| Failure::Refused(refusal.to_string()))?;
    say(format_args!(
        "accepted again, it was stopped as {}; what ended stays ended, and a sign-in asks the centre as always",
        stopped_for.as_str()
    ));
    Ok(())
}

/// A key in one line.
fn line(certificate: &Certificate) -> String {
    let state = certificate.stop.map_or_else(
        || "accepted".to_owned(),
        |stop| format!("{} since {}", stop.reason.as_str(), stop.at.to_rfc3339()),
    );
    // As `kiru keys-sharing report` names it.
    let digest = certificate.key_digest.map(|digest| storage::audit::hex(&digest));
    let key = digest.as_deref().and_then(|digest| digest.get(..8)).unwrap_or("-");
    format!(
        "{} key {key} {} {}, until {}, {state}",
        certificate.id,
        certificate.role.as_str(),
        certificate.suite.map_or("-", KeySuite::as_str),
        certificate.not_after.to_rfc3339()
    )
}
