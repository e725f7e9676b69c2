//! The nonce that a device signs. Making one is no change of state: like a form token it only lets this browser post what
//! its page asks for.

use authority::authentication::{AttemptState, Challenge, ChallengePurpose, SignInAttempt};
use authority::ids::{AttemptId, ChallengeId, UserId};
use authority::secret::PlainToken;
use authority::time::seconds;
use storage::{Connection, StorageError, Tx, attempts, challenges, users};

use crate::flow::FlowPage;

/// A nonce that ends sooner than this is replaced before it is shown.
const RESERVE: std::time::Duration = seconds(60);

/// The open nonce of the attempt while it lasts, else a new one.
pub(crate) async fn for_attempt(
    page: &FlowPage,
    attempt: AttemptId,
    purpose: ChallengePurpose,
) -> Result<Challenge, StorageError> {
    let (provider, now) = (page.provider(), page.now);
    let open = challenges::find_open(&provider.db, attempt, purpose).await?;
    if let Some(open) = open.filter(|open| now.plus(RESERVE) < open.expires_at) {
        return Ok(open);
    }
    let nonce = mint(page, attempt, purpose);
    let kept = &nonce;
    let inserted = provider
        .db
        .tx("device_nonce", |tx| async move { challenges::insert(&tx, kept).await })
        .await?;
    if inserted {
        return Ok(nonce);
    }
    // Another tab was faster; its nonce is as good.
    let open = challenges::find_open(&provider.db, attempt, purpose).await?;
    open.ok_or(StorageError::Contended("device_nonce"))
}

/// A nonce for the device of this user's live session, on an attempt that has proven nothing and needs not to. The user's
/// row is held, so that two tabs of a flow are shown the same.
pub(super) async fn for_session(page: &FlowPage, user: UserId) -> Result<Challenge, StorageError> {
    page.provider()
        .db
        .tx("session_nonce", |tx| async move {
            users::lock(&tx, user).await?;
            shared(&tx, page).await
        })
        .await
}

async fn shared(tx: &Tx, page: &FlowPage) -> Result<Challenge, StorageError> {
    let purpose = ChallengePurpose::DeviceProof;
    let under_way = started(tx, page).await?.map(|attempt| attempt.id);
    let attempt = if let Some(id) = under_way {
        id
    } else {
        start(tx, page).await?
    };
    let open = challenges::find_open(tx, attempt, purpose).await?;
    if let Some(open) = open.filter(|open| page.now.plus(RESERVE) < open.expires_at) {
        return Ok(open);
    }
    let nonce = mint(page, attempt, purpose);
    if challenges::insert(tx, &nonce).await? {
        Ok(nonce)
    } else {
        Err(StorageError::Contended("session_nonce"))
    }
}

async fn start(tx: &Tx, page: &FlowPage) -> Result<AttemptId, StorageError> {
    let id = AttemptId::mint(page.now, &mut page.provider().rng());
    let attempt = SignInAttempt::start(id, page.flow.interaction.id, page.now);
    attempts::insert(tx, &attempt).await?;
    Ok(id)
}

/// The latest attempt, while nothing is proven in it.
pub(super) async fn started(conn: &Connection, page: &FlowPage) -> Result<Option<SignInAttempt>, StorageError> {
    let young = |attempt: &SignInAttempt| attempt.check_age(page.now).is_ok();
    let latest = attempts::find_latest(conn, page.flow.interaction.id).await?;
    Ok(latest.filter(|attempt| attempt.state == AttemptState::Started && young(attempt)))
}

fn mint(page: &FlowPage, attempt_id: AttemptId, purpose: ChallengePurpose) -> Challenge {
    let mut rng = page.provider().rng();
    Challenge {
        id: ChallengeId::mint(page.now, &mut rng),
        purpose,
        attempt_id,
        browser_digest: *page.flow.browser.cookie_digest(),
        text: PlainToken::mint(&mut rng).expose().to_owned(),
        issued_at: page.now,
        expires_at: page.now.plus(page.provider().policy().challenge_ttl),
    }
}
