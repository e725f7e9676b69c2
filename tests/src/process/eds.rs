//! The operator's magnifying glass over files of the real centre and of its imitation, as a script sees it: exit code and
//! one JSON object. Every file of the imitation is judged as its manifest says.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use super::kiru;

/// The moment for which the imitation was made.
const CLOCK: &str = "2026-11-21T12:00:00Z";

/// What is refused in the imitation, and by which rule; everything else is accepted. Certificates and signatures with RSA keys
/// stand apart: their authority has a list of its own.
const REFUSED: &[(&str, &str)] = &[
    ("ca/root_gost2015-512.cer", "E_PURPOSE"),
    ("ca/nca_gost2015-512.cer", "E_PURPOSE"),
    ("ca/root_gost2004.cer", "E_PURPOSE"),
    ("ca/nca_gost2004.cer", "E_PURPOSE"),
    ("ca/root_rsa.cer", "E_PURPOSE"),
    ("ca/nca_rsa.cer", "E_PURPOSE"),
    ("ca/rogue_root_same_names.cer", "E_CHAIN"),
    ("ca/rogue_nca_same_names.cer", "E_CHAIN"),
    ("ee/individual_expired.cer", "E_EXPIRED"),
    ("ee/individual_notyet.cer", "E_NOT_YET_VALID"),
    ("ee/individual_revoked.cer", "E_REVOKED"),
    ("ee/individual_hold.cer", "E_REVOKED"),
    ("ee/individual_delta_revoked.cer", "E_REVOKED"),
    ("ee/infosystem_valid.cer", "E_PURPOSE"),
    ("ee/no_role_eku.cer", "E_PURPOSE"),
    ("ee/no_digital_signature.cer", "E_PURPOSE"),
    ("ee/iin_bad_checksum.cer", "E_IDENTITY"),
    ("ee/iin_dup_serialnumber.cer", "E_IDENTITY"),
    ("ee/rogue_individual.cer", "E_CHAIN"),
    ("ee/broken_signature.cer", "E_CHAIN"),
    ("ee/ocsp_responder.cer", "E_PURPOSE"),
    ("ee/tsa.cer", "E_PURPOSE"),
    // Nobody has a list of the old authority: without one there is no certainty.
    ("ee/gost2004_individual.cer", "E_ALG_OFF"),
    ("crl/full_stale.crl", "E_STATUS_UNKNOWN"),
    ("crl/full_rogue.crl", "E_CHAIN_OR_SIGNATURE"),
    ("ocsp/revoked.der", "E_REVOKED"),
    ("ocsp/unknown.der", "E_STATUS_UNKNOWN"),
    ("ocsp/not_issued_1970.der", "E_STATUS_UNKNOWN"),
    ("ocsp/good_other_nonce.der", "E_STATUS_UNKNOWN"),
    ("ocsp/good_stale.der", "E_STATUS_UNKNOWN"),
    ("ocsp/good_other_serial.der", "E_STATUS_UNKNOWN"),
    ("ocsp/good_bad_signature.der", "E_SIGNATURE"),
    ("ocsp/good_by_ee.der", "E_CHAIN"),
    ("ocsp/request.der", "E_FORMAT"),
    ("ocsp/try_later.der", "E_STATUS_UNKNOWN"),
    ("cms/attached_other_nonce.der", "E_CONTENT"),
    ("cms/attached_tampered_content.der", "E_CONTENT"),
    ("cms/attached_sig_rfc_order.der", "E_SIGNATURE"),
    ("cms/attached_sig_swapped.der", "E_SIGNATURE"),
    ("cms/attached_sig_zero.der", "E_SIGNATURE"),
    ("cms/attached_wrong_key.der", "E_SIGNATURE"),
    ("cms/attached_ess_mismatch.der", "E_ATTRS"),
    ("cms/attached_no_attrs.der", "E_ATTRS"),
    ("cms/attached_no_certs.der", "E_SIGNER"),
    ("cms/attached_two_signers.der", "E_SIGNER"),
    ("cms/attached_expired_cert.der", "E_EXPIRED"),
    ("cms/attached_revoked_cert.der", "E_REVOKED"),
    ("cms/attached_rogue.der", "E_CHAIN"),
    ("cms/attached_infosystem.der", "E_PURPOSE"),
    ("cms/detached_over_other_data.der", "E_ATTRS"),
    ("xml/other_challenge.xml", "E_CONTENT"),
    ("xml/tampered.xml", "E_CONTENT"),
    ("xml/comment_injected.xml", "E_FORMAT"),
    ("xml/extra_unsigned_sibling.xml", "E_CONTENT"),
    ("xml/wrapped_in_new_root.xml", "E_FORMAT"),
    ("xml/rogue.xml", "E_CHAIN"),
];

fn vectors() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/federation/vectors"))
}

/// Runs `kiru eds`: exit code, the object that it printed (null when none), and what it said beside it. Words that name a file of the vectors, as
/// `@fake/…`, become its path.
fn eds(line: &str) -> (i32, Value, String) {
    let word = |word: &str| match word.strip_prefix('@') {
        Some(file) => vectors().join(file).to_str().unwrap().to_owned(),
        None => word.to_owned(),
    };
    let words: Vec<String> = std::iter::once("eds".to_owned())
        .chain(line.split(' ').map(word))
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let output = kiru(&words).env_remove("KIRU_CONFIG").output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let object = said.find('{').zip(said.rfind('}')).map(|(from, to)| &said[from..=to]);
    let object = object.map_or(Value::Null, |text| serde_json::from_str(text).unwrap());
    let beside = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().unwrap(), object, beside)
}

/// The imitation's trust: its roots, its authorities, its lists.
const TRUST: &str = "--anchor @fake/ca/root_gost2015-512.cer @fake/ca/root_gost2004.cer @fake/ca/root_rsa.cer \
    --intermediate @fake/ca/nca_gost2015-512.cer @fake/ca/nca_gost2004.cer @fake/ca/nca_rsa.cer --legacy-gost";
const LISTS: &str = "--crl @fake/crl/full.crl @fake/crl/delta.crl @fake/crl/nca_rsa_fresh.crl";

fn nonce() -> String {
    let request = std::fs::read(vectors().join("fake/ocsp/request.der")).unwrap();
    request[request.len() - 8..]
        .iter()
        .map(|octet| format!("{octet:02x}"))
        .collect()
}

/// How a file of the imitation is put under the glass.
fn line_for(file: &str) -> Option<String> {
    let at = format!("--at {CLOCK} {TRUST}");
    let path = format!("@fake/{file}");
    // The old authority has no list in the imitation.
    let lists = if file.contains("gost2004") {
        "--no-revocation"
    } else {
        LISTS
    };
    Some(match file.split_once('/').unwrap() {
        ("ca" | "ee", _) => format!("certificate {path} {at} {lists}"),
        ("crl", _) => format!("crl {path} {at}"),
        ("ocsp", "not_issued_1970.der") => format!("ocsp {path} {at}"),
        ("ocsp", "revoked.der") => {
            format!(
                "ocsp {path} {at} --certificate @fake/ee/individual_revoked.cer --nonce {}",
                nonce()
            )
        }
        ("ocsp", _) => format!(
            "ocsp {path} {at} --certificate @fake/ee/individual_valid.cer --nonce {}",
            nonce()
        ),
        (_, "challenge.txt" | "challenge.xml") => return None,
        ("cms", _) => format!("verify {path} {at} {lists} --challenge @fake/cms/challenge.txt"),
        ("xml", _) => format!("verify {path} {at} {lists} --challenge @fake/xml/challenge.xml"),
        (folder, _) => panic!("{folder}"),
    })
}

#[test]
fn every_file_of_the_imitation_is_judged_as_its_manifest_says() {
    let manifest = std::fs::read(vectors().join("fake/manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    let refused: BTreeMap<&str, &str> = REFUSED.iter().copied().collect();
    let mut wrong = Vec::new();
    let files = manifest["files"].as_array().unwrap();
    for file in files.iter().map(|entry| entry["file"].as_str().unwrap()) {
        let Some(line) = line_for(file) else { continue };
        let (code, found, beside) = eds(&line);
        let expected = refused.get(file).copied();
        let reason = found["reason"].as_str();
        if reason != expected || found["ok"] != expected.is_none() || code != i32::from(expected.is_some()) {
            wrong.push(format!("{file}: {expected:?}, but {code} {} {beside}", found["detail"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(files.len() > 80);
}
