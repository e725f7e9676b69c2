mod changes;
mod gost_keys;
mod ocsp;

use authority::certificates::CertificateRole;
use authority::identifiers::Checksum;
use authority::time::Timestamp;
use federation::eds::{EdsRefusal, EdsVerifier, SettingsFault, TrustFault, TrustFile};

use super::*;
use crate::cms::{CmsRecipe, armour};
use crate::keys::DemoKeys;
use crate::people::PEOPLE;

const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_262_400);

#[test]
fn the_demos_people_sign_in_as_their_keys_allow() {
    let folder = tempfile::tempdir().unwrap();
    let made = DemoKeys::open(folder.path(), NOW).unwrap();
    // A second start finds the same keys.
    let keys = DemoKeys::open(folder.path(), NOW).unwrap();
    let serials = |keys: &DemoKeys| keys.people.iter().map(|key| key.key.serial()).collect::<Vec<_>>();
    assert_eq!(serials(&made), serials(&keys));
    assert_eq!(keys.people.len(), PEOPLE.len());

    let verifier = EdsVerifier::new(&keys.eds_settings(NOW).unwrap()).unwrap();
    let outcome = |login: &str| {
        let key = keys.find(login).unwrap();
        let cms = CmsRecipe::honest(&key.key, &key.certificate, b"text", NOW)
            .sign()
            .unwrap();
        verifier.verify(&armour(&cms), b"text", NOW)
    };
    for login in ["aigerim", "nurlan", "gulnara", "daniyar", "saule", "alice", "dana"] {
        let proof = outcome(login).unwrap();
        let (identity, person) = (proof.identity(), keys.find(login).unwrap().person);
        assert_eq!(identity.iin.expose(), person.iin);
        let names = identity.names.in_title_case();
        assert_eq!(names.family.as_deref(), Some(person.family_name));
        assert_eq!(names.given.as_deref(), Some(person.given_name));
        assert_eq!(names.patronymic.as_deref(), person.patronymic);
    }
    assert_eq!(keys.find("dana").unwrap().key.suite(), Suite::Gost512);
    assert_eq!(outcome("gulnara").unwrap().identity().role, CertificateRole::Head);
    assert!(matches!(outcome("irina"), Err(EdsRefusal::Expired { .. })));
    assert!(matches!(outcome("yerlan"), Err(EdsRefusal::Revoked { .. })));
}

#[cfg(unix)]
#[test]
fn private_keys_are_readable_by_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    TestCentre::generate(NOW).unwrap().write(folder.path()).unwrap();
    for name in ["root.key.pem", "nca.key.pem"] {
        let mode = std::fs::metadata(folder.path().join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_folder_with_something_else_in_it_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    assert!(TestCentre::read(folder.path(), Suite::Rsa).unwrap().is_none());
    std::fs::write(folder.path().join("root.pem"), "nothing").unwrap();
    assert!(matches!(
        TestCentre::read(folder.path(), Suite::Rsa),
        Err(PkiError::Content { .. })
    ));
}

#[test]
fn authorities_below_a_path_length_stop_the_start() {
    use authority::time::days;
    let centre = TestCentre::generate(NOW).unwrap();
    let profile = CertificateProfile::authority("ТӨМЕНГІ ОРТАЛЫҚ", NOW, NOW.plus(days(1)));
    let below = centre.nca().below(&profile).unwrap();
    let unable = centre
        .nca()
        .below(&CertificateProfile {
            key_usage: vec![KeyUsage::CrlSign],
            ..profile.clone()
        })
        .unwrap();
    let critical = centre
        .root()
        .below(&CertificateProfile {
            unknown_extension: Some(true),
            ..profile
        })
        .unwrap();
    for (authority, expected) in [
        (below, TrustFault::PathLength),
        (unable, TrustFault::NotAuthority),
        (critical, TrustFault::CriticalExtension),
    ] {
        let mut settings = centre.eds_settings(vec![]);
        settings.checksum = Checksum::Required;
        settings.intermediates.push(TrustFile {
            name: "below".into(),
            bytes: authority.certificate().to_vec(),
        });
        let fault = EdsVerifier::new(&settings).unwrap_err();
        assert_eq!(
            fault,
            SettingsFault::Trust {
                file: "below".into(),
                fault: expected
            }
        );
    }
}
