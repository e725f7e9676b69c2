use proptest::prelude::*;

use super::*;

#[tokio::test]
async fn every_malformed_member_is_answered_with_an_error() {
    let mut page = Page::connect(&signer()).await;
    for (pointer, value, code) in [
        ("/method", json!("signAll"), "INVOCATION_ERROR"),
        ("/args", json!([]), "INVOCATION_ERROR"),
        ("/args/format", json!("pdf"), "INVOCATION_ERROR"),
        ("/args/format", json!(null), "INVOCATION_ERROR"),
        ("/args/data", json!(null), "INVOCATION_ERROR"),
        ("/args/data", json!([]), "INVOCATION_ERROR"),
        ("/args/data", json!([1]), "INVOCATION_ERROR"),
        ("/args/data", json!("not base64"), "INVALID_SIGNING_PARAMS"),
        ("/args/signingParams", json!("x"), "INVALID_SIGNING_PARAMS"),
        ("/args/signingParams/decode", json!("yes"), "INVALID_SIGNING_PARAMS"),
        ("/args/signingParams/digested", json!(true), "INVALID_SIGNING_PARAMS"),
        ("/args/signingParams/tsaProfile", json!({}), "SIGNING_FAILURE"),
        ("/args/signerParams", json!(null), "INVOCATION_ERROR"),
        ("/args/signerParams/extKeyUsageOids", json!(null), "INVOCATION_ERROR"),
        ("/args/signerParams/extKeyUsageOids", json!([1]), "INVOCATION_ERROR"),
        ("/args/signerParams/iin", json!(1), "INVOCATION_ERROR"),
        ("/args/signerParams/chain", json!("x"), "INVOCATION_ERROR"),
        ("/args/allowedStorages", json!(["Pocket"]), "INVOCATION_ERROR"),
        ("/args/locale", json!("de"), "INVOCATION_ERROR"),
        ("/args/logo", json!("x".repeat(50_001)), "INVOCATION_ERROR"),
    ] {
        let answer = page.asks(&with(pointer, value.clone())).await;
        assert_eq!(
            (&answer["status"], &answer["code"]),
            (&json!(false), &json!(code)),
            "{pointer} {value}"
        );
        assert!(answer["message"].is_string());
    }
}

#[tokio::test]
async fn unknown_modules_and_broken_json_have_their_own_answers() {
    let mut page = Page::connect(&signer()).await;
    let not_found = json!({"success": false, "errorCode": "MODULE_NOT_FOUND"});
    let probe = json!({"module": "kz.digiflow.mobile.extensions", "method": "getVersion"});
    assert_eq!(page.asks(&probe).await, not_found);
    assert_eq!(page.asks(&json!({})).await, not_found);
    for text in ["{", "", "[]", "\"text\""] {
        page.send(text).await;
        let broken = json!({"success": false, "code": "COMMON_JSON_WRAPPING_EXCEPTION"});
        assert_eq!(page.receive().await, broken, "{text}");
    }
}

/// Any JSON value, not too deep.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,12}|PKCS12|true|ru".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let names = "module|method|args|data|signingParams|signerParams|\\PC{0,6}";
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((names, inner), 0..4).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn any_message_is_read_or_refused(text in "\\PC*", value in any_json(), member in 0_usize..9) {
        let _ = request::parse(&text);
        let _ = request::parse(&value.to_string());
        let members = [
            "/module", "/method", "/args", "/args/allowedStorages", "/args/format", "/args/data", "/args/signingParams",
            "/args/signerParams", "/args/signerParams/extKeyUsageOids",
        ];
        let _ = request::parse(&with(members[member], value).to_string());
    }
}
