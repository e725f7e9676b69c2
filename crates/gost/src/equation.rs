//! The signature equations (RFC 7091 §6), on numbers: no encodings, no hashes.

#![expect(clippy::many_single_char_names, reason = "the standard's own names")]

use zeroize::Zeroizing;

use crate::field::Element;
use crate::limbs::{self, Limbs};
use crate::parameters::{Affine, Parameters};

/// r and s.
pub(crate) type Pair<const N: usize> = (Limbs<N>, Limbs<N>);

impl<const N: usize> Parameters<N> {
    /// Whether 0 < number < q.
    pub(crate) fn is_scalar(&self, number: &Limbs<N>) -> bool {
        !limbs::is_zero(number) && limbs::less(number, self.order())
    }

    /// RFC 7091 §6.2 for r and s that are scalars and a key that was validated.
    pub(crate) fn verifies(&self, key: &Affine<N>, digest: &Limbs<N>, (r, s): &Pair<N>) -> bool {
        let q = &self.scalars;
        let e = q.element(&self.digest_scalar(digest));
        let v = q.invert(&e);
        let base_scalar = q.number(&q.mul(&q.element(s), &v));
        let key_scalar = q.number(&q.neg(&q.mul(&q.element(r), &v)));
        self.double_multiply(&base_scalar, &key_scalar, key)
            .has_x_modulo_order(r, self)
    }

    /// RFC 7091 §6.1 for the private key d and the nonce k, both scalars. Nothing when r or s would be 0: then another
    /// nonce is needed. The nonce must be secret, uniform and never used for two digests.
    pub(crate) fn sign(&self, d: &Limbs<N>, digest: &Limbs<N>, k: &Limbs<N>) -> Option<Pair<N>> {
        let q = &self.scalars;
        let x = self.field.number(&self.multiply_base(k).x);
        let r = q.element(&x);
        let e = q.element(&self.digest_scalar(digest));
        let (d, k) = (Zeroizing::new(q.element(d).0), Zeroizing::new(q.element(k).0));
        let rd = Zeroizing::new(q.mul(&r, &Element(*d)).0);
        let ke = Zeroizing::new(q.mul(&Element(*k), &e).0);
        let s = q.add(&Element(*rd), &Element(*ke));
        (!r.is_zero() && !s.is_zero()).then(|| (q.number(&r), q.number(&s)))
    }

    /// e: the digest modulo q, and 1 in the place of 0 (RFC 7091 §6.1 step 2).
    pub(crate) fn digest_scalar(&self, digest: &Limbs<N>) -> Limbs<N> {
        let q = &self.scalars;
        let e = q.element(digest);
        let one = q.one();
        q.number(if e.is_zero() { &one } else { &e })
    }
}
