//! What an operator may set.

use std::time::Duration;

use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

/// The longest time that a call may take, from name resolution to the last byte.
pub const MAX_TIMEOUT: Duration = Duration::from_secs(5);

/// The largest answer that is read, in bytes.
pub const MAX_ANSWER_LEN: usize = 256 * 1024;

/// Settings of [`Outbound`](crate::Outbound). The default is the safe one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// PEM text with certificates that are trusted beside the system's, for outbound calls only.
    pub extra_trust_pem: Option<String>,
    /// Whether loopback and private addresses and ports other than 443 may be reached, and this machine without TLS. For test
    /// runs whose peers stand on the same machine.
    pub reach_private_networks: bool,
    /// How long a call may take; at most [`MAX_TIMEOUT`].
    pub timeout: Duration,
    /// The largest answer, in bytes; at most [`MAX_ANSWER_LEN`].
    pub max_answer_len: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            extra_trust_pem: None,
            reach_private_networks: false,
            timeout: MAX_TIMEOUT,
            max_answer_len: MAX_ANSWER_LEN,
        }
    }
}

/// Which setting is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// `extra_trust_pem` holds no certificate, or one that cannot be read.
    #[error("the extra trust anchors are not PEM certificates")]
    ExtraTrust,
    /// `timeout` is zero or above [`MAX_TIMEOUT`].
    #[error("the timeout is not between 0 and 5 seconds")]
    Timeout,
    /// `max_answer_len` is zero or above [`MAX_ANSWER_LEN`].
    #[error("the size limit is not between 1 byte and 256 KiB")]
    MaxAnswerLen,
}

impl Settings {
    /// Checks the bounds and reads the trust anchors.
    pub(crate) fn check(&self) -> Result<Vec<CertificateDer<'static>>, SettingsError> {
        if self.timeout.is_zero() || self.timeout > MAX_TIMEOUT {
            return Err(SettingsError::Timeout);
        }
        if self.max_answer_len == 0 || self.max_answer_len > MAX_ANSWER_LEN {
            return Err(SettingsError::MaxAnswerLen);
        }
        self.extra_trust_pem
            .as_deref()
            .map_or_else(|| Ok(Vec::new()), read_anchors)
    }
}

fn read_anchors(pem: &str) -> Result<Vec<CertificateDer<'static>>, SettingsError> {
    let anchors = CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| SettingsError::ExtraTrust)?;
    let mut store = RootCertStore::empty();
    for anchor in &anchors {
        store.add(anchor.clone()).map_err(|_| SettingsError::ExtraTrust)?;
    }
    if anchors.is_empty() {
        Err(SettingsError::ExtraTrust)
    } else {
        Ok(anchors)
    }
}
