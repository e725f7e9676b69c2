//! S3: signing on the phone with eGov Mobile or eGov Business (kz-eds §8; product B1, B2; security rule CE-18). The page shows
//! a code; the app fetches what is to be signed, and puts the signature back; the browser that showed the code, and no
//! other, goes on with it.
//!
//! * `page`: what the browser asks for: the page, a new code, going on. `collect`: taking the signature there.
//! * `live`: telling the page what happens, by events or when it asks.
//! * `phone`: the three requests of the app. `documents`: their JSON. `answers`: what the app is told.
//! * `secrets`: the address in the code and the app's token. `confirm`: the signature as a second stage.
//! * `waiting` (feature `sandbox`): the codes that pages show now, for a phone without a camera.

mod answers;
mod collect;
mod confirm;
mod documents;
pub(crate) mod live;
pub(crate) mod page;
pub(crate) mod phone;
mod secrets;
#[cfg(feature = "sandbox")]
pub(crate) mod waiting;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use federation::eds::{EdsRefusal, VerifiedEds};

pub(crate) use self::confirm::is_offered;
use super::eds::SignatureError;
use super::verification::Asked;

/// Verifies what an app signed. Builds of it are known that sign the base64 text of a document instead of its bytes; that
/// text, and nothing else, is taken too (kz-eds §8.1).
async fn verify(asked: Asked<'_>, text: &str, signature: &str) -> Result<VerifiedEds, SignatureError> {
    match asked.verify(text, signature).await {
        Err(SignatureError::Eds(EdsRefusal::Content(_))) => asked.verify(&STANDARD.encode(text), signature).await,
        verdict => verdict,
    }
}
