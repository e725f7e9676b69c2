//! The constants: against the published tables, and against what they must satisfy.

use num_bigint::BigUint;

use super::vectors::{json, number};
use crate::curve::Arithmetic;
use crate::limbs;
use crate::parameters::Parameters;
use crate::{Curve, KeyAlgorithm, ObjectIdentifier, Suite};

/// p, a, b, q, x, y as octets, the lowest first.
fn constants<const N: usize>(curve: &Parameters<N>) -> [Vec<u8>; 6] {
    let field = &curve.field;
    [
        *field.modulus(),
        field.number(&curve.a),
        field.number(&curve.b),
        *curve.order(),
        field.number(&curve.base.x),
        field.number(&curve.base.y),
    ]
    .map(|value| limbs::to_le_bytes(&value))
}

#[test]
fn the_published_table_of_parameter_sets_is_ours() {
    let table = json("public/curves.json");
    let rows = table["curves"].as_array().unwrap();
    assert_eq!(rows.len(), Curve::ALL.len());
    for row in rows {
        let bits = usize::try_from(row["bits"].as_u64().unwrap()).unwrap();
        let suite = if bits == 256 {
            Suite::RuGost2012_256
        } else {
            Suite::RuGost2012_512
        };
        let mut curves = row["oids"].as_array().unwrap().iter().map(|named| {
            let oid = ObjectIdentifier::new(named["oid"].as_str().unwrap()).unwrap();
            KeyAlgorithm::with_curve_oid(suite, &oid).unwrap().curve()
        });
        let curve = curves.next().unwrap();
        assert!(curves.all(|other| other == curve), "{curve} under all its names");
        let ours = match curve.arithmetic() {
            Arithmetic::Short(parameters) => constants(parameters),
            Arithmetic::Long(parameters) => constants(parameters),
        };
        for (name, ours) in ["p", "a", "b", "q", "x", "y"].into_iter().zip(ours) {
            let published = BigUint::from_bytes_be(&number(&row[name], bits / 8));
            assert_eq!(BigUint::from_bytes_le(&ours), published, "{name} of {curve}");
        }
        assert_eq!(u64::from(curve.cofactor()), row["cofactor"].as_u64().unwrap());
        assert_eq!(curve.bits(), bits);
    }
}

fn base_point_is_sound<const N: usize>(curve: &Parameters<N>) {
    assert!(curve.contains(&curve.base));
    let zero = [0; N];
    assert!(curve.double_multiply(&zero, curve.order(), &curve.base).is_infinity());
    assert!(curve.double_multiply(curve.order(), &zero, &curve.base).is_infinity());
    let one = {
        let mut one = [0; N];
        one[0] = 1;
        one
    };
    let (order_minus_one, _) = limbs::sub(curve.order(), &one);
    let opposite = curve.multiply_base(&order_minus_one);
    assert_eq!(opposite.x, curve.base.x);
    assert_eq!(opposite.y, curve.field.neg(&curve.base.y));
    let p = BigUint::from_bytes_le(&limbs::to_le_bytes(curve.field.modulus()));
    let a = BigUint::from_bytes_le(&limbs::to_le_bytes(&curve.field.number(&curve.a)));
    assert_eq!(curve.a_is_minus_three, a + 3u8 == p);
}

#[test]
fn every_base_point_lies_on_its_curve_and_has_the_stated_order() {
    for curve in Curve::ALL {
        match curve.arithmetic() {
            Arithmetic::Short(parameters) => base_point_is_sound(parameters),
            Arithmetic::Long(parameters) => base_point_is_sound(parameters),
        }
    }
}

/// Miller and Rabin with the first twelve primes as bases.
fn is_probable_prime(n: &BigUint) -> bool {
    let one = BigUint::from(1u8);
    let minus_one = n - &one;
    let twos = minus_one.trailing_zeros().unwrap();
    let odd = &minus_one >> twos;
    [2u8, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37].into_iter().all(|base| {
        let mut power = BigUint::from(base).modpow(&odd, n);
        if power == one || power == minus_one {
            return true;
        }
        (1..twos).any(|_| {
            power = power.modpow(&BigUint::from(2u8), n);
            power == minus_one
        })
    })
}

#[test]
fn every_field_and_every_order_is_prime_and_within_the_bound_of_hasse() {
    for curve in Curve::ALL {
        let [p, _, _, q, ..] = match curve.arithmetic() {
            Arithmetic::Short(parameters) => constants(parameters),
            Arithmetic::Long(parameters) => constants(parameters),
        };
        let (p, q) = (BigUint::from_bytes_le(&p), BigUint::from_bytes_le(&q));
        assert!(is_probable_prime(&p) && is_probable_prime(&q), "{curve}");
        let points = &q * curve.cofactor();
        let distance = if points > &p + 1u8 {
            &points - (&p + 1u8)
        } else {
            &p + 1u8 - &points
        };
        assert!(distance <= p.sqrt() * 2u8 + 1u8, "{curve}");
        assert_ne!(p, q, "{curve}: an anomalous curve");
    }
}
