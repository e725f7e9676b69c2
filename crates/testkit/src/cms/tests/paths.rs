use authority::time::{days, seconds};
use federation::eds::{ChainFault, EdsRefusal, PersonClass};

use super::*;
use crate::pki::Authority;

#[test]
fn a_certificate_outside_its_time_is_refused_with_the_time() {
    let end = NOW.minus(seconds(1));
    let expired = certified(|profile| profile.not_after = end);
    assert_eq!(expired, Some(EdsRefusal::Expired { at: end }));
    let begin = NOW.plus(seconds(61));
    let early = certified(|profile| profile.not_before = begin);
    assert_eq!(early, Some(EdsRefusal::NotYetValid { at: begin }));
}

#[test]
fn a_rogue_authority_of_the_same_name_certifies_nobody() {
    let rogue = TestCentre::generate(NOW).unwrap();
    let forged = rogue.nca().issue(&profile(), &WORLD.key).unwrap();
    let with_chain = |chain: Vec<Vec<u8>>| {
        let mut recipe = CmsRecipe::honest(&WORLD.key, &forged, CHALLENGE, NOW);
        recipe.certificates.extend(chain);
        judge(&recipe.sign().unwrap()).unwrap_err()
    };
    let chain = vec![rogue.nca().certificate().to_vec(), rogue.root().certificate().to_vec()];
    for refusal in [with_chain(vec![]), with_chain(chain)] {
        assert_eq!(
            refusal,
            EdsRefusal::Chain(ChainFault::UnknownIssuer),
            "the key identifiers differ"
        );
        assert_eq!(refusal.class(), PersonClass::UnknownCentre);
    }
    // Even with the key identifier of the real authority, the signature decides.
    let mut copied = certificate(&profile());
    let last = copied.len() - 1;
    copied[last] ^= 1;
    let cms = CmsRecipe::honest(&WORLD.key, &copied, CHALLENGE, NOW).sign().unwrap();
    assert_eq!(judge(&cms).err(), Some(EdsRefusal::Chain(ChainFault::NotSigned)));
    let self_signed = {
        let me = Authority::root(&CertificateProfile {
            authority: None,
            ..profile()
        })
        .unwrap();
        CmsRecipe::honest(&me.key, me.certificate(), CHALLENGE, NOW)
            .sign()
            .unwrap()
    };
    assert_eq!(
        judge(&self_signed).err(),
        Some(EdsRefusal::Chain(ChainFault::UnknownIssuer))
    );
}

#[test]
fn a_person_certifies_nobody() {
    let person = WORLD.centre.nca().below(&profile()).unwrap();
    let below = person.issue(&profile(), &WORLD.key).unwrap();
    let mut recipe = CmsRecipe::honest(&WORLD.key, &below, CHALLENGE, NOW);
    recipe.certificates.push(person.certificate().to_vec());
    assert_eq!(
        judge(&recipe.sign().unwrap()).err(),
        Some(EdsRefusal::Chain(ChainFault::UnknownIssuer))
    );
}

#[test]
fn an_unknown_critical_extension_is_refused_and_an_uncritical_one_is_not() {
    let refusal = certified(|profile| profile.unknown_extension = Some(true));
    assert_eq!(refusal, Some(EdsRefusal::Chain(ChainFault::CriticalExtension)));
    assert_eq!(certified(|profile| profile.unknown_extension = Some(false)), None);
}

#[test]
fn before_the_signature_verifies_nothing_is_told_apart() {
    // The certificate is expired, revoked or of a rogue centre, and the signature is wrong as well: one message.
    let expired = certificate(&CertificateProfile {
        not_after: NOW.minus(days(1)),
        not_before: NOW.minus(days(9)),
        ..profile()
    });
    let rogue = TestCentre::generate(NOW)
        .unwrap()
        .nca()
        .issue(&profile(), &WORLD.key)
        .unwrap();
    for certificate in [expired, rogue] {
        let recipe = CmsRecipe {
            key: &WORLD.other_key,
            ..CmsRecipe::honest(&WORLD.key, &certificate, CHALLENGE, NOW)
        };
        let refusal = judge(&recipe.sign().unwrap()).unwrap_err();
        assert_eq!(
            (refusal.class(), refusal),
            (PersonClass::NotVerified, EdsRefusal::Signature)
        );
    }
}
