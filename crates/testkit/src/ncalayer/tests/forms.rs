//! What the signer makes beside the plain signature of a sign-in: for RSA and GOST keys, by both modules.

use super::*;
use crate::pki::Suite;

const CHALLENGE_WITH_MEMBERS: &str = "id.example.kz\nКіру / Вход / Sign-in\nservice=Diary\n\
    nonce=7fQm0bq3mJt1c0G8hZyW2dXU9oPpLr4sTnVEaKxYc5A\nissued=2026-11-21T12:00:00Z\nexpires=2026-11-21T12:05:00Z\n";
const LOGINS: [(&str, Suite); 2] = [("aigerim", Suite::Rsa), ("dana", Suite::Gost512)];

async fn page_of(login: &str) -> Page<TcpStream> {
    let state = signer();
    assert!(state.set_next(login));
    Page::connect(&state).await
}

#[tokio::test]
async fn keys_of_each_suite_sign_by_both_modules() {
    for (login, suite) in LOGINS {
        assert_eq!(KEYS.find(login).unwrap().key.suite(), suite);
        let mut page = page_of(login).await;
        let data = STANDARD.encode(CHALLENGE);
        let older = page
            .asks(&utils(
                "createCAdESFromBase64",
                json!(["PKCS12", "SIGNATURE", data, "true"]),
            ))
            .await;
        let newer = page.asks(&login_request()).await;
        for signature in [&older["responseObject"], &newer["body"]["result"]] {
            let verified = verifier().verify(signature.as_str().unwrap(), CHALLENGE.as_bytes(), NOW);
            assert!(verified.is_ok(), "{login}");
        }
    }
}

#[tokio::test]
async fn a_hash_that_the_page_computed_is_signed_when_it_has_the_length_of_the_keys_suite() {
    for (login, suite) in LOGINS {
        let mut page = page_of(login).await;
        let hash = STANDARD.encode(suite.digest(CHALLENGE.as_bytes()));
        let mut request = with("/args/data", json!(hash));
        request["args"]["signingParams"] = json!({"decode": true, "encapsulate": false, "digested": true});
        let newer = page.asks(&request).await;
        let older = utils("createCAdESFromBase64Hash", json!(["PKCS12", "", hash]));
        let older = page.asks(&older).await;
        for signature in [&older["responseObject"], &newer["body"]["result"]] {
            let signature = signature.as_str().unwrap();
            assert!(
                verifier().verify(signature, CHALLENGE.as_bytes(), NOW).is_ok(),
                "{login}"
            );
            assert!(verifier().verify(signature, b"other", NOW).is_err());
        }
        let short = page
            .asks(&utils("createCAdESFromBase64Hash", json!(["PKCS12", "", "AAAA"])))
            .await;
        assert_eq!(short["code"], "500");
        request["args"]["signingParams"]["encapsulate"] = json!(true);
        assert_eq!(page.asks(&request).await["code"], "INVALID_SIGNING_PARAMS");
    }
}

#[tokio::test]
async fn a_bare_signature_comes_with_its_certificate_when_asked_for() {
    let mut page = page_of("dana").await;
    let key = KEYS.find("dana").unwrap();
    let public = gost::PublicKey::from_spki_der(&key.key.public_key_info()).unwrap();
    let is_good = |value: &Value| {
        let value = STANDARD.decode(value.as_str().unwrap()).unwrap();
        public.verify(CHALLENGE.as_bytes(), &value).is_ok()
    };
    let mut request = with("/args/format", json!("raw"));
    let bare = page.asks(&request).await;
    assert!(is_good(&bare["body"]["result"]));
    request["args"]["signingParams"]["outputCert"] = json!(true);
    let with_certificate = page.asks(&request).await;
    let result = &with_certificate["body"]["result"];
    assert!(is_good(&result["signatures"]));
    assert_eq!(result["certificate"], crate::pki::pem("CERTIFICATE", &key.certificate));
}

#[tokio::test]
async fn documents_are_signed_in_the_layout_of_each_module() {
    let verifier = EdsVerifier::new(&federation::eds::EdsSettings {
        xml: true,
        ..KEYS.eds_settings(NOW).unwrap()
    })
    .unwrap();
    let document = federation::eds::challenge_document(CHALLENGE_WITH_MEMBERS).unwrap();
    for (login, _) in LOGINS {
        let mut page = page_of(login).await;
        let mut request = with("/args/format", json!("xml"));
        request["args"]["data"] = json!(document);
        request["args"]["signingParams"] = json!({});
        let newer = page.asks(&request).await;
        let args = |xml: Value| json!(["PKCS12", "SIGNATURE", xml, "", ""]);
        let older = page.asks(&utils("signXml", args(json!(document)))).await;
        let several = page.asks(&utils("signXmls", args(json!([document, document])))).await;
        assert_eq!(several["responseObject"].as_array().unwrap().len(), 2);
        let signed = [
            &newer["body"]["result"],
            &older["responseObject"],
            &several["responseObject"][1],
        ];
        for document in signed {
            let verdict = verifier.verify(document.as_str().unwrap(), CHALLENGE_WITH_MEMBERS.as_bytes(), NOW);
            assert!(verdict.is_ok(), "{login}: {:?}", verdict.err());
        }
        let part = json!(["PKCS12", "SIGNATURE", document, "//host", "//challenge"]);
        assert_eq!(page.asks(&utils("signXml", part)).await["code"], "500");
    }
}

#[tokio::test]
async fn what_needs_a_time_stamp_fails_in_words_instead_of_coming_without() {
    let mut page = page_of("aigerim").await;
    let answer = page.asks(&with("/args/signingParams/tsaProfile", json!({}))).await;
    assert_eq!(
        (&answer["status"], &answer["code"]),
        (&json!(false), &json!("SIGNING_FAILURE"))
    );
    let args = json!(["PKCS12", "SIGNATURE", "AAAA", true]);
    for method in ["createCMSSignatureFromBase64", "applyCAdEST"] {
        assert_eq!(page.asks(&utils(method, args.clone())).await["code"], "500");
    }
}

#[tokio::test]
async fn keys_are_offered_by_type_and_serial_number() {
    let mut page = page_of("dana").await;
    for (key_type, message) in [
        ("SIGNATURE", None),
        ("", None),
        ("AUTHENTICATION", Some("storage.empty")),
    ] {
        let args = json!(["PKCS12", key_type, "AAAA", true]);
        let answer = page.asks(&utils("createCAdESFromBase64", args)).await;
        assert_eq!(answer.get("message").and_then(Value::as_str), message, "{key_type}");
    }
    let info = page.asks(&utils("getKeyInfo", json!(["PKCS12"]))).await;
    let info = &info["responseObject"];
    assert_eq!(info["algorithm"], "ECGOST3410-2015");
    assert_eq!(info["issuerCn"], "ҰЛТТЫҚ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (GOST) DEMO");
    assert!(info["subjectDn"].as_str().unwrap().contains("SERIALNUMBER=IIN"));
    assert!(info["certNotAfter"].as_str().unwrap().ends_with("000"));
    for (serial, is_offered) in [(info["serialNumber"].clone(), true), (json!("00"), false)] {
        let answer = page.asks(&with("/args/signerParams/serialNumber", serial)).await;
        assert_eq!(answer["body"].get("result").is_some(), is_offered);
    }
}

#[tokio::test]
async fn the_language_can_be_chosen_and_a_number_beside_the_request_is_tolerated() {
    let mut page = page_of("dana").await;
    for locale in ["kk", "ru", "en"] {
        let mut request = utils("changeLocale", json!([locale]));
        request["uuid"] = json!("1");
        assert_eq!(page.asks(&request).await["code"], "200");
    }
    assert_eq!(page.asks(&utils("changeLocale", json!(["fr"]))).await["code"], "500");
}
