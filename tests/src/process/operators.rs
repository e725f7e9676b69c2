//! What a script sees of the commands by which operators act on accounts and rules (architecture §8).

use std::fs;
use std::path::{Path, PathBuf};

use jose::{Algorithm, FileKey, Signer as _};

use super::deployment::Deployment;
use super::kiru;
use crate::storage::{TestDatabase, both_databases};

struct Operator {
    /// Its folder holds what the configuration names.
    _deployment: Deployment,
    config: String,
    folder: tempfile::TempDir,
}

impl Operator {
    fn of(deployment: Deployment) -> Self {
        Self {
            config: deployment.config(([127, 0, 0, 1], 1).into(), ([127, 0, 0, 1], 2).into()),
            folder: tempfile::tempdir().unwrap(),
            _deployment: deployment,
        }
    }

    /// Runs a command: exit code, and all that it said.
    fn does(&self, command: &[&str]) -> (i32, String) {
        let output = kiru(&[command, &["--config", &self.config]].concat()).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (
            output.status.code().unwrap(),
            String::from_utf8_lossy(&said).into_owned(),
        )
    }

    fn succeeds(&self, command: &[&str], words: &str) {
        let (code, said) = self.does(command);
        assert_eq!(code, 0, "{command:?}: {said}");
        assert!(said.contains(words), "{command:?}: {said}");
    }

    fn fails(&self, command: &[&str], with: i32, words: &str) {
        let (code, said) = self.does(command);
        assert_eq!(code, with, "{command:?}: {said}");
        assert!(said.contains(words), "{command:?}: {said}");
    }

    /// A key pair in two files: private, public.
    fn key_pair(&self, name: &str) -> (PathBuf, PathBuf) {
        use base64::Engine as _;
        let key = FileKey::generate(Algorithm::Es256).unwrap();
        let text = base64::engine::general_purpose::STANDARD.encode(&*key.to_pkcs8().unwrap());
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n");
        let (private, public) = (
            self.folder.path().join(name),
            self.folder.path().join(format!("{name}.pub")),
        );
        fs::write(&private, pem).unwrap();
        fs::write(&public, key.public_jwk().to_json().to_string()).unwrap();
        (private, public)
    }

    fn ends(&self, name: &str, key: &Path) -> (i32, String) {
        let key = key.to_str().unwrap();
        self.does(&[
            "exclusivity",
            "end",
            "asel",
            "--reason",
            "stolen",
            "--as",
            name,
            "--key",
            key,
        ])
    }
}

/// Lets only one device of everybody act, for a day and a half.
async fn make_exclusive(db: &TestDatabase) {
    let until = db.now().await.unwrap().plus(authority::time::hours(36)).as_micros();
    let device = if db.url.starts_with("postgres") {
        "'01900000-0000-7000-8000-000000000001'"
    } else {
        "X'01900000000070008000000000000001'"
    };
    db.tamper(&[&format!(
        "UPDATE users SET exclusive_until = {until}, exclusive_device_id = {device}"
    )])
    .await;
}

both_databases! {
    async fn rules_are_shown_set_and_unset(db) {
        let operator = Operator::of(Deployment::on(db));
        let school = ["--organisation", "990640000015"];
        operator.succeeds(&["policy", "show"], "registration.to = 18:00 (default)");
        operator.succeeds(&["policy", "set", "registration.to", "20:00", "--reason", "evening"], "version 1");
        operator.succeeds(&[&["policy", "set", "devices.per_account", "2", "--reason", "lab"][..], &school].concat(), "version 1");
        operator.succeeds(&["policy", "show"], "registration.to = 20:00 (deployment)");
        operator.succeeds(&["policy", "show"], "devices.per_account = 1 (default)");
        operator.succeeds(&[&["policy", "show"][..], &school].concat(), "devices.per_account = 2 (organisation 990640000015)");
        operator.fails(&["policy", "set", "registration.until", "20:00", "--reason", "evening"], 2, "no such rule");
        operator.fails(&["policy", "set", "registration.to", "20:00", "--reason", " "], 2, "--reason");
        operator.fails(&["policy", "show", "--organisation", "1"], 2, "--organisation");
        operator.fails(&["policy", "set", "registration.from", "20:00", "--reason", "evening"], 1, "registration.to");
        operator.fails(&["policy", "set", "registration.exclusive_for", "48", "--reason", "evening"], 1, "PT48H");
        operator.succeeds(&["policy", "unset", "registration.to", "--reason", "evening"], "unset");
        operator.succeeds(&["policy", "show"], "registration.to = 18:00 (default)");
        db.tamper(&["INSERT INTO policies VALUES ('deployment', 'registration.to', 'late', 1, 1)"]).await;
        operator.fails(&["policy", "show"], 1, "registration.to");
        operator.succeeds(&["policy", "set", "registration.to", "19:00", "--reason", "repair"], "version 2");
    }

    async fn two_administrators_end_the_48_hours_and_one_does_not(db) {
        let operator = Operator::of(Deployment::on(db));
        let ((asel, asel_pub), (dana, dana_pub)) = (operator.key_pair("asel"), operator.key_pair("dana"));
        for (name, key) in [("asel", &asel_pub), ("dana", &dana_pub)] {
            operator.succeeds(&["administrators", "add", name, "--key", key.to_str().unwrap()], "added");
        }
        operator.fails(&["administrators", "add", "asel", "--key", dana_pub.to_str().unwrap()], 1, "taken");
        operator.fails(&["administrators", "add", "Third", "--key", dana_pub.to_str().unwrap()], 2, "lower-case");
        operator.fails(&["administrators", "add", "third", "--key", dana.to_str().unwrap()], 2, "private key");
        assert_eq!(operator.ends("asel", &asel).0, 1, "nothing runs");
        make_exclusive(db).await;
        operator.fails(&["devices", "unbind", "asel", "--reason", "lost"], 1, "kiru exclusivity end");
        operator.fails(&["exclusivity", "end", "asel", "--reason", "x", "--as", "asel", "--key", asel_pub.to_str().unwrap()], 2, "private P-256");
        let answers = [
            ("nobody", &asel, 1, "no administrator"),
            ("asel", &dana, 1, "the key is not that"),
            ("asel", &asel, 0, "asked: "),
            ("asel", &asel, 1, "another one must agree"),
            ("dana", &asel, 1, "the key is not that"),
        ];
        for (name, key, code, words) in answers {
            let (ended, said) = operator.ends(name, key);
            assert!(ended == code && said.contains(words), "{name}: {ended} {said}");
        }
        operator.succeeds(&["devices", "list", "asel"], "another administrator may agree until");
        let (code, said) = operator.ends("dana", &dana);
        assert!(code == 0 && said.contains("ended: "), "{code} {said}");
        operator.succeeds(&["devices", "list", "asel"], "all devices may act");
        operator.succeeds(&["administrators", "remove", "dana"], "removed");
        operator.fails(&["administrators", "remove", "dana"], 1, "no administrator");
        operator.succeeds(&["administrators", "list"], ", removed ");
    }

    async fn accounts_are_locked_unlocked_and_listed(db) {
        let operator = Operator::of(Deployment::on(db));
        operator.fails(&["people", "unlock", "asel", "--reason", "asked"], 1, "not locked");
        operator.fails(&["people", "lock", "nobody", "--reason", "asked"], 1, "nobody is known");
        operator.succeeds(&["people", "lock", "asel", "--reason", "incident 7"], "locked");
        operator.fails(&["people", "lock", "asel", "--reason", "incident 7"], 1, "locked already");
        operator.succeeds(&["people", "list", "--state", "locked"], "locked (administrator) since");
        operator.succeeds(&["people", "unlock", "asel", "--reason", "a mistake"], "unlocked");
        operator.succeeds(&["people", "list"], "active, organisation -, all devices may act");
        operator.fails(&["devices", "unbind", "asel", "--reason", "lost"], 1, "no bound device");
        make_exclusive(db).await;
        operator.succeeds(&["devices", "rebind", "asel", "--reason", "stolen"], "nobody may act for this account until");
        operator.succeeds(&["people", "list"], "may act until");
    }
}
