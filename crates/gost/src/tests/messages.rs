//! CMS messages, a JSON web token and an XML signature, as far as their signatures go.

use super::vectors::{base64, base64url, file, json, key_of, key_on_any_curve, pem, signer, spki};
use crate::{PublicKey, VerifyError};

#[test]
fn cms_of_kazakhstans_library_verifies() {
    let cosigned = signer(&file("kz/gost512_and_rsa_cosigned_attached_test123.der"));
    assert_eq!(cosigned.content.as_deref(), Some(&b"test123"[..]));
    let key = key_of(cosigned.certificate.as_deref().unwrap());
    assert_eq!(cosigned.verify(&key, None), Ok(()));

    let token = signer(&file("kz/gost2004_tsp_token.der"));
    let key = key_of(token.certificate.as_deref().unwrap());
    assert_eq!(token.verify(&key, None), Ok(()));
}

#[test]
fn cms_of_the_synthetic_centre_verifies_or_not_as_its_name_says() {
    let challenge = signer(&file("kz-synthetic/attached_ok.der")).content.unwrap();
    for (name, good) in [
        ("attached_ok", true),
        ("detached_ok", true),
        ("attached_gost2004_ok", true),
        ("attached_sig_rfc_order", false),
        ("attached_sig_swapped", false),
        ("attached_sig_zero", false),
        ("attached_wrong_key", false),
    ] {
        let message = signer(&file(&format!("kz-synthetic/{name}.der")));
        let key = key_of(message.certificate.as_deref().unwrap());
        assert_eq!(message.verify(&key, Some(&challenge)).is_ok(), good, "{name}");
    }
    let zero = signer(&file("kz-synthetic/attached_sig_zero.der"));
    let key = key_of(zero.certificate.as_deref().unwrap());
    assert_eq!(zero.verify(&key, None), Err(VerifyError::OutOfRange));
}

#[test]
fn cms_of_the_technical_committee_verifies() {
    let examples = json("public/tc26-examples.json");
    let examples = examples["vectors"].as_array().unwrap();
    assert_eq!(examples.len(), 2);
    for example in examples {
        let certificate = base64(example["certificate_base64"].as_str().unwrap());
        let key = key_on_any_curve(&spki(&certificate));
        assert_eq!(super::vectors::Signed::new(&certificate).verify(&key), Ok(()));
        let message = signer(&base64(example["cms_attached_base64"].as_str().unwrap()));
        assert_eq!(
            message.content.as_deref(),
            example["content"].as_str().map(str::as_bytes)
        );
        assert_eq!(message.verify(&key, None), Ok(()), "{}", example["name"]);
        assert_eq!(message.verify(&key, Some(b"Test massage")), Err(VerifyError::Mismatch));
    }
}

#[test]
fn cms_of_openssls_engine_on_every_curve_verifies() {
    let content = file("openssl/message.txt");
    for set in [
        "256-XA", "256-A", "256-B", "256-C", "256-TCA", "512-A", "512-B", "512-C",
    ] {
        let key = key_of(&file(&format!("openssl/cert-{set}.der")));
        for form in ["attrs", "noattr-nocert"] {
            let message = signer(&file(&format!("openssl/cms-{form}-{set}.der")));
            assert_eq!(message.attributes.is_some(), form == "attrs");
            assert_eq!(message.verify(&key, Some(&content)), Ok(()), "{form} {set}");
        }
    }
}

#[test]
fn a_real_token_of_russias_identity_service_verifies() {
    let token = &json("public/esia-test-tokens.json")["gost_access_token"];
    let key = PublicKey::from_spki_der(&pem(token["signer_public_key_pem"].as_str().unwrap())).unwrap();
    let (signed, signature) = token["jwt"].as_str().unwrap().rsplit_once('.').unwrap();
    let mut signature = base64url(signature);
    assert_eq!(key.verify(signed.as_bytes(), &signature), Ok(()));
    signature.reverse();
    assert!(key.verify(signed.as_bytes(), &signature).is_err());
}

/// The text between a start tag that begins so and its end tag.
fn text_of<'a>(xml: &'a str, name: &str) -> &'a str {
    let (_, rest) = xml.split_once(&format!("<ds:{name}>")).unwrap();
    rest.split_once(&format!("</ds:{name}>")).unwrap().0
}

#[test]
fn an_xml_signature_of_kazakhstans_library_verifies() {
    let xml = String::from_utf8(file("kz/enveloped_gost512_santuario.xml")).unwrap();
    // The canonical form of SignedInfo here: its own text, with the namespace that it inherits, start-end pairs, and the
    // carriage returns in hexadecimal.
    let namespace = "http://www.w3.org/2000/09/xmldsig#";
    let signed_info = open_empty_elements(text_of(&xml, "SignedInfo")).replace("&#13;", "&#xD;");
    let canonical = format!("<ds:SignedInfo xmlns:ds=\"{namespace}\">{signed_info}</ds:SignedInfo>");
    let certificate = base64(&text_of(&xml, "X509Certificate").replace("&#13;", ""));
    let signature = base64(&text_of(&xml, "SignatureValue").replace("&#13;", ""));
    assert_eq!(key_of(&certificate).verify(canonical.as_bytes(), &signature), Ok(()));
}

/// `<a b/>` becomes `<a b></a>`.
fn open_empty_elements(xml: &str) -> String {
    let mut parts = xml.split("/>");
    let mut opened = parts.next().unwrap().to_owned();
    for part in parts {
        let name = opened.rsplit_once('<').unwrap().1.split(' ').next().unwrap().to_owned();
        opened.extend(["></", &name, ">", part]);
    }
    opened
}
