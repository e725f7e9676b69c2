//! The verifier against files of the real centre and of an imitation of it (see `vectors/README.md`).

mod centre;
mod manifest;
mod mutations;
mod policies;
mod responders;
mod revocation;
mod signatures;
mod trust;
mod worst;
mod xml;

use authority::identifiers::Checksum;
use authority::time::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;

/// 2026-11-21T12:00:00Z, the moment for which the imitation was made.
const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_262_400);

const CHALLENGE: &[u8] = include_bytes!("../../vectors/fake/cms/challenge.txt");

macro_rules! vector {
    ($path:literal) => {
        include_bytes!(concat!("../../vectors/", $path)).as_slice()
    };
}
// The submodules lie one folder deeper.
macro_rules! deep_vector {
    ($path:literal) => {
        include_bytes!(concat!("../../../vectors/", $path)).as_slice()
    };
}
use deep_vector;

fn file(name: &str, bytes: &[u8]) -> TrustFile {
    TrustFile {
        name: name.to_owned(),
        bytes: bytes.to_vec(),
    }
}

/// The imitation's RSA authorities with this revocation list.
fn settings(crl: &[u8]) -> EdsSettings {
    EdsSettings {
        anchors: vec![file("root", vector!("fake/ca/root_rsa.cer"))],
        intermediates: vec![file("nca", vector!("fake/ca/nca_rsa.cer"))],
        crls: vec![file("crl", crl)],
        ..EdsSettings::default()
    }
}

fn verifier() -> EdsVerifier {
    EdsVerifier::new(&settings(vector!("fake/crl/nca_rsa_fresh.crl"))).unwrap()
}

fn base64(cms: &[u8]) -> String {
    STANDARD.encode(cms)
}

/// The imitation's verifier judges a signature over the imitation's challenge at its moment.
fn judge(cms: &[u8]) -> Result<VerifiedEds, EdsRefusal> {
    verifier().verify(&base64(cms), CHALLENGE, NOW)
}
