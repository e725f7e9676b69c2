//! Examples that give the numbers: RFC 7091 appendix A, and Kazakhstan's encoding with a small private key.

use super::vectors::{hex, json, number, reversed};
use crate::curve::Arithmetic;
use crate::limbs::{self, Limbs};
use crate::parameters::{self, Parameters};
use crate::{Curve, Digest, Encoding, KeyAlgorithm, PublicKey, Signature, SigningKey, Suite, VerifyError};

/// RFC 7091 appendix A, example of N limbs.
fn rfc7091<const N: usize>(curve: &Parameters<N>, suite: Suite, set: Curve) {
    let example = &json("public/rfc7091.json")["vectors"][usize::from(N == 8)];
    let length = 8 * N;
    let limbs = |name: &str| -> Limbs<N> { limbs::from_be_bytes(&number(&example[name], length)).unwrap() };

    let (r, s) = curve.sign(&limbs("d"), &limbs("e"), &limbs("k")).unwrap();
    assert_eq!((r, s), (limbs("r"), limbs("s")));

    let algorithm = KeyAlgorithm::new(suite, set).unwrap();
    let signing_key = SigningKey::from_be_bytes(algorithm, &number(&example["d"], length)).unwrap();
    let xy = ["Qx", "Qy"]
        .map(|name| reversed(&number(&example[name], length)))
        .concat();
    assert_eq!(signing_key.public_key().to_xy(), xy);

    let key = PublicKey::from_xy(algorithm, &xy).unwrap();
    let digest = Digest::from_bytes(suite.digest_algorithm(), &reversed(&number(&example["e"], length))).unwrap();
    let octets = ["s", "r"].map(|name| number(&example[name], length)).concat();
    let signature = Signature::decode(Encoding::Russia, &octets).unwrap();
    assert_eq!(key.verify_digest(&digest, &signature), Ok(()));
    let misread = Signature::decode(Encoding::Kazakhstan, &octets).unwrap();
    assert!(key.verify_digest(&digest, &misread).is_err());
}

#[test]
fn rfc_7091_example_of_256_bit_signs_and_verifies() {
    rfc7091(&parameters::TEST_256, Suite::RuGost2012_256, Curve::Test256);
}

#[test]
fn rfc_7091_example_of_512_bit_signs_and_verifies() {
    rfc7091(&parameters::TEST_512, Suite::RuGost2012_512, Curve::Test512);
}

const KZ_512_KEY: &str = "5c0b910044b9d56f0439af465db02a57eac3a08c51a5a9ce8c84aff3806cfa9dc5d8162d3c4e2511c54f709f36068efabc4ab85eb4bbc603b45a29bd95884a2b
    b7d76576f08dc30d02a54591de4479cb933dcfe9d77458747dc1f83cbfaee2912cb87db0a2d3747475b807f935bf3e66d6e6f0d119252ba46b46bdddd71d4cc3";
const KZ_512_SIGNATURE: &str = "3de811c969a444f6c74274cc8b09747bc064403399c57b7005cf85c34a02620773b39f25ce8179d505f01b8d739eaec7e086c0cf88d1635a4d285dbd11643cbd
    04eb1d9ee372d9c0dd4ee3fe15db5b814770252e5f9d52f3d153cac59301554c4cefe1371eac1ef13f6df4711814dee554d2186edcc6ebb3786a371ca2b503ae";
const KZ_256_KEY: &str = "4199792b85183997d003d4add3e547b44dd57029fa224019e7a8f7f53c6597b302056751ef0e25655e0b79ec0200d8bd96af0d80882636bdc8570bb2a67a302b";
const KZ_256_SIGNATURE: &str = "2116142506ff611d64f9d4643049ccc5855a6409b928fc1914aeb81376a486245b0bae23031574672e436ff74ec4aa57b029315596f663ff201f6648cfd6e63e";
const KZ_2004_KEY: &str = "83fc1cb3e66fb22c016dfa039656b5e0ddefeb03240b1528b63e6761689febc59f317ecccb5efb6e7f2ce86f09dea9c226e7b293d7d07891648413732f9b94f1";
const KZ_2004_SIGNATURE: &str = "61c9f82fd0632e8b942b08f124f84e0f02de9984683394e0aaf3d808286ec63e288f55718e20da78b378e0fd7d1496872e1ab4697281a5150dc052e82e280539";

#[test]
fn kazakh_examples_with_a_small_private_key_verify() {
    let examples = [
        (Suite::KzGost2015_512, Curve::Tc26A512, KZ_512_KEY, KZ_512_SIGNATURE),
        (Suite::KzGost2015_256, Curve::Tc26A256, KZ_256_KEY, KZ_256_SIGNATURE),
        (Suite::KzGost2004, Curve::CryptoProA, KZ_2004_KEY, KZ_2004_SIGNATURE),
    ];
    for (suite, curve, xy, signature) in examples {
        let algorithm = KeyAlgorithm::new(suite, curve).unwrap();
        let mut d = vec![0; curve.scalar_len()];
        d[..8].copy_from_slice(&0x1234_5678_90AB_CDEF_u64.to_le_bytes());
        let signing_key = SigningKey::from_le_bytes(algorithm, &d).unwrap();
        let key = PublicKey::from_xy(algorithm, &hex(xy)).unwrap();
        assert_eq!(signing_key.public_key(), key, "{suite}");
        assert_eq!(key.verify(b"abc", &hex(signature)), Ok(()), "{suite}");
        assert_eq!(
            key.verify(b"abcd", &hex(signature)),
            Err(VerifyError::Mismatch),
            "{suite}"
        );
    }
}

/// Step 2 of both procedures: a digest that is a multiple of q counts as 1.
fn zero_digest<const N: usize>(curve: &'static Parameters<N>) {
    let mut one = [0; N];
    one[0] = 1;
    let mut d = [0; N];
    d[0] = 77;
    let mut k = [0; N];
    k[1] = 5;
    let key = curve.multiply_base(&d);
    for digest in [[0; N], *curve.order()] {
        let pair = curve.sign(&d, &digest, &k).unwrap();
        assert_eq!(pair, curve.sign(&d, &one, &k).unwrap());
        assert!(curve.verifies(&key, &digest, &pair));
        assert!(curve.verifies(&key, &one, &pair));
    }
}

#[test]
fn a_digest_of_zero_counts_as_one() {
    for curve in Curve::ALL {
        match curve.arithmetic() {
            Arithmetic::Short(parameters) => zero_digest(parameters),
            Arithmetic::Long(parameters) => zero_digest(parameters),
        }
    }
}

/// s = r·d makes s·P − r·Q the point at infinity, which has no x to compare.
fn infinity<const N: usize>(curve: &'static Parameters<N>) {
    let mut d = [0; N];
    d[0] = 1234;
    let key = curve.multiply_base(&d);
    let q = &curve.scalars;
    let mut r = [0; N];
    for lowest in 1..20 {
        r[0] = lowest;
        let s = q.number(&q.mul(&q.element(&r), &q.element(&d)));
        let mut digest = [0; N];
        digest[N - 1] = 99 + lowest;
        assert!(!curve.verifies(&key, &digest, &(r, s)));
    }
}

#[test]
fn a_sum_at_infinity_is_no_signature() {
    for curve in Curve::ALL {
        match curve.arithmetic() {
            Arithmetic::Short(parameters) => infinity(parameters),
            Arithmetic::Long(parameters) => infinity(parameters),
        }
    }
}

/// A signature whose point has an x of q or more: r is what remains. On the curves with cofactor 4 that is three of four.
#[test]
fn a_point_with_an_x_above_the_order_verifies() {
    let curve = &parameters::TC26_256_A;
    let d = [77, 0, 0, 0];
    let key = curve.multiply_base(&d);
    let mut above = 0;
    for lowest in 1..20 {
        let k = [lowest, 5, 0, 0];
        let x = curve.field.number(&curve.multiply_base(&k).x);
        above += usize::from(!limbs::less(&x, curve.order()));
        let pair = curve.sign(&d, &[1, 2, 3, 4], &k).unwrap();
        assert!(curve.verifies(&key, &[1, 2, 3, 4], &pair));
    }
    assert!(above > 5);
}
