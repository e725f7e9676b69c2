//! A record with everything that it names.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::record::{Record, sha256};

/// The members of a file, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    /// SHA-256 of the record's text.
    pub(super) digest: String,
    pub(super) record: Record,
    /// What the record names, by digest.
    pub(super) objects: Vec<Object>,
}

/// One certificate or list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Object {
    pub(super) digest: String,
    /// Base64 of DER.
    pub(super) content: String,
}

/// Why a file is none, or not as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum FileFault {
    #[error("the file is not in the one form in which evidence is written")]
    Form,
    #[error("the file is of another version")]
    Version,
    #[error("the digest of the record is another one")]
    Digest,
    #[error("an object has another digest, is missing, or is one that the record does not name")]
    Objects,
}

/// The file of a record's text, with what it names.
///
/// # Errors
/// The text is no record.
pub fn evidence_file(text: &[u8], objects: &[Vec<u8>]) -> Result<Vec<u8>, serde_json::Error> {
    let record: Record = serde_json::from_slice(text)?;
    let mut objects: Vec<Object> = objects.iter().map(|content| Object::of(content)).collect();
    objects.sort_by(|one, other| one.digest.cmp(&other.digest));
    let file = File {
        digest: sha256(text),
        record,
        objects,
    };
    file.write()
}

impl File {
    /// Reads a file that is exactly as it was written: no byte of it may differ.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, FileFault> {
        let file: Self = serde_json::from_slice(bytes).map_err(|_| FileFault::Form)?;
        if file.record.format != super::record::FORMAT {
            return Err(FileFault::Version);
        }
        if !file.write().is_ok_and(|written| written == bytes) {
            return Err(FileFault::Form);
        }
        let text = serde_json::to_vec(&file.record).map_err(|_| FileFault::Form)?;
        if sha256(&text) != file.digest {
            return Err(FileFault::Digest);
        }
        file.check_objects()?;
        Ok(file)
    }

    fn write(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut text = serde_json::to_vec(self)?;
        text.push(b'\n');
        Ok(text)
    }

    /// Each is what its digest says, each is named, and each that is named is there, once.
    fn check_objects(&self) -> Result<(), FileFault> {
        let mut named: Vec<&str> = self
            .record
            .path
            .iter()
            .chain(&self.record.lists)
            .map(String::as_str)
            .collect();
        named.sort_unstable();
        named.dedup();
        let there: Vec<&str> = self.objects.iter().map(|object| object.digest.as_str()).collect();
        let right = |object: &Object| object.bytes().is_some_and(|bytes| sha256(&bytes) == object.digest);
        if named == there && self.objects.iter().all(right) {
            Ok(())
        } else {
            Err(FileFault::Objects)
        }
    }

    /// The content of the object with this digest.
    pub(super) fn object(&self, digest: &str) -> Option<Vec<u8>> {
        self.objects.iter().find(|object| object.digest == digest)?.bytes()
    }
}

impl Object {
    fn of(content: &[u8]) -> Self {
        Self {
            digest: sha256(content),
            content: STANDARD.encode(content),
        }
    }

    fn bytes(&self) -> Option<Vec<u8>> {
        STANDARD.decode(&self.content).ok()
    }
}
