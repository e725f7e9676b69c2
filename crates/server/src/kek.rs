//! Reading the key encryption key: from a file that nobody else may read, or from the environment (OP-6, OP-7).

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use authority::secret::{Kek, KekError};

use crate::config::KekSource;

/// A KEK is 44 characters; whatever is longer is another file.
const LONGEST: u64 = 1024;

/// Why there is no key encryption key.
#[derive(Debug, thiserror::Error)]
pub enum KekRefusal {
    /// Neither file nor variable was given.
    #[error("secrets.kek_file: is required (or the variable KIRU_SECRETS__KEK)")]
    Missing,
    /// The file cannot be read.
    #[error("secrets.kek_file: {} cannot be read", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Somebody else may read the file.
    #[error("secrets.kek_file: {} may be read by others than its owner (mode {mode:o}); set it to 600", file.display())]
    Open {
        /// The file.
        file: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// What was read is no key.
    #[error("secrets: not a usable key")]
    Malformed(#[from] KekError),
}

/// Reads the key.
///
/// # Errors
/// It is missing, lies open, or is none.
pub fn read(source: &KekSource) -> Result<Kek, KekRefusal> {
    match source {
        KekSource::Missing => Err(KekRefusal::Missing),
        KekSource::Variable(text) => Ok(Kek::from_base64(text.expose())?),
        KekSource::File(file) => from_file(file),
    }
}

fn from_file(file: &Path) -> Result<Kek, KekRefusal> {
    let unreadable = |source| KekRefusal::Unreadable {
        file: file.to_owned(),
        source,
    };
    let handle = File::open(file).map_err(unreadable)?;
    refuse_open(file, &handle.metadata().map_err(unreadable)?)?;
    let mut text = zeroize::Zeroizing::new(String::new());
    handle.take(LONGEST).read_to_string(&mut text).map_err(unreadable)?;
    Ok(Kek::from_base64(&text)?)
}

#[cfg(unix)]
fn refuse_open(file: &Path, metadata: &fs::Metadata) -> Result<(), KekRefusal> {
    use std::os::unix::fs::MetadataExt as _;
    let mode = metadata.mode() & 0o777;
    let others = mode & 0o077;
    if others == 0 {
        Ok(())
    } else {
        Err(KekRefusal::Open {
            file: file.to_owned(),
            mode,
        })
    }
}

#[cfg(not(unix))]
fn refuse_open(_: &Path, _: &fs::Metadata) -> Result<(), KekRefusal> {
    Ok(())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use authority::secret::Secret;

    use super::*;

    const KEY: &str = "c2l4dGVlbiBieXRlcyBhbmQgc2l4dGVlbiBtb3JlIQA=";

    fn file(text: &str, mode: u32) -> (tempfile::TempDir, KekSource) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kek");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        (folder, KekSource::File(path))
    }

    #[test]
    fn a_key_in_a_closed_file_or_in_the_environment_is_read() {
        let (_folder, source) = file(&format!("{KEY}\n"), 0o600);
        assert!(read(&source).is_ok());
        assert!(read(&KekSource::Variable(Secret::new(KEY.to_owned()))).is_ok());
    }

    #[test]
    fn a_file_that_others_may_read_is_refused() {
        for mode in [0o604, 0o640, 0o644, 0o666, 0o610] {
            let (_folder, source) = file(KEY, mode);
            assert!(matches!(read(&source), Err(KekRefusal::Open { mode: seen, .. }) if seen == mode));
        }
    }

    #[test]
    fn a_missing_or_malformed_key_is_refused() {
        assert!(matches!(read(&KekSource::Missing), Err(KekRefusal::Missing)));
        assert!(matches!(
            read(&KekSource::File("/nonexistent/kek".into())),
            Err(KekRefusal::Unreadable { .. })
        ));
        for text in ["", "short", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="] {
            let (_folder, source) = file(text, 0o600);
            assert!(matches!(read(&source), Err(KekRefusal::Malformed(_))), "{text}");
        }
    }
}
