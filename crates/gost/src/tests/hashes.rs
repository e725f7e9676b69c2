//! Hash functions: RFC 6986, RFC 5831, and well-known values.

use super::vectors::{hex, json};
use crate::DigestAlgorithm::{self, Gost94CryptoPro, Gost94Test, Streebog256, Streebog512};
use crate::{Digest, ObjectIdentifier};

#[test]
fn streebog_agrees_with_its_vectors() {
    let file = json("public/streebog.json");
    let vectors = file["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 4);
    for vector in vectors {
        let message = hex(vector["message_hex"].as_str().unwrap());
        for (algorithm, name) in [(Streebog256, "streebog256_hex"), (Streebog512, "streebog512_hex")] {
            let expected = hex(vector[name].as_str().unwrap());
            assert_eq!(algorithm.digest(&message).as_bytes(), expected, "{}", vector["name"]);
        }
    }
}

const THIRTY_TWO: &str = "This is message, length=32 bytes";
const FIFTY: &str = "Suppose the original message has length = 50 bytes";

#[test]
fn gost_94_agrees_with_its_vectors_in_both_sets_of_s_boxes() {
    let vectors = [
        (
            Gost94Test,
            "",
            "ce85b99cc46752fffee35cab9a7b0278abb4c2d2055cff685af4912c49490f8d",
        ),
        (
            Gost94Test,
            "abc",
            "f3134348c44fb1b2a277729e2285ebb5cb5e0f29c975bc753b70497c06a4d51d",
        ),
        // RFC 5831 §7.3.1 and §7.3.2
        (
            Gost94Test,
            THIRTY_TWO,
            "b1c466d37519b82e8319819ff32595e047a28cb6f83eff1c6916a815a637fffa",
        ),
        (
            Gost94Test,
            FIFTY,
            "471aba57a60a770d3a76130635c1fbea4ef14de51f78b4ae57dd893b62f55208",
        ),
        (
            Gost94CryptoPro,
            "",
            "981e5f3ca30c841487830f84fb433e13ac1101569b9c13584ac483234cd656c0",
        ),
        (
            Gost94CryptoPro,
            "abc",
            "b285056dbf18d7392d7677369524dd14747459ed8143997e163b2986f92fd42c",
        ),
        (
            Gost94CryptoPro,
            THIRTY_TWO,
            "2cefc2f7b7bdc514e18ea57fa74ff357e7fa17d652c75f69cb1be7893ede48eb",
        ),
        (
            Gost94CryptoPro,
            FIFTY,
            "c3730c5cbccacf915ac292676f21e8bd4ef75331d9405e5f1a61dc3130a65011",
        ),
    ];
    for (algorithm, message, expected) in vectors {
        assert_eq!(
            algorithm.digest(message.as_bytes()).as_bytes(),
            hex(expected),
            "{algorithm:?} {message}"
        );
    }
}

#[test]
fn a_message_in_parts_has_the_digest_of_the_whole() {
    let message: Vec<u8> = (0..=255).cycle().take(1000).collect();
    for algorithm in DigestAlgorithm::ALL {
        for size in [1, 31, 64, 65, 999] {
            let mut hasher = algorithm.hasher();
            message.chunks(size).for_each(|part| hasher.update(part));
            assert_eq!(
                hasher.finish(),
                algorithm.digest(&message),
                "{algorithm:?} in parts of {size}"
            );
        }
    }
}

#[test]
fn a_digest_has_exactly_the_length_of_its_function() {
    for algorithm in DigestAlgorithm::ALL {
        let length = algorithm.output_len();
        assert_eq!(algorithm.digest(b"").as_bytes().len(), length);
        assert!(Digest::from_bytes(algorithm, &vec![0; length]).is_ok());
        for wrong in [0, length - 1, length + 1, 96 - length] {
            assert!(Digest::from_bytes(algorithm, &vec![0; wrong]).is_err());
        }
    }
}

#[test]
fn hash_functions_are_found_by_identifier_with_and_without_null() {
    for algorithm in DigestAlgorithm::ALL {
        for oid in algorithm.oids() {
            let bare = [&[6, u8::try_from(oid.as_bytes().len()).unwrap()], oid.as_bytes()].concat();
            let with_null = [&bare[..], &[5, 0]].concat();
            assert_eq!(DigestAlgorithm::from_identifier(&bare), Some(algorithm));
            assert_eq!(DigestAlgorithm::from_identifier(&with_null), Some(algorithm));
            for wrong in [&bare[..bare.len() - 1], &with_null[..with_null.len() - 1], &[], &[5, 0]] {
                assert_eq!(DigestAlgorithm::from_identifier(wrong), None);
            }
            let twice = [&with_null[..], &[5, 0]].concat();
            assert_eq!(DigestAlgorithm::from_identifier(&twice), None);
        }
    }
    let sha256 = ObjectIdentifier::new("2.16.840.1.101.3.4.2.1").unwrap();
    assert_eq!(DigestAlgorithm::from_oid(&sha256), None);
}
