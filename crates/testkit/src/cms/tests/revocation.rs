use authority::time::days;
use federation::eds::{ChainFault, EdsRefusal, EdsVerifier, PersonClass, StatusFault, TrustFile};

use super::*;
use crate::pki::Authority;

#[test]
fn a_revoked_certificate_is_refused_with_the_time() {
    let at = NOW.minus(days(2));
    let entry = |reason| Revocation {
        serial: WORLD.key.serial(),
        at,
        reason,
    };
    let cms = CmsRecipe::honest(&WORLD.key, &certificate(&profile()), CHALLENGE, NOW)
        .sign()
        .unwrap();
    for reason in [1, 6] {
        let crl = WORLD.centre.nca().crl(&fresh_list(vec![entry(reason)])).unwrap();
        let verifier = EdsVerifier::new(&WORLD.centre.eds_settings(crl)).unwrap();
        let refusal = verifier.verify(&STANDARD.encode(&cms), CHALLENGE, NOW).unwrap_err();
        assert_eq!(refusal, EdsRefusal::Revoked { at }, "reason {reason}");
        assert_eq!(refusal.class(), PersonClass::Revoked { at });
    }
}

#[test]
fn lists_of_another_kind_leave_the_status_unknown() {
    let nca = WORLD.centre.nca();
    let list = |change: fn(&mut CrlProfile)| {
        let mut profile = fresh_list(vec![Revocation {
            serial: vec![1],
            at: NOW,
            reason: 1,
        }]);
        change(&mut profile);
        nca.crl(&profile).unwrap()
    };
    let rogue = Authority::root(&CertificateProfile::authority(
        "ҰЛТТЫҚ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (RSA) DEMO",
        NOW,
        NOW,
    ))
    .unwrap();
    let cms = STANDARD.encode(
        CmsRecipe::honest(&WORLD.key, &certificate(&profile()), CHALLENGE, NOW)
            .sign()
            .unwrap(),
    );
    for (what, crl, fault) in [
        ("good", list(|_| {}), None),
        (
            "scope",
            list(|profile| profile.critical_extension = Some(vec![2, 5, 29, 28])),
            Some(StatusFault::NoList),
        ),
        (
            "delta",
            list(|profile| profile.critical_extension = Some(vec![2, 5, 29, 27])),
            Some(StatusFault::NoList),
        ),
        (
            "indirect",
            list(|profile| profile.critical_entry_extension = Some(vec![2, 5, 29, 29])),
            Some(StatusFault::NoList),
        ),
        (
            "stale",
            list(|profile| profile.next_update = NOW),
            Some(StatusFault::Stale),
        ),
        (
            "of the root",
            WORLD.centre.root().crl(&fresh_list(vec![])).unwrap(),
            Some(StatusFault::NoList),
        ),
        (
            "of a rogue authority",
            rogue.crl(&fresh_list(vec![])).unwrap(),
            Some(StatusFault::NoList),
        ),
    ] {
        let verifier = EdsVerifier::new(&WORLD.centre.eds_settings(crl)).unwrap();
        let refusal = verifier.verify(&cms, CHALLENGE, NOW).err();
        assert_eq!(refusal, fault.map(EdsRefusal::StatusUnknown), "{what}");
    }
}

#[test]
fn an_authority_that_its_root_revoked_certifies_nobody() {
    let of_nca = WORLD.centre.nca().crl(&fresh_list(vec![])).unwrap();
    let serial = |listed: bool| {
        if listed {
            WORLD.centre.nca().key.serial()
        } else {
            vec![7]
        }
    };
    let cms = STANDARD.encode(
        CmsRecipe::honest(&WORLD.key, &certificate(&profile()), CHALLENGE, NOW)
            .sign()
            .unwrap(),
    );
    for (listed, expected) in [
        (false, None),
        (true, Some(EdsRefusal::Chain(ChainFault::AuthorityRevoked))),
    ] {
        let entry = Revocation {
            serial: serial(listed),
            at: NOW,
            reason: 2,
        };
        let of_root = WORLD.centre.root().crl(&fresh_list(vec![entry])).unwrap();
        let mut settings = WORLD.centre.eds_settings(of_nca.clone());
        settings.crls.push(TrustFile {
            name: "root.crl".into(),
            bytes: of_root,
        });
        let verifier = EdsVerifier::new(&settings).unwrap();
        assert_eq!(verifier.crl_problems(), []);
        assert_eq!(verifier.verify(&cms, CHALLENGE, NOW).err(), expected);
    }
}
