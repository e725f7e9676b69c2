//! Whole numbers of fixed width: `N` limbs of 64 bits, the lowest first. Arithmetic does not branch on a value.
#![expect(
    clippy::indexing_slicing,
    reason = "loops over arrays whose length is the loop's bound; the compiler removes the checks"
)]

use std::hint::black_box;

/// A number below 2^(64·N); 4 limbs for the 256-bit curves, 8 for the 512-bit ones.
pub(crate) type Limbs<const N: usize> = [u64; N];

/// The limb a + b + carry and the carry out.
#[inline]
pub(crate) const fn add_limbs(a: u64, b: u64, carry: bool) -> (u64, bool) {
    let (sum, first) = a.overflowing_add(b);
    let (sum, second) = sum.overflowing_add(carry as u64);
    (sum, first | second)
}

/// The limb a − b − borrow and the borrow out.
#[inline]
const fn sub_limbs(a: u64, b: u64, borrow: bool) -> (u64, bool) {
    let (difference, first) = a.overflowing_sub(b);
    let (difference, second) = difference.overflowing_sub(borrow as u64);
    (difference, first | second)
}

/// a·b + addend + carry, low limb first: it always fits two limbs.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "splits the product into its two limbs")]
pub(crate) const fn multiply_add(a: u64, b: u64, addend: u64, carry: u64) -> (u64, u64) {
    let wide = a as u128 * b as u128 + addend as u128 + carry as u128;
    (wide as u64, (wide >> 64) as u64)
}

/// a + b and the carry out.
#[inline]
pub(crate) const fn add<const N: usize>(a: &Limbs<N>, b: &Limbs<N>) -> (Limbs<N>, bool) {
    let mut sum = [0; N];
    let mut carry = false;
    let mut i = 0;
    while i < N {
        (sum[i], carry) = add_limbs(a[i], b[i], carry);
        i += 1;
    }
    (sum, carry)
}

/// a − b and the borrow out.
#[inline]
pub(crate) const fn sub<const N: usize>(a: &Limbs<N>, b: &Limbs<N>) -> (Limbs<N>, bool) {
    let mut difference = [0; N];
    let mut borrow = false;
    let mut i = 0;
    while i < N {
        (difference[i], borrow) = sub_limbs(a[i], b[i], borrow);
        i += 1;
    }
    (difference, borrow)
}

/// All bits when the condition holds, else none. The compiler must not learn that there are only these two values: it would
/// make a branch, or an address, of what was meant to be a mask.
#[inline]
pub(crate) fn mask(condition: bool) -> u64 {
    black_box(u64::from(condition)).wrapping_neg()
}

/// a + b when the condition holds, else a; without the carry out.
#[inline]
pub(crate) fn add_if<const N: usize>(a: &Limbs<N>, b: &Limbs<N>, condition: bool) -> Limbs<N> {
    let mask = mask(condition);
    let mut sum = [0; N];
    let mut carry = false;
    for i in 0..N {
        (sum[i], carry) = add_limbs(a[i], b[i] & mask, carry);
    }
    sum
}

/// Whether a < b.
pub(crate) const fn less<const N: usize>(a: &Limbs<N>, b: &Limbs<N>) -> bool {
    sub(a, b).1
}

/// Whether every limb is zero.
pub(crate) const fn is_zero<const N: usize>(a: &Limbs<N>) -> bool {
    let mut bits = 0;
    let mut i = 0;
    while i < N {
        bits |= a[i];
        i += 1;
    }
    bits == 0
}

/// How many of the 64·N bits are leading zeros, for a number whose top limb is not zero. For public numbers.
pub(crate) const fn leading_zeros<const N: usize>(a: &Limbs<N>) -> u32 {
    a[N - 1].leading_zeros()
}

/// a / 2^bits for bits below 64.
pub(crate) const fn shift_right<const N: usize>(a: &Limbs<N>, bits: u32) -> Limbs<N> {
    let mut shifted = [0; N];
    let mut i = 0;
    while i < N {
        let above = if i + 1 < N { a[i + 1] } else { 0 };
        // Two steps, because shifting a limb by its whole width is not defined.
        shifted[i] = (a[i] >> bits) | ((above << 1) << (63 - bits));
        i += 1;
    }
    shifted
}

/// Reads the hexadecimal constants of the parameter sets when the crate is compiled; spaces are skipped.
pub(crate) const fn from_hex<const N: usize>(text: &str) -> Limbs<N> {
    let bytes = text.as_bytes();
    let mut number = [0; N];
    let mut i = 0;
    while i < bytes.len() {
        let digit = match bytes[i] {
            digit @ b'0'..=b'9' => digit - b'0',
            digit @ b'A'..=b'F' => digit - b'A' + 10,
            other => {
                assert!(other == b' ', "a constant is written in upper-case hexadecimal");
                i += 1;
                continue;
            }
        };
        assert!(number[N - 1] >> 60 == 0, "a constant fits its width");
        let mut limb = N;
        while limb > 0 {
            limb -= 1;
            let below = if limb > 0 { number[limb - 1] >> 60 } else { digit as u64 };
            number[limb] = (number[limb] << 4) | below;
        }
        i += 1;
    }
    number
}

/// Reads exactly 8·N octets, the lowest first.
pub(crate) fn from_le_bytes<const N: usize>(bytes: &[u8]) -> Option<Limbs<N>> {
    let (octets, rest) = bytes.as_chunks::<8>();
    let octets: &[[u8; 8]; N] = octets.try_into().ok()?;
    rest.is_empty().then(|| octets.map(u64::from_le_bytes))
}

/// Reads exactly 8·N octets, the highest first.
pub(crate) fn from_be_bytes<const N: usize>(bytes: &[u8]) -> Option<Limbs<N>> {
    let (octets, rest) = bytes.as_chunks::<8>();
    let octets: &[[u8; 8]; N] = octets.try_into().ok()?;
    let mut number = octets.map(u64::from_be_bytes);
    number.reverse();
    rest.is_empty().then_some(number)
}

/// 8·N octets, the lowest first.
pub(crate) fn to_le_bytes<const N: usize>(number: &Limbs<N>) -> Vec<u8> {
    number.iter().flat_map(|limb| limb.to_le_bytes()).collect()
}

/// The 16·N digits to the base 16, the lowest first.
pub(crate) fn nibbles<const N: usize>(number: &Limbs<N>) -> impl DoubleEndedIterator<Item = u8> {
    number
        .iter()
        .flat_map(|limb| limb.to_le_bytes())
        .flat_map(|octet| [octet & 15, octet >> 4])
}
