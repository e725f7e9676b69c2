//! The parts of `tests/openssl/eds-oracle.sh` that are ours: certificates and a CMS of GOST keys, and the verdict of the
//! sign-in's verifier on what another program put its signatures into.
//!
//! * `eds_oracle certificates FOLDER CENTRE.p8 PERSON.p8` writes `centre.der`, certified by itself, and `person.der`;
//! * `eds_oracle cms FOLDER PERSON.p8` writes `attached.der`, signed with the key of the `person.der` that lies there;
//! * `eds_oracle verify FOLDER` fails unless `attached.der` verifies up to `centre.der`.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use authority::time::{Timestamp, days};
use federation::eds::{EdsSettings, EdsVerifier, TrustFile};
use kiru_testkit as testkit;
use testkit::cms::{CmsRecipe, armour};
use testkit::people::DemoPerson;
use testkit::pki::{Authority, CertificateProfile, SigningKey};

const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_262_400);
const CHALLENGE: &[u8] = b"id.example.kz\nsign in\n";
const USAGE: &str = "usage: eds_oracle certificates|cms|verify FOLDER [KEYS]";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["certificates", folder, centre, person] => certificates(Path::new(folder), &key(centre)?, person),
        ["cms", folder, person] => cms(Path::new(folder), &key(person)?),
        ["verify", folder] => verify(Path::new(folder)),
        _ => Err(USAGE.into()),
    }
}

fn key(file: &str) -> Result<SigningKey, Box<dyn Error>> {
    Ok(SigningKey::from_pkcs8(&fs::read(PathBuf::from(file))?)?)
}

fn certificates(folder: &Path, centre: &SigningKey, person: &str) -> Result<(), Box<dyn Error>> {
    let profile = CertificateProfile::authority("ОРТАЛЫҚ", NOW.minus(days(9)), NOW.plus(days(900)));
    let centre = Authority::root_with(&profile, SigningKey::from_pkcs8(centre.pkcs8())?)?;
    let who = DemoPerson::find("aigerim").ok_or("the person is gone")?;
    let person = key(person)?;
    let profile = who.certificate_profile(NOW).for_suite(person.suite());
    fs::write(folder.join("centre.der"), centre.certificate())?;
    fs::write(folder.join("person.der"), centre.issue(&profile, &person)?)?;
    Ok(())
}

fn cms(folder: &Path, person: &SigningKey) -> Result<(), Box<dyn Error>> {
    let certificate = fs::read(folder.join("person.der"))?;
    let recipe = CmsRecipe::honest(person, &certificate, CHALLENGE, NOW);
    fs::write(folder.join("attached.der"), recipe.sign()?)?;
    Ok(())
}

fn verify(folder: &Path) -> Result<(), Box<dyn Error>> {
    let verifier = EdsVerifier::new(&EdsSettings {
        anchors: vec![TrustFile::read(&folder.join("centre.der"))?],
        ..EdsSettings::default()
    })?;
    let signature = armour(&fs::read(folder.join("attached.der"))?);
    verifier
        .examine(&signature, CHALLENGE, NOW)
        .map_err(|refusal| refusal.detail())?;
    Ok(())
}
