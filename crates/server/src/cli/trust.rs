//! Whom a command that verifies offline trusts: what the configuration says, or nothing but what its arguments say.

use std::path::{Path, PathBuf};

use authority::identifiers::Checksum;
use authority::time::{Clock as _, Timestamp};
use clap::Args;
use federation::eds::{EdsSettings, EdsVerifier, SettingsFault, TrustFile};

use super::{Failure, load_config};
use crate::clock::NodeClock;
use crate::material;

/// Trust, by configuration or by arguments.
#[derive(Debug, Args)]
pub(super) struct Trust {
    /// A whole configuration file, of which `[eds]` is used.
    #[arg(long, value_name = "FILE", conflicts_with = "anchor")]
    config: Option<PathBuf>,
    /// Root certificates that a path may end in; then no configuration is read.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(super) anchor: Vec<PathBuf>,
    /// Accept GOST 34.310-2004.
    #[arg(long)]
    legacy_gost: bool,
    /// Do not judge the check digits of IIN and BIN.
    #[arg(long)]
    no_iin_checksum: bool,
}

impl Trust {
    /// The settings of a verifier.
    pub(super) fn settings(&self) -> Result<EdsSettings, Failure> {
        let mut settings = match self.config() {
            Some(file) => material::eds_settings(load_config(&file)?.eds())?,
            None => EdsSettings {
                anchors: read_all(&self.anchor)?,
                xml: true,
                ..EdsSettings::default()
            },
        };
        settings.legacy_gost |= self.legacy_gost;
        if self.no_iin_checksum {
            settings.checksum = Checksum::Ignored;
        }
        Ok(settings)
    }

    /// The file that stood behind the last anchor, when it is the only thing that can have been meant: an option that takes
    /// several files takes also the one behind it.
    pub(super) fn give_back(&mut self) -> Option<PathBuf> {
        if self.anchor.len() > 1 { self.anchor.pop() } else { None }
    }

    /// Arguments come before the variable.
    fn config(&self) -> Option<PathBuf> {
        let variable = || std::env::var_os("KIRU_CONFIG").map(PathBuf::from);
        let without = || self.anchor.is_empty().then(variable).flatten();
        self.config.clone().or_else(without)
    }
}

/// A verifier with these settings.
pub(super) fn verifier(settings: &EdsSettings) -> Result<EdsVerifier, Failure> {
    EdsVerifier::new(settings).map_err(|fault| match fault {
        SettingsFault::NoAnchors => Failure::Usage("nobody is trusted; give --anchor FILE or --config FILE".to_owned()),
        mixed @ SettingsFault::MixedContours => Failure::Usage(mixed.to_string()),
        SettingsFault::Trust { file, fault } => Failure::Usage(format!("{file}: {fault}")),
    })
}

/// Reads a file.
pub(super) fn read(file: &Path) -> Result<TrustFile, Failure> {
    TrustFile::read(file).map_err(|error| Failure::Usage(format!("{}: {error}", file.display())))
}

/// Reads files.
pub(super) fn read_all(files: &[PathBuf]) -> Result<Vec<TrustFile>, Failure> {
    files.iter().map(|file| read(file)).collect()
}

/// The instant that an argument names, else the present one.
pub(super) fn instant(text: Option<&str>) -> Result<Timestamp, Failure> {
    match text {
        None => Ok(NodeClock::start().now()),
        Some(text) => {
            Timestamp::from_rfc3339(text).map_err(|_| Failure::Usage("--at: write 2026-11-21T12:00:00Z".to_owned()))
        }
    }
}

/// Octets in hexadecimal.
pub(super) fn hex(text: &str) -> Result<Vec<u8>, Failure> {
    let wrong = || Failure::Usage("hexadecimal digits come in pairs of 0-9, a-f".to_owned());
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return Err(wrong());
    }
    let pairs = text.as_bytes().chunks(2);
    let octet = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    pairs.map(|pair| octet(pair).ok_or_else(wrong)).collect()
}
