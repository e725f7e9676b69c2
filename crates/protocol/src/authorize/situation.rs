//! What is known when the question "what next?" is asked, read freshly each time.

use authority::authentication::{Facts, NextStep, next_step};
use authority::authorization::{AuthorizationRequest, Progress};
use authority::clients::Client;
use authority::consents::Consent;
use authority::time::Timestamp;
use storage::StorageError;
use storage::sessions::LiveSession;

use crate::Provider;
use crate::flow::{Visit, live_session};

/// A request of a client, and how far its person has come with it.
#[derive(Clone, Copy)]
pub(super) struct Asking<'a> {
    pub(super) request: &'a AuthorizationRequest,
    pub(super) client: &'a Client,
    pub(super) progress: Progress,
}

/// Who is signed in, what that person agreed to, and what follows from it.
pub(super) struct Situation {
    pub(super) live: Option<LiveSession>,
    pub(super) step: NextStep,
}

/// Reads session and consent, and decides.
pub(super) async fn assess(
    provider: &Provider,
    visit: &Visit,
    asking: Asking<'_>,
    now: Timestamp,
) -> Result<Situation, StorageError> {
    let live = live_session(provider, &visit.cookies, now).await?;
    let consent = match &live {
        Some(live) => storage::consents::find(&provider.db, live.user.id, &asking.client.id).await?,
        None => None,
    };
    let (step, _) = judge(asking, live.as_ref(), consent.as_ref(), now);
    Ok(Situation { live, step })
}

/// Decides, and says whether `offline_access` may be given.
pub(super) fn judge(
    asking: Asking<'_>,
    live: Option<&LiveSession>,
    consent: Option<&Consent>,
    now: Timestamp,
) -> (NextStep, bool) {
    let facts = Facts {
        request: asking.request,
        client: asking.client,
        session: live.map(|live| (&live.session, &live.user.subject)),
        device_key: live.and_then(|live| live.device.as_ref()).map(|device| &device.key),
        device_proven_at: live
            .and_then(|live| live.device.as_ref())
            .map(|device| device.last_used_at),
        consent,
        progress: asking.progress,
    };
    (next_step(&facts, now), facts.offline_allowed())
}
