//! What the configuration names and does not contain: keys, certificates, revocation lists. Read once, before anything
//! listens; broken or empty material stops the start (OP-4).

use std::path::PathBuf;

use authority::identifiers::Checksum;
use authority::secret::{Keyring, KeyringError};
use federation::eds::{
    Contour, EdsSettings, EdsVerifier, OcspPolicy, OcspSettings, Responders, SettingsFault, TrustFile,
};
use outbound::{Outbound, Settings, SettingsError};
use web::{Places, PlacesError};

use crate::config::{self, Config, Eds, Kind};
use crate::kek::{self, KekRefusal};
use crate::listener::{Tls, TlsError};

/// Everything that was read.
pub struct Material {
    /// The keys derived from the KEK.
    pub keyring: Keyring,
    /// Who signatures are believed from; nothing when a sandbox names no anchor.
    pub eds: Option<EdsVerifier>,
    /// The client for outgoing calls.
    pub outbound: Outbound,
    /// Where addresses are, when a file says it.
    pub places: Option<Places>,
    /// The public address's certificate, when it speaks TLS itself.
    pub tls: Option<Tls>,
}

/// What stops the start. Displayed as `key: reason`.
#[derive(Debug, thiserror::Error)]
pub enum MaterialError {
    /// No usable key encryption key.
    #[error(transparent)]
    Kek(#[from] KekRefusal),
    /// The keys cannot be derived.
    #[error("secrets: the keys cannot be derived")]
    Keyring(#[from] KeyringError),
    /// A file cannot be read.
    #[error("{key}: {} cannot be read", file.display())]
    Unreadable {
        /// The key that names it.
        key: &'static str,
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// An anchor or intermediate is no certification authority.
    #[error("eds.anchors")]
    Eds(#[from] SettingsFault),
    /// An authority whose people's keys are published, where real people sign in.
    #[error("eds.anchors: an authority of the test contour is believed by nobody in production")]
    TestContour,
    /// What is trusted for outgoing calls is no certificate.
    #[error("outbound.extra_trust")]
    Outbound(#[from] SettingsError),
    /// Certificate or key of the public address.
    #[error("listen.tls_certificate")]
    Tls(#[from] TlsError),
    /// The file that says where addresses are.
    #[error(transparent)]
    Places(#[from] PlacesError),
}

impl Material {
    /// Reads everything.
    ///
    /// # Errors
    /// The first thing that is broken, empty or lies open.
    pub fn read(config: &Config) -> Result<Self, MaterialError> {
        let keyring = Keyring::derive(&kek::read(config.secrets().kek())?)?;
        let places = config.places().database().map(Places::read).transpose()?;
        let eds = config.eds();
        let eds = if eds.has_anchors() {
            Some(verifier(eds, config.deployment().kind())?)
        } else {
            None
        };
        for problem in eds.iter().flat_map(EdsVerifier::crl_problems) {
            tracing::warn!(file = problem.file, problem = %problem.fault, "a revocation list cannot be used; its issuer's keys are refused");
        }
        let outbound = outbound(config.outbound())?;
        let eds = eds.map(|verifier| with_responders(verifier, config.eds(), &outbound));
        let tls = config.listen().tls().map(Tls::load).transpose()?;
        Ok(Self {
            keyring,
            eds,
            outbound,
            places,
            tls,
        })
    }
}

/// The verifier with the responders that the configuration names, if any.
pub fn with_responders(verifier: EdsVerifier, eds: &Eds, outbound: &Outbound) -> EdsVerifier {
    let status = eds.status();
    if status.ocsp.is_empty() {
        return verifier;
    }
    verifier.with_responders(Responders::new(
        outbound.clone(),
        OcspSettings {
            urls: status.ocsp.clone(),
            policy: OcspPolicy {
                max_age: status.ocsp_max_age,
                accept_without_nonce: !status.ocsp_nonce,
            },
            grace: status.ocsp_grace,
        },
    ))
}

/// The client that this configuration describes.
///
/// # Errors
/// What it trusts cannot be read.
pub fn outbound(config: &config::Outbound) -> Result<Outbound, MaterialError> {
    Ok(Outbound::new(outbound_settings(config)?)?)
}

fn outbound_settings(outbound: &config::Outbound) -> Result<Settings, MaterialError> {
    let mut trust = String::new();
    for file in outbound.extra_trust() {
        let unreadable = |source| MaterialError::Unreadable {
            key: "outbound.extra_trust",
            file: file.clone(),
            source,
        };
        trust.push_str(&std::fs::read_to_string(file).map_err(unreadable)?);
        trust.push('\n');
    }
    let extra_trust_pem = if outbound.extra_trust().is_empty() {
        None
    } else {
        Some(trust)
    };
    Ok(Settings {
        extra_trust_pem,
        reach_private_networks: outbound.allow_loopback(),
        ..Settings::default()
    })
}

/// Whoever believes the test contour is open to everybody: its people's keys and passwords are published.
fn verifier(eds: &Eds, kind: Kind) -> Result<EdsVerifier, MaterialError> {
    let verifier = EdsVerifier::new(&eds_settings(eds)?)?;
    if verifier.contour() == Some(Contour::Test) {
        if kind.is_production() {
            return Err(MaterialError::TestContour);
        }
        tracing::warn!("authorities of the national test contour are believed: anybody can sign in as anybody");
    }
    Ok(verifier)
}

/// What the verifier is configured with, files read.
///
/// # Errors
/// A file cannot be read.
pub fn eds_settings(eds: &Eds) -> Result<EdsSettings, MaterialError> {
    let (anchors, intermediates) = match eds.profile() {
        Some(profile) => (profile.anchors(), profile.intermediates()),
        None => (
            files("eds.anchors", eds.anchors())?,
            files("eds.intermediates", eds.intermediates())?,
        ),
    };
    Ok(EdsSettings {
        anchors,
        intermediates,
        roles: eds.roles().clone(),
        policies: eds.policies().to_vec(),
        legacy_gost: eds.legacy_gost(),
        crls: crl_files(eds)?,
        crl_max_age: Some(eds.crl_max_age()),
        checksum: checksum(eds),
        xml: eds.xml(),
        names_certificate: eds.names_certificate(),
        ..EdsSettings::default()
    })
}

/// Whether check digits are judged.
pub fn checksum(eds: &Eds) -> Checksum {
    if eds.iin_checksum() {
        Checksum::Required
    } else {
        Checksum::Ignored
    }
}

/// The revocation lists as they are on disk now.
///
/// # Errors
/// A file cannot be read.
pub fn crl_files(eds: &Eds) -> Result<Vec<TrustFile>, MaterialError> {
    files("eds.crls", eds.crls())
}

fn files(key: &'static str, paths: &[PathBuf]) -> Result<Vec<TrustFile>, MaterialError> {
    let read = |file: &PathBuf| {
        TrustFile::read(file).map_err(|source| MaterialError::Unreadable {
            key,
            file: file.clone(),
            source,
        })
    };
    paths.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use super::*;

    /// What is wrong with a deployment in `folder` whose files are as `prepare` left them.
    fn refusal(section: &str, prepare: impl Fn(&Path)) -> String {
        let folder = tempfile::tempdir().unwrap();
        prepare(folder.path());
        let text = format!(
            "[deployment]\nissuer = \"https://id.edu.kz\"\n[operator]\nname_kk = \"К\"\nname_ru = \"К\"\nname_en = \"K\"\n\
             telephone = \"1\"\nemail = \"h@edu.kz\"\nhours_kk = \"9\"\nhours_ru = \"9\"\nhours_en = \"9\"\n\
             [database]\nurl = \"postgres://db/kiru\"\n{section}"
        );
        let kek = "c2l4dGVlbiBieXRlcyBhbmQgc2l4dGVlbiBtb3JlIQA=";
        let environment = BTreeMap::from([
            ("KIRU_SECRETS__KEK".to_owned(), kek.to_owned()),
            ("KIRU_LISTEN__TRUSTED_PROXIES".to_owned(), "10.0.0.1".to_owned()),
        ]);
        let config = Config::from_text(&folder.path().join("kiru.toml"), &text, &environment).unwrap();
        Material::read(&config).err().unwrap().to_string()
    }

    #[test]
    fn material_that_is_absent_or_broken_is_named_by_its_key() {
        let nothing = |_: &Path| {};
        let junk = |folder: &Path| std::fs::write(folder.join("x.pem"), "junk").unwrap();
        let anchors = "[eds]\nanchors = [\"x.pem\"]\n";
        assert!(refusal(anchors, nothing).starts_with("eds.anchors: "));
        assert_eq!(refusal(anchors, junk), "eds.anchors");
        let places = &format!("{anchors}[places]\ndatabase = \"x.pem\"\n");
        let absent = refusal(places, nothing);
        assert!(absent.starts_with("places.database: ") && absent.ends_with("x.pem cannot be read"));
        assert!(refusal(places, junk).ends_with("x.pem is no sound MaxMind DB file"));
    }

    #[test]
    fn authorities_of_the_test_contour_stop_a_production_server() {
        let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../federation/vectors");
        for (authority, others) in [
            ("test-ca/root_test_gost_2022.cer", ""),
            ("test-ca/nca_rsa_test.cer", ""),
            ("test-ca/nca_gost_test_2004.cer", "legacy_gost = true\n"),
        ] {
            let copy = |folder: &Path| {
                std::fs::copy(vectors.join(authority), folder.join("x.cer")).unwrap();
            };
            let text = refusal(&format!("[eds]\nanchors = [\"x.cer\"]\n{others}"), copy);
            assert!(
                text.starts_with("eds.anchors: ") && text.contains("test contour"),
                "{text}"
            );
        }
    }
}
