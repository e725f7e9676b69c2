//! Multiples of the base point in constant time: for signing and for making keys, where the scalar is secret.
//!
//! (X : Y : Z) stands for (X/Z, Y/Z). The addition is the complete one of Renes, Costello and Batina ("Complete addition
//! formulas for prime order elliptic curves", 2015, equations before algorithm 1, second point affine): it has no special
//! cases as long as the difference of its operands is not of order two, and multiples of P never differ by such a point.

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use crate::field::Element;
use crate::limbs::{self, Limbs};
use crate::parameters::{Affine, Parameters};

/// For each of the scalar's nibbles i: 1, 2 … 15 times 16^i·P.
#[derive(Debug)]
pub(crate) struct WindowTable<const N: usize>(Vec<[Affine<N>; 15]>);

#[derive(Clone, Copy, Debug)]
struct Projective<const N: usize> {
    x: Element<N>,
    y: Element<N>,
    z: Element<N>,
}

fn choose<const N: usize>(a: &Element<N>, b: &Element<N>, second: Choice) -> Element<N> {
    let mut chosen = *a;
    for (limb, other) in chosen.0.iter_mut().zip(&b.0) {
        limb.conditional_assign(other, second);
    }
    chosen
}

impl<const N: usize> Affine<N> {
    fn assign_if(&mut self, other: &Self, condition: Choice) {
        self.x = choose(&self.x, &other.x, condition);
        self.y = choose(&self.y, &other.y, condition);
    }
}

impl<const N: usize> Projective<N> {
    fn infinity(curve: &Parameters<N>) -> Self {
        Self {
            x: Element::ZERO,
            y: curve.field.one(),
            z: Element::ZERO,
        }
    }

    fn add(&self, other: &Affine<N>, curve: &Parameters<N>) -> Self {
        let f = &curve.field;
        let xx = f.mul(&self.x, &other.x);
        let yy = f.mul(&self.y, &other.y);
        let xy = f.sub(
            &f.sub(&f.mul(&f.add(&self.x, &self.y), &f.add(&other.x, &other.y)), &xx),
            &yy,
        );
        let xz = f.add(&self.x, &f.mul(&other.x, &self.z));
        let yz = f.add(&self.y, &f.mul(&other.y, &self.z));
        let az = curve.times_a(&self.z);
        let shift = f.add(&curve.times_a(&xz), &f.mul(&curve.triple_b, &self.z));
        let (minus, plus) = (f.sub(&yy, &shift), f.add(&yy, &shift));
        let tangent = f.add(&f.add(&xx, &f.double(&xx)), &az);
        let cross = f.add(&curve.times_a(&f.sub(&xx, &az)), &f.mul(&curve.triple_b, &xz));
        Self {
            x: f.sub(&f.mul(&xy, &minus), &f.mul(&yz, &cross)),
            y: f.add(&f.mul(&tangent, &cross), &f.mul(&plus, &minus)),
            z: f.add(&f.mul(&yz, &plus), &f.mul(&xy, &tangent)),
        }
    }

    fn select(a: &Self, b: &Self, second: Choice) -> Self {
        Self {
            x: choose(&a.x, &b.x, second),
            y: choose(&a.y, &b.y, second),
            z: choose(&a.z, &b.z, second),
        }
    }

    /// The point at infinity becomes (0, 0).
    fn to_affine(self, curve: &Parameters<N>) -> Affine<N> {
        let f = &curve.field;
        let inverse = f.invert(&self.z);
        Affine {
            x: f.mul(&self.x, &inverse),
            y: f.mul(&self.y, &inverse),
        }
    }
}

impl<const N: usize> Parameters<N> {
    /// scalar·P for the base point P; the scalar is secret, 0 < scalar < q. The same operations on the same addresses
    /// whatever the scalar is.
    pub(crate) fn multiply_base(&self, scalar: &Limbs<N>) -> Affine<N> {
        let table = &self.windows.get_or_init(|| self.make_windows()).0;
        let mut sum = Projective::infinity(self);
        for (nibble, entries) in limbs::nibbles(scalar).zip(table) {
            let mut addend = self.base;
            for (entry, digit) in entries.iter().zip(1u8..) {
                addend.assign_if(entry, digit.ct_eq(&nibble));
            }
            let next = sum.add(&addend, self);
            sum = Projective::select(&next, &sum, nibble.ct_eq(&0));
        }
        sum.to_affine(self)
    }

    fn make_windows(&self) -> WindowTable<N> {
        let mut unit = self.base;
        let mut multiples = Vec::with_capacity(16 * N * 15);
        for _ in 0..16 * N {
            let mut multiple = Projective::infinity(self);
            for _ in 1..16 {
                multiple = multiple.add(&unit, self);
                multiples.push(multiple);
            }
            unit = multiple.add(&unit, self).to_affine(self);
        }
        let mut inverses: Vec<Element<N>> = multiples.iter().map(|point| point.z).collect();
        self.field.invert_all(&mut inverses);
        let affine: Vec<Affine<N>> = multiples
            .iter()
            .zip(&inverses)
            .map(|(point, inverse)| Affine {
                x: self.field.mul(&point.x, inverse),
                y: self.field.mul(&point.y, inverse),
            })
            .collect();
        WindowTable(affine.as_chunks().0.to_vec())
    }
}
