//! The bound device's proof beside an SMS code: its browser counts wrong codes apart from everybody else's, so that a
//! stranger's never close the owner's way (security rules OT-2, AC-3). Nothing else rests on it; without a script, a key or
//! a fresh nonce the code counts as a stranger's.

use authority::authentication::{Challenge, ChallengePurpose};
use authority::devices::{Device, DeviceKey};
use authority::ids::{AttemptId, UserId};
use jose::PublicJwk;
use pages::screens::{ProofPurpose, ProofRequest};
use storage::{StorageError, challenges, devices};

use super::nonce;
use super::proof::{self, Expected, ProofRefusal};
use super::view::shown_device;
use crate::flow::FlowPage;

const PURPOSE: ChallengePurpose = ChallengePurpose::DeviceConfirm;
/// Keys of one browser that are asked and looked at.
const MAX_KEYS: usize = 8;

/// What the page asks the browser's keys to sign: all whose cookies the browser sent, so that it tells nothing about whose
/// account is bound where (security rule AC-1). None when there are no such cookies.
pub(crate) async fn confirm_request(page: &FlowPage, attempt: AttemptId) -> Result<Option<ProofRequest>, StorageError> {
    let held = page.visit.cookies.devices();
    if held.is_empty() {
        return Ok(None);
    }
    let ids: Vec<String> = held.iter().take(MAX_KEYS).map(|(id, _)| id.to_string()).collect();
    let nonce = nonce::for_attempt(page, attempt, PURPOSE).await?;
    Ok(Some(ProofRequest {
        device_id: ids.join(" "),
        nonce: nonce.text,
        purpose: ProofPurpose::Confirm,
    }))
}

/// Whether one of the posted proofs (with spaces between) is by the key of this person's device that the browser shows.
/// Looking spends the nonce.
pub(crate) async fn is_proven(
    page: &FlowPage,
    attempt: AttemptId,
    user: UserId,
    proofs: &str,
) -> Result<bool, StorageError> {
    if proofs.is_empty() {
        return Ok(false);
    }
    let live = devices::list_live_for_user(&page.provider().db, user).await?;
    let shown = shown_device(page, &live);
    let Some(device) = live.iter().find(|device| Some(device.id) == shown) else {
        return Ok(false);
    };
    let taken = page.provider().db.tx("confirm_nonce", |tx| async move {
        challenges::take(&tx, attempt, PURPOSE, page.now).await
    });
    let browser = page.flow.browser.cookie_digest();
    let fresh = |nonce: &Challenge| nonce.check(PURPOSE, attempt, browser, page.now).is_ok();
    let Some(nonce) = taken.await?.filter(fresh) else {
        return Ok(false);
    };
    let refusal = match proven(page, device, &nonce, proofs) {
        Ok(()) => return Ok(true),
        Err(refusal) => refusal,
    };
    let (reference, code) = (page.visit.reference.as_str(), refusal.code());
    tracing::info!(
        reference,
        class = "refused",
        code,
        "no proof beside the code is the bound device's"
    );
    Ok(false)
}

/// Any of the proofs will do; else the refusal of the last.
fn proven(page: &FlowPage, device: &Device, nonce: &Challenge, proofs: &str) -> Result<(), ProofRefusal> {
    let jwk = match &device.key {
        DeviceKey::P256 { public_jwk, .. } => public_jwk,
        #[cfg(feature = "sandbox")]
        DeviceKey::SandboxCookie => return Err(ProofRefusal::KeyKind),
    };
    let key = PublicJwk::parse(jwk.as_bytes()).map_err(|_| ProofRefusal::KeyKind)?;
    let expected = Expected {
        audience: page.provider().issuer(),
        flow: page.flow.interaction.id,
        purpose: ProofPurpose::Confirm,
        nonce: &nonce.text,
        now: page.now,
    };
    let mut outcome = Err(ProofRefusal::Malformed);
    for proof in proofs.split(' ').take(MAX_KEYS) {
        outcome = proof::verify(proof, &key, &expected).map(drop);
        if outcome.is_ok() {
            break;
        }
    }
    outcome
}
