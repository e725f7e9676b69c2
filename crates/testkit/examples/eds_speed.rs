//! How many signatures of a sign-in one core verifies per second, and the longest that one can take:
//! `cargo run --release -p kiru-testkit --example eds_speed`.
//!
//! Each verification is the whole of [`EdsVerifier::verify`]: base64, CMS, the person's signature, path, usages, revocation
//! list, identity. Of many small rounds the fastest counts, so that other work on the machine disturbs little.

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use authority::time::{Timestamp, days, hours};
use federation::eds::{EdsSettings, EdsVerifier};
use kiru_testkit as testkit;
use testkit::cms::{CmsRecipe, armour};
use testkit::people::DemoPerson;
use testkit::pki::{CertificateProfile, CrlProfile, SigningKey, Suite, TestCentre};

const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_262_400);
const CHALLENGE: &[u8] = b"id.example.kz\nsign in\n";
/// Rounds, and operations in a round.
const ROUNDS: u32 = 100;
const OPERATIONS: u32 = 10;
/// The longest SignedData that is read, in octets.
const LONGEST: usize = 44 * 1024;

fn main() -> Result<(), Box<dyn Error>> {
    for (name, suite) in [
        ("RSA-2048, SHA-256", Suite::Rsa),
        ("GOST 2015, 256 bit (not accepted ordinarily)", Suite::Gost256),
        ("GOST 2015, 512 bit", Suite::Gost512),
    ] {
        let (verifier, signature) = scene(suite)?;
        verifier
            .verify(&signature, CHALLENGE, NOW)
            .map_err(|refusal| refusal.detail())?;
        let time = fastest(|| verifier.verify(black_box(&signature), CHALLENGE, NOW).is_ok());
        println!("{name:<46}{:>10.0} per second", 1.0 / time.as_secs_f64());
    }
    let (verifier, _) = scene(Suite::Gost512)?;
    for (name, cms) in worst() {
        let text = armour(&cms);
        let time = fastest(|| verifier.verify(black_box(&text), CHALLENGE, NOW).is_err());
        println!("{name:<46}{:>10.1} ms until it is refused", 1e3 * time.as_secs_f64());
    }
    Ok(())
}

/// A verifier and an honest signature of this suite.
fn scene(suite: Suite) -> Result<(EdsVerifier, String), Box<dyn Error>> {
    let centre = TestCentre::of(suite, NOW)?;
    let key = SigningKey::of(suite)?;
    let person = DemoPerson::find("aigerim").ok_or("the person is gone")?;
    let profile: CertificateProfile = person.certificate_profile(NOW).for_suite(suite);
    let certificate = centre.nca().issue(&profile, &key)?;
    let list = centre
        .nca()
        .crl(&CrlProfile::new(NOW.minus(hours(1)), NOW.plus(days(1)), vec![]))?;
    let settings = EdsSettings {
        gost2015_256: true,
        ..centre.eds_settings(list)
    };
    let cms = CmsRecipe::honest(&key, &certificate, CHALLENGE, NOW).sign()?;
    Ok((EdsVerifier::new(&settings)?, armour(&cms)))
}

/// The longest envelopes: flat, and nested as deeply as is read, each level to be searched for its end.
fn worst() -> [(&'static str, Vec<u8>); 2] {
    let levels = 31;
    let flat = [&[0x30, 0x83, 0, 0xaf, 0xfa][..], &[5, 0].repeat((LONGEST - 6) / 2)].concat();
    let inside = [5, 0].repeat((LONGEST - 4 * levels) / 2);
    let deep = [[0x30, 0x80].repeat(levels), inside, vec![0; 2 * levels]].concat();
    [
        ("44 KiB of the smallest elements", flat),
        ("the same, 31 levels deep", deep),
    ]
}

#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn fastest(mut operation: impl FnMut() -> bool) -> Duration {
    let round = |_| {
        let start = Instant::now();
        for _ in 0..OPERATIONS {
            black_box(operation());
        }
        start.elapsed()
    };
    (0..ROUNDS).map(round).min().unwrap_or_default() / OPERATIONS
}
