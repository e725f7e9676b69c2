//! Draft.
use gost::{Curve, KeyAlgorithm, SigningKey, Suite};
use std::time::Instant;
fn main() {
    for (suite, curve) in [
        (Suite::RuGost2012_256, Curve::CryptoProA),
        (Suite::RuGost2012_256, Curve::CryptoProB),
        (Suite::RuGost2012_256, Curve::CryptoProC),
        (Suite::RuGost2012_256, Curve::Tc26A256),
        (Suite::RuGost2012_512, Curve::Tc26A512),
        (Suite::RuGost2012_512, Curve::Tc26B512),
        (Suite::RuGost2012_512, Curve::Tc26C512),
    ] {
        let a = KeyAlgorithm::new(suite, curve).unwrap();
        let k = SigningKey::from_le_bytes(a, &vec![1; curve.scalar_len()]).unwrap();
        let t = Instant::now();
        let s = k.sign_deterministic(b"x");
        let first = t.elapsed();
        let p = k.public_key();
        p.verify(b"x", &s).unwrap();
        let n = 2000;
        let t = Instant::now();
        for _ in 0..n {
            p.verify(b"x", &s).unwrap();
        }
        let v = t.elapsed() / n;
        let t = Instant::now();
        for _ in 0..n {
            std::hint::black_box(k.sign_deterministic(b"x"));
        }
        println!("{curve}: verify {v:?} sign {:?} first sign {first:?}", t.elapsed() / n);
    }
}
