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

/// Lists of the issuing authority that are a day old, and one of the root that was made `ago` days ago and ends `until` days
/// from then; the oldest list about people that counts is a week old.
fn with_root(ago: u64, until: u64, listed: Vec<Revocation>) -> EdsVerifier {
    let of_nca = WORLD.centre.nca().crl(&fresh_list(vec![])).unwrap();
    let made = NOW.minus(days(ago));
    let profile = CrlProfile::new(made, made.plus(days(until)), listed);
    let mut settings = WORLD.centre.eds_settings(of_nca);
    settings.crl_max_age = Some(days(7));
    settings.crls.push(TrustFile {
        name: "root.crl".into(),
        bytes: WORLD.centre.root().crl(&profile).unwrap(),
    });
    let verifier = EdsVerifier::new(&settings).unwrap();
    assert_eq!(verifier.crl_problems(), []);
    verifier
}

fn nca_revoked() -> Vec<Revocation> {
    vec![Revocation {
        serial: WORLD.centre.nca().key.serial(),
        at: NOW.minus(days(100)),
        reason: 2,
    }]
}

#[test]
fn lists_above_the_issuing_authority_count_until_their_own_end() {
    let cms = CmsRecipe::honest(&WORLD.key, &certificate(&profile()), CHALLENGE, NOW);
    let cms = STANDARD.encode(cms.sign().unwrap());
    let stale = EdsRefusal::StatusUnknown(StatusFault::Stale);
    let revoked = EdsRefusal::Chain(ChainFault::AuthorityRevoked);
    for (ago, until, listed, expected) in [
        (8, 365, vec![], None),
        (364, 365, vec![], None),
        (365, 365, vec![], Some(stale.clone())),
        (8, 365, nca_revoked(), Some(revoked)),
        (365, 365, nca_revoked(), Some(stale)),
    ] {
        let verifier = with_root(ago, until, listed);
        let refusal = verifier.verify(&cms, CHALLENGE, NOW).err();
        assert_eq!(refusal, expected, "{ago} days of {until}");
    }
    let early = with_root(0, 365, vec![])
        .verify(&cms, CHALLENGE, NOW.minus(days(1)))
        .err();
    assert_eq!(early, Some(EdsRefusal::StatusUnknown(StatusFault::NotYetValid)));
}

#[test]
fn a_lookup_says_that_an_authority_above_was_withdrawn_whatever_its_own_lists_say() {
    let (name, serial) = (WORLD.centre.nca().name(), WORLD.key.serial());
    for (ago, until, listed, expected) in [
        (8, 365, vec![], Some(false)),
        (8, 365, nca_revoked(), Some(true)),
        // Nobody knows any more: that ends nothing.
        (365, 365, nca_revoked(), Some(false)),
    ] {
        let verifier = with_root(ago, until, listed);
        assert_eq!(
            verifier.is_withdrawn(name, &serial, NOW),
            expected,
            "{ago} days of {until}"
        );
    }
    assert_eq!(
        with_root(8, 365, nca_revoked()).is_withdrawn(b"nobody", &serial, NOW),
        None
    );
}

#[test]
fn of_two_authorities_of_one_name_the_one_that_is_left_speaks_for_it() {
    let nca = WORLD.centre.nca();
    let profile = CertificateProfile {
        authority: Some(Some(0)),
        ..CertificateProfile::authority(nca.common_name(), NOW.minus(days(1)), NOW.plus(days(365)))
    };
    let second = WORLD.centre.root().below(&profile).unwrap();
    assert_eq!(second.name(), nca.name());
    let serial = WORLD.key.serial();
    let entry = |authority: &Authority| Revocation {
        serial: authority.key.serial(),
        at: NOW,
        reason: 2,
    };
    let person = Revocation {
        serial: serial.clone(),
        at: NOW,
        reason: 1,
    };
    for (revoked, of_second, expected) in [
        (vec![], Some(vec![]), Some(false)),
        (vec![entry(nca)], Some(vec![]), Some(false)),
        (vec![entry(nca)], Some(vec![person]), Some(true)),
        (vec![entry(nca)], None, None),
        (vec![entry(&second)], None, Some(false)),
        (vec![entry(nca), entry(&second)], Some(vec![]), Some(true)),
    ] {
        let mut settings = WORLD.centre.eds_settings(nca.crl(&fresh_list(vec![])).unwrap());
        let file = |name: &str, bytes: Vec<u8>| TrustFile {
            name: name.into(),
            bytes,
        };
        settings
            .intermediates
            .push(file("second", second.certificate().to_vec()));
        let what = format!("{} revoked, {of_second:?}", revoked.len());
        let of_root = WORLD.centre.root().crl(&fresh_list(revoked)).unwrap();
        settings.crls.push(file("root.crl", of_root));
        if let Some(listed) = of_second {
            settings
                .crls
                .push(file("second.crl", second.crl(&fresh_list(listed)).unwrap()));
        }
        let verifier = EdsVerifier::new(&settings).unwrap();
        assert_eq!(verifier.crl_problems(), []);
        assert_eq!(verifier.is_withdrawn(nca.name(), &serial, NOW), expected, "{what}");
    }
}
