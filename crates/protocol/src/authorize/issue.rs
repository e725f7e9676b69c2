//! Issuing the code: one transaction that takes the interaction, locks the user and reads every fact again before it
//! mints (security rules AZ-14, OT-9, AC-4; RFC 6749 §4.1.2).

use authority::authentication::NextStep;
use authority::authorization::Scope;
use authority::clients::GrantType;
use authority::grants::{AuthorizationCode, CodeState, Grant};
use authority::ids::{GrantId, InteractionId};
use authority::representation::Acting;
use authority::secret::{PlainToken, Purpose, TokenDigest};
use authority::time::Timestamp;
use storage::sessions::LiveSession;
use storage::{StorageError, Tx};

use super::reached;
use super::situation::{Asking, Judgement, Named, judge};
use crate::Provider;
use crate::flow::Visit;

/// What became of issuing.
pub(super) enum Issued {
    /// The code, for its client alone.
    Code(PlainToken),
    /// Something ended or changed meanwhile; the question must be asked again.
    Changed,
    /// The interaction has had its response.
    Over,
}

struct Minting<'a> {
    provider: &'a Provider,
    visit: &'a Visit,
    asking: Asking<'a>,
    live: &'a LiveSession,
    interaction: Option<InteractionId>,
    grant_id: GrantId,
    digest: TokenDigest,
    now: Timestamp,
}

/// Issues a code to the client for the person of this session.
pub(super) async fn issue(
    (provider, visit): (&Provider, &Visit),
    asking: Asking<'_>,
    live: &LiveSession,
    interaction: Option<InteractionId>,
) -> Result<Issued, StorageError> {
    let (now, mut rng) = (provider.now(), provider.rng());
    let code = PlainToken::mint(&mut rng);
    let digest = provider
        .keyring
        .digest(Purpose::AuthorizationCode, code.expose().as_bytes());
    let grant_id = GrantId::mint(now, &mut rng);
    let minting = Minting {
        provider,
        visit,
        asking,
        live,
        interaction,
        grant_id,
        digest,
        now,
    };
    let minting = &minting;
    let outcome = provider
        .db
        .tx("issue_code", |tx| async move { mint(&tx, minting).await })
        .await?;
    Ok(match outcome {
        Outcome::Minted => Issued::Code(code),
        Outcome::Changed => Issued::Changed,
        Outcome::Over => Issued::Over,
    })
}

enum Outcome {
    Minted,
    Changed,
    Over,
}

async fn mint(tx: &Tx, minting: &Minting<'_>) -> Result<Outcome, StorageError> {
    let Minting {
        provider, asking, now, ..
    } = *minting;
    let user_id = minting.live.user.id;
    if storage::users::lock(tx, user_id).await?.is_none() {
        return Ok(Outcome::Changed);
    }
    let moment = provider.moment(now);
    let fresh = storage::sessions::find_live_for_user(tx, user_id, minting.live.session.id, moment).await?;
    let Some(live) = fresh else { return Ok(Outcome::Changed) };
    let consent = storage::consents::find(tx, user_id, &asking.client.id).await?;
    let named = Named::of(tx, provider, asking, (&live, now)).await?;
    let judged = judge(asking, Some(&live), (consent.as_ref(), &named), now);
    let (NextStep::Issue, Some(acting)) = (&judged.step, judged.acting) else {
        return Ok(Outcome::Changed);
    };
    if let Some(id) = minting.interaction
        && !storage::interactions::take(tx, id, now).await?
    {
        return Ok(Outcome::Over);
    }
    // The flow that signed in has told of its own service.
    if !asking.progress.signed_in {
        reached::record(tx, (provider, minting.visit), asking.client, (&live, acting), now).await?;
    }
    storage::grants::insert(tx, &grant(minting, &live, &judged, acting)).await?;
    storage::authorization_codes::insert(tx, &code(minting)).await?;
    // A client that polls with `prompt=none` is no person doing something (security rule SE-4).
    if !asking.request.prompt.none {
        storage::sessions::record_touch(tx, &live.session, provider.policy(), now).await?;
    }
    Ok(Outcome::Minted)
}

fn grant(minting: &Minting<'_>, live: &LiveSession, judged: &Judgement, acting: Acting) -> Grant {
    let (request, session) = (minting.asking.request, &live.session);
    // OIDC Core §11: without consent, or for a client without refresh tokens, the scope is left out.
    let offline = judged.offline && minting.asking.client.may_use(GrantType::RefreshToken);
    let mut scopes = request.scopes.clone();
    // The client may have lost a scope since it asked (security rule CO-10).
    scopes.retain(|scope| minting.asking.client.scopes.contains(scope));
    scopes.retain(|scope| offline || *scope != Scope::OfflineAccess);
    Grant {
        id: minting.grant_id,
        user_id: live.user.id,
        client_id: request.client_id.clone(),
        session_id: session.id,
        device_id: session.device_id,
        certificate_id: session.certificate_id,
        acting: Some(acting),
        epoch: live.user.epoch,
        scopes,
        claims: request.claims.clone(),
        assurance: session.assurance,
        assurance_request: request.assurance.clone(),
        methods: session.methods.clone(),
        authenticated_at: session.authenticated_at,
        wants_auth_time: request.wants_auth_time(),
        offline,
        created_at: minting.now,
        revoked_at: None,
    }
}

fn code(minting: &Minting<'_>) -> AuthorizationCode {
    let request = minting.asking.request;
    AuthorizationCode {
        digest: minting.digest,
        grant_id: minting.grant_id,
        client_id: request.client_id.clone(),
        redirect_uri: request.redirect_uri.as_str().to_owned(),
        code_challenge: request.code_challenge.clone(),
        nonce: request.nonce.clone(),
        issued_at: minting.now,
        state: CodeState::Issued {
            expires_at: minting.now.plus(minting.provider.policy().authorization_code_ttl),
        },
    }
}
