//! A sandbox on the database of a test: as many processes as it wants share it, under one issuer. The issuer is https, as
//! behind a proxy that speaks TLS.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use authority::secret::{Kek, Keyring};
use kiru::chance::chance;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::run;
use crate::harness::{ISSUER, clients};
use crate::storage::TestDatabase;

/// Files of a deployment.
pub(crate) struct Deployment {
    folder: TempDir,
    url: String,
}

impl Deployment {
    /// With the clients of the tests and three people, all brought in by commands.
    pub(super) fn on(db: &TestDatabase) -> Self {
        let deployment = Self::with_kek(db, &Kek::mint(&mut chance()).to_base64());
        let config = deployment.config(([127, 0, 0, 1], 1).into(), ([127, 0, 0, 1], 2).into());
        let people: Vec<Value> = super::minting::PEOPLE
            .iter()
            .map(|login| json!({"login": login}))
            .collect();
        for (noun, content) in [("clients", clients()), ("people", Value::from(people))] {
            let file = deployment.write(&format!("{noun}.json"), &content.to_string());
            let (code, said) = run(&[noun, "apply", file.to_str().unwrap(), "--config", &config]);
            assert_eq!(code, 0, "{said}");
        }
        deployment
    }

    /// On a database that has its clients and people, with the key that they were written with.
    pub(crate) fn with_kek(db: &TestDatabase, kek: &str) -> Self {
        let deployment = Self {
            folder: tempfile::tempdir().unwrap(),
            url: db.url.clone(),
        };
        let kek = deployment.write("kek", kek);
        fs::set_permissions(&kek, fs::Permissions::from_mode(0o600)).unwrap();
        deployment
    }

    /// The keys of its processes.
    pub(super) fn keyring(&self) -> Keyring {
        let kek = fs::read_to_string(self.folder.path().join("kek")).unwrap();
        Keyring::derive(&Kek::from_base64(&kek).unwrap()).unwrap()
    }

    /// Runs a command, which must succeed.
    pub(crate) fn succeeds(&self, command: &[&str]) -> String {
        let config = self.config(([127, 0, 0, 1], 1).into(), ([127, 0, 0, 1], 2).into());
        let (code, said) = run(&[command, &["--config", &config]].concat());
        assert_eq!(code, 0, "{said}");
        said
    }

    /// Runs a command: exit code, and all that it said.
    pub(crate) fn says(&self, command: &[&str]) -> (i32, String) {
        let config = self.config(([127, 0, 0, 1], 1).into(), ([127, 0, 0, 1], 2).into());
        let output = super::kiru(&[command, &["--config", &config]].concat())
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        (
            output.status.code().unwrap(),
            String::from_utf8_lossy(&said).into_owned(),
        )
    }

    /// A configuration file that listens there; its path.
    pub(super) fn config(&self, public: SocketAddr, health: SocketAddr) -> String {
        let text = format!(
            "[deployment]\nkind = \"sandbox\"\nissuer = \"{ISSUER}\"\n[operator]\nname_kk = \"Орталық\"\n\
             name_ru = \"Центр\"\nname_en = \"Centre\"\ntelephone = \"1414\"\nemail = \"help@example.kz\"\n\
             hours_kk = \"09–18\"\nhours_ru = \"09–18\"\nhours_en = \"09–18\"\n\
             [listen]\npublic = \"{public}\"\nhealth = \"{health}\"\n[database]\nurl = '{url}'\n\
             [secrets]\nkek_file = \"kek\"\n[sms]\ngateway = \"outbox\"\n",
            url = self.url,
        );
        self.write(&format!("{}.toml", public.port()), &text)
            .to_str()
            .unwrap()
            .to_owned()
    }

    /// Walks the audit log with the command for it.
    pub(super) fn verify_audit(&self) {
        self.succeeds(&["audit", "verify"]);
    }

    /// Where the process that listens on this port writes its log.
    pub(super) fn log(&self, port: u16) -> PathBuf {
        self.folder.path().join(format!("{port}.log"))
    }

    fn write(&self, name: &str, content: &str) -> PathBuf {
        let file = self.folder.path().join(name);
        fs::write(&file, content).unwrap();
        file
    }
}
