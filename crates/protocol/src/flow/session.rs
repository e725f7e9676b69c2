//! The signed-in session of this browser.

use authority::secret::{Keyring, PlainToken, Purpose, TokenDigest};
use authority::time::Timestamp;
use storage::StorageError;
pub use storage::sessions::LiveSession;

use super::{Cookies, SESSION_COOKIE};
use crate::Provider;

/// What storage knows a session cookie by.
pub fn session_digest(keyring: &Keyring, cookie: &PlainToken) -> TokenDigest {
    keyring.digest(Purpose::SessionCookie, cookie.expose().as_bytes())
}

/// The live session that the browser's cookie names: not ended, not expired, of a person who may act.
///
/// # Errors
/// The database is not available.
pub async fn live_session(
    provider: &Provider,
    cookies: &Cookies,
    now: Timestamp,
) -> Result<Option<LiveSession>, StorageError> {
    let Some(cookie) = cookies.token(SESSION_COOKIE) else {
        return Ok(None);
    };
    let digest = session_digest(&provider.keyring, &cookie);
    storage::sessions::find_live(&provider.db, &digest, provider.moment(now)).await
}
