//! Signed documents of the national centre's own library and of the imitation.

use super::deep_vector as vector;
use super::*;

const DOCUMENT: &[u8] = vector!("fake/xml/challenge.xml");

/// The imitation's authorities of both families, and lists that revoke nobody who signs here.
fn both_families() -> EdsSettings {
    EdsSettings {
        anchors: vec![
            file("root", vector!("fake/ca/root_rsa.cer")),
            file("root", vector!("fake/ca/root_gost2015-512.cer")),
        ],
        intermediates: vec![
            file("nca", vector!("fake/ca/nca_rsa.cer")),
            file("nca", vector!("fake/ca/nca_gost2015-512.cer")),
        ],
        crls: vec![
            file("crl", vector!("fake/crl/nca_rsa_fresh.crl")),
            file("crl", vector!("fake/crl/full.crl")),
        ],
        xml: true,
        ..EdsSettings::default()
    }
}

fn judge_xml(text: &[u8]) -> Result<VerifiedEds, EdsRefusal> {
    let verifier = EdsVerifier::new(&both_families()).unwrap();
    verifier.verify(std::str::from_utf8(text).unwrap(), DOCUMENT, NOW)
}

#[test]
fn the_imitations_good_documents_are_accepted() {
    for (text, suite) in [
        (vector!("fake/xml/compact_ok.xml"), "gost2015-512"),
        (vector!("fake/xml/santuario_ok.xml"), "gost2015-512"),
        (vector!("fake/xml/decl_santuario_rsa_ok.xml"), "rsa-sha256"),
    ] {
        let verified = judge_xml(text).unwrap();
        assert_eq!(verified.suite(), suite);
        assert_eq!(verified.identity().iin.expose(), "900315300123");
    }
}

#[test]
fn the_imitations_bad_documents_are_refused() {
    let other_content = EdsRefusal::Content(ContentFault::OtherContent);
    for (text, refusal) in [
        (vector!("fake/xml/other_challenge.xml"), other_content.clone()),
        (vector!("fake/xml/tampered.xml"), other_content.clone()),
        (
            vector!("fake/xml/extra_unsigned_sibling.xml"),
            xml_refusal(XmlFault::NotOneSignature),
        ),
        (
            vector!("fake/xml/wrapped_in_new_root.xml"),
            xml_refusal(XmlFault::NotOneSignature),
        ),
        (
            vector!("fake/xml/comment_injected.xml"),
            xml_refusal(XmlFault::Forbidden),
        ),
        (
            vector!("fake/xml/rogue.xml"),
            EdsRefusal::Chain(ChainFault::UnknownIssuer),
        ),
    ] {
        assert_eq!(judge_xml(text), Err(refusal));
    }
}

#[test]
fn documents_that_another_implementation_signed_are_accepted() {
    let verifier = EdsVerifier::new(&both_families()).unwrap();
    for (text, challenge) in [
        (vector!("xmlsec1/challenge_compact.xml"), CHALLENGE),
        (vector!("xmlsec1/escapes_in_lines.xml"), vector!("xmlsec1/escapes.xml")),
    ] {
        let text = std::str::from_utf8(text).unwrap();
        let signed = verifier.verify(text, challenge, NOW).unwrap();
        assert_eq!(signed.certificate(), vector!("fake/ee/rsa_sign_valid.cer"));
        for other in [DOCUMENT, vector!("xmlsec1/escapes.xml"), CHALLENGE] {
            assert_eq!(verifier.verify(text, other, NOW).is_ok(), other == challenge);
        }
    }
}

#[test]
fn switched_off_the_good_documents_are_refused() {
    let off = EdsSettings {
        xml: false,
        ..both_families()
    };
    let verifier = EdsVerifier::new(&off).unwrap();
    let text = std::str::from_utf8(vector!("fake/xml/compact_ok.xml")).unwrap();
    assert_eq!(verifier.verify(text, DOCUMENT, NOW), Err(xml_refusal(XmlFault::Off)));
}

#[test]
fn a_document_of_another_challenge_is_refused() {
    let verifier = EdsVerifier::new(&both_families()).unwrap();
    let text = std::str::from_utf8(vector!("fake/xml/compact_ok.xml")).unwrap();
    assert_eq!(
        verifier.verify(text, CHALLENGE, NOW),
        Err(EdsRefusal::Content(ContentFault::OtherContent))
    );
    assert_eq!(
        verifier.verify(text, b"id.example.kz\nSign-in\nnonce=AAAA\n", NOW),
        Err(EdsRefusal::Content(ContentFault::OtherContent))
    );
    for no_challenge in [&b""[..], b"test123", b"<login a=\"1\"></login>"] {
        assert_eq!(verifier.verify(text, no_challenge, NOW), Err(EdsRefusal::Challenge));
    }
}

fn xml_refusal(fault: XmlFault) -> EdsRefusal {
    EdsRefusal::Format(FormatFault::Xml(fault))
}
