//! Each way to get a signed document wrong has its own named refusal (CE-17).

mod attacks;
mod encoding;
mod mutations;

use std::sync::LazyLock;

use authority::time::{Timestamp, days};
use federation::eds::{
    AlgorithmFault, AttributeFault, EdsRefusal, EdsSettings, EdsVerifier, FormatFault, VerifiedEds, XmlFault,
    challenge_document,
};

use super::*;
use crate::pki::{Attribute, CertificateProfile, CrlProfile, TestCentre};

const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_262_400);
const CHALLENGE: &str = "id.example.kz\nКіру / Вход / Sign-in\nservice=Tea & \"Bread\" <1>\nnonce=AAAA\n";

struct World {
    key: SigningKey,
    certificate: Vec<u8>,
    verifier: EdsVerifier,
    /// What it was made of.
    settings: EdsSettings,
}

static WORLD: LazyLock<World> = LazyLock::new(|| world(Suite::Rsa));

fn world(suite: Suite) -> World {
    let centre = TestCentre::of(suite, NOW).unwrap();
    let key = SigningKey::of(suite).unwrap();
    let subject = vec![
        Attribute::CommonName("СЕРІКОВ АРМАН".into()),
        Attribute::SerialNumber("IIN900315300123".into()),
        Attribute::Country,
    ];
    let profile = CertificateProfile::individual(subject, NOW.minus(days(1)), NOW.plus(days(364)));
    let crl = CrlProfile::new(NOW.minus(days(1)), NOW.plus(days(6)), vec![]);
    let settings = EdsSettings {
        xml: true,
        legacy_gost: suite == Suite::Gost2004,
        gost2015_256: suite == Suite::Gost256,
        ..centre.eds_settings(centre.nca().crl(&crl).unwrap())
    };
    World {
        certificate: centre.nca().issue(&profile, &key).unwrap(),
        key,
        verifier: EdsVerifier::new(&settings).unwrap(),
        settings,
    }
}

fn document() -> String {
    challenge_document(CHALLENGE).unwrap()
}

fn honest(layout: XmlLayout) -> XmlRecipe<'static> {
    XmlRecipe::honest(&WORLD.key, &WORLD.certificate, &document(), layout)
}

fn judge(text: &str) -> Result<VerifiedEds, EdsRefusal> {
    WORLD.verifier.verify(text, CHALLENGE.as_bytes(), NOW)
}

/// Whose certificate it was.
fn who(verdict: Result<VerifiedEds, EdsRefusal>) -> Result<Vec<u8>, EdsRefusal> {
    verdict.map(|verified| verified.certificate().to_vec())
}

#[expect(clippy::unnecessary_wraps, reason = "it is compared with what may be nothing")]
fn refused(fault: XmlFault) -> Option<EdsRefusal> {
    Some(EdsRefusal::Format(FormatFault::Xml(fault)))
}

/// Judges an honest recipe with one change, signed after it.
fn changed(change: impl FnOnce(&mut XmlRecipe<'_>)) -> Option<EdsRefusal> {
    let mut recipe = honest(XmlLayout::Compact);
    change(&mut recipe);
    judge(&recipe.sign().unwrap()).err()
}

/// Judges an honest signed document in which a text was replaced after it was signed; the text must be there.
fn replaced(from: &str, to: &str) -> Option<EdsRefusal> {
    let signed = honest(XmlLayout::Compact).sign().unwrap();
    assert!(signed.contains(from), "{from}");
    judge(&signed.replacen(from, to, 1)).err()
}

#[test]
fn the_document_says_what_the_text_says() {
    assert_eq!(
        document(),
        "<challenge><host>id.example.kz</host><purpose>Кіру / Вход / Sign-in</purpose>\
         <service>Tea &amp; \"Bread\" &lt;1&gt;</service><nonce>AAAA</nonce></challenge>"
    );
}

#[test]
fn both_layouts_are_accepted_and_name_the_person() {
    for layout in [XmlLayout::Compact, XmlLayout::Santuario] {
        let signed = honest(layout).sign().unwrap();
        let verified = judge(&signed).unwrap();
        assert_eq!(verified.identity().iin.expose(), "900315300123");
        assert_eq!((verified.suite(), verified.signing_time()), ("rsa-sha256", None));
        let declared = format!("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n{signed}\n");
        // A form field ends its lines with carriage return and line feed.
        for sent in [&declared, &signed.replace('\n', "\r\n"), &format!("\n \t{signed}")] {
            assert_eq!(who(judge(sent)), Ok(WORLD.certificate.clone()), "{layout:?}");
        }
    }
}

#[test]
fn every_suite_signs_in_both_layouts() {
    for (suite, name) in [
        (Suite::Gost512, "gost2015-512"),
        (Suite::Gost256, "gost2015-256"),
        (Suite::Gost2004, "gost2004"),
    ] {
        let world = world(suite);
        let judge = |text: &str| world.verifier.verify(text, CHALLENGE.as_bytes(), NOW);
        for layout in [XmlLayout::Compact, XmlLayout::Santuario] {
            let recipe = XmlRecipe::honest(&world.key, &world.certificate, &document(), layout);
            let signed = recipe.sign().unwrap();
            assert_eq!(judge(&signed).unwrap().suite(), name, "{layout:?}");
            let of_rsa = EdsVerifier::new(&EdsSettings {
                xml: true,
                ..WORLD.settings.clone()
            })
            .unwrap();
            assert!(of_rsa.verify(&signed, CHALLENGE.as_bytes(), NOW).is_err());
            if suite == Suite::Gost512 && layout == XmlLayout::Santuario {
                // Its digest takes two lines, and the carriage return between them is signed.
                let without = judge(&signed.replace("&#13;", "")).err();
                assert_eq!(without, Some(EdsRefusal::Signature));
            }
        }
    }
}

#[test]
fn suites_that_are_off_are_refused() {
    for suite in [Suite::Gost256, Suite::Gost2004] {
        let world = world(suite);
        let recipe = XmlRecipe::honest(&world.key, &world.certificate, &document(), XmlLayout::Compact);
        assert_eq!(
            judge(&recipe.sign().unwrap()).err(),
            Some(EdsRefusal::Algorithm(AlgorithmFault::Digest)),
            "{suite:?}"
        );
    }
}

#[test]
fn a_key_value_is_not_looked_at() {
    let key_value = "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus></ds:RSAKeyValue></ds:KeyValue>";
    assert_eq!(changed(|recipe| recipe.key_value = key_value.into()), None);
}

#[test]
fn switched_off_no_signed_document_is_accepted() {
    let signed = honest(XmlLayout::Compact).sign().unwrap();
    let off = EdsSettings {
        xml: false,
        ..WORLD.settings.clone()
    };
    let refusal = EdsVerifier::new(&off)
        .unwrap()
        .verify(&signed, CHALLENGE.as_bytes(), NOW)
        .unwrap_err();
    assert_eq!(Some(&refusal), refused(XmlFault::Off).as_ref());
    assert_eq!(refusal.detail(), "E_FORMAT: XML signatures are switched off");
}

#[test]
fn where_a_certificate_has_to_be_named_no_signed_document_is_accepted() {
    let signed = honest(XmlLayout::Compact).sign().unwrap();
    let strict = EdsSettings {
        names_certificate: true,
        ..WORLD.settings.clone()
    };
    let refusal = EdsVerifier::new(&strict)
        .unwrap()
        .verify(&signed, CHALLENGE.as_bytes(), NOW)
        .unwrap_err();
    assert_eq!(refusal, EdsRefusal::Attributes(AttributeFault::NoCertificate));
}

#[test]
fn a_cms_signature_is_accepted_beside_it() {
    let cms = crate::cms::CmsRecipe::honest(&WORLD.key, &WORLD.certificate, CHALLENGE.as_bytes(), NOW);
    assert!(judge(&STANDARD.encode(cms.sign().unwrap())).is_ok());
    let over_the_document = crate::cms::CmsRecipe::honest(&WORLD.key, &WORLD.certificate, document().as_bytes(), NOW);
    assert!(
        judge(&STANDARD.encode(over_the_document.sign().unwrap())).is_err(),
        "the text is what CMS is over"
    );
}
