//! The imitation of the national centre, judged as its manifest says.
//!
//! `KIRU_FAKE_CENTRE` names another folder of the same layout: an imitation that was made anew, with other names and keys, has
//! to pass as well. Nothing here knows a name, number or key that is not in the folder.

use std::path::PathBuf;

use serde_json::Value;

use super::super::certificate::Certificate;
use super::super::path::TrustStore;
use super::super::verify::check_validity;
use super::super::{identity, purpose};
use super::*;

/// How each signature is judged when it is not accepted; what the manifest accepts must not stand here.
const SIGNATURE_CODES: &[(&str, &str)] = &[
    ("attached_other_nonce.der", "E_CONTENT"),
    ("attached_tampered_content.der", "E_CONTENT"),
    ("attached_sig_rfc_order.der", "E_SIGNATURE"),
    ("attached_sig_swapped.der", "E_SIGNATURE"),
    ("attached_sig_zero.der", "E_SIGNATURE"),
    ("attached_wrong_key.der", "E_SIGNATURE"),
    ("attached_ess_mismatch.der", "E_ATTRS"),
    ("attached_no_attrs.der", "E_ATTRS"),
    ("attached_no_certs.der", "E_SIGNER"),
    ("attached_two_signers.der", "E_SIGNER"),
    ("attached_expired_cert.der", "E_EXPIRED"),
    ("attached_revoked_cert.der", "E_REVOKED"),
    ("attached_rogue.der", "E_CHAIN"),
    ("attached_infosystem.der", "E_PURPOSE"),
    ("detached_over_other_data.der", "E_ATTRS"),
];

/// The same for certificates, which are judged without a signature.
const CERTIFICATE_CODES: &[(&str, &str)] = &[
    ("individual_expired.cer", "E_EXPIRED"),
    ("individual_notyet.cer", "E_NOT_YET_VALID"),
    ("individual_revoked.cer", "E_REVOKED"),
    ("individual_hold.cer", "E_REVOKED"),
    ("infosystem_valid.cer", "E_PURPOSE"),
    ("no_role_eku.cer", "E_PURPOSE"),
    ("no_digital_signature.cer", "E_PURPOSE"),
    ("iin_bad_checksum.cer", "E_IDENTITY"),
    ("iin_dup_serialnumber.cer", "E_IDENTITY"),
    ("rogue_individual.cer", "E_CHAIN"),
    ("broken_signature.cer", "E_CHAIN"),
    ("ocsp_responder.cer", "E_PURPOSE"),
    ("tsa.cer", "E_PURPOSE"),
];

/// The same for signed documents.
const DOCUMENT_CODES: &[(&str, &str)] = &[
    ("other_challenge.xml", "E_CONTENT"),
    ("tampered.xml", "E_CONTENT"),
    ("comment_injected.xml", "E_FORMAT"),
    ("extra_unsigned_sibling.xml", "E_FORMAT"),
    ("wrapped_in_new_root.xml", "E_FORMAT"),
    ("rogue.xml", "E_CHAIN"),
];

/// What is written about signing as such, or about time stamps, which are ignored as a whole (CE-4).
const ACCEPTED_BY_OUR_POLICY: &[&str] = &["attached_old_signing_time.der", "attached_cades_t_bad_imprint.der"];

/// A folder with a manifest.
pub(super) struct Imitation {
    folder: PathBuf,
    manifest: Value,
}

impl Imitation {
    /// The one that is asked for, else the one that is kept here.
    pub(super) fn open() -> Self {
        std::env::var_os("KIRU_FAKE_CENTRE").map_or_else(Self::kept, |folder| Self::of(folder.into()))
    }

    /// The one that is kept here.
    pub(super) fn kept() -> Self {
        Self::of(concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/fake").into())
    }

    fn of(folder: PathBuf) -> Self {
        let manifest = serde_json::from_slice(&std::fs::read(folder.join("manifest.json")).unwrap()).unwrap();
        Self { folder, manifest }
    }

    pub(super) fn clock(&self) -> Timestamp {
        let text = self.manifest["clock"].as_str().unwrap().replace("+00:00", "Z");
        Timestamp::from_rfc3339(&text).unwrap()
    }

    pub(super) fn read(&self, path: &str) -> Vec<u8> {
        std::fs::read(self.folder.join(path)).unwrap()
    }

    fn files(&self, folder: &str) -> Vec<&Value> {
        let files = self.manifest["files"].as_array().unwrap();
        let found: Vec<&Value> = files
            .iter()
            .filter(|file| file["file"].as_str().unwrap().starts_with(folder) && file.get("expect").is_some())
            .collect();
        assert!(!found.is_empty());
        found
    }

    /// The authorities with the complete list of the one that publishes one; legacy authorities only when they are asked for.
    pub(super) fn settings(&self, legacy_gost: bool) -> EdsSettings {
        let all = |key: &str| {
            let names = self.manifest[key]
                .as_array()
                .unwrap()
                .iter()
                .map(|name| name.as_str().unwrap());
            names
                .filter(|name| legacy_gost || !name.contains("gost2004"))
                .map(|name| file(name, &self.read(name)))
                .collect()
        };
        EdsSettings {
            anchors: all("trust_anchors"),
            intermediates: all("intermediates"),
            crls: vec![file("full", &self.read("crl/full.crl"))],
            legacy_gost,
            ..EdsSettings::default()
        }
    }

    fn verifier(&self, legacy_gost: bool) -> EdsVerifier {
        EdsVerifier::new(&self.settings(legacy_gost)).unwrap()
    }

    /// What the manifest says about the certificate with these bytes.
    fn entry_of(&self, certificate: &[u8]) -> &Value {
        let is_same = |entry: &&&Value| self.read(entry["file"].as_str().unwrap()) == certificate;
        self.files("ee/").iter().find(is_same).unwrap()
    }
}

/// The value of the only attribute of this kind in the manifest's subject.
fn attribute<'a>(entry: &'a Value, kind: &str) -> Option<&'a str> {
    let subject = entry["subject"].as_array().unwrap();
    let mut found = subject.iter().filter(|pair| pair[0] == kind);
    let value = found.next().map(|pair| pair[1].as_str().unwrap());
    assert!(found.next().is_none());
    value
}

fn names_whom_the_manifest_names(identity: &NationalIdentity, entry: &Value) {
    let number = format!("IIN{}", identity.iin.expose());
    assert_eq!(Some(number.as_str()), attribute(entry, "SERIALNUMBER"));
    let organisation = identity.organisation.as_ref();
    let bin = organisation.map(|found| format!("BIN{}", found.bin.expose()));
    assert_eq!(bin.as_deref(), attribute(entry, "OU"));
    assert_eq!(
        organisation.and_then(|found| found.name.as_deref()),
        attribute(entry, "O")
    );
    assert_eq!(Some(identity.names.common.as_str()), attribute(entry, "CN"));
    assert_eq!(identity.names.family.as_deref(), attribute(entry, "SN"));
    assert_eq!(identity.names.patronymic.as_deref(), attribute(entry, "G"));
}

/// The file's name and what becomes of it when it is not accepted.
fn expected(entry: &Value, codes: &[(&str, &'static str)]) -> (String, Option<&'static str>) {
    let name = entry["file"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let expect = entry["expect"].as_str().unwrap();
    let code = codes.iter().find(|(file, _)| *file == name).map(|(_, code)| *code);
    let accepted = expect.starts_with("accept")
        || expect == "valid"
        || expect == "revoked" && code.is_none()
        || ACCEPTED_BY_OUR_POLICY.contains(&name.as_str());
    assert_eq!(accepted, code.is_none(), "{name}: {expect}");
    (name, code)
}

/// The imitation publishes a list for its GOST-2015 authority only: the others' certificates pass everything but their status.
fn has_no_list(name: &str) -> bool {
    name.contains("rsa") || name.contains("gost2004")
}

#[test]
fn every_signature_is_judged_as_the_manifest_says() {
    let imitation = Imitation::open();
    let verifier = imitation.verifier(true);
    let mut accepted = 0;
    for entry in imitation.files("cms/") {
        let Some(challenge) = entry.get("challenge") else {
            continue;
        };
        let (name, code) = expected(entry, SIGNATURE_CODES);
        let received = imitation.read(&format!("cms/{name}"));
        let text = if received.starts_with(b"-----BEGIN CMS") {
            String::from_utf8(received).unwrap()
        } else {
            base64(&received)
        };
        let challenge = imitation.read(challenge.as_str().unwrap());
        match (verifier.verify(&text, &challenge, imitation.clock()), code) {
            (Ok(eds), None) => {
                names_whom_the_manifest_names(eds.identity(), imitation.entry_of(eds.certificate()));
                assert_eq!(eds.suite(), "gost2015-512", "{name}");
                accepted += 1;
            }
            (Err(EdsRefusal::StatusUnknown(StatusFault::NoList)), None) if has_no_list(&name) => {}
            (outcome, code) => assert_eq!(outcome.err().map(|refusal| refusal.code()), code, "{name}"),
        }
    }
    assert!(accepted >= 9, "{accepted}");
}

#[test]
fn every_signed_document_is_judged_as_the_manifest_says() {
    let imitation = Imitation::open();
    let settings = EdsSettings {
        xml: true,
        ..imitation.settings(false)
    };
    let verifier = EdsVerifier::new(&settings).unwrap();
    let documents = imitation.files("xml/");
    let documents = documents.iter().filter(|entry| entry.get("challenge").is_some());
    let mut accepted = 0;
    for entry in documents {
        let (name, code) = expected(entry, DOCUMENT_CODES);
        let text = String::from_utf8(imitation.read(&format!("xml/{name}"))).unwrap();
        let challenge = imitation.read(entry["challenge"].as_str().unwrap());
        match (verifier.verify(&text, &challenge, imitation.clock()), code) {
            (Ok(found), None) => {
                names_whom_the_manifest_names(found.identity(), imitation.entry_of(found.certificate()));
                accepted += 1;
            }
            (Err(EdsRefusal::StatusUnknown(StatusFault::NoList)), None) if has_no_list(&name) => {}
            (outcome, code) => assert_eq!(outcome.err().map(|refusal| refusal.code()), code, "{name}"),
        }
    }
    assert_eq!(accepted, 2);
}

#[test]
fn every_certificate_is_judged_as_the_manifest_says() {
    let imitation = Imitation::open();
    let trust = TrustStore::new(&imitation.settings(true)).unwrap();
    let revocations = super::super::revocation::Revocations::new(None);
    assert_eq!(revocations.load(&imitation.settings(true).crls, &trust), []);
    let judge = |der: &[u8], checksum| {
        let certificate = Certificate::parse(der).unwrap();
        let path = trust.path(&certificate, imitation.clock()).map_err(EdsRefusal::Chain)?;
        check_validity(&certificate, imitation.clock())?;
        let role = purpose::role(&certificate, &Roles::default()).map_err(EdsRefusal::Purpose)?;
        let person = identity::read(&certificate, role, checksum).map_err(EdsRefusal::Identity)?;
        match revocations
            .snapshot()
            .check(&certificate.serial, &path, imitation.clock())
        {
            Ok(_) | Err(EdsRefusal::StatusUnknown(StatusFault::NoList)) => Ok(person),
            Err(refusal) => Err(refusal),
        }
    };
    for entry in imitation.files("ee/") {
        let (name, code) = expected(entry, CERTIFICATE_CODES);
        let der = imitation.read(&format!("ee/{name}"));
        let outcome = judge(&der, Checksum::Required);
        assert_eq!(outcome.as_ref().err().map(EdsRefusal::code), code, "{name}");
        if let Ok(person) = outcome {
            names_whom_the_manifest_names(&person, entry);
        }
        let unjudged = judge(&der, Checksum::Ignored);
        let by_checksum = entry["expect"].as_str().unwrap().contains("checksum rule is off");
        assert_eq!(
            unjudged.is_ok(),
            code.is_none() || by_checksum,
            "{name} without check digits"
        );
    }
}

#[test]
fn every_list_is_used_as_the_manifest_says() {
    let imitation = Imitation::open();
    for (list, fault) in [
        ("crl/full.crl", None),
        ("crl/full_stale.crl", None),
        ("crl/full_rogue.crl", Some(CrlFault::Signature)),
    ] {
        let settings = EdsSettings {
            crls: vec![file("list", &imitation.read(list))],
            ..imitation.settings(false)
        };
        let verifier = EdsVerifier::new(&settings).unwrap();
        let found: Vec<CrlFault> = verifier.crl_problems().iter().map(|problem| problem.fault).collect();
        assert_eq!(found, Vec::from_iter(fault), "{list}");
    }
}

#[test]
fn the_legacy_suite_is_unknown_unless_it_is_switched_on() {
    let imitation = Imitation::open();
    let legacy = imitation.settings(true);
    let off = EdsSettings {
        legacy_gost: false,
        ..legacy.clone()
    };
    assert!(matches!(
        EdsVerifier::new(&off).unwrap_err(),
        SettingsFault::Trust {
            fault: TrustFault::Key,
            ..
        }
    ));
    let signed = base64(&imitation.read("cms/attached_gost2004_ok.der"));
    let challenge = imitation.read("cms/challenge.txt");
    let outcome = imitation.verifier(false).verify(&signed, &challenge, imitation.clock());
    assert_eq!(outcome, Err(EdsRefusal::Algorithm(AlgorithmFault::Digest)));
    let outcome = imitation.verifier(true).verify(&signed, &challenge, imitation.clock());
    assert_eq!(
        outcome,
        Err(EdsRefusal::StatusUnknown(StatusFault::NoList)),
        "everything else holds"
    );
}

#[test]
fn authorities_of_the_same_names_with_other_keys_vouch_for_nobody() {
    let imitation = Imitation::open();
    let rogue = EdsSettings {
        anchors: vec![file("root", &imitation.read("ca/rogue_root_same_names.cer"))],
        intermediates: vec![file("nca", &imitation.read("ca/rogue_nca_same_names.cer"))],
        ..EdsSettings::default()
    };
    let mixed = EdsSettings {
        intermediates: imitation.settings(false).intermediates,
        ..rogue.clone()
    };
    assert!(matches!(
        EdsVerifier::new(&mixed).unwrap_err(),
        SettingsFault::Trust {
            fault: TrustFault::NotAnchored,
            ..
        }
    ));
    let verifier = EdsVerifier::new(&rogue).unwrap();
    let challenge = imitation.read("cms/challenge.txt");
    let good = base64(&imitation.read("cms/attached_with_chain_ok.der"));
    let refusal = verifier.verify(&good, &challenge, imitation.clock()).unwrap_err();
    assert_eq!(refusal.code(), "E_CHAIN");
}
