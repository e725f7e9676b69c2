//! Arithmetic modulo one odd number, in constant time: what is done depends on the modulus alone, never on the operands.
//!
//! Two ways to reduce a product. Where the modulus is 2^(64·N) − c with a small c (the primes of CryptoPro-A, TC26 256 A,
//! 512 A and 512 C), the upper half is multiplied by c and added to the lower one: N + 1 multiplications. Everywhere else
//! elements are kept in Montgomery's form x·2^(64·N) and reduced by his method: N² + N multiplications.
#![expect(
    clippy::indexing_slicing,
    reason = "loops over arrays whose length is the loop's bound; the compiler removes the checks"
)]

use crate::limbs::{self, Limbs, add_limbs, multiply_add};

/// Room for a product of two numbers of the widest kind.
const WIDE: usize = 16;

/// An element of a [`Field`], reduced, in that field's own form. It makes sense only together with its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Element<const N: usize>(pub(crate) Limbs<N>);

impl<const N: usize> Element<N> {
    pub(crate) const ZERO: Self = Self([0; N]);

    pub(crate) const fn is_zero(&self) -> bool {
        limbs::is_zero(&self.0)
    }
}

/// The integers modulo an odd number of `N` limbs whose top limb is not zero.
#[derive(Debug)]
pub(crate) struct Field<const N: usize> {
    modulus: Limbs<N>,
    /// c when the modulus is 2^(64·N) − c and c is small, else 0: Montgomery's form.
    fold: u64,
    /// −1/modulus mod 2^64.
    negated_inverse: u64,
    /// The number 1 in the field's form.
    one: Element<N>,
    /// 2^(128·N) mod modulus: a product with it brings a number into Montgomery's form.
    radix_squared: Limbs<N>,
}

impl<const N: usize> Field<N> {
    pub(crate) const fn new(modulus: Limbs<N>) -> Self {
        assert!(modulus[0] & 1 == 1 && modulus[N - 1] != 0 && 2 * N <= WIDE);
        let fold = fold_of(&modulus);
        let mut one = [0; N];
        one[0] = 1;
        let mut power = one;
        let mut exponent = 0;
        let mut radix = one;
        while exponent < 128 * N {
            power = add_modulo(&power, &power, &modulus);
            exponent += 1;
            if exponent == 64 * N {
                radix = power;
            }
        }
        Self {
            modulus,
            fold,
            negated_inverse: inverse_of_limb(modulus[0]).wrapping_neg(),
            one: Element(if fold == 0 { radix } else { one }),
            radix_squared: power,
        }
    }

    /// The form of a number below the modulus, for the constants of the parameter sets.
    pub(crate) const fn constant(&self, number: &Limbs<N>) -> Element<N> {
        assert!(limbs::less(number, &self.modulus), "constants are reduced");
        let mut form = *number;
        let mut exponent = 0;
        while self.fold == 0 && exponent < 64 * N {
            form = add_modulo(&form, &form, &self.modulus);
            exponent += 1;
        }
        Element(form)
    }

    /// 3·a, for the constants of the parameter sets.
    pub(crate) const fn triple(&self, a: &Element<N>) -> Element<N> {
        let twice = add_modulo(&a.0, &a.0, &self.modulus);
        Element(add_modulo(&twice, &a.0, &self.modulus))
    }

    pub(crate) const fn modulus(&self) -> &Limbs<N> {
        &self.modulus
    }

    pub(crate) const fn one(&self) -> Element<N> {
        self.one
    }

    /// Any number of N limbs, reduced.
    pub(crate) fn element(&self, number: &Limbs<N>) -> Element<N> {
        if self.fold == 0 {
            // The operand may exceed the modulus: it stays below 2^(64·N), which is all that the reduction asks.
            self.mul(&Element(*number), &Element(self.radix_squared))
        } else {
            self.reduce_once(number, false)
        }
    }

    /// The number below the modulus that an element stands for.
    pub(crate) fn number(&self, element: &Element<N>) -> Limbs<N> {
        if self.fold == 0 {
            let mut wide = [0; WIDE];
            wide[..N].copy_from_slice(&element.0);
            self.reduce_montgomery(&mut wide).0
        } else {
            element.0
        }
    }

    #[inline]
    pub(crate) fn add(&self, a: &Element<N>, b: &Element<N>) -> Element<N> {
        let (sum, carry) = limbs::add(&a.0, &b.0);
        self.reduce_once(&sum, carry)
    }

    #[inline]
    pub(crate) fn double(&self, a: &Element<N>) -> Element<N> {
        self.add(a, a)
    }

    #[inline]
    pub(crate) fn sub(&self, a: &Element<N>, b: &Element<N>) -> Element<N> {
        let (difference, borrow) = limbs::sub(&a.0, &b.0);
        Element(limbs::add_if(&difference, &self.modulus, borrow))
    }

    pub(crate) fn neg(&self, a: &Element<N>) -> Element<N> {
        self.sub(&Element::ZERO, a)
    }

    #[inline]
    pub(crate) fn mul(&self, a: &Element<N>, b: &Element<N>) -> Element<N> {
        let mut wide = [0; WIDE];
        for i in 0..N {
            let mut carry = 0;
            for j in 0..N {
                (wide[i + j], carry) = multiply_add(a.0[i], b.0[j], wide[i + j], carry);
            }
            wide[i + N] = carry;
        }
        self.reduce(&mut wide)
    }

    /// a², with each mixed product computed once.
    #[inline]
    pub(crate) fn square(&self, a: &Element<N>) -> Element<N> {
        let mut wide = [0; WIDE];
        for i in 0..N {
            let mut carry = 0;
            for j in i + 1..N {
                (wide[i + j], carry) = multiply_add(a.0[i], a.0[j], wide[i + j], carry);
            }
            wide[i + N] = carry;
        }
        let mut high = 0;
        let mut carry = false;
        for i in 0..N {
            let (low, top) = multiply_add(a.0[i], a.0[i], 0, 0);
            let (even, odd) = (wide[2 * i], wide[2 * i + 1]);
            (wide[2 * i], carry) = add_limbs((even << 1) | high, low, carry);
            (wide[2 * i + 1], carry) = add_limbs((odd << 1) | (even >> 63), top, carry);
            high = odd >> 63;
        }
        self.reduce(&mut wide)
    }

    /// 1/a by Fermat's little theorem, for a prime modulus; 0 for 0. The exponent is public, its bits steer the loop.
    pub(crate) fn invert(&self, a: &Element<N>) -> Element<N> {
        let mut two = [0; N];
        two[0] = 2;
        let (exponent, _) = limbs::sub(&self.modulus, &two);
        let mut powers = [self.one; 16];
        for i in 1..16 {
            powers[i] = self.mul(&powers[i - 1], a);
        }
        let mut result = self.one;
        for nibble in limbs::nibbles(&exponent).rev() {
            for _ in 0..4 {
                result = self.square(&result);
            }
            result = self.mul(&result, &powers[usize::from(nibble)]);
        }
        result
    }

    /// Inverts every element with one inversion and three multiplications each (Montgomery's trick). None may be 0.
    pub(crate) fn invert_all(&self, elements: &mut [Element<N>]) {
        let mut product = self.one;
        let mut before = Vec::with_capacity(elements.len());
        for element in elements.iter() {
            before.push(product);
            product = self.mul(&product, element);
        }
        let mut inverse = self.invert(&product);
        for (element, before) in elements.iter_mut().zip(&before).rev() {
            let next = self.mul(&inverse, element);
            *element = self.mul(&inverse, before);
            inverse = next;
        }
    }

    #[inline]
    fn reduce(&self, wide: &mut [u64; WIDE]) -> Element<N> {
        if self.fold == 0 {
            self.reduce_montgomery(wide)
        } else {
            self.reduce_folding(wide)
        }
    }

    #[inline]
    fn reduce_montgomery(&self, wide: &mut [u64; WIDE]) -> Element<N> {
        let mut top = false;
        for i in 0..N {
            let factor = wide[i].wrapping_mul(self.negated_inverse);
            let mut carry = 0;
            for j in 0..N {
                (wide[i + j], carry) = multiply_add(factor, self.modulus[j], wide[i + j], carry);
            }
            (wide[i + N], top) = add_limbs(wide[i + N], carry, top);
        }
        let mut high = [0; N];
        high.copy_from_slice(&wide[N..2 * N]);
        self.reduce_once(&high, top)
    }

    #[inline]
    fn reduce_folding(&self, wide: &[u64; WIDE]) -> Element<N> {
        let mut low = [0; N];
        let mut carry = 0;
        for i in 0..N {
            (low[i], carry) = multiply_add(wide[i + N], self.fold, wide[i], carry);
        }
        // carry <= c, so the next product fits a limb; when adding it overflows, what is left is below c·c and the last
        // addition cannot overflow again.
        let mut folded = [0; N];
        folded[0] = carry * self.fold;
        let (sum, overflow) = limbs::add(&low, &folded);
        folded[0] = limbs::mask(overflow) & self.fold;
        self.reduce_once(&limbs::add(&sum, &folded).0, false)
    }

    /// Subtracts the modulus from carry·2^(64·N) + number when that is not below it.
    #[inline]
    #[expect(clippy::needless_bitwise_bool, reason = "a lazy operator would branch on a secret")]
    fn reduce_once(&self, number: &Limbs<N>, carry: bool) -> Element<N> {
        let (difference, borrow) = limbs::sub(number, &self.modulus);
        Element(limbs::add_if(&difference, &self.modulus, borrow & !carry))
    }
}

/// c when the modulus is 2^(64·N) − c with c below 2^31, else 0.
const fn fold_of<const N: usize>(modulus: &Limbs<N>) -> u64 {
    let mut i = 1;
    while i < N {
        if modulus[i] != u64::MAX {
            return 0;
        }
        i += 1;
    }
    let c = modulus[0].wrapping_neg();
    if c < 1 << 31 { c } else { 0 }
}

/// a + b for numbers below the modulus, when the crate is compiled.
const fn add_modulo<const N: usize>(a: &Limbs<N>, b: &Limbs<N>, modulus: &Limbs<N>) -> Limbs<N> {
    let (sum, carry) = limbs::add(a, b);
    let (difference, borrow) = limbs::sub(&sum, modulus);
    if carry || !borrow { difference } else { sum }
}

/// 1/a mod 2^64 for an odd a, by Newton's iteration: each step doubles the correct bits, from three.
const fn inverse_of_limb(a: u64) -> u64 {
    let mut x = a;
    let mut step = 0;
    while step < 5 {
        x = x.wrapping_mul(2u64.wrapping_sub(a.wrapping_mul(x)));
        step += 1;
    }
    x
}
