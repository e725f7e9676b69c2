//! Each way to get a signature wrong has its own named refusal (CE-2 to CE-10, CE-15).

mod exactness;
mod forms;
mod paths;
mod people;
mod revocation;

use std::sync::LazyLock;

use authority::time::days;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use federation::eds::{EdsRefusal, EdsVerifier, VerifiedEds};

use super::*;
use crate::pki::{Attribute, CertificateProfile, CrlProfile, Revocation, TestCentre};

const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_262_400);
const CHALLENGE: &[u8] = "id.example.kz\nКіру / Вход / Sign-in\nservice=Diary\nnonce=AAAA\n".as_bytes();

/// Making keys is what takes time: one centre and two people serve all tests.
struct World {
    centre: TestCentre,
    key: SigningKey,
    other_key: SigningKey,
}

static WORLD: LazyLock<World> = LazyLock::new(|| World {
    centre: TestCentre::generate(NOW).unwrap(),
    key: SigningKey::generate().unwrap(),
    other_key: SigningKey::generate().unwrap(),
});

fn subject() -> Vec<Attribute> {
    vec![
        Attribute::CommonName("СЕРІКОВ АРМАН".into()),
        Attribute::Surname("СЕРІКОВ".into()),
        Attribute::SerialNumber("IIN900315300123".into()),
        Attribute::Country,
        Attribute::GivenName("БОЛАТҰЛЫ".into()),
    ]
}

fn profile() -> CertificateProfile {
    CertificateProfile::individual(subject(), NOW.minus(days(1)), NOW.plus(days(364)))
}

fn certificate(profile: &CertificateProfile) -> Vec<u8> {
    WORLD.centre.nca().issue(profile, &WORLD.key).unwrap()
}

fn fresh_list(revocations: Vec<Revocation>) -> CrlProfile {
    CrlProfile::new(NOW.minus(days(1)), NOW.plus(days(6)), revocations)
}

fn verifier() -> EdsVerifier {
    let crl = WORLD.centre.nca().crl(&fresh_list(vec![])).unwrap();
    EdsVerifier::new(&WORLD.centre.eds_settings(crl)).unwrap()
}

fn judge(cms: &[u8]) -> Result<VerifiedEds, EdsRefusal> {
    verifier().verify(&STANDARD.encode(cms), CHALLENGE, NOW)
}

/// Judges an honest signature with one change.
fn changed(change: impl FnOnce(&mut CmsRecipe<'_>)) -> Option<EdsRefusal> {
    let mut recipe = CmsRecipe::honest(&WORLD.key, &certificate(&profile()), CHALLENGE, NOW);
    change(&mut recipe);
    judge(&recipe.sign().unwrap()).err()
}

/// Judges an honest signature with a certificate that has one change.
fn certified(change: impl FnOnce(&mut CertificateProfile)) -> Option<EdsRefusal> {
    let mut profile = profile();
    change(&mut profile);
    judge(
        &CmsRecipe::honest(&WORLD.key, &certificate(&profile), CHALLENGE, NOW)
            .sign()
            .unwrap(),
    )
    .err()
}
