//! The JSON between us and the app, with the member names of the national protocol (kz-eds §8.1).

use serde::{Deserialize, Serialize};

/// How we ask to be signed: a CMS with the text in it.
const METHOD: &str = "CMS_WITH_DATA";
/// The number of the one document.
const DOCUMENT: u32 = 1;
/// What an app puts when the person declines.
const CANCELED: &str = "CANCELED";

/// Answer of the first request: who asks, and where the document is.
#[derive(Debug, Serialize)]
pub(super) struct About {
    /// What the person is asked for, in the app's language.
    pub(super) description: String,
    /// RFC 3339 with milliseconds and the deployment's offset.
    pub(super) expiry_date: String,
    pub(super) organisation: Organisation,
    pub(super) document: DocumentAddress,
}

/// Who asks.
#[derive(Debug, Serialize)]
pub(super) struct Organisation {
    #[serde(rename = "nameRu")]
    pub(super) name_ru: String,
    #[serde(rename = "nameKz")]
    pub(super) name_kz: String,
    #[serde(rename = "nameEn")]
    pub(super) name_en: String,
    pub(super) bin: String,
}

/// Where the document is, and what opens it.
#[derive(Serialize)]
pub(super) struct DocumentAddress {
    pub(super) uri: String,
    pub(super) auth_type: &'static str,
    pub(super) auth_token: String,
}

impl std::fmt::Debug for DocumentAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DocumentAddress(…)")
    }
}

/// Answer of the second request: what is to be signed.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "the names of the app's protocol")]
pub(super) struct Documents {
    #[serde(rename = "signMethod")]
    sign_method: &'static str,
    version: u32,
    #[serde(rename = "documentsToSign")]
    documents_to_sign: [Document; 1],
}

/// The one document.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "the names of the app's protocol")]
struct Document {
    id: u32,
    #[serde(rename = "nameRu")]
    name_ru: String,
    #[serde(rename = "nameKz")]
    name_kz: String,
    #[serde(rename = "nameEn")]
    name_en: String,
    meta: Vec<Meta>,
    document: Content,
}

/// A line that the app shows.
#[derive(Debug, Serialize)]
pub(super) struct Meta {
    pub(super) name: String,
    pub(super) value: String,
}

#[derive(Debug, Serialize)]
struct Content {
    file: File,
}

#[derive(Debug, Serialize)]
struct File {
    mime: &'static str,
    data: String,
}

impl Documents {
    /// One text, in base64, with its names in Kazakh, Russian and English and what the app shows of it.
    pub(super) fn one([name_kz, name_ru, name_en]: [String; 3], meta: Vec<Meta>, data: String) -> Self {
        Self {
            sign_method: METHOD,
            version: 1,
            documents_to_sign: [Document {
                id: DOCUMENT,
                name_ru,
                name_kz,
                name_en,
                meta,
                document: Content {
                    file: File {
                        mime: "text/plain",
                        data,
                    },
                },
            }],
        }
    }
}

/// What an app puts back.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Returned {
    /// The signature, base64 of a CMS.
    Signed(String),
    /// The person declined.
    Declined,
}

#[derive(Deserialize)]
struct Put {
    status: Option<String>,
    #[serde(rename = "signMethod")]
    sign_method: Option<String>,
    #[serde(rename = "documentsToSign", default)]
    documents_to_sign: Vec<PutDocument>,
}

#[derive(Deserialize)]
struct PutDocument {
    id: u32,
    document: PutContent,
}

#[derive(Deserialize)]
struct PutContent {
    file: PutFile,
}

#[derive(Deserialize)]
struct PutFile {
    data: String,
}

/// Reads the body: our own JSON with the data replaced, or a refusal. None when it is neither. Members that we do not know
/// are passed over, since apps add some.
pub(super) fn read(body: &[u8]) -> Option<Returned> {
    let put: Put = serde_json::from_slice(body).ok()?;
    if put.status.as_deref() == Some(CANCELED) {
        return Some(Returned::Declined);
    }
    let [document] = <[PutDocument; 1]>::try_from(put.documents_to_sign).ok()?;
    let ours = put.sign_method.as_deref() == Some(METHOD) && document.id == DOCUMENT;
    (ours && !document.document.file.data.is_empty()).then_some(Returned::Signed(document.document.file.data))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn asked() -> Value {
        let names = ["kk", "ru", "en"].map(str::to_owned);
        let meta = vec![Meta {
            name: "n".to_owned(),
            value: "42".to_owned(),
        }];
        serde_json::to_value(Documents::one(names, meta, "dGV4dA==".to_owned())).unwrap()
    }

    fn put(value: &Value) -> Option<Returned> {
        read(value.to_string().as_bytes())
    }

    #[test]
    fn the_document_has_the_members_of_the_protocol() {
        let expected = json!({
            "signMethod": "CMS_WITH_DATA", "version": 1,
            "documentsToSign": [{
                "id": 1, "nameRu": "ru", "nameKz": "kk", "nameEn": "en",
                "meta": [{"name": "n", "value": "42"}],
                "document": {"file": {"mime": "text/plain", "data": "dGV4dA=="}},
            }],
        });
        assert_eq!(asked(), expected);
    }

    #[test]
    fn what_comes_back_is_the_same_with_the_signature_or_a_refusal() {
        let mut signed = asked();
        signed["documentsToSign"][0]["document"]["file"]["data"] = "MII=".into();
        assert_eq!(put(&signed), Some(Returned::Signed("MII=".to_owned())));
        signed["status"] = "SIGNED".into();
        signed["documentsToSign"][0]["more"] = json!({"a": [1]});
        assert_eq!(put(&signed), Some(Returned::Signed("MII=".to_owned())));
        signed["status"] = "CANCELED".into();
        assert_eq!(put(&signed), Some(Returned::Declined));
        assert_eq!(put(&json!({"status": "CANCELED"})), Some(Returned::Declined));
    }

    #[test]
    fn anything_else_is_no_answer() {
        let changed = |change: &dyn Fn(&mut Value)| {
            let mut value = asked();
            change(&mut value);
            put(&value)
        };
        assert_eq!(changed(&|v| v["signMethod"] = "CMS_SIGN_ONLY".into()), None);
        assert_eq!(changed(&|v| v["documentsToSign"] = json!([])), None);
        assert_eq!(changed(&|v| v["documentsToSign"][0]["id"] = 2.into()), None);
        assert_eq!(
            changed(&|v| v["documentsToSign"][0]["document"]["file"]["data"] = "".into()),
            None
        );
        assert_eq!(
            changed(&|v| v["documentsToSign"][0]["document"]["file"]["data"] = 1.into()),
            None
        );
        let twice = |v: &mut Value| {
            let one = v["documentsToSign"][0].clone();
            v["documentsToSign"] = json!([one, one]);
        };
        assert_eq!(changed(&twice), None);
        for text in ["", "null", "[]", "{}", "\"CANCELED\"", "{\"status\":\"canceled\"}"] {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
        assert_eq!(read("[".repeat(60_000).as_bytes()), None, "depth is bounded");
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&bytes);
        }
    }
}
