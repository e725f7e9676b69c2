//! What must not verify, and keys that must not be read.

use num_bigint::BigUint;

use super::vectors::{elements, file, hex, inside, key_of, spki};
use crate::curve::Arithmetic;
use crate::limbs;
use crate::{
    Curve, Digest, DigestAlgorithm, Encoding, KeyAlgorithm, KeyError, PublicKey, Signature, SigningKey, Suite,
    VerifyError,
};

fn algorithms() -> impl Iterator<Item = &'static KeyAlgorithm> {
    Suite::ALL.into_iter().flat_map(|suite| {
        Curve::ALL
            .into_iter()
            .filter_map(move |curve| KeyAlgorithm::new(suite, curve))
    })
}

fn signing_key(algorithm: &'static KeyAlgorithm) -> SigningKey {
    SigningKey::from_le_bytes(algorithm, &vec![0x21; algorithm.curve().scalar_len()]).unwrap()
}

/// p and q.
fn moduli(curve: Curve) -> (BigUint, BigUint) {
    let (p, q) = match curve.arithmetic() {
        Arithmetic::Short(c) => (limbs::to_le_bytes(c.field.modulus()), limbs::to_le_bytes(c.order())),
        Arithmetic::Long(c) => (limbs::to_le_bytes(c.field.modulus()), limbs::to_le_bytes(c.order())),
    };
    (BigUint::from_bytes_le(&p), BigUint::from_bytes_le(&q))
}

/// Little-endian, when the number fits the length.
fn octets(number: &BigUint, length: usize) -> Option<Vec<u8>> {
    let mut octets = number.to_bytes_le();
    (octets.len() <= length).then(|| {
        octets.resize(length, 0);
        octets
    })
}

#[test]
fn r_and_s_lie_above_zero_and_below_the_order() {
    for algorithm in algorithms() {
        let length = algorithm.curve().scalar_len();
        let signing_key = signing_key(algorithm);
        let key = signing_key.public_key();
        let digest = key.suite().digest_algorithm().digest(b"message");
        let good = signing_key.sign_deterministic(b"message");
        let good = Signature::decode(key.suite().encoding(), &good)
            .unwrap()
            .encode(Encoding::Kazakhstan);
        let (r, s) = good.split_at(length);
        let (_, q) = moduli(algorithm.curve());
        let plus_order = |half: &[u8]| BigUint::from_bytes_le(half) + &q;
        let largest = (BigUint::from(1u8) << (8 * length)) - 1u8;
        let verify = |r: &[u8], s: &[u8]| {
            let signature = Signature::decode(Encoding::Kazakhstan, &[r, s].concat()).unwrap();
            key.verify_digest(&digest, &signature)
        };
        assert_eq!(verify(r, s), Ok(()));
        for wrong in [
            BigUint::ZERO,
            q.clone(),
            &q + 1u8,
            &q * 2u8,
            largest,
            plus_order(r),
            plus_order(s),
        ] {
            let Some(wrong) = octets(&wrong, length) else { continue };
            assert_eq!(verify(&wrong, s), Err(VerifyError::OutOfRange));
            assert_eq!(verify(r, &wrong), Err(VerifyError::OutOfRange));
            assert_eq!(verify(&wrong, &wrong), Err(VerifyError::OutOfRange));
        }
        // Unlike ECDSA's, −s is no second signature, nor is −r.
        let minus = |half: &[u8]| octets(&(&q - BigUint::from_bytes_le(half)), length).unwrap();
        assert_eq!(verify(r, &minus(s)), Err(VerifyError::Mismatch));
        assert_eq!(verify(&minus(r), s), Err(VerifyError::Mismatch));
        assert_eq!(verify(s, r), Err(VerifyError::Mismatch));
    }
}

#[test]
fn a_signature_of_another_length_is_refused() {
    for algorithm in algorithms() {
        let signing_key = signing_key(algorithm);
        let key = signing_key.public_key();
        let good = signing_key.sign_deterministic(b"message");
        for length in 0..good.len() {
            assert_eq!(key.verify(b"message", &good[..length]), Err(VerifyError::Length));
        }
        for surplus in [1, 64, 128] {
            let long = [&good[..], &vec![0; surplus]].concat();
            assert_eq!(key.verify(b"message", &long), Err(VerifyError::Length));
        }
    }
}

#[test]
fn a_signature_in_the_other_byte_order_is_refused() {
    for algorithm in algorithms() {
        let signing_key = signing_key(algorithm);
        let mut signature = signing_key.sign_deterministic(b"message");
        signature.reverse();
        assert!(signing_key.public_key().verify(b"message", &signature).is_err());
    }
}

#[test]
fn a_digest_read_in_the_other_byte_order_is_refused() {
    for algorithm in algorithms() {
        let signing_key = signing_key(algorithm);
        let suite = algorithm.suite();
        let signature = Signature::decode(suite.encoding(), &signing_key.sign_deterministic(b"message")).unwrap();
        let mut bytes = suite.digest_algorithm().digest(b"message").as_bytes().to_vec();
        bytes.reverse();
        let digest = Digest::from_bytes(suite.digest_algorithm(), &bytes).unwrap();
        assert_eq!(
            signing_key.public_key().verify_digest(&digest, &signature),
            Err(VerifyError::Mismatch)
        );
    }
}

#[test]
fn a_digest_of_another_function_is_refused() {
    let algorithm = KeyAlgorithm::new(Suite::KzGost2004, Curve::CryptoProA).unwrap();
    let signing_key = signing_key(algorithm);
    let mut rng = <rand_chacha::ChaCha20Rng as rand_chacha::rand_core::SeedableRng>::from_seed([0; 32]);
    for wrong in [
        DigestAlgorithm::Gost94CryptoPro,
        DigestAlgorithm::Streebog256,
        DigestAlgorithm::Streebog512,
    ] {
        let digest = wrong.digest(b"message");
        let signature = Signature::decode(Encoding::Kazakhstan, &signing_key.sign_deterministic(b"message")).unwrap();
        assert_eq!(
            signing_key.public_key().verify_digest(&digest, &signature),
            Err(VerifyError::OtherDigest)
        );
        assert!(signing_key.sign_digest(&digest, &mut rng).is_err());
    }
    let digest = DigestAlgorithm::Gost94Test.digest(b"message");
    let signature = signing_key.sign_digest(&digest, &mut rng).unwrap();
    assert_eq!(signing_key.public_key().verify_digest(&digest, &signature), Ok(()));
}

#[test]
fn a_signature_with_the_other_s_boxes_is_refused() {
    let kazakh = signing_key(KeyAlgorithm::new(Suite::KzGost2004, Curve::CryptoProA).unwrap());
    let russian = signing_key(KeyAlgorithm::new(Suite::RuGost2001, Curve::CryptoProA).unwrap());
    assert_eq!(kazakh.public_key().to_xy(), russian.public_key().to_xy());
    let mut signature = russian.sign_deterministic(b"message");
    assert_eq!(russian.public_key().verify(b"message", &signature), Ok(()));
    signature.reverse();
    assert_eq!(
        kazakh.public_key().verify(b"message", &signature),
        Err(VerifyError::Mismatch)
    );
}

#[test]
fn a_key_of_another_parameter_set_is_not_on_the_curve() {
    for algorithm in algorithms() {
        let xy = signing_key(algorithm).public_key().to_xy();
        for other in algorithms() {
            let refused = PublicKey::from_xy(other, &xy).err();
            if other.curve() == algorithm.curve() {
                assert_eq!(refused, None);
            } else if other.curve().bits() == algorithm.curve().bits() {
                assert!(matches!(
                    refused,
                    Some(KeyError::NotOnCurve | KeyError::CoordinateTooLarge)
                ));
            } else {
                assert!(matches!(refused, Some(KeyError::Length { .. })));
            }
        }
    }
}

#[test]
fn coordinates_are_below_p_and_not_both_zero() {
    for algorithm in algorithms() {
        let length = algorithm.curve().scalar_len();
        let (p, _) = moduli(algorithm.curve());
        let xy = signing_key(algorithm).public_key().to_xy();
        let (x, y) = xy.split_at(length);
        let refused = |x: &[u8], y: &[u8]| PublicKey::from_xy(algorithm, &[x, y].concat()).err();
        assert_eq!(refused(x, y), None);
        assert_eq!(refused(y, x), Some(KeyError::NotOnCurve));
        let zero = vec![0; length];
        assert_eq!(refused(&zero, &zero), Some(KeyError::NotOnCurve));
        assert_eq!(
            refused(&octets(&p, length).unwrap(), y),
            Some(KeyError::CoordinateTooLarge)
        );
        assert_eq!(
            refused(x, &octets(&p, length).unwrap()),
            Some(KeyError::CoordinateTooLarge)
        );
        if let Some(same_modulo_p) = octets(&(&p + BigUint::from_bytes_le(x)), length) {
            assert_eq!(refused(&same_modulo_p, y), Some(KeyError::CoordinateTooLarge));
        }
        // The opposite point is another key, and a valid one.
        assert_eq!(
            refused(x, &octets(&(&p - BigUint::from_bytes_le(y)), length).unwrap()),
            None
        );
    }
}

/// The point of order two on TC26 256 A: x = 2u/3 with the Montgomery form's shift; its y is 0. Found as the root of the cubic.
fn point_of_order_two(curve: Curve) -> (BigUint, BigUint) {
    let (a, b, p) = match curve.arithmetic() {
        Arithmetic::Short(c) => (
            limbs::to_le_bytes(&c.field.number(&c.a)),
            limbs::to_le_bytes(&c.field.number(&c.b)),
            moduli(curve).0,
        ),
        Arithmetic::Long(c) => (
            limbs::to_le_bytes(&c.field.number(&c.a)),
            limbs::to_le_bytes(&c.field.number(&c.b)),
            moduli(curve).0,
        ),
    };
    let (a, b) = (BigUint::from_bytes_le(&a), BigUint::from_bytes_le(&b));
    let root = cubic_root(&a, &b, &p);
    assert_eq!((&root * &root * &root + &a * &root + &b) % &p, BigUint::ZERO);
    (root, p)
}

/// A root of x³ + a·x + b modulo p: gcd(x^p − x, x³ + a·x + b) has degree one when there is exactly one root.
fn cubic_root(a: &BigUint, b: &BigUint, p: &BigUint) -> BigUint {
    // Polynomials c0 + c1·x + c2·x², multiplied modulo the cubic: x³ = −a·x − b, x⁴ = −a·x² − b·x.
    let multiply = |left: &[BigUint; 3], right: &[BigUint; 3]| {
        let mut product: [BigUint; 5] = Default::default();
        for (i, l) in left.iter().enumerate() {
            for (j, r) in right.iter().enumerate() {
                product[i + j] = (&product[i + j] + l * r) % p;
            }
        }
        let [c0, c1, c2, c3, c4] = product;
        let (minus_a, minus_b) = (p - a, p - b);
        [
            (c0 + &c3 * &minus_b) % p,
            (c1 + &c3 * &minus_a + &c4 * &minus_b) % p,
            (c2 + &c4 * &minus_a) % p,
        ]
    };
    let x = [BigUint::ZERO, BigUint::from(1u8), BigUint::ZERO];
    let mut power = [BigUint::from(1u8), BigUint::ZERO, BigUint::ZERO];
    for bit in (0..p.bits()).rev() {
        power = multiply(&power, &power);
        if p.bit(bit) {
            power = multiply(&power, &x);
        }
    }
    // f = x^p − x modulo the cubic, a quadratic; the cubic modulo f is linear, and shares the root.
    let [f0, f1, f2] = [power[0].clone(), (&power[1] + p - 1u8) % p, power[2].clone()];
    let inverse = f2.modinv(p).unwrap();
    let (f0, f1) = (f0 * &inverse % p, f1 * &inverse % p);
    // x³ + a·x + b − (x − f1)·(x² + f1·x + f0) = (a − f0 + f1²)·x + b + f0·f1
    let linear = (a + p - &f0 + &f1 * &f1) % p;
    let constant = (b + &f0 * &f1) % p;
    (p - constant) * linear.modinv(p).unwrap() % p
}

#[test]
fn points_outside_the_group_of_the_base_point_are_refused() {
    for curve in [Curve::Tc26A256, Curve::Tc26C512] {
        let suite = if curve.bits() == 256 {
            Suite::RuGost2012_256
        } else {
            Suite::RuGost2012_512
        };
        let algorithm = KeyAlgorithm::new(suite, curve).unwrap();
        let length = curve.scalar_len();
        let (root, p) = point_of_order_two(curve);
        let small = [octets(&root, length).unwrap(), vec![0; length]].concat();
        assert_eq!(
            PublicKey::from_xy(algorithm, &small).err(),
            Some(KeyError::NotInSubgroup)
        );

        // A good key plus the point of order two: on the curve, of order 2q. Chord through (x, y) and (root, 0).
        let good = signing_key(algorithm).public_key().to_xy();
        let (x, y) = (
            BigUint::from_bytes_le(&good[..length]),
            BigUint::from_bytes_le(&good[length..]),
        );
        let slope = (&p - &y) * ((&root + &p - &x) % &p).modinv(&p).unwrap() % &p;
        let x3 = (&slope * &slope + &p * 2u8 - &x - &root) % &p;
        let y3 = (&slope * ((&x + &p - &x3) % &p) + &p - &y) % &p;
        let mixed = [octets(&x3, length).unwrap(), octets(&y3, length).unwrap()].concat();
        assert_eq!(
            PublicKey::from_xy(algorithm, &mixed).err(),
            Some(KeyError::NotInSubgroup)
        );
    }
}

#[test]
fn curves_for_tests_are_refused_unless_asked_for() {
    for (suite, curve) in [
        (Suite::RuGost2012_256, Curve::Test256),
        (Suite::RuGost2012_512, Curve::Test512),
        (Suite::RuGost2001, Curve::Test256),
    ] {
        let signing_key = signing_key(KeyAlgorithm::new(suite, curve).unwrap());
        let key = signing_key.public_key();
        assert_eq!(
            PublicKey::from_spki_der(&key.to_spki_der()).err(),
            Some(KeyError::TestCurve)
        );
        assert_eq!(
            SigningKey::from_pkcs8_der(&signing_key.to_pkcs8_der()).err(),
            Some(KeyError::TestCurve)
        );
        assert_eq!(PublicKey::from_xy(key.algorithm(), &key.to_xy()), Ok(key));
    }
}

#[test]
fn malformed_and_unknown_public_keys_are_refused() {
    let good = spki(&file("kz/nca_gost_2022.cer"));
    assert!(PublicKey::from_spki_der(&good).is_ok());
    for length in 0..good.len() {
        assert_eq!(
            PublicKey::from_spki_der(&good[..length]).err(),
            Some(KeyError::Malformed)
        );
    }
    assert_eq!(
        PublicKey::from_spki_der(&[&good[..], &[0]].concat()).err(),
        Some(KeyError::Malformed)
    );
    for octet in 0..good.len() {
        for bit in 0..8 {
            let mut altered = good.clone();
            altered[octet] ^= 1 << bit;
            assert!(
                PublicKey::from_spki_der(&altered).is_err(),
                "bit {bit} of octet {octet}"
            );
        }
    }
    let parts = inside(&good);
    let xy = elements(&parts[1].contents[1..])[0].contents;
    let identifier = parts[0].contents;
    let bare = PublicKey::from_spki_parts(identifier, xy);
    assert!(bare.is_err(), "without the inner OCTET STRING");
    let rsa = hex("06092a864886f70d0101010500");
    assert_eq!(
        PublicKey::from_spki_parts(&rsa, &parts[1].contents[1..]).err(),
        Some(KeyError::UnknownAlgorithm)
    );
    let without_hash = hex("06092a830e030a01010202 300c 060a2a830e030a0101020201");
    assert_eq!(
        PublicKey::from_spki_parts(&without_hash, &parts[1].contents[1..]).err(),
        Some(KeyError::UnknownAlgorithm)
    );
}

#[test]
fn a_key_of_512_bit_refuses_a_signature_of_256_bit_and_the_reverse() {
    let long = key_of(&file("openssl/cert-512-A.der"));
    let short = key_of(&file("openssl/cert-256-XA.der"));
    let message = file("openssl/message.txt");
    assert_eq!(
        long.verify(&message, &file("openssl/message-256-XA.sig")),
        Err(VerifyError::Length)
    );
    assert_eq!(
        short.verify(&message, &file("openssl/message-512-A.sig")),
        Err(VerifyError::Length)
    );
}
