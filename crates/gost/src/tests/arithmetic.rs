//! Field and point arithmetic against num-bigint: random operands, and the ones at which carries and borrows happen.

#![expect(clippy::many_single_char_names, reason = "numbers and coordinates have one letter")]

use num_bigint::BigUint;
use proptest::array::uniform;
use proptest::prelude::*;

use crate::field::{Element, Field};
use crate::limbs::{self, Limbs};
use crate::parameters::{self, Affine, Parameters};

fn big<const N: usize>(number: &Limbs<N>) -> BigUint {
    BigUint::from_bytes_le(&limbs::to_le_bytes(number))
}

fn small<const N: usize>(number: &BigUint) -> Limbs<N> {
    let mut octets = number.to_bytes_le();
    octets.resize(8 * N, 0);
    limbs::from_le_bytes(&octets).unwrap()
}

/// Every operation of the field on two numbers of the full width, reduced or not.
fn check_field<const N: usize>(field: &Field<N>, a: &Limbs<N>, b: &Limbs<N>) {
    let m = big(field.modulus());
    let (x, y) = (field.element(a), field.element(b));
    let (big_x, big_y) = (big(a) % &m, big(b) % &m);
    let same = |element: Element<N>, expected: BigUint, what: &str| {
        assert!(limbs::less(&element.0, field.modulus()), "{what}: not reduced");
        assert_eq!(big(&field.number(&element)), expected, "{what} of {a:x?} and {b:x?}");
    };
    same(x, big_x.clone(), "reading");
    same(field.add(&x, &y), (&big_x + &big_y) % &m, "sum");
    same(field.sub(&x, &y), (&big_x + &m - &big_y) % &m, "difference");
    same(field.neg(&x), (&m - &big_x) % &m, "opposite");
    same(field.double(&x), (&big_x * 2u8) % &m, "double");
    same(field.mul(&x, &y), (&big_x * &big_y) % &m, "product");
    same(field.square(&x), (&big_x * &big_x) % &m, "square");
    assert_eq!(field.square(&x), field.mul(&x, &x));
    assert_eq!(x.is_zero(), big_x == BigUint::ZERO);
}

fn check_inverse<const N: usize>(field: &Field<N>, a: &Limbs<N>) {
    let x = field.element(a);
    let inverse = field.invert(&x);
    let expected = if x.is_zero() { Element::ZERO } else { field.one() };
    assert_eq!(field.mul(&x, &inverse), expected, "inverse of {a:x?}");
}

const SHORT: [&Parameters<4>; 5] = [
    &parameters::TEST_256,
    &parameters::CRYPTOPRO_A,
    &parameters::CRYPTOPRO_B,
    &parameters::CRYPTOPRO_C,
    &parameters::TC26_256_A,
];
const LONG: [&Parameters<8>; 4] = [
    &parameters::TEST_512,
    &parameters::TC26_512_A,
    &parameters::TC26_512_B,
    &parameters::TC26_512_C,
];

/// Limbs among which 0, 1 and the largest are frequent.
fn limb() -> impl Strategy<Value = u64> {
    prop_oneof![3 => any::<u64>(), 1 => Just(0), 1 => Just(u64::MAX), 1 => Just(1), 1 => 0..2000u64, 1 => (0..2000u64).prop_map(|small| u64::MAX - small)]
}

/// 0, 1, 2, the numbers around the modulus, and the largest of the width.
fn edges<const N: usize>(field: &Field<N>) -> Vec<Limbs<N>> {
    let m = big(field.modulus());
    let top = BigUint::from(1u8) << (64 * N);
    let wanted = [
        BigUint::ZERO,
        BigUint::from(1u8),
        BigUint::from(2u8),
        &m - 2u8,
        &m - 1u8,
        m.clone(),
        &m + 1u8,
        &m / 2u8,
        (&m + 1u8) / 2u8,
        &top - 2u8,
        &top - 1u8,
        &top >> 1,
        &top >> 64,
        &top - &m,
    ];
    wanted.iter().filter(|number| **number < top).map(small).collect()
}

fn check_edges<const N: usize>(field: &Field<N>) {
    let edges = edges(field);
    for a in &edges {
        check_inverse(field, a);
        for b in &edges {
            check_field(field, a, b);
        }
    }
}

#[test]
fn operations_are_right_at_the_edges_of_every_field() {
    for curve in SHORT {
        check_edges(&curve.field);
        check_edges(&curve.scalars);
    }
    for curve in LONG {
        check_edges(&curve.field);
        check_edges(&curve.scalars);
    }
}

#[test]
fn many_inverses_at_once_are_the_inverses() {
    let field = &parameters::TC26_512_C.field;
    let mut elements: Vec<Element<8>> = (1..20).map(|i| field.element(&[i; 8])).collect();
    let expected: Vec<Element<8>> = elements.iter().map(|element| field.invert(element)).collect();
    field.invert_all(&mut elements);
    assert_eq!(elements, expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn operations_of_256_bit_agree_with_num_bigint(a in uniform::<_, 4>(limb()), b in uniform::<_, 4>(limb())) {
        for curve in SHORT {
            check_field(&curve.field, &a, &b);
            check_field(&curve.scalars, &a, &b);
        }
    }

    #[test]
    fn operations_of_512_bit_agree_with_num_bigint(a in uniform::<_, 8>(limb()), b in uniform::<_, 8>(limb())) {
        for curve in LONG {
            check_field(&curve.field, &a, &b);
            check_field(&curve.scalars, &a, &b);
        }
    }

    #[test]
    fn shifts_and_lengths_agree_with_num_bigint(a in uniform::<_, 4>(limb()), bits in 0..64u32) {
        prop_assert_eq!(big(&limbs::shift_right(&a, bits)), big(&a) >> bits);
        prop_assert_eq!(limbs::from_le_bytes(&limbs::to_le_bytes(&a)), Some(a));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3))]

    #[test]
    fn inverses_multiply_to_one(a in uniform::<_, 8>(limb())) {
        for curve in SHORT {
            check_inverse(&curve.scalars, &[a[0], a[1], a[2], a[3]]);
            check_inverse(&curve.field, &[a[4], a[5], a[6], a[7]]);
        }
        for curve in LONG {
            check_inverse(&curve.scalars, &a);
            check_inverse(&curve.field, &a);
        }
    }

    #[test]
    fn multiples_of_256_bit_agree_with_schoolbook_addition(a in uniform::<_, 4>(limb()), b in uniform::<_, 4>(limb())) {
        for curve in SHORT {
            check_multiples(curve, &a, &b);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1))]

    #[test]
    fn multiples_of_512_bit_agree_with_schoolbook_addition(a in uniform::<_, 8>(limb()), b in uniform::<_, 8>(limb())) {
        for curve in LONG {
            check_multiples(curve, &a, &b);
        }
    }
}

/// A point as big integers; nothing is the point at infinity.
type Plain = Option<(BigUint, BigUint)>;

/// Chord and tangent, with divisions.
fn plain_add<const N: usize>(curve: &Parameters<N>, left: &Plain, right: &Plain) -> Plain {
    let (Some((x1, y1)), Some((x2, y2))) = (left, right) else {
        return left.clone().or(right.clone());
    };
    let p = big(curve.field.modulus());
    let minus = |a: &BigUint, b: &BigUint| (a + &p - b) % &p;
    let (rise, run) = if x1 != x2 {
        (minus(y2, y1), minus(x2, x1))
    } else if y1 == y2 && *y1 != BigUint::ZERO {
        (x1 * x1 * 3u8 + big(&curve.field.number(&curve.a)), y1 * 2u8)
    } else {
        return None;
    };
    let slope = rise * run.modinv(&p).unwrap() % &p;
    let x3 = minus(&minus(&(&slope * &slope % &p), x1), x2);
    let y3 = minus(&(&slope * minus(x1, &x3) % &p), y1);
    Some((x3, y3))
}

fn plain_multiply<const N: usize>(curve: &Parameters<N>, scalar: &BigUint, point: &Plain) -> Plain {
    let mut sum = None;
    for bit in (0..scalar.bits()).rev() {
        sum = plain_add(curve, &sum, &sum);
        if scalar.bit(bit) {
            sum = plain_add(curve, &sum, point);
        }
    }
    sum
}

fn plain<const N: usize>(curve: &Parameters<N>, point: &Affine<N>) -> (BigUint, BigUint) {
    let number = |coordinate| big(&curve.field.number(coordinate));
    (number(&point.x), number(&point.y))
}

/// d·P in constant time, and u·P + v·Q in variable time, against the schoolbook.
fn check_multiples<const N: usize>(curve: &Parameters<N>, a: &Limbs<N>, b: &Limbs<N>) {
    let q = &curve.scalars;
    let (u, v) = (q.number(&q.element(a)), q.number(&q.element(b)));
    let base = Some(plain(curve, &curve.base));
    let up = plain_multiply(curve, &big(&u), &base);
    if limbs::is_zero(&u) || limbs::is_zero(&v) {
        return;
    }
    let point = curve.multiply_base(&u);
    assert_eq!(Some(plain(curve, &point)), up);
    // Q = u·P, so u·P + v·Q = (u + v·u)·P
    let expected = plain_add(curve, &up, &plain_multiply(curve, &big(&v), &up));
    let sum = curve.double_multiply(&u, &v, &point);
    match expected {
        None => assert!(sum.is_infinity()),
        Some((x, _)) => {
            assert!(sum.has_x_modulo_order(&small(&(&x % big(curve.order()))), curve));
            assert!(!sum.has_x_modulo_order(&small(&((x + 1u8) % big(curve.order()))), curve));
        }
    }
}

/// Sums that meet each other's operands: the special cases of the fast addition.
fn check_collisions<const N: usize>(curve: &Parameters<N>) {
    let number = |value: u64| {
        let mut number = [0; N];
        number[0] = value;
        number
    };
    let minus = |value: u64| limbs::sub(curve.order(), &number(value)).0;
    let base = Some(plain(curve, &curve.base));
    for key in [1, 2, 3, 5] {
        let key_point = curve.multiply_base(&number(key));
        // u·P + v·(key·P)
        for (u, v, total) in [
            (key, 1, 2 * key),
            (1, 1, key + 1),
            (2 * key, 2, 4 * key),
            (16 * key, 16, 32 * key),
        ] {
            let sum = curve.double_multiply(&number(u), &number(v), &key_point);
            let (x, _) = plain_multiply(curve, &BigUint::from(total), &base).unwrap();
            assert!(sum.has_x_modulo_order(&small(&(x % big(curve.order()))), curve));
        }
        assert!(curve.double_multiply(&minus(key), &number(1), &key_point).is_infinity());
        assert!(curve.double_multiply(&number(key), &minus(1), &key_point).is_infinity());
        assert!(curve.double_multiply(&number(0), &number(0), &key_point).is_infinity());
    }
}

#[test]
fn equal_and_opposite_summands_add_up() {
    SHORT.into_iter().for_each(check_collisions);
    LONG.into_iter().for_each(check_collisions);
}
