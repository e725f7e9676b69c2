use authority::time::days;
use federation::eds::{AttributeFault, ContentFault, EdsRefusal, EdsSettings, FormatFault, SignerFault};

use super::*;

#[test]
fn an_honest_signature_is_accepted_in_every_form() {
    assert_eq!(changed(|_| {}), None);
    assert_eq!(changed(|recipe| recipe.content = None), None, "detached");
    assert_eq!(
        changed(|recipe| recipe.named = NamedCertificate::None),
        None,
        "no signing certificate attribute"
    );
    assert_eq!(
        changed(|recipe| recipe.encoding = Encoding::Ber),
        None,
        "indefinite lengths"
    );
    assert_eq!(
        changed(|recipe| recipe.signing_time = NOW.minus(days(4_000))),
        None,
        "the signer's clock is not judged"
    );
    assert_eq!(
        changed(|recipe| recipe.broken_time_stamp = true),
        None,
        "unsigned attributes are ignored"
    );
    let own = certificate(&profile());
    assert_eq!(
        changed(|recipe| recipe.named = NamedCertificate::V1(own.clone())),
        None,
        "version 1"
    );
    assert_eq!(
        changed(|recipe| recipe.named = NamedCertificate::V2WithSerial(own.clone(), own)),
        None,
        "with serial"
    );
    let chain = WORLD.centre.nca().certificate().to_vec();
    assert_eq!(
        changed(|recipe| recipe.certificates.insert(0, chain)),
        None,
        "with the chain"
    );
    let cms = CmsRecipe::honest(&WORLD.key, &certificate(&profile()), CHALLENGE, NOW)
        .sign()
        .unwrap();
    assert!(verifier().verify(&armour(&cms), CHALLENGE, NOW).is_ok(), "armoured");
}

#[test]
fn another_nonce_is_refused() {
    let other = b"id.example.kz\nnonce=BBBB\n".to_vec();
    let refusal = changed(|recipe| (recipe.content, recipe.digested) = (Some(other.clone()), other.clone()));
    assert_eq!(refusal, Some(EdsRefusal::Content(ContentFault::OtherContent)));
    let detached = changed(|recipe| (recipe.content, recipe.digested) = (None, other.clone()));
    assert_eq!(detached, Some(EdsRefusal::Attributes(AttributeFault::OtherDigest)));
    let empty = changed(|recipe| (recipe.content, recipe.digested) = (Some(vec![]), vec![]));
    assert_eq!(empty, Some(EdsRefusal::Content(ContentFault::OtherContent)));
}

#[test]
fn tampered_content_is_refused() {
    let other = b"something else was signed".to_vec();
    let refusal = changed(|recipe| recipe.digested = other.clone());
    assert_eq!(refusal, Some(EdsRefusal::Attributes(AttributeFault::OtherDigest)));
    let appended = [CHALLENGE, b"\n"].concat();
    assert_eq!(
        changed(|recipe| recipe.content = Some(appended)),
        Some(EdsRefusal::Content(ContentFault::OtherContent))
    );
}

#[test]
fn a_signature_with_another_key_than_the_certificates_is_refused() {
    assert_eq!(
        changed(|recipe| recipe.key = &WORLD.other_key),
        Some(EdsRefusal::Signature)
    );
}

#[test]
fn not_exactly_one_signer_is_refused() {
    for signers in [0, 2] {
        let refusal = changed(|recipe| recipe.signers = signers);
        assert_eq!(
            refusal,
            Some(EdsRefusal::Signer(SignerFault::NotOneSigner)),
            "{signers}"
        );
    }
}

#[test]
fn a_signature_without_signed_attributes_is_refused() {
    let refusal = changed(|recipe| recipe.attributes = SignedAttributes::Absent);
    assert_eq!(refusal, Some(EdsRefusal::Attributes(AttributeFault::Missing)));
}

#[test]
fn attributes_out_of_order_or_doubled_are_refused() {
    let refusal = changed(|recipe| recipe.attributes = SignedAttributes::Unsorted);
    assert_eq!(refusal, Some(EdsRefusal::Attributes(AttributeFault::NotDer)));
    let refusal = changed(|recipe| recipe.attributes = SignedAttributes::DoubledDigest);
    assert_eq!(refusal, Some(EdsRefusal::Attributes(AttributeFault::NotOnce)));
}

#[test]
fn a_signature_without_its_one_certificate_is_refused() {
    let none = changed(|recipe| recipe.certificates.clear());
    assert_eq!(none, Some(EdsRefusal::Signer(SignerFault::NoCertificate)));
    let other = WORLD.centre.nca().issue(&profile(), &WORLD.other_key).unwrap();
    let only_another = changed(|recipe| recipe.certificates = vec![other]);
    assert_eq!(only_another, Some(EdsRefusal::Signer(SignerFault::NoCertificate)));
    let twice = changed(|recipe| recipe.certificates.push(recipe.signer.clone()));
    assert_eq!(twice, Some(EdsRefusal::Signer(SignerFault::SeveralCertificates)));
    let many = changed(|recipe| recipe.certificates = vec![recipe.signer.clone(); 11]);
    assert_eq!(many, Some(EdsRefusal::Format(FormatFault::TooManyCertificates)));
    let broken = changed(|recipe| recipe.certificates.push(vec![0x30, 0x00]));
    assert_eq!(broken, Some(EdsRefusal::Format(FormatFault::BadCertificate)));
}

#[test]
fn a_signing_certificate_attribute_of_another_certificate_is_refused() {
    let own = certificate(&profile());
    let other = WORLD.centre.nca().issue(&profile(), &WORLD.other_key).unwrap();
    for named in [
        NamedCertificate::V2(other.clone()),
        NamedCertificate::V1(other.clone()),
        NamedCertificate::V2WithSerial(own, other),
    ] {
        let refusal = changed(|recipe| recipe.named = named.clone());
        assert_eq!(
            refusal,
            Some(EdsRefusal::Attributes(AttributeFault::OtherCertificate)),
            "{named:?}"
        );
    }
}

#[test]
fn where_a_certificate_has_to_be_named_a_signature_that_names_none_is_refused() {
    let own = certificate(&profile());
    let crl = WORLD.centre.nca().crl(&fresh_list(vec![])).unwrap();
    let strict = EdsVerifier::new(&EdsSettings {
        names_certificate: true,
        ..WORLD.centre.eds_settings(crl)
    })
    .unwrap();
    for (named, refusal) in [
        (NamedCertificate::None, Some(AttributeFault::NoCertificate)),
        (NamedCertificate::V1(own.clone()), None),
        (NamedCertificate::V2(own.clone()), None),
    ] {
        let mut recipe = CmsRecipe::honest(&WORLD.key, &own, CHALLENGE, NOW);
        recipe.named = named;
        let cms = STANDARD.encode(recipe.sign().unwrap());
        let judged = strict.verify(&cms, CHALLENGE, NOW).err();
        assert_eq!(judged, refusal.map(EdsRefusal::Attributes));
    }
}
