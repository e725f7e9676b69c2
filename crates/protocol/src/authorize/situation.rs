//! What is known when the question "what next?" is asked, read freshly each time.

use authority::authentication::{Facts, NextStep, next_step};
use authority::authorization::{AuthorizationRequest, Progress};
use authority::clients::Client;
use authority::consents::Consent;
use authority::representation::{Acting, Names};
use authority::time::Timestamp;
use storage::sessions::LiveSession;
use storage::{Connection, StorageError};

use crate::Provider;
use crate::flow::{Visit, live_session};
use crate::representation;

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
    let named = match &live {
        Some(live) => Named::of(&provider.db, provider, asking, (live, now)).await?,
        None => Named::default(),
    };
    let Judgement { step, .. } = judge(asking, live.as_ref(), (consent.as_ref(), &named), now);
    Ok(Situation { live, step })
}

/// The names that the person may act in, and the one that the client was given before.
#[derive(Default)]
pub(super) struct Named {
    names: Names,
    acted: Option<Acting>,
}

impl Named {
    /// Reads both, as far as they matter.
    pub(super) async fn of(
        conn: &Connection,
        provider: &Provider,
        asking: Asking<'_>,
        (live, now): (&LiveSession, Timestamp),
    ) -> Result<Self, StorageError> {
        if !asking.request.asks_in_whose_name() {
            return Ok(Self::default());
        }
        let offered = representation::offered(conn, provider, asking.request, live, now).await?;
        let acted = if asking.request.prompt.none {
            storage::grants::find_acted(conn, live.session.id, &asking.client.id).await?
        } else {
            None
        };
        Ok(Self {
            names: offered.names(),
            acted,
        })
    }
}

/// What was decided.
pub(super) struct Judgement {
    pub(super) step: NextStep,
    /// Whether `offline_access` may be given.
    pub(super) offline: bool,
    /// In whose name, once that is settled.
    pub(super) acting: Option<Acting>,
}

/// Decides.
pub(super) fn judge(
    asking: Asking<'_>,
    live: Option<&LiveSession>,
    (consent, named): (Option<&Consent>, &Named),
    now: Timestamp,
) -> Judgement {
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
        names: &named.names,
        acted: named.acted,
    };
    Judgement {
        step: next_step(&facts, now),
        offline: facts.offline_allowed(),
        acting: facts.acting(),
    }
}
