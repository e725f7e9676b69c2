//! Tickets: a nonce to be signed, leave to see one page, leave to post one form. Each is random, kept as a digest, used once
//! and good for one session.

use std::time::Duration;

use authority::ids::SessionId;
use authority::secret::{Keyring, PlainToken, Purpose, TokenDigest};
use authority::time::{Timestamp, minutes, seconds};
use protocol::Provider;
use storage::cabinet_tickets::{self, Ticket, TicketKind};
use storage::{StorageError, Tx};

/// The cookie that carries the leave to see the next page.
pub(super) const TICKET_COOKIE: &str = "__Host-kiru_ticket";
/// How long a page may wait for its own redirect.
pub(super) const PAGE_TTL: Duration = seconds(30);

/// How long a ticket lasts.
const fn ttl(kind: TicketKind) -> Duration {
    match kind {
        TicketKind::Nonce => minutes(5),
        TicketKind::Page => PAGE_TTL,
        TicketKind::Form => super::entry::IDLE,
    }
}

/// A fresh ticket for a page of a session, kept.
pub(super) async fn mint(
    tx: &Tx,
    provider: &Provider,
    kind: TicketKind,
    (session_id, path): (SessionId, &str),
    now: Timestamp,
) -> Result<PlainToken, StorageError> {
    let token = PlainToken::mint(&mut provider.rng());
    let ticket = Ticket {
        digest: digest(&provider.keyring, kind, &token),
        kind,
        session_id,
        path,
        issued_at: now,
        expires_at: now.plus(ttl(kind)),
    };
    cabinet_tickets::insert(tx, &ticket).await?;
    Ok(token)
}

/// Uses a ticket of this session; the page that it was made for, when it is good.
pub(super) async fn take(
    tx: &Tx,
    provider: &Provider,
    kind: TicketKind,
    (session_id, token): (SessionId, &PlainToken),
    now: Timestamp,
) -> Result<Option<String>, StorageError> {
    let digest = digest(&provider.keyring, kind, token);
    cabinet_tickets::take(tx, kind, &digest, session_id, now).await
}

fn digest(keyring: &Keyring, kind: TicketKind, token: &PlainToken) -> TokenDigest {
    let words = [
        b"cabinet".as_slice(),
        kind.as_str().as_bytes(),
        token.expose().as_bytes(),
    ];
    keyring.digest_list(Purpose::Challenge, &words)
}
