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
    ("crl/full_stale.crl", "E_STATUS_UNKNOWN"),
    ("crl/full_rogue.crl", "E_SIGNATURE"),
    ("ocsp/revoked.der", "E_REVOKED"),
    ("ocsp/unknown.der", "E_STATUS_UNKNOWN"),
    ("ocsp/not_issued_1970.der", "E_NEVER_ISSUED"),
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
    ("xml/extra_unsigned_sibling.xml", "E_FORMAT"),
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
    storage::audit::hex(&request[request.len() - 8..])
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

/// Test people have numbers that fail the check digit.
const CONTOUR: &str =
    "--anchor @test-ca/root_test_gost_2022.cer --intermediate @test-ca/nca_gost2022_test.cer --no-iin-checksum";

#[test]
fn files_of_the_real_centre_are_judged_as_it_issued_them() {
    let listed = format!("{CONTOUR} --crl @crl-test/nca_gost2022_test_2026-08-11.crl --at 2026-08-12T00:00:00Z");
    let person = |file: &str| format!("certificate @test-ee/{file} {listed}");
    let old_rsa = "--anchor @test-ca/nca_rsa_test.cer --no-iin-checksum --at 2022-09-02T16:55:00Z --no-revocation";
    let old_gost = "--anchor @test-ca/nca_gost_test_2004.cer --legacy-gost --at 2022-04-01T00:00:00Z";
    let roots = "--anchor @prod/root_gost_2022.cer --anchor @prod/root_rsa_2020.cer --at 2026-11-21T12:00:00Z";
    let mut wrong = Vec::new();
    for (line, expected) in [
        (person("individual_valid_2026.cer"), None),
        (person("legal_ceo_valid_2026.cer"), None),
        (person("individual_revoked_2026.cer"), Some("E_REVOKED")),
        (person("legal_ceo_revoked_2026.cer"), Some("E_REVOKED")),
        (person("legal_signer_revoked_2026.cer"), Some("E_REVOKED")),
        (person("legal_employee_2026_revoked_later.cer"), Some("E_REVOKED")),
        (person("legal_treasury_2026.cer"), Some("E_REVOKED")),
        (person("individual_2023.cer"), Some("E_EXPIRED")),
        (person("legal_infosystem_valid_2026.cer"), Some("E_PURPOSE")),
        (person("legal_infosystem_revoked_2026.cer"), Some("E_PURPOSE")),
        (person("legal_infosystem_2025_odd_urls.cer"), Some("E_PURPOSE")),
        (
            person("individual_valid_2026.cer").replace(" --no-iin-checksum", ""),
            Some("E_IDENTITY"),
        ),
        (
            person("individual_valid_2026.cer").replace("2026-08-12", "2027-02-08"),
            Some("E_STATUS_UNKNOWN"),
        ),
        (person("individual_auth_rsa_2022.cer"), Some("E_CHAIN")),
        (
            format!("certificate @test-ee/individual_auth_rsa_2022.cer {old_rsa}"),
            None,
        ),
        (
            format!("certificate @test-ee/individual_sign_rsa_2022.cer {old_rsa}"),
            None,
        ),
        (
            format!(
                "certificate @test-ee/legal_ceo_sign_gost2004_2022.cer {old_gost} --no-iin-checksum --no-revocation"
            ),
            None,
        ),
        (
            format!("crl @crl-test/nca_gost2022_test_2026-08-11.crl {CONTOUR} --at 2026-08-12T00:00:00Z"),
            None,
        ),
        (
            format!("crl @crl-test/nca_gost2022_test_2025-04-29.crl {CONTOUR} --at 2025-05-01T00:00:00Z"),
            None,
        ),
        (
            format!("crl @crl-test/nca_gost2022_test_2025-04-29.crl {CONTOUR} --at 2025-11-01T00:00:00Z"),
            Some("E_STATUS_UNKNOWN"),
        ),
        (
            format!("crl @crl-test/nca_gost2022_d_test_2025-04-29_delta.crl {CONTOUR} --at 2025-05-01T00:00:00Z"),
            None,
        ),
        (
            format!("crl @crl-test/nca_gost_test_2004_2022-03-29.crl {old_gost}"),
            None,
        ),
        (
            format!("crl @crl-test/nca_gost_test_2004_2022-03-29.crl {CONTOUR} --at 2022-04-01T00:00:00Z"),
            Some("E_CHAIN"),
        ),
        (
            "ocsp @ocsp-test/rsa_good.der --anchor @test-ca/nca_rsa_test.cer --at 2022-09-02T16:55:00Z".to_owned(),
            None,
        ),
        (
            "ocsp @ocsp-test/rsa_good.der --anchor @test-ca/nca_rsa_test.cer --at 2022-09-02T17:55:00Z".to_owned(),
            Some("E_STATUS_UNKNOWN"),
        ),
        (
            format!("ocsp @ocsp-test/gost2015_never_issued_1970.der {CONTOUR} --at 2022-09-02T16:59:00Z"),
            Some("E_NEVER_ISSUED"),
        ),
        (
            format!("certificate @prod/nca_gost_2022.cer {roots}"),
            Some("E_PURPOSE"),
        ),
        (format!("certificate @prod/nca_rsa_2022.cer {roots}"), Some("E_PURPOSE")),
        (format!("certificate @prod/nca_rsa_2018.cer {roots}"), Some("E_CHAIN")),
        (format!("certificate @prod/btsd_gost.cer {roots}"), Some("E_CHAIN")),
        (
            format!("verify @cms-kalkan/gost512_and_rsa_cosigned_attached_test123.der {CONTOUR}"),
            Some("E_SIGNER"),
        ),
    ] {
        let (code, found, beside) = eds(&line);
        if found["reason"].as_str() != expected || code != i32::from(expected.is_some()) {
            wrong.push(format!("{line}: {expected:?}, but {code} {} {beside}", found["detail"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_refused_is_read_as_far_as_it_can_be() {
    let at = format!("--at {CLOCK}");
    // Nobody leads to the roots of another centre: all of the certificate is read all the same.
    let line = format!(
        "verify @fake/cms/attached_ok.der {at} --anchor @prod/root_gost_2022.cer --challenge @fake/cms/challenge.txt"
    );
    let (code, found, _) = eds(&line);
    assert_eq!((code, found["reason"].as_str()), (1, Some("E_CHAIN")));
    let read = |member: &str| found[member].as_str().unwrap_or("null").to_owned();
    assert_eq!(
        (read("iin"), read("role"), read("suite")),
        ("900315300123".into(), "individual".into(), "gost2015-512".into())
    );
    assert_eq!((read("format"), read("key_storage")), ("cms".into(), "file".into()));
    assert_eq!(found["names"]["patronymic"], "БОЛАТҰЛЫ");
    assert_eq!(
        (
            found["validity"]["state"].as_str(),
            found["path"].as_array().unwrap().len()
        ),
        (Some("valid"), 0)
    );

    let trust = format!("{at} {TRUST} {LISTS}");
    let (_, found, _) = eds(&format!(
        "verify @fake/cms/attached_revoked_cert.der {trust} --challenge @fake/cms/challenge.txt"
    ));
    assert_eq!(found["revocation"]["status"], "revoked");
    assert!(found["revocation"]["revoked_at"].is_string());
    assert_eq!(found["path"].as_array().unwrap().len(), 2);

    let (_, found, _) = eds(&format!(
        "verify @fake/cms/attached_ceo_ok.der {trust} --challenge @fake/cms/challenge.txt"
    ));
    assert_eq!(
        (&found["ok"], found["bin"].as_str(), found["role"].as_str()),
        (&Value::Bool(true), Some("180140000028"), Some("head"))
    );
    let (code, found, _) = eds(&format!(
        "certificate @fake/ee/individual_revoked.cer {trust} --no-revocation"
    ));
    assert_eq!((code, found["revocation"]["status"].as_str()), (0, Some("not_checked")));
    let given = format!("--ocsp @fake/ocsp/good.der --nonce {}", nonce());
    let (code, found, _) = eds(&format!(
        "certificate @fake/ee/individual_valid.cer {at} {TRUST} {given}"
    ));
    assert_eq!((code, found["revocation"]["source"].as_str()), (0, Some("answer")));
    let other = "--ocsp @fake/ocsp/good_other_serial.der";
    let (code, found, _) = eds(&format!(
        "certificate @fake/ee/individual_valid.cer {at} {TRUST} {other}"
    ));
    assert_eq!((code, found["reason"].as_str()), (1, Some("E_STATUS_UNKNOWN")));
    assert_eq!(
        found["revocation"]["answer_problems"][0],
        "it is about another certificate"
    );
    // Junk is judged too; a list that is of no use is named.
    let (code, found, _) = eds(&format!("verify @fake/manifest.json {trust}"));
    assert_eq!(
        (code, found["reason"].as_str(), found["iin"].is_null()),
        (1, Some("E_FORMAT"), true)
    );
    let (_, found, _) = eds(&format!(
        "crl @fake/crl/full.crl {at} {TRUST} --crl @fake/crl/full_rogue.crl"
    ));
    assert_eq!(found["unused_lists"][0]["problem"], "its signature does not verify");
}

#[test]
fn wrong_arguments_are_told_from_refused_files() {
    for (line, words) in [
        ("verify @fake/cms/attached_ok.der", "nobody is trusted"),
        (
            "verify @fake/cms/absent.der --anchor @fake/ca/root_rsa.cer",
            "absent.der",
        ),
        ("verify --anchor @fake/ca/root_rsa.cer", "FILE is missing"),
        (
            "crl @fake/crl/full.crl --anchor @fake/ee/ceo_valid.cer",
            "not a certificate of an authority",
        ),
        (
            "crl @fake/crl/full.crl --anchor @fake/ca/root_rsa.cer --at yesterday",
            "--at",
        ),
        (
            "ocsp @fake/ocsp/good.der --anchor @fake/ca/root_rsa.cer --nonce 0x1",
            "hexadecimal",
        ),
    ] {
        let (code, found, beside) = eds(line);
        assert_eq!((code, &found), (2, &Value::Null), "{line}: {beside}");
        assert!(beside.contains(words), "{line}: {beside}");
    }
    // Whoever writes the file last has it taken by the option before it, and is understood.
    let line = format!(
        "crl --at {CLOCK} --anchor @fake/ca/root_gost2015-512.cer --intermediate @fake/ca/nca_gost2015-512.cer @fake/crl/full.crl"
    );
    assert_eq!(eds(&line).0, 0);
}
