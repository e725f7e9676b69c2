//! The centre in a folder of PEM files, so that a demo keeps its keys from one start to the next.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::centre::{authority_name, common_names, label};
use super::{Authority, PkiError, SigningKey, Suite, TestCentre};

/// PEM (RFC 7468) with lines of 64 characters.
pub fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut lines = String::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        lines.push_str(line);
        lines.push('\n');
        rest = after;
    }
    format!("-----BEGIN {label}-----\n{lines}-----END {label}-----\n")
}

/// A private key in PEM.
pub fn private_pem(key: &SigningKey) -> String {
    pem("PRIVATE KEY", key.pkcs8())
}

impl TestCentre {
    /// Writes certificates and keys into the folder; keys are readable by their owner only.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), PkiError> {
        let (_, ending) = label(self.suite());
        for (stem, authority) in [("root", &self.root), ("nca", &self.nca)] {
            write_pair(
                folder,
                &format!("{stem}{ending}"),
                &authority.certificate,
                &authority.key,
            )?;
        }
        Ok(())
    }

    /// Reads what [`Self::write`] wrote of a centre of this suite; `None` when the folder has none yet.
    ///
    /// # Errors
    /// A file is missing, unreadable or something else.
    pub fn read(folder: &Path, suite: Suite) -> Result<Option<Self>, PkiError> {
        let (_, ending) = label(suite);
        let read = |stem: &str, common_name: &str| {
            let pair = read_pair(folder, &format!("{stem}{ending}"))?;
            Ok(pair.map(|(certificate, key)| Authority {
                certificate,
                common_name: common_name.to_owned(),
                name: authority_name(common_name),
                key,
            }))
        };
        let [root_name, nca_name] = common_names(suite);
        let (root, nca) = (read("root", &root_name)?, read("nca", &nca_name)?);
        Ok(root.zip(nca).map(|(root, nca)| Self { root, nca }))
    }
}

/// Writes `STEM.pem` and `STEM.key.pem`.
pub(crate) fn write_pair(folder: &Path, stem: &str, certificate: &[u8], key: &SigningKey) -> Result<(), PkiError> {
    let at = |path: PathBuf| {
        move |source| PkiError::File {
            path: path.display().to_string(),
            source,
        }
    };
    fs::create_dir_all(folder).map_err(at(folder.to_path_buf()))?;
    let path = folder.join(format!("{stem}.pem"));
    fs::write(&path, pem("CERTIFICATE", certificate)).map_err(at(path.clone()))?;
    let path = folder.join(format!("{stem}.key.pem"));
    write_private(&path, &private_pem(key)).map_err(at(path.clone()))
}

/// Reads what [`write_pair`] wrote; `None` when there is no certificate.
pub(crate) fn read_pair(folder: &Path, stem: &str) -> Result<Option<(Vec<u8>, SigningKey)>, PkiError> {
    let path = folder.join(format!("{stem}.pem"));
    if !path.exists() {
        return Ok(None);
    }
    let certificate = read_block(&path, "CERTIFICATE")?;
    let key = SigningKey::from_pkcs8(&read_block(&folder.join(format!("{stem}.key.pem")), "PRIVATE KEY")?)?;
    Ok(Some((certificate, key)))
}

fn read_block(path: &Path, label: &str) -> Result<Vec<u8>, PkiError> {
    let name = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|source| PkiError::File {
        path: name.clone(),
        source,
    })?;
    from_pem(&text, label).ok_or(PkiError::Content { path: name })
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}

/// The DER of the first block with this label.
fn from_pem(text: &str, label: &str) -> Option<Vec<u8>> {
    let (_, after) = text.split_once(&format!("-----BEGIN {label}-----"))?;
    let (body, _) = after.split_once(&format!("-----END {label}-----"))?;
    STANDARD.decode(body.split_whitespace().collect::<String>()).ok()
}
