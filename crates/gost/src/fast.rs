//! Points in Jacobian coordinates, in variable time: for verification, where every input is public.
//!
//! (X, Y, Z) stands for (X/Z², Y/Z³); Z = 0 is the point at infinity. Formulas: dbl-2001-b, dbl-2007-bl, add-2007-bl and
//! madd-2007-bl of the Explicit-Formulas Database.
#![expect(
    clippy::indexing_slicing,
    reason = "tables of odd multiples, indexed by digits whose width is the table's"
)]
#![expect(clippy::many_single_char_names, reason = "the formulas' own names")]

use crate::field::{Element, Field};
use crate::limbs::{self, Limbs};
use crate::parameters::{Affine, Parameters};

/// Signed digits of the base point's scalar are odd and below 2^7 in size: one addition in nine doublings.
const BASE_WIDTH: u32 = 8;
/// Signed digits of the key's scalar are odd and below 2^4 in size: its table is made anew each time.
const KEY_WIDTH: u32 = 5;

/// P, 3P, 5P … 127P for the base point P.
#[derive(Debug)]
pub(crate) struct OddMultiples<const N: usize>(Vec<Affine<N>>);

#[derive(Clone, Copy, Debug)]
pub(crate) struct Jacobian<const N: usize> {
    x: Element<N>,
    y: Element<N>,
    z: Element<N>,
}

impl<const N: usize> Jacobian<N> {
    fn infinity(field: &Field<N>) -> Self {
        Self {
            x: field.one(),
            y: field.one(),
            z: Element::ZERO,
        }
    }

    fn from_affine(point: &Affine<N>, field: &Field<N>) -> Self {
        Self {
            x: point.x,
            y: point.y,
            z: field.one(),
        }
    }

    pub(crate) fn is_infinity(&self) -> bool {
        self.z.is_zero()
    }

    fn neg(&self, field: &Field<N>) -> Self {
        Self {
            y: field.neg(&self.y),
            ..*self
        }
    }

    fn double(&self, curve: &Parameters<N>) -> Self {
        let f = &curve.field;
        let zz = f.square(&self.z);
        let yy = f.square(&self.y);
        let xyy = f.mul(&self.x, &yy);
        let slope = if curve.a_is_minus_three {
            let product = f.mul(&f.sub(&self.x, &zz), &f.add(&self.x, &zz));
            f.add(&product, &f.double(&product))
        } else {
            let xx = f.square(&self.x);
            let azzzz = f.mul(&curve.a, &f.square(&zz));
            f.add(&f.add(&xx, &f.double(&xx)), &azzzz)
        };
        let four_xyy = f.double(&f.double(&xyy));
        let x = f.sub(&f.square(&slope), &f.double(&four_xyy));
        let eight_yyyy = f.double(&f.double(&f.double(&f.square(&yy))));
        let y = f.sub(&f.mul(&slope, &f.sub(&four_xyy, &x)), &eight_yyyy);
        let z = f.sub(&f.sub(&f.square(&f.add(&self.y, &self.z)), &yy), &zz);
        Self { x, y, z }
    }

    fn add(&self, other: &Self, curve: &Parameters<N>) -> Self {
        if self.is_infinity() {
            return *other;
        }
        if other.is_infinity() {
            return *self;
        }
        let f = &curve.field;
        let (z1z1, z2z2) = (f.square(&self.z), f.square(&other.z));
        let u1 = f.mul(&self.x, &z2z2);
        let s1 = f.mul(&self.y, &f.mul(&other.z, &z2z2));
        let u2 = f.mul(&other.x, &z1z1);
        let s2 = f.mul(&other.y, &f.mul(&self.z, &z1z1));
        let z_sum = f.square(&f.add(&self.z, &other.z));
        let z_product_doubled = f.sub(&f.sub(&z_sum, &z1z1), &z2z2);
        self.join(curve, [u1, s1, u2, s2], &z_product_doubled)
    }

    fn add_affine(&self, other: &Affine<N>, curve: &Parameters<N>) -> Self {
        let f = &curve.field;
        if self.is_infinity() {
            return Self::from_affine(other, f);
        }
        let zz = f.square(&self.z);
        let u2 = f.mul(&other.x, &zz);
        let s2 = f.mul(&other.y, &f.mul(&self.z, &zz));
        self.join(curve, [self.x, self.y, u2, s2], &f.double(&self.z))
    }

    /// The common end of both additions: numerators over one denominator, and twice the product of the Zs.
    fn join(&self, curve: &Parameters<N>, [u1, s1, u2, s2]: [Element<N>; 4], z_product_doubled: &Element<N>) -> Self {
        let f = &curve.field;
        let h = f.sub(&u2, &u1);
        let r = f.double(&f.sub(&s2, &s1));
        if h.is_zero() {
            // The same x: the same point, or its opposite.
            return if r.is_zero() {
                self.double(curve)
            } else {
                Self::infinity(f)
            };
        }
        let i = f.square(&f.double(&h));
        let j = f.mul(&h, &i);
        let v = f.mul(&u1, &i);
        let x = f.sub(&f.sub(&f.square(&r), &j), &f.double(&v));
        let y = f.sub(&f.mul(&r, &f.sub(&v, &x)), &f.double(&f.mul(&s1, &j)));
        let z = f.mul(z_product_doubled, &h);
        Self { x, y, z }
    }

    /// Whether this is a finite point whose x, as a number below p, leaves the remainder r modulo the curve's order.
    pub(crate) fn has_x_modulo_order(&self, r: &Limbs<N>, curve: &Parameters<N>) -> bool {
        if self.is_infinity() {
            return false;
        }
        let f = &curve.field;
        let zz = f.square(&self.z);
        // Compares X with x·Z² for each possible x, which is cheaper than dividing.
        let mut candidate = *r;
        while limbs::less(&candidate, f.modulus()) {
            if f.mul(&f.element(&candidate), &zz) == self.x {
                return true;
            }
            let (next, carry) = limbs::add(&candidate, curve.order());
            if carry {
                break;
            }
            candidate = next;
        }
        false
    }
}

impl<const N: usize> Parameters<N> {
    /// base_scalar·P + key_scalar·Q for the base point P: one row of doublings for both (Straus), digits in wNAF.
    pub(crate) fn double_multiply(
        &self,
        base_scalar: &Limbs<N>,
        key_scalar: &Limbs<N>,
        key: &Affine<N>,
    ) -> Jacobian<N> {
        let base_digits = signed_digits(base_scalar, BASE_WIDTH);
        let key_digits = signed_digits(key_scalar, KEY_WIDTH);
        let base_table = &self.odd_multiples.get_or_init(|| self.make_odd_multiples()).0;
        let key_table = self.odd_multiples_of(key, 1 << (KEY_WIDTH - 2));
        let field = &self.field;
        let mut sum = Jacobian::infinity(field);
        for (base_digit, key_digit) in base_digits.iter().zip(&key_digits).rev() {
            if !sum.is_infinity() {
                sum = sum.double(self);
            }
            if *base_digit != 0 {
                let entry = base_table[usize::from(base_digit.unsigned_abs() / 2)];
                let y = if *base_digit < 0 { field.neg(&entry.y) } else { entry.y };
                sum = sum.add_affine(&Affine { x: entry.x, y }, self);
            }
            if *key_digit != 0 {
                let entry = &key_table[usize::from(key_digit.unsigned_abs() / 2)];
                sum = if *key_digit < 0 {
                    sum.add(&entry.neg(field), self)
                } else {
                    sum.add(entry, self)
                };
            }
        }
        sum
    }

    /// Whether q·Q is the point at infinity: Q has no part in the small subgroup of a curve with a cofactor.
    pub(crate) fn is_in_subgroup(&self, point: &Affine<N>) -> bool {
        self.cofactor == 1 || self.double_multiply(&[0; N], self.order(), point).is_infinity()
    }

    fn odd_multiples_of(&self, point: &Affine<N>, count: usize) -> Vec<Jacobian<N>> {
        let mut multiple = Jacobian::from_affine(point, &self.field);
        let twice = multiple.double(self);
        let mut table = Vec::with_capacity(count);
        table.push(multiple);
        while table.len() < count {
            multiple = multiple.add(&twice, self);
            table.push(multiple);
        }
        table
    }

    fn make_odd_multiples(&self) -> OddMultiples<N> {
        let f = &self.field;
        let multiples = self.odd_multiples_of(&self.base, 1 << (BASE_WIDTH - 2));
        let mut inverses: Vec<Element<N>> = multiples.iter().map(|point| point.z).collect();
        f.invert_all(&mut inverses);
        let affine = |(point, inverse): (&Jacobian<N>, &Element<N>)| {
            let square = f.square(inverse);
            Affine {
                x: f.mul(&point.x, &square),
                y: f.mul(&point.y, &f.mul(inverse, &square)),
            }
        };
        OddMultiples(multiples.iter().zip(&inverses).map(affine).collect())
    }
}

/// The scalar in digits 0 or odd, −2^(width−1) < digit < 2^(width−1), the lowest first; no two of `width` neighbours both
/// differ from 0. Always 64·N + 1 digits.
fn signed_digits<const N: usize>(scalar: &Limbs<N>, width: u32) -> Vec<i8> {
    let mut digits = vec![0; 64 * N + 1];
    let mut carry = 0;
    let mut position = 0;
    while position <= 64 * N {
        if bits_at(scalar, position, 1) == carry {
            position += 1;
            continue;
        }
        // Odd and below 2^width: an even one got the carry. From the upper half 2^width is lent by the next digit.
        let window = bits_at(scalar, position, width) + carry;
        carry = window >> (width - 1);
        let lent = carry.checked_shl(width).unwrap_or(0);
        digits[position] = window.wrapping_sub(lent).cast_signed();
        position += width as usize;
    }
    digits
}

/// `count` bits, at most eight, from `position` on; zero above the top.
fn bits_at<const N: usize>(scalar: &Limbs<N>, position: usize, count: u32) -> u8 {
    let (limb, offset) = (position / 64, position % 64);
    let low = scalar.get(limb).map_or(0, |value| value >> offset);
    let high = scalar.get(limb + 1).map_or(0, |value| (value << 1) << (63 - offset));
    let [lowest, ..] = (low | high).to_le_bytes();
    lowest & (u8::MAX >> (8 - count))
}
