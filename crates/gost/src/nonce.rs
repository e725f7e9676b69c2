//! Nonces: RFC 6979 §3.2 with HMAC over Streebog, and optionally fresh chance as the additional data of §3.6.
//!
//! The nonce depends on the private key and the digest, so a broken source of chance cannot repeat or reveal it; with chance
//! mixed in, two signatures of one digest differ and faults are harder to exploit.

use hmac::{Hmac, KeyInit, Mac};
use streebog::{Streebog256, Streebog512};
use zeroize::Zeroizing;

use crate::limbs::{self, Limbs};
use crate::parameters::Parameters;

type Octets = Zeroizing<Vec<u8>>;

/// The deterministic generator of RFC 6979 §3.2 for scalars of one curve.
pub(crate) struct Nonces<const N: usize> {
    curve: &'static Parameters<N>,
    key: Octets,
    value: Octets,
}

impl<const N: usize> Nonces<N> {
    /// Steps a to g, with the private key, the digest as a scalar, and additional data (possibly none).
    pub(crate) fn new(curve: &'static Parameters<N>, d: &Limbs<N>, digest: &Limbs<N>, additional: &[u8]) -> Self {
        let mut nonces = Self {
            curve,
            key: Zeroizing::new(vec![0; 8 * N]),
            value: Zeroizing::new(vec![1; 8 * N]),
        };
        let mut seed = Zeroizing::new(limbs::to_le_bytes(d));
        seed.reverse();
        let mut digest = limbs::to_le_bytes(&curve.digest_scalar(digest));
        digest.reverse();
        for step in [0, 1] {
            nonces.rekey(&[&[step], &seed, &digest, additional]);
        }
        nonces
    }

    /// The next candidate that is a scalar (step h).
    pub(crate) fn next(&mut self) -> Zeroizing<Limbs<N>> {
        let excess = limbs::leading_zeros(self.curve.order());
        loop {
            self.value = self.mac(&[]);
            let candidate = limbs::from_be_bytes(&self.value).map(|number| limbs::shift_right(&number, excess));
            let candidate = Zeroizing::new(candidate.unwrap_or([0; N]));
            // Rejected candidates are independent of the accepted one: their number tells nothing about it.
            if self.curve.is_scalar(&candidate) {
                self.rekey(&[&[0]]);
                return candidate;
            }
            self.rekey(&[&[0]]);
        }
    }

    /// K = HMAC(K, V ‖ parts), V = HMAC(K, V).
    fn rekey(&mut self, parts: &[&[u8]]) {
        self.key = self.mac(parts);
        self.value = self.mac(&[]);
    }

    /// HMAC(K, V ‖ parts): as long as the curve's scalars.
    fn mac(&self, parts: &[&[u8]]) -> Octets {
        if N == 4 {
            mac_with::<Hmac<Streebog256>>(&self.key, &self.value, parts)
        } else {
            mac_with::<Hmac<Streebog512>>(&self.key, &self.value, parts)
        }
    }
}

fn mac_with<M: Mac + KeyInit>(key: &[u8], value: &[u8], parts: &[&[u8]]) -> Octets {
    // HMAC takes keys of every length, so the error cannot occur; an empty result would be refused as a nonce of 0.
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(key) else {
        return Octets::default();
    };
    mac.update(value);
    for part in parts {
        mac.update(part);
    }
    Zeroizing::new(mac.finalize().into_bytes().to_vec())
}
