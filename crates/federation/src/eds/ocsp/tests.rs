//! Real answers of the centre's test contour and of its imitation; what each rule refuses is tried in `testkit`, which can
//! make any answer.

use std::sync::Arc;

use authority::time::{Timestamp, minutes, seconds};
use proptest::prelude::*;

use super::super::path::{Authority, TrustStore};
use super::super::settings::TrustFile;
use super::*;

macro_rules! vector {
    ($path:literal) => {
        include_bytes!(concat!("../../../vectors/", $path)).as_slice()
    };
}

const RSA_GOOD: &[u8] = vector!("ocsp-test/rsa_good.der");
const RSA_AT: Timestamp = Timestamp::from_unix_seconds(1_662_137_639);
const RSA_SERIAL: [u8; 20] = [
    0x42, 0x79, 0x39, 0x0a, 0x14, 0x1f, 0x53, 0x53, 0xa6, 0x29, 0x47, 0xb6, 0x1e, 0xd6, 0x5e, 0x81, 0x74, 0x14, 0x67,
    0xd1,
];
const RSA_NONCE: [u8; 8] = [0xb5, 0xe5, 0xc9, 0xb5, 0x52, 0xcb, 0xca, 0xc4];
const POLICY: OcspPolicy = OcspPolicy {
    max_age: minutes(5),
    accept_without_nonce: false,
};

fn authority(bytes: &[u8]) -> Arc<Authority> {
    let file = TrustFile {
        name: "authority".to_owned(),
        bytes: bytes.to_vec(),
    };
    let store = TrustStore::new(&[file], &[]).unwrap();
    Arc::clone(store.authorities().next().unwrap())
}

fn centre() -> Arc<Authority> {
    authority(vector!("test-ca/nca_rsa_test.cer"))
}

fn question(issuer: &Authority, serial: &[u8], nonce: &[u8]) -> OcspQuestion {
    OcspQuestion::new(CertId::of(issuer, serial), nonce)
}

fn rsa_question() -> OcspQuestion {
    question(&centre(), &RSA_SERIAL, &RSA_NONCE)
}

fn judge_rsa(der: &[u8], now: Timestamp) -> Result<OcspAnswer, OcspFault> {
    judge(&rsa_question(), &centre(), der, (&POLICY, now), |_| None)
}

#[test]
fn a_real_answer_is_believed() {
    let answer = judge_rsa(RSA_GOOD, RSA_AT).unwrap();
    assert_eq!(answer.status(), CertificateStatus::Good);
    assert_eq!(answer.this_update(), RSA_AT);
    assert_eq!(answer.produced_at(), RSA_AT);
    assert_eq!(answer.der(), RSA_GOOD);
}

#[test]
fn without_next_update_it_counts_for_five_minutes() {
    for (now, fault) in [
        (RSA_AT.minus(minutes(5)), None),
        (RSA_AT.minus(minutes(5)).minus(seconds(1)), Some(OcspFault::FromFuture)),
        (RSA_AT.plus(minutes(5)), None),
        (RSA_AT.plus(minutes(5)).plus(seconds(1)), Some(OcspFault::Stale)),
    ] {
        assert_eq!(judge_rsa(RSA_GOOD, now).err(), fault, "{now}");
    }
}

#[test]
fn it_answers_one_question_only() {
    let (issuer, mut serial) = (centre(), RSA_SERIAL);
    serial[19] ^= 1;
    let other = question(&issuer, &serial, &RSA_NONCE);
    let judged = judge(&other, &issuer, RSA_GOOD, (&POLICY, RSA_AT), |_| None);
    assert_eq!(judged, Err(OcspFault::OtherCertificate));
    let other = question(&issuer, &RSA_SERIAL, b"12345678");
    let judged = judge(&other, &issuer, RSA_GOOD, (&POLICY, RSA_AT), |_| None);
    assert_eq!(judged, Err(OcspFault::OtherNonce));
}

#[test]
fn another_authority_of_the_configuration_does_not_make_it_right() {
    let other = authority(vector!("prod/nca_rsa_2022.cer"));
    let judged = judge(&rsa_question(), &other, RSA_GOOD, (&POLICY, RSA_AT), |_| None);
    assert_eq!(judged, Err(OcspFault::Responder));
}

#[test]
fn a_responder_that_a_list_names_is_not_believed() {
    for (listed, fault) in [
        (Some(true), Some(OcspFault::ResponderRevoked)),
        (Some(false), None),
        (None, None),
    ] {
        let judged = judge(&rsa_question(), &centre(), RSA_GOOD, (&POLICY, RSA_AT), |_| listed);
        assert_eq!(judged.err(), fault, "{listed:?}");
    }
}

#[test]
fn an_answer_without_certainty_says_which() {
    let try_later = vector!("fake/ocsp/try_later.der");
    assert_eq!(judge_rsa(try_later, RSA_AT), Err(OcspFault::TryLater));
    for status in [1, 2, 5, 6, 7] {
        assert_eq!(judge_rsa(&[0x30, 3, 0x0a, 1, status], RSA_AT), Err(OcspFault::NoAnswer));
    }
    assert_eq!(judge_rsa(&[0x30, 3, 0x0a, 1, 0], RSA_AT), Err(OcspFault::NotResponse));
}

#[test]
fn an_answer_cut_anywhere_or_with_a_changed_byte_is_refused() {
    for length in 0..RSA_GOOD.len() {
        assert!(judge_rsa(&RSA_GOOD[..length], RSA_AT).is_err(), "{length}");
    }
    let honest = judge_rsa(RSA_GOOD, RSA_AT).unwrap();
    let mut unnoticed = 0;
    for position in 0..RSA_GOOD.len() {
        let mut der = RSA_GOOD.to_vec();
        der[position] ^= 1;
        if let Ok(answer) = judge_rsa(&der, RSA_AT) {
            // Nothing that is signed changed: what is read out of it is the same.
            assert_eq!(
                (answer.status(), answer.this_update()),
                (honest.status(), honest.this_update())
            );
            unnoticed += 1;
        }
    }
    assert_eq!(
        unnoticed, 0,
        "every byte is either signed or needed to check the signature"
    );
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(judge_rsa(&bytes, RSA_AT).is_err());
    }

    #[test]
    fn mutated_answers_never_say_anything_else(
        changes in proptest::collection::vec((0..RSA_GOOD.len(), any::<u8>()), 1..6),
    ) {
        let mut der = RSA_GOOD.to_vec();
        for (position, value) in changes {
            der[position] = value;
        }
        if let Ok(answer) = judge_rsa(&der, RSA_AT) {
            prop_assert_eq!(answer.status(), CertificateStatus::Good);
            prop_assert_eq!(answer.this_update(), RSA_AT);
        }
    }
}
