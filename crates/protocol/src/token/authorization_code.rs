//! Redeeming an authorization code (RFC 6749 §4.1.3, RFC 7636 §4.6, OIDC Core §3.1.3): bindings, then the one atomic
//! take. A second presentation revokes everything issued from the code (security rule CO-1).

use authority::audit::{Event, EventKind};
use authority::authorization::CodeVerifier;
use authority::grants::{AuthorizationCode, CodePresented, Grant, RedeemError, RefreshState, RefreshToken};
use authority::secret::{PlainToken, Purpose};
use axum::response::Response;
use storage::authorization_codes::{self, TakenCode};
use storage::grants::RevokeReason;
use storage::{Moment, StorageError, Tx};

use super::issued::{Minted, Order, mint};
use super::{Caller, TokenError, trail};
use crate::Parameters;

/// `grant_type=authorization_code`.
pub(super) async fn redeem(caller: Caller<'_>, parameters: &Parameters) -> Result<Response, TokenError> {
    let provider = caller.provider;
    let code = find(caller, parameters).await?;
    let now = provider.now();
    if code.state.redeem(now) == Err(RedeemError::Replayed) {
        revoke_replayed(caller, &code).await?;
        return Err(RedeemError::Replayed.into());
    }
    let rests_on = storage::grants::find_in_force(&provider.db, code.grant_id, provider.moment(now)).await?;
    let rests_on = rests_on.ok_or(RedeemError::GrantOver)?;
    let order = Order {
        client: caller.client.client(),
        rests_on: &rests_on,
        scopes: rests_on.grant.scopes.clone(),
        nonce: code.nonce.as_deref(),
        refresh: rests_on.grant.offline,
        now,
    };
    let minted = mint(provider, order).await?;
    record(caller, &code, &rests_on.grant, &minted).await?;
    minted.respond()
}

/// The code as presented, if everything it is bound to is presented with it (security rule CO-2).
async fn find(caller: Caller<'_>, parameters: &Parameters) -> Result<AuthorizationCode, TokenError> {
    let text = parameters.get("code")?.ok_or(TokenError::Missing("code"))?;
    let redirect_uri = parameters.get("redirect_uri")?;
    let verifier = parameters.get("code_verifier")?.map(CodeVerifier::parse).transpose();
    let verifier = verifier.map_err(|_| RedeemError::VerifierWrong)?;
    let code = PlainToken::parse(text).map_err(|_| RedeemError::Unknown)?;
    let digest = caller
        .provider
        .keyring
        .digest(Purpose::AuthorizationCode, code.expose().as_bytes());
    let found = authorization_codes::find(&caller.provider.db, &digest).await?;
    let found = found.ok_or(RedeemError::Unknown)?;
    found.check_bindings(&CodePresented {
        client_id: &caller.client.client().id,
        redirect_uri,
        code_verifier: verifier.as_ref(),
    })?;
    Ok(found)
}

/// Takes the code and keeps the tokens, in one transaction that reads everything again under the user's lock.
async fn record(
    caller: Caller<'_>,
    code: &AuthorizationCode,
    grant: &Grant,
    minted: &Minted,
) -> Result<(), TokenError> {
    let policy = caller.provider.policy();
    let refresh = minted.refresh.map(|digest| RefreshToken {
        digest,
        grant_id: grant.id,
        client_id: grant.client_id.clone(),
        seq: 0,
        begun_at: grant.created_at,
        issued_at: minted.now,
        absolute_until: minted.now.plus(policy.refresh_absolute),
        state: RefreshState::Live,
    });
    let issued = trail::event(caller.provider, caller.visit, grant, EventKind::TokensIssued, "");
    let revocation = Revocation::of(caller, grant);
    let (refresh, issued, revocation) = (&refresh, &issued, &revocation);
    let moment = caller.provider.moment(minted.now);
    let outcome = caller.provider.db.tx("redeem_code", |tx| async move {
        storage::users::lock(&tx, grant.user_id).await?;
        match authorization_codes::take(&tx, &code.digest, minted.now).await? {
            TakenCode::Redeemed(_) => keep(&tx, (minted, moment), refresh.as_ref(), issued).await,
            TakenCode::Refused { error, .. } => {
                if error == RedeemError::Replayed {
                    revocation.record(&tx).await?;
                }
                Ok(Err(error))
            }
        }
    });
    Ok(outcome.await??)
}

/// A code whose grant ended meanwhile stays redeemed and gives nothing.
async fn keep(
    tx: &Tx,
    (minted, moment): (&Minted, Moment),
    refresh: Option<&RefreshToken>,
    issued: &Event,
) -> Result<Result<(), RedeemError>, StorageError> {
    if storage::grants::find_in_force(tx, minted.access.grant_id, moment)
        .await?
        .is_none()
    {
        return Ok(Err(RedeemError::GrantOver));
    }
    storage::access_tokens::insert(tx, &minted.access).await?;
    if let Some(refresh) = refresh {
        storage::refresh_tokens::insert(tx, refresh).await?;
    }
    storage::audit::insert(tx, issued).await?;
    Ok(Ok(()))
}

/// What a replay leads to.
struct Revocation {
    replayed: Event,
    revoked: Event,
    grant: Grant,
}

impl Revocation {
    fn of(caller: Caller<'_>, grant: &Grant) -> Self {
        let event = |kind| trail::event(caller.provider, caller.visit, grant, kind, "code_replayed");
        Self {
            replayed: event(EventKind::CodeReplayed),
            revoked: event(EventKind::GrantRevoked),
            grant: grant.clone(),
        }
    }

    async fn record(&self, tx: &Tx) -> Result<(), StorageError> {
        storage::audit::insert(tx, &self.replayed).await?;
        if storage::grants::revoke(tx, self.grant.id, RevokeReason::CodeReplayed, self.replayed.at).await? {
            storage::audit::insert(tx, &self.revoked).await?;
        }
        Ok(())
    }
}

/// The replay is recorded also when there is nothing left to revoke.
async fn revoke_replayed(caller: Caller<'_>, code: &AuthorizationCode) -> Result<(), StorageError> {
    let db = &caller.provider.db;
    let Some(grant) = storage::grants::find(db, code.grant_id).await? else {
        return Ok(());
    };
    let revocation = &Revocation::of(caller, &grant);
    db.tx("revoke_replayed", |tx| async move { revocation.record(&tx).await })
        .await
}
