use std::sync::Arc;

use authority::time::{hours, seconds};

use super::super::certificate::Certificate;
use super::deep_vector as vector;
use super::*;

const FRESH: &[u8] = vector!("fake/crl/nca_rsa_fresh.crl");
const REVOKING: &[u8] = vector!("fake/crl/nca_rsa_revoking.crl");

fn judge_with(verifier: &EdsVerifier, now: Timestamp) -> Result<VerifiedEds, EdsRefusal> {
    verifier.verify(&base64(vector!("fake/cms/attached_rsa_auth_ok.der")), CHALLENGE, now)
}

fn with(crl: &[u8]) -> EdsVerifier {
    EdsVerifier::new(&settings(crl)).unwrap()
}

#[test]
fn a_certificate_on_hold_or_revoked_is_refused() {
    let at = Timestamp::from_rfc3339("2026-11-20T08:30:00Z").unwrap();
    let verifier = with(REVOKING);
    assert_eq!(
        judge_with(&verifier, NOW),
        Err(EdsRefusal::Revoked { at }),
        "certificateHold"
    );
    let sign = base64(vector!("fake/cms/attached_rsa_sign_ok.der"));
    assert_eq!(
        verifier.verify(&sign, CHALLENGE, NOW),
        Err(EdsRefusal::Revoked { at }),
        "keyCompromise"
    );
}

#[test]
fn without_a_list_everybody_is_refused() {
    let verifier = EdsVerifier::new(&EdsSettings {
        crls: vec![],
        ..settings(FRESH)
    })
    .unwrap();
    assert_eq!(
        judge_with(&verifier, NOW),
        Err(EdsRefusal::StatusUnknown(StatusFault::NoList))
    );
}

#[test]
fn a_list_counts_from_this_update_until_next_update() {
    let verifier = with(FRESH);
    let [state] = verifier.crls().try_into().unwrap();
    assert_eq!(state.entries, 0);
    for (now, fault) in [
        (state.this_update.minus(seconds(61)), Some(StatusFault::NotYetValid)),
        (state.this_update.minus(seconds(60)), None),
        (state.next_update.minus(seconds(1)), None),
        (state.next_update, Some(StatusFault::Stale)),
    ] {
        assert_eq!(
            judge_with(&verifier, now).err(),
            fault.map(EdsRefusal::StatusUnknown),
            "{now}"
        );
    }
    let ended = with(vector!("fake/crl/nca_rsa_stale.crl"));
    assert_eq!(
        judge_with(&ended, NOW),
        Err(EdsRefusal::StatusUnknown(StatusFault::Stale))
    );
}

#[test]
fn the_configuration_can_ask_for_younger_lists() {
    let verifier = EdsVerifier::new(&EdsSettings {
        crl_max_age: Some(hours(6)),
        ..settings(FRESH)
    })
    .unwrap();
    assert!(judge_with(&verifier, NOW).is_ok(), "six hours old");
    assert_eq!(
        judge_with(&verifier, NOW.plus(seconds(1))),
        Err(EdsRefusal::StatusUnknown(StatusFault::Stale))
    );
}

#[test]
fn files_that_are_no_usable_list_leave_the_status_unknown() {
    let mut damaged = FRESH.to_vec();
    *damaged.last_mut().unwrap() ^= 1;
    for (bytes, fault) in [
        (&damaged[..], CrlFault::Signature),
        (&FRESH[..FRESH.len() - 1], CrlFault::NotList),
        (b"", CrlFault::NotList),
        (b"-----BEGIN X509 CRL-----", CrlFault::NotList),
        (vector!("fake/ca/nca_rsa.cer"), CrlFault::NotList),
        (vector!("fake/crl/delta.crl"), CrlFault::UnknownIssuer),
        (vector!("fake/crl/full.crl"), CrlFault::UnknownIssuer),
        (
            vector!("crl-test/nca_gost2022_test_2025-04-29.crl"),
            CrlFault::UnknownIssuer,
        ),
    ] {
        let verifier = with(bytes);
        assert_eq!(
            verifier.crl_problems(),
            [CrlProblem {
                file: "crl".to_owned(),
                fault
            }]
        );
        assert_eq!(
            judge_with(&verifier, NOW),
            Err(EdsRefusal::StatusUnknown(StatusFault::NoList))
        );
    }
}

#[test]
fn a_list_in_pem_is_read() {
    assert!(judge_with(&with(vector!("fake/crl/nca_rsa_fresh.pem")), NOW).is_ok());
}

#[test]
fn the_newest_of_several_lists_counts() {
    let stale = file("old", vector!("fake/crl/nca_rsa_stale.crl"));
    for crls in [vec![file("new", FRESH), stale.clone()], vec![stale, file("new", FRESH)]] {
        let verifier = EdsVerifier::new(&EdsSettings {
            crls,
            ..settings(FRESH)
        })
        .unwrap();
        assert!(judge_with(&verifier, NOW).is_ok());
    }
}

#[test]
fn lists_are_exchanged_together_or_not_at_all() {
    let verifier = with(FRESH);
    let broken = verifier.reload_crls(&[file("a", REVOKING), file("b", b"broken")]);
    assert_eq!(
        broken,
        Err(vec![CrlProblem {
            file: "b".to_owned(),
            fault: CrlFault::NotList
        }])
    );
    assert!(judge_with(&verifier, NOW).is_ok(), "nothing changed");
    verifier.reload_crls(&[file("a", REVOKING)]).unwrap();
    assert!(matches!(judge_with(&verifier, NOW), Err(EdsRefusal::Revoked { .. })));
    assert_eq!(verifier.crls().len(), 1);
}

#[test]
fn a_verdict_and_its_evidence_rest_on_the_lists_of_one_moment() {
    let verifier = with(FRESH);
    let certificate = judge_with(&verifier, NOW).unwrap().certificate().to_vec();
    let certificate = Certificate::parse(&certificate).unwrap();
    let path = verifier.trust.path(&certificate, NOW).unwrap();
    let moment = verifier.revocations.snapshot();
    // Another thread exchanges the lists in the middle.
    assert_eq!(verifier.revocations.load(&settings(REVOKING).crls, &verifier.trust), []);
    assert!(moment.check(&certificate.serial, &path, NOW).is_ok());
    let [first, again] = [(); 2].map(|()| moment.consulted(&path, false).remove(0));
    assert_eq!(first.content()[..], *FRESH);
    assert_eq!(
        first.digest(),
        aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, FRESH).as_ref()
    );
    assert!(
        Arc::ptr_eq(first.content(), again.content()),
        "it is shared, and digested once"
    );
    let next = verifier.revocations.snapshot();
    assert!(matches!(
        next.check(&certificate.serial, &path, NOW),
        Err(EdsRefusal::Revoked { .. })
    ));
    assert_eq!(next.consulted(&path, false).remove(0).content()[..], *REVOKING);
}
