//! Answers about certificates, of responders of both families: believed, or not, as answers to the questions that the
//! untouched vectors answer.

use std::sync::{Arc, LazyLock};

use authority::time::{Timestamp, minutes};

use super::super::ocsp::{self, CertId, CertificateStatus, OcspPolicy, OcspQuestion};
use super::super::path::{Authority, TrustStore};
use super::super::settings::EdsSettings;
use super::{file, settings};

macro_rules! vector {
    ($path:literal) => {
        include_bytes!(concat!("../../../vectors/", $path)).as_slice()
    };
}

/// A question that a vector answers, and what the responder said, and when.
struct Asked {
    issuer: Arc<Authority>,
    question: OcspQuestion,
    said: CertificateStatus,
    at: Timestamp,
}

/// A question as a vector has it: issuer's certificate, serial number, nonce.
type Facts = (&'static [u8], &'static [u8], &'static [u8]);

/// About a certificate of the centre's test contour with an RSA key.
const RSA: Facts = (
    vector!("test-ca/nca_rsa_test.cer"),
    &[
        0x42, 0x79, 0x39, 0x0a, 0x14, 0x1f, 0x53, 0x53, 0xa6, 0x29, 0x47, 0xb6, 0x1e, 0xd6, 0x5e, 0x81, 0x74, 0x14,
        0x67, 0xd1,
    ],
    &[0xb5, 0xe5, 0xc9, 0xb5, 0x52, 0xcb, 0xca, 0xc4],
);
/// About one that its GOST authority never issued.
const GOST: Facts = (
    vector!("test-ca/nca_gost2022_test.cer"),
    &[
        0x0f, 0xf0, 0x62, 0x11, 0xdc, 0x82, 0xbe, 0xb0, 0x02, 0x53, 0xff, 0xa0, 0x00, 0xf1, 0xde, 0x84, 0xab, 0xef,
        0x45, 0x4f,
    ],
    &[0xe4, 0x08, 0xff, 0xb7, 0x90, 0x83, 0x4a, 0xf2],
);
/// About two certificates of the imitation's GOST authority.
const IMITATION: Facts = (
    vector!("fake/ca/nca_gost2015-512.cer"),
    &[
        0x25, 0xd4, 0xcd, 0xbe, 0x9b, 0x87, 0xd6, 0x1b, 0xa5, 0xbd, 0xf7, 0xa1, 0x72, 0x16, 0x07, 0x2c, 0x40, 0xe2,
        0x50, 0x70,
    ],
    &[1, 2, 3, 4, 5, 6, 7, 8],
);
const WITHDRAWN: Facts = (
    IMITATION.0,
    &[
        0x7d, 0x1e, 0x8c, 0x72, 0x3a, 0xb6, 0x67, 0x2c, 0x50, 0xe4, 0x92, 0x9f, 0x04, 0x4c, 0x43, 0xe7, 0x9c, 0xa6,
        0xc7, 0xdd,
    ],
    IMITATION.2,
);

/// 2022-09-02, and the imitation's moment.
const RSA_AT: Timestamp = Timestamp::from_unix_seconds(1_662_137_639);
const GOST_AT: Timestamp = Timestamp::from_unix_seconds(1_662_137_914);
/// 2026-09-10T08:00:00Z.
const WITHDRAWN_AT: Timestamp = Timestamp::from_unix_seconds(1_789_027_200);

static ASKED: LazyLock<Vec<Asked>> = LazyLock::new(|| {
    let revoked = CertificateStatus::Revoked { at: WITHDRAWN_AT };
    let all = [
        (RSA, CertificateStatus::Good, RSA_AT),
        (GOST, CertificateStatus::NeverIssued, GOST_AT),
        (IMITATION, CertificateStatus::Good, super::NOW),
        (WITHDRAWN, revoked, super::NOW),
    ];
    all.into_iter()
        .filter_map(|(facts, said, at)| asked(facts, said, at))
        .collect()
});

fn asked((issuer, serial, nonce): Facts, said: CertificateStatus, at: Timestamp) -> Option<Asked> {
    let settings = EdsSettings {
        anchors: vec![file(issuer)],
        ..EdsSettings::default()
    };
    let issuer = Arc::clone(TrustStore::new(&settings).ok()?.authorities().next()?);
    Some(Asked {
        question: OcspQuestion::new(CertId::of(&issuer, serial), nonce),
        issuer,
        said,
        at,
    })
}

/// An answer is refused, or says of the certificate that was asked about what its issuer said of it, when it said that.
/// Returns how many of the questions it answers.
pub fn ocsp(bytes: &[u8]) -> usize {
    let suites = settings().suites();
    let believed = ASKED.iter().filter(|asked| {
        let rules = ocsp::Rules {
            issuer: &asked.issuer,
            suites,
            policy: OcspPolicy {
                max_age: minutes(5),
                accept_without_nonce: true,
            },
            now: asked.at,
        };
        let Ok(answer) = ocsp::judge(&asked.question, bytes, rules, |_| None) else {
            return false;
        };
        assert_eq!(answer.this_update(), asked.at, "the responder said it then");
        assert_eq!(answer.status(), asked.said, "the responder said that");
        true
    });
    believed.count()
}

#[cfg(test)]
mod tests {
    use super::super::super::suite::count::CHECKS;
    use super::super::ANSWERS;
    use super::*;

    fn checks(bytes: &[u8]) -> (usize, usize) {
        CHECKS.set(0);
        (ocsp(bytes), CHECKS.get())
    }

    #[test]
    fn answers_of_both_families_are_believed_and_no_byte_of_their_signatures_is_idle() {
        assert_eq!(ASKED.len(), 4);
        let mut believed = 0;
        for answer in ANSWERS {
            let (one, checked) = checks(answer);
            if one == 0 {
                continue;
            }
            assert_eq!(checked, 2, "that of the responder's certificate, and its own");
            believed += one;
            // The bytes of the signature stand behind what is signed, at an offset that each family has.
            let signature = signature_at(answer);
            for at in [signature.start, signature.end - 1] {
                let mut changed = answer.to_vec();
                changed[at] ^= 1;
                assert_eq!(
                    checks(&changed),
                    (0, 2),
                    "it was refused by a check of the signature, {at}"
                );
            }
        }
        assert_eq!(believed, 4, "one vector for each question");
    }

    /// Where the octets of an answer's own signature stand: the first BIT STRING of 128 or 256 octets.
    fn signature_at(answer: &[u8]) -> std::ops::Range<usize> {
        let heads: [(&[u8], usize); 2] = [(&[0x03, 0x81, 0x81, 0x00], 128), (&[0x03, 0x82, 0x01, 0x01, 0x00], 256)];
        let found = heads.into_iter().filter_map(|(head, length)| {
            let at = answer.windows(head.len()).position(|window| window == head)? + head.len();
            Some(at..at + length)
        });
        found.min_by_key(|range| range.start).unwrap()
    }
}
