//! Real answers of the centre's test contour and of its imitation; what each rule refuses is tried in `testkit`, which can
//! make any answer.

use std::sync::Arc;

use authority::time::{Timestamp, minutes, seconds};
use proptest::prelude::*;

use super::super::path::{Authority, TrustStore};
use super::super::settings::{EdsSettings, TrustFile};
use super::super::suite::Suites;
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
    let settings = EdsSettings {
        anchors: vec![file],
        ..EdsSettings::default()
    };
    let store = TrustStore::new(&settings).unwrap();
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

fn rules(issuer: &Authority, now: Timestamp) -> Rules<'_> {
    Rules {
        issuer,
        suites: Suites::default(),
        policy: POLICY,
        now,
    }
}

fn judge_rsa(der: &[u8], now: Timestamp) -> Result<OcspAnswer, OcspFault> {
    judge(&rsa_question(), der, rules(&centre(), now), |_| None)
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
    let judged = judge(&other, RSA_GOOD, rules(&issuer, RSA_AT), |_| None);
    assert_eq!(judged, Err(OcspFault::OtherCertificate));
    let other = question(&issuer, &RSA_SERIAL, b"12345678");
    let judged = judge(&other, RSA_GOOD, rules(&issuer, RSA_AT), |_| None);
    assert_eq!(judged, Err(OcspFault::OtherNonce));
}

#[test]
fn another_authority_of_the_configuration_does_not_make_it_right() {
    let other = authority(vector!("prod/nca_rsa_2022.cer"));
    let judged = judge(&rsa_question(), RSA_GOOD, rules(&other, RSA_AT), |_| None);
    assert_eq!(judged, Err(OcspFault::Responder));
}

#[test]
fn a_responder_that_a_list_names_is_not_believed() {
    for (listed, fault) in [
        (Some(true), Some(OcspFault::ResponderRevoked)),
        (Some(false), None),
        (None, None),
    ] {
        let judged = judge(&rsa_question(), RSA_GOOD, rules(&centre(), RSA_AT), |_| listed);
        assert_eq!(judged.err(), fault, "{listed:?}");
    }
}

/// The imitation's moment, and the nonce of its answers.
const FAKE_AT: Timestamp = Timestamp::from_unix_seconds(1_795_262_400);
const FAKE_NONCE: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 8];

fn fake_centre() -> Arc<Authority> {
    authority(vector!("fake/ca/nca_gost2015-512.cer"))
}

/// About `individual_valid`, and about `individual_revoked`.
fn fake_question(serial: &str) -> OcspQuestion {
    let octets: Vec<u8> = (0..serial.len() / 2)
        .map(|at| u8::from_str_radix(&serial[2 * at..2 * at + 2], 16).unwrap())
        .collect();
    question(&fake_centre(), &octets, &FAKE_NONCE)
}

const VALID: &str = "25D4CDBE9B87D61BA5BDF7A17216072C40E25070";
const REVOKED: &str = "7D1E8C723AB6672C50E4929F044C43E79CA6C7DD";

#[test]
fn a_question_is_written_as_the_centres_software_writes_it() {
    assert_eq!(fake_question(VALID).der(), vector!("fake/ocsp/request.der"));
}

#[test]
fn the_imitations_answers_are_judged_as_its_manifest_says() {
    let at = Timestamp::from_rfc3339("2026-09-10T08:00:00Z").unwrap();
    let good = Ok(CertificateStatus::Good);
    for (der, serial, expected) in [
        (vector!("fake/ocsp/good.der"), VALID, good),
        (
            vector!("fake/ocsp/revoked.der"),
            REVOKED,
            Ok(CertificateStatus::Revoked { at }),
        ),
        (vector!("fake/ocsp/unknown.der"), VALID, Ok(CertificateStatus::Unknown)),
        (
            vector!("fake/ocsp/not_issued_1970.der"),
            VALID,
            Ok(CertificateStatus::NeverIssued),
        ),
        (
            vector!("fake/ocsp/good_other_nonce.der"),
            VALID,
            Err(OcspFault::OtherNonce),
        ),
        (vector!("fake/ocsp/good_no_nonce.der"), VALID, Err(OcspFault::NoNonce)),
        (
            vector!("fake/ocsp/good_other_serial.der"),
            VALID,
            Err(OcspFault::OtherCertificate),
        ),
        (
            vector!("fake/ocsp/good_bad_signature.der"),
            VALID,
            Err(OcspFault::Signature),
        ),
        (vector!("fake/ocsp/good_by_ee.der"), VALID, Err(OcspFault::Responder)),
        (vector!("fake/ocsp/good_stale.der"), VALID, Err(OcspFault::Stale)),
        (vector!("fake/ocsp/try_later.der"), VALID, Err(OcspFault::TryLater)),
        (vector!("fake/ocsp/request.der"), VALID, Err(OcspFault::NotResponse)),
        (
            vector!("ocsp-test/gost2015_never_issued_1970.der"),
            VALID,
            Err(OcspFault::OtherCertificate),
        ),
    ] {
        let judged = judge(&fake_question(serial), der, rules(&fake_centre(), FAKE_AT), |_| None);
        assert_eq!(judged.map(|answer| answer.status()), expected);
    }
}

#[test]
fn an_answer_without_nonce_is_believed_only_where_the_configuration_says_so() {
    let lax = |der: &[u8]| {
        let centre = fake_centre();
        let policy = OcspPolicy {
            accept_without_nonce: true,
            ..POLICY
        };
        let rules = Rules {
            policy,
            ..rules(&centre, FAKE_AT)
        };
        judge(&fake_question(VALID), der, rules, |_| None).map(|answer| answer.status())
    };
    assert_eq!(lax(vector!("fake/ocsp/good_no_nonce.der")), Ok(CertificateStatus::Good));
    assert_eq!(
        lax(vector!("fake/ocsp/good_other_nonce.der")),
        Err(OcspFault::OtherNonce)
    );
}

#[test]
fn the_real_answer_about_a_certificate_that_was_never_issued_is_understood() {
    let der = vector!("ocsp-test/gost2015_never_issued_1970.der");
    let response = super::response::parse(der).unwrap();
    let id = response.single.id.clone().unwrap();
    let of_it = OcspQuestion::new(id, &response.nonce.clone().unwrap());
    let centre = authority(vector!("test-ca/nca_gost2022_test.cer"));
    assert!(of_it.is_to(&centre));
    let at = response.single.this_update;
    let answer = judge(&of_it, der, rules(&centre, at), |_| None).unwrap();
    assert_eq!(answer.status(), CertificateStatus::NeverIssued);
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
