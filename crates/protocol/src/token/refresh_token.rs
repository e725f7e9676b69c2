//! Exchanging a refresh token (RFC 6749 §6, OIDC Core §12, RFC 9700 §4.14): rotated at each use, a retry within the
//! overlap is answered anew, of two requests at once one is refused, reuse after the overlap revokes the family (security
//! rule TK-1).

use authority::audit::EventKind;
use authority::authorization::Scope;
use authority::grants::{Grant, RotateError, Rotation, rotate};
use authority::secret::{PlainToken, Purpose, TokenDigest};
use axum::response::Response;
use storage::grants::RevokeReason;
use storage::refresh_tokens::{self, NextRefreshToken, PresentedRefreshToken};
use storage::{StorageError, Write};

use super::issued::{Minted, Order, mint};
use super::{Caller, TokenError, trail};
use crate::Parameters;

/// `grant_type=refresh_token`.
pub(super) async fn exchange(caller: Caller<'_>, parameters: &Parameters) -> Result<Response, TokenError> {
    let text = parameters
        .get("refresh_token")?
        .ok_or(TokenError::Missing("refresh_token"))?;
    let scope = parameters.get("scope")?;
    let token = PlainToken::parse(text).map_err(|_| RotateError::Unknown)?;
    let digest = caller
        .provider
        .keyring
        .digest(Purpose::RefreshToken, token.expose().as_bytes());
    let (presented, rotation) = judge(caller, &digest).await?;
    let mut scopes = shrink(&presented.rests_on.grant, scope)?;
    // The client may have lost a scope since (security rule CO-10).
    scopes.retain(|scope| caller.client.client().scopes.contains(scope));
    let order = Order {
        client: caller.client.client(),
        rests_on: &presented.rests_on,
        scopes,
        nonce: None,
        refresh: true,
        now: caller.provider.now(),
    };
    let minted = mint(caller.provider, order).await?;
    record(caller, &presented, rotation, &minted).await?;
    minted.respond()
}

/// One joined read, then `authority` decides. A reuse is recorded before it is refused.
async fn judge(caller: Caller<'_>, digest: &TokenDigest) -> Result<(PresentedRefreshToken, Rotation), TokenError> {
    let (provider, now) = (caller.provider, caller.provider.now());
    let presented = refresh_tokens::find(&provider.db, digest, provider.moment(now))
        .await?
        .ok_or(RotateError::Unknown)?;
    match rotate(&presented.token, &caller.client.client().id, provider.policy(), now) {
        Ok(_) if !presented.grant_stands => Err(RotateError::GrantOver.into()),
        Ok(rotation) => Ok((presented, rotation)),
        Err(RotateError::Reused) => {
            revoke_family(caller, &presented.rests_on.grant).await?;
            Err(RotateError::Reused.into())
        }
        Err(error) => Err(error.into()),
    }
}

/// The scope may only shrink, and only in this access token (RFC 6749 §6).
fn shrink(grant: &Grant, scope: Option<&str>) -> Result<Vec<Scope>, RotateError> {
    let Some(text) = scope else {
        return Ok(grant.scopes.clone());
    };
    let mut scopes = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let known = Scope::from_word(word).filter(|scope| grant.scopes.contains(scope));
        scopes.push(known.ok_or(RotateError::ScopeGrew)?);
    }
    scopes.sort_unstable();
    scopes.dedup();
    Ok(scopes)
}

/// Exchanges the token in one transaction that reads the grant again under the user's lock: what ended meanwhile, or may not
/// act any more, gets nothing (product A4).
async fn record(
    caller: Caller<'_>,
    presented: &PresentedRefreshToken,
    rotation: Rotation,
    minted: &Minted,
) -> Result<(), TokenError> {
    // Asked for with the order above, so it is there.
    let digest = minted.refresh.ok_or(RotateError::Overtaken)?;
    let next = NextRefreshToken {
        digest,
        issued_at: minted.now,
    };
    let (provider, grant) = (caller.provider, &presented.rests_on.grant);
    let moment = provider.moment(minted.now);
    let rotated = provider.db.tx("rotate_refresh_token", |tx| async move {
        storage::users::lock(&tx, grant.user_id).await?;
        if storage::grants::find_in_force(&tx, grant.id, moment).await?.is_none() {
            return Ok::<_, StorageError>(Err(RotateError::GrantOver));
        }
        match refresh_tokens::rotate(&tx, &presented.token, rotation, next).await? {
            Write::Done => storage::access_tokens::insert(&tx, &minted.access).await.map(Ok),
            // Not judged anew: a retry would take from the faster request what it has just been given.
            Write::Lost => Ok(Err(RotateError::Overtaken)),
        }
    });
    Ok(rotated.await??)
}

async fn revoke_family(caller: Caller<'_>, grant: &Grant) -> Result<(), StorageError> {
    let event = |kind| trail::event(caller.provider, caller.visit, grant, kind, "refresh_reused");
    let (reused, revoked) = (&event(EventKind::RefreshReused), &event(EventKind::GrantRevoked));
    let body = |tx: storage::Tx| async move {
        if storage::grants::revoke(&tx, grant.id, RevokeReason::RefreshReused, reused.at).await? {
            storage::audit::insert(&tx, reused).await?;
            storage::audit::insert(&tx, revoked).await?;
        }
        Ok(())
    };
    caller.provider.db.tx("revoke_family", body).await
}
