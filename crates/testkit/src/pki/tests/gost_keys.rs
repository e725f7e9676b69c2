//! GOST certificates, lists and signatures have the shapes of kz-eds §2 to §4, octet by octet.

use authority::time::days;

use super::*;
use crate::der;

const GOST: [Suite; 3] = [Suite::Gost512, Suite::Gost256, Suite::Gost2004];

fn person(suite: Suite) -> (TestCentre, SigningKey, Vec<u8>) {
    let (centre, key) = (TestCentre::of(suite, NOW).unwrap(), SigningKey::of(suite).unwrap());
    let subject = vec![Attribute::SerialNumber("IIN900315300123".into())];
    let profile = CertificateProfile::individual(subject, NOW, NOW.plus(days(365))).for_suite(suite);
    let certificate = centre.nca().issue(&profile, &key).unwrap();
    (centre, key, certificate)
}

/// The signed part, the algorithm and the value of a certificate or list.
fn parts(signed: &[u8]) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let (_, inside, _) = der::split(signed).unwrap();
    let (message, _, rest) = der::split(inside).unwrap();
    let (algorithm, _, rest) = der::split(rest).unwrap();
    let (_, bits, rest) = der::split(rest).unwrap();
    assert!(rest.is_empty());
    (message.to_vec(), algorithm.to_vec(), bits[1..].to_vec())
}

fn is_signed_by(signed: &[u8], issuer: &SigningKey) -> bool {
    let (message, _, value) = parts(signed);
    let key = gost::PublicKey::from_spki_der(&issuer.public_key_info()).unwrap();
    key.verify(&message, &value).is_ok()
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let octet = |pair: &[char]| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap();
    digits.chunks(2).map(octet).collect()
}

fn contains(der: &[u8], part: &[u8]) -> bool {
    der.windows(part.len()).any(|window| window == part)
}

#[test]
fn each_authority_signs_certificates_and_lists_with_its_own_suite() {
    for suite in GOST {
        let (centre, key, certificate) = person(suite);
        let (root, nca) = (centre.root(), centre.nca());
        assert!(is_signed_by(root.certificate(), root.key()), "{suite:?}");
        assert!(is_signed_by(nca.certificate(), root.key()), "{suite:?}");
        assert!(is_signed_by(&certificate, nca.key()), "{suite:?}");
        assert!(!is_signed_by(&certificate, root.key()) && !is_signed_by(&certificate, &key));
        let revoked = Revocation {
            serial: key.serial(),
            at: NOW,
            reason: 1,
        };
        let list = nca
            .crl(&CrlProfile::new(NOW, NOW.plus(days(1)), vec![revoked]))
            .unwrap();
        assert!(is_signed_by(&list, nca.key()), "{suite:?}");
        for signed in [&certificate, &list] {
            assert_eq!(parts(signed).1, suite.signature_algorithm());
            // Inside and outside the signed part.
            assert!(contains(&parts(signed).0, &suite.signature_algorithm()));
        }
    }
}

#[test]
fn identifiers_and_public_keys_are_those_of_the_national_centre() {
    let (_, key, certificate) = person(Suite::Gost512);
    assert_eq!(
        Suite::Gost512.signature_algorithm(),
        hex("300E060A2A830E030A01010203020500")
    );
    assert_eq!(Suite::Gost512.digest_algorithm(), hex("300C06082A830E030A0103030500"));
    let info = key.public_key_info();
    assert_eq!(info.len(), 175);
    assert!(info.starts_with(&hex(
        "3081AC 3023 06092A830E030A01010202 3016 060A2A830E030A0101020201 06082A830E030A010303 038184 00 048180"
    )));
    assert!(contains(&certificate, &info));

    let (_, key, _) = person(Suite::Gost2004);
    let info = key.public_key_info();
    assert_eq!(info.len(), 110);
    assert!(info.starts_with(&hex(
        "306C 3025 06092A830E030A01010101 3018 060A2A830E030A0101010101 060A2A830E030A0103010100 0343 00 0440"
    )));
    assert_eq!(
        Suite::Gost2004.signature_algorithm(),
        hex("300D06092A830E030A010101020500")
    );
}

#[test]
fn a_persons_certificate_has_the_extensions_of_the_one_key_kind() {
    for suite in GOST {
        let (centre, key, certificate) = person(suite);
        // digitalSignature, nonRepudiation, keyAgreement; critical.
        assert!(contains(&certificate, &hex("0603551D0F 0101FF 0404 030203C8")));
        assert!(contains(
            &certificate,
            &hex("06062A830E030305 040C 300A06082A830E0303050101")
        ));
        let identifier = [hex("0603551D0E 0416 0414"), key.key_id()].concat();
        assert!(contains(&certificate, &identifier), "subject key identifier");
        let issuer = [hex("0603551D23 0418 3016 8014"), centre.nca().key().key_id()].concat();
        assert!(contains(&certificate, &issuer), "authority key identifier");
        for list in ["0603551D1F", "0603551D2E", "06082B06010505070101"] {
            assert!(contains(&certificate, &hex(list)), "{list}");
        }
        let serial = [vec![2, 20], key.serial()].concat();
        assert!(contains(&certificate, &serial), "serial number from the key");
        assert!((0x10..0x80).contains(&key.serial()[0]));
        assert_eq!(key.serial()[1..], key.key_id()[1..]);
    }
}

#[test]
fn new_certificates_may_have_the_critical_usages_the_other_way_round() {
    let (centre, key) = (
        TestCentre::of(Suite::Gost512, NOW).unwrap(),
        SigningKey::of(Suite::Gost512).unwrap(),
    );
    let profile = CertificateProfile {
        usages_swapped_critical: true,
        ..CertificateProfile::individual(vec![], NOW, NOW).for_suite(Suite::Gost512)
    };
    let certificate = centre.nca().issue(&profile, &key).unwrap();
    assert!(contains(&certificate, &hex("0603551D0F 0404 030203C8")));
    assert!(contains(&certificate, &hex("0603551D25 0101FF")));
}

#[test]
fn keys_of_every_suite_survive_a_file() {
    let folder = tempfile::tempdir().unwrap();
    for suite in Suite::ALL {
        let centre = TestCentre::of(suite, NOW).unwrap();
        centre.write(folder.path()).unwrap();
    }
    for suite in Suite::ALL {
        let read = TestCentre::read(folder.path(), suite).unwrap().unwrap();
        assert_eq!(read.suite(), suite);
        let again = SigningKey::from_pkcs8(read.nca().key().pkcs8()).unwrap();
        assert_eq!(again.public_key_info(), read.nca().key().public_key_info());
        assert!(contains(read.root().certificate(), read.root().name()));
    }
    // RFC 5208 with the inner OCTET STRING that the centre's own key stores have.
    let key = SigningKey::of(Suite::Gost512).unwrap();
    assert!(contains(key.pkcs8(), &hex("0442 0440")));
    assert!(SigningKey::from_pkcs8(&key.pkcs8()[1..]).is_err());
}

#[test]
fn a_cms_of_a_gost_key_names_its_own_suite_and_verifies() {
    for suite in GOST {
        let (_, key, certificate) = person(suite);
        let cms = CmsRecipe::honest(&key, &certificate, b"text", NOW).sign().unwrap();
        let algorithms = [suite.digest_algorithm(), suite.signature_algorithm()];
        assert!(algorithms.iter().all(|algorithm| contains(&cms, algorithm)));
        assert!(contains(&cms, &suite.digest(b"text")));
        // The signed attributes follow the signer's digest algorithm.
        let digest = suite.digest_algorithm();
        let from = cms.windows(digest.len()).rposition(|window| window == digest).unwrap() + digest.len();
        let (attributes, _, rest) = der::split(&cms[from..]).unwrap();
        let (_, _, rest) = der::split(rest).unwrap();
        let (_, value, _) = der::split(rest).unwrap();
        let mut message = attributes.to_vec();
        message[0] = der::SET;
        let public = gost::PublicKey::from_spki_der(&key.public_key_info()).unwrap();
        assert!(public.verify(&message, value).is_ok(), "{suite:?}");
        assert!(public.verify(b"text", value).is_err());
    }
}
