//! What S19 knows: the services that were told of this sign-out, and whether they answered.
//!
//! The browser keeps the token of the ended session a few minutes longer, under another name. It opens nothing any more;
//! it only shows that this browser is the one that was signed out.

use std::time::Duration;

use authority::secret::{PlainToken, TokenDigest};
use authority::time::minutes;
use http::HeaderValue;
use pages::screens::ToldService;
use storage::outbox::Standing;
use storage::{StorageError, backchannel_logouts, outbox};

use super::notice::Notice;
use crate::Provider;
use crate::flow::{Cookies, SESSION_COOKIE, session_digest, set_cookie};

const COOKIE: &str = "__Host-kiru_signed_out";
/// How long the page can be looked at again.
const TTL: Duration = minutes(10);
/// How long the page waits for clients that are being told this very moment.
const LOOKS: u32 = 8;
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// The cookie for the browser whose session was just ended.
pub(super) fn remember(cookies: &Cookies) -> Option<HeaderValue> {
    let token = cookies.token(SESSION_COOKIE)?;
    set_cookie(COOKIE, token.expose(), Some(TTL))
}

/// The services that were told when this browser was signed out, each once.
pub(super) async fn services(provider: &Provider, cookies: &Cookies) -> Result<Vec<ToldService>, StorageError> {
    let Some(token) = cookies.token(COOKIE) else {
        return Ok(Vec::new());
    };
    let cookie = digest(provider, &token);
    let mut looks = 1;
    loop {
        let services = look(provider, &cookie).await?;
        if looks == LOOKS || services.iter().all(|service| service.answered) {
            return Ok(services);
        }
        looks += 1;
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
}

async fn look(provider: &Provider, cookie: &TokenDigest) -> Result<Vec<ToldService>, StorageError> {
    let mut services: Vec<ToldService> = Vec::new();
    for concerned in backchannel_logouts::list_of_signed_out(&provider.db, cookie).await? {
        let key = Notice::from(&concerned).dedup_key();
        let Some(standing) = outbox::find_standing(&provider.db, &key).await? else {
            continue;
        };
        let (name, answered) = (concerned.client_name, standing == Standing::Done);
        match services.iter_mut().find(|service| service.name == name) {
            Some(service) => service.answered &= answered,
            None => services.push(ToldService { name, answered }),
        }
    }
    Ok(services)
}

fn digest(provider: &Provider, token: &PlainToken) -> TokenDigest {
    session_digest(&provider.keyring, token)
}
