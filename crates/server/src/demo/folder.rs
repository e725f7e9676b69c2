//! The demo's data folder. What is made at the first start stays: keys, people, bindings.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use authority::secret::{Kek, PlainToken};

use super::clock::DemoClock;
use super::sockets::Addresses;
use crate::chance::chance;
use crate::cli::Failure;
use crate::config::Config;

/// A folder with this file is one of ours, which `--fresh` may empty.
const MARK: &str = ".kiru-demo-data";
const KEK: &str = "kek";
const DIARY_SECRET: &str = "diary-secret";
const CONFIG: &str = "kiru.toml";
const ADDRESSES: &str = "demo.json";

/// The folder, ready for use.
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Makes the folder when it is missing, empties it when asked, and makes what has to be secret.
    pub(super) fn open(path: &Path, fresh: bool) -> Result<Self, Failure> {
        let broken = |error: io::Error| Failure::Refused(format!("--data {}: {error}", path.display()));
        if fresh {
            empty(path)?;
        }
        make_private_folder(path).map_err(broken)?;
        let folder = Self(fs::canonicalize(path).map_err(broken)?);
        folder.keep(MARK, String::new).map_err(broken)?;
        folder
            .keep(KEK, || Kek::mint(&mut chance()).to_base64().to_string())
            .map_err(broken)?;
        folder
            .keep(DIARY_SECRET, || PlainToken::mint(&mut chance()).expose().to_owned())
            .map_err(broken)?;
        Ok(folder)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Where the certification centre and everybody's keys are.
    pub(super) fn centre(&self) -> PathBuf {
        self.0.join("centre")
    }

    /// Where "sent" messages are.
    pub(super) fn outbox(&self) -> PathBuf {
        self.0.join("outbox.jsonl")
    }

    /// Where it stands what the clock was set to.
    pub(super) fn clock(&self) -> PathBuf {
        DemoClock::file_beside(&self.0.join(KEK))
    }

    /// The configuration file, for the other commands.
    pub(super) fn config_file(&self) -> PathBuf {
        self.0.join(CONFIG)
    }

    /// The diary's client secret.
    pub(super) fn diary_secret(&self) -> Result<String, Failure> {
        let file = self.0.join(DIARY_SECRET);
        fs::read_to_string(&file).map_err(|error| Failure::Refused(format!("{}: {error}", file.display())))
    }

    /// Writes the configuration of this start, and reads it as every other command would. Variables count here too.
    pub(super) fn write_config(&self, addresses: &Addresses) -> Result<Config, Failure> {
        let text = format!(
            "# Written by `kiru demo` at every start; other commands read it: --config {file}\n\
             [deployment]\nkind = \"demo\"\nissuer = \"{issuer}\"\n\n\
             [operator]\nkey_fine = 196600\n\n\
             [listen]\npublic = \"{public}\"\nhealth = \"{health}\"\nshutdown_grace = \"5s\"\n\n\
             [database]\nurl = '{database}'\n\n[secrets]\nkek_file = \"{KEK}\"\n\n\
             [eds]\nncalayer_address = \"{signer}\"\n\n\
             [egov_mobile]\nenabled = true\nbin = \"180140000028\"\n\n\
             [sms]\ngateway = \"outbox\"\n\n\
             [outbound]\nallow_loopback = true\n\n\
             [log]\nlevel = \"warn\"\nformat = \"text\"\n",
            file = self.config_file().display(),
            issuer = addresses.issuer,
            public = addresses.public,
            health = addresses.health_socket,
            database = format_args!("sqlite:{}", self.0.join("kiru.db").display()),
            signer = addresses.signer,
        );
        let file = self.config_file();
        fs::write(&file, text).map_err(|error| Failure::Refused(format!("{}: {error}", file.display())))?;
        let config = crate::cli::load_config(&file)?;
        if !config.listen().public().ip().is_loopback() || !config.listen().health().ip().is_loopback() {
            return Err(Failure::Usage(
                "listen.public: the demo listens on loopback addresses only; it has made-up people and shows their codes".to_owned(),
            ));
        }
        Ok(config)
    }

    /// Tells scripts where everything is.
    pub(super) fn write_addresses(&self, addresses: &Addresses) -> Result<(), Failure> {
        let file = self.0.join(ADDRESSES);
        fs::write(&file, format!("{:#}\n", addresses.to_json()))
            .map_err(|error| Failure::Refused(format!("{}: {error}", file.display())))
    }

    /// Writes a file that only its owner may read, unless it is there.
    fn keep(&self, name: &str, content: impl FnOnce() -> String) -> io::Result<()> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(self.0.join(name)) {
            Ok(mut file) => file.write_all(content().as_bytes()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn make_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Removes what an earlier demo left, and nothing that is not a demo's.
fn empty(path: &Path) -> Result<(), Failure> {
    let mut entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Failure::Refused(format!("--data {}: {error}", path.display()))),
    };
    if entries.next().is_none() {
        return Ok(());
    }
    if !path.join(MARK).exists() {
        return Err(Failure::Usage(format!(
            "--fresh: {} is not a folder that a demo made; it stays as it is",
            path.display()
        )));
    }
    fs::remove_dir_all(path).map_err(|error| Failure::Refused(format!("--data {}: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_once_stays_until_a_fresh_start() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("demo");
        let first = Folder::open(&path, false).unwrap().diary_secret().unwrap();
        assert_eq!(Folder::open(&path, false).unwrap().diary_secret().unwrap(), first);
        assert_ne!(Folder::open(&path, true).unwrap().diary_secret().unwrap(), first);
    }

    #[test]
    fn a_fresh_start_never_empties_a_folder_of_somebody_else() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("thesis.odt"), "years").unwrap();
        assert!(matches!(Folder::open(place.path(), true), Err(Failure::Usage(_))));
        assert!(place.path().join("thesis.odt").exists());
    }

    #[cfg(unix)]
    #[test]
    fn secrets_of_the_demo_are_its_owners() {
        use std::os::unix::fs::MetadataExt as _;
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(&place.path().join("demo"), false).unwrap();
        for name in [KEK, DIARY_SECRET] {
            assert_eq!(
                fs::metadata(folder.path().join(name)).unwrap().mode() & 0o077,
                0,
                "{name}"
            );
        }
    }
}
