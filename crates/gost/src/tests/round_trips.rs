//! What we sign we verify, on every curve and in every suite; nothing altered verifies.

use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::{Curve, Encoding, KeyAlgorithm, PublicKey, Signature, SigningKey, Suite};

/// One algorithm for each suite and curve.
fn algorithms() -> impl Iterator<Item = &'static KeyAlgorithm> {
    Suite::ALL.into_iter().flat_map(|suite| {
        Curve::ALL
            .into_iter()
            .filter_map(move |curve| KeyAlgorithm::new(suite, curve))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn what_is_signed_verifies_and_what_is_altered_does_not(
        seed: [u8; 32],
        message in proptest::collection::vec(any::<u8>(), 1..200),
        place: proptest::sample::Index,
        bit in 0..8u8,
    ) {
        let mut rng = ChaCha20Rng::from_seed(seed);
        for algorithm in algorithms() {
            let signing_key = SigningKey::generate(algorithm, &mut rng);
            let key = PublicKey::from_xy(algorithm, &signing_key.public_key().to_xy()).unwrap();
            let signature = signing_key.sign(&message, &mut rng);
            prop_assert_eq!(signature.len(), algorithm.curve().signature_len());
            prop_assert_eq!(key.verify(&message, &signature), Ok(()));

            let mut altered = message.clone();
            altered[place.index(message.len())] ^= 1 << bit;
            prop_assert!(key.verify(&altered, &signature).is_err());
            let mut altered = signature.clone();
            altered[place.index(signature.len())] ^= 1 << bit;
            prop_assert!(key.verify(&message, &altered).is_err());
            let mut xy = key.to_xy();
            let length = xy.len();
            xy[place.index(length)] ^= 1 << bit;
            prop_assert!(PublicKey::from_xy(algorithm, &xy).is_err());
            let stranger = SigningKey::generate(algorithm, &mut rng).public_key();
            prop_assert!(stranger.verify(&message, &signature).is_err());
        }
    }

    #[test]
    fn encodings_are_each_others_reverse(octets in proptest::collection::vec(any::<u8>(), 128)) {
        for length in [64, 128] {
            let octets = &octets[..length];
            let signature = Signature::decode(Encoding::Kazakhstan, octets).unwrap();
            prop_assert_eq!(&signature.encode(Encoding::Kazakhstan)[..], octets);
            let reversed: Vec<u8> = octets.iter().rev().copied().collect();
            prop_assert_eq!(signature.encode(Encoding::Russia), reversed.clone());
            prop_assert_eq!(Signature::decode(Encoding::Russia, &reversed), Ok(signature));
        }
    }
}

#[test]
fn a_deterministic_signature_repeats_and_one_with_chance_does_not() {
    for algorithm in algorithms() {
        let mut rng = ChaCha20Rng::from_seed([9; 32]);
        let key = SigningKey::generate(algorithm, &mut rng);
        let first = key.sign_deterministic(b"one");
        assert_eq!(first, key.sign_deterministic(b"one"));
        let half = first.len() / 2;
        let r = |signature: &[u8]| match algorithm.suite().encoding() {
            Encoding::Kazakhstan => signature[..half].to_vec(),
            Encoding::Russia => signature[half..].to_vec(),
        };
        // A nonce used for two messages would show as the same r, and give the key away.
        assert_ne!(r(&first), r(&key.sign_deterministic(b"two")));
        assert_ne!(r(&key.sign(b"one", &mut rng)), r(&key.sign(b"one", &mut rng)));
    }
}

#[test]
fn a_source_of_chance_that_repeats_itself_does_not_repeat_a_nonce() {
    let algorithm = KeyAlgorithm::new(Suite::RuGost2012_256, Curve::CryptoProA).unwrap();
    let key = SigningKey::from_le_bytes(algorithm, &[3; 32]).unwrap();
    let broken = || ChaCha20Rng::from_seed([0; 32]);
    let (one, two) = (key.sign(b"one", &mut broken()), key.sign(b"two", &mut broken()));
    assert_ne!(one[32..], two[32..]);
    let other = SigningKey::from_le_bytes(algorithm, &[4; 32]).unwrap();
    assert_ne!(one[32..], other.sign(b"one", &mut broken())[32..]);
}
