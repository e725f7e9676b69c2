//! How many signatures one core verifies and makes per second, beside OpenSSL's GOST engine on the same keys and digests.
//!
//! `cargo run --release -p kiru-gost --example speed`. The engine's columns need `openssl` with its GOST engine (on Debian the
//! package `libengine-gost-openssl`) and a C compiler for the loop around it; without them they stay empty. Hashing is left
//! out on both sides. Of many small rounds the fastest counts, so that other work on the machine disturbs little.

mod engine;

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use gost::{Curve, KeyAlgorithm, SigningKey, Suite};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

/// Rounds, and operations in a round.
const ROUNDS: u32 = 150;
const OPERATIONS: u32 = 10;

/// The time of one operation.
#[derive(Clone, Copy)]
struct Times {
    verify: Duration,
    sign: Duration,
}

fn main() -> Result<(), Box<dyn Error>> {
    let engine = engine::Engine::prepare();
    if let Err(reason) = &engine {
        println!("Without OpenSSL's GOST engine: {reason}\n");
    }
    println!(
        "{:<26}{:>12}{:>10}{:>8}{:>14}{:>10}{:>8}",
        "", "verify/s", "engine", "ratio", "sign/s", "engine", "ratio"
    );
    for (suite, curve) in [
        (Suite::RuGost2012_256, Curve::CryptoProA),
        (Suite::RuGost2012_256, Curve::CryptoProB),
        (Suite::RuGost2012_256, Curve::CryptoProC),
        (Suite::RuGost2012_256, Curve::Tc26A256),
        (Suite::RuGost2012_512, Curve::Tc26A512),
        (Suite::RuGost2012_512, Curve::Tc26B512),
        (Suite::RuGost2012_512, Curve::Tc26C512),
    ] {
        let algorithm = KeyAlgorithm::new(suite, curve).ok_or("the suite has no such curve")?;
        let key = SigningKey::generate(algorithm, &mut ChaCha20Rng::from_seed([5; 32]));
        let ours = measure(&key)?;
        let theirs = match &engine {
            Ok(engine) => Some(engine.measure(&key, ROUNDS, OPERATIONS)?),
            Err(_) => None,
        };
        println!("{}", row(curve, ours, theirs));
    }
    Ok(())
}

fn measure(key: &SigningKey) -> Result<Times, Box<dyn Error>> {
    let mut rng = ChaCha20Rng::from_seed([6; 32]);
    let public = key.public_key();
    let digest = key.suite().digest_algorithm().digest(b"a message");
    let signature = key.sign_digest(&digest, &mut rng)?;
    public.verify_digest(&digest, &signature)?;
    Ok(Times {
        verify: fastest(|| public.verify_digest(&digest, black_box(&signature)).is_ok()),
        sign: fastest(|| key.sign_digest(black_box(&digest), &mut rng).is_ok()),
    })
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

fn row(curve: Curve, ours: Times, theirs: Option<Times>) -> String {
    let rate = |time: Duration| 1.0 / time.as_secs_f64();
    let pair = |ours: Duration, theirs: Option<Duration>| {
        let (engine, ratio) = theirs.map_or((String::new(), String::new()), |theirs| {
            (
                format!("{:.0}", rate(theirs)),
                format!("{:.2}", rate(ours) / rate(theirs)),
            )
        });
        format!("{:>10.0}{engine:>10}{ratio:>8}", rate(ours))
    };
    let verify = pair(ours.verify, theirs.map(|times| times.verify));
    let sign = pair(ours.sign, theirs.map(|times| times.sign));
    format!("{:<28}{verify}    {sign}", curve.to_string())
}
