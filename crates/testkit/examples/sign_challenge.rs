//! Writes a challenge, the software signer's signatures over it and the certificates of the test centre into a folder, so
//! that another program can verify them: `cargo run -p kiru-testkit --example sign_challenge -- OUTDIR`. Fails when the folder
//! cannot be written.

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use authority::time::{Timestamp, minutes};
use kiru_testkit as testkit;
use testkit::cms::{CmsRecipe, armour};
use testkit::keys::PersonKey;
use testkit::people::DemoPerson;
use testkit::pki::{CrlProfile, SigningKey, TestCentre, pem};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or("usage: sign_challenge OUTDIR")?);
    #[expect(clippy::disallowed_methods, reason = "an example is a shell: it reads the clock")]
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    let now = Timestamp::from_unix_seconds(i64::try_from(since_epoch.as_secs())?);

    let centre = TestCentre::generate(now)?;
    let person = DemoPerson::find("aigerim").ok_or("the person is gone")?;
    let key = SigningKey::generate()?;
    let certificate = centre.nca().issue(&person.certificate_profile(now), &key)?;
    let signer = PersonKey {
        person,
        certificate,
        key,
    };
    let challenge = format!("id.example.kz\nКіру / Вход / Sign-in\nservice=Күнделік\nissued={now}\n");

    fs::create_dir_all(&folder)?;
    fs::write(folder.join("challenge.txt"), &challenge)?;
    let honest = CmsRecipe::honest(&signer.key, &signer.certificate, challenge.as_bytes(), now);
    let cms = honest.sign()?;
    fs::write(folder.join("attached.der"), &cms)?;
    fs::write(folder.join("attached.pem"), armour(&cms))?;
    fs::write(
        folder.join("detached.der"),
        CmsRecipe {
            content: None,
            ..honest.clone()
        }
        .sign()?,
    )?;
    let tampered = CmsRecipe {
        digested: b"something else".to_vec(),
        ..honest
    };
    fs::write(folder.join("tampered.der"), tampered.sign()?)?;

    let [root, nca] = [centre.root(), centre.nca()].map(|authority| pem("CERTIFICATE", authority.certificate()));
    fs::write(folder.join("authorities.pem"), root + &nca)?;
    fs::write(folder.join("signer.pem"), pem("CERTIFICATE", &signer.certificate))?;
    let list = CrlProfile::new(now.minus(minutes(1)), now.plus(minutes(60)), vec![]);
    let lists = [centre.nca(), centre.root()].map(|authority| authority.crl(&list));
    for (name, list) in ["nca.crl.pem", "root.crl.pem"].into_iter().zip(lists) {
        fs::write(folder.join(name), pem("X509 CRL", &list?))?;
    }
    Ok(())
}
