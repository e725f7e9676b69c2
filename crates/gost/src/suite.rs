//! Suites: which key, hash and byte order belong together.

use std::fmt;
use std::sync::LazyLock;

use const_oid::ObjectIdentifier;

use crate::der;
use crate::digest::DigestAlgorithm;
use crate::identifiers::{self as oid, bare_oid, encoded};
use crate::signature::Encoding;

/// One national way to sign: a size of keys, a hash function, a byte order and object identifiers. A key belongs to one
/// suite, so that signature, hash and key can never be mixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Suite {
    /// Kazakhstan's GOST 34.310-2015 with 512 bit: what the National Certification Authority issues.
    KzGost2015_512,
    /// Kazakhstan's GOST 34.310-2015 with 256 bit: it has identifiers, but no certificate with it was ever seen.
    KzGost2015_256,
    /// Kazakhstan's GOST 34.310-2004 with GOST 34.311-95: obsolete.
    KzGost2004,
    /// Russia's GOST R 34.10-2012 with 256 bit (RFC 9215).
    RuGost2012_256,
    /// Russia's GOST R 34.10-2012 with 512 bit (RFC 9215).
    RuGost2012_512,
    /// Russia's GOST R 34.10-2001 with GOST R 34.11-94 (RFC 4491): obsolete.
    RuGost2001,
}

/// The `AlgorithmIdentifier` of a signature in a certificate, a revocation list or an OCSP answer: one for each suite, object
/// identifier and form of the parameters (absent as RFC 9215 wants, or NULL as OpenSSL's engine writes).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureAlgorithm {
    suite: Suite,
    identifier: Vec<u8>,
}

static SIGNATURE_ALGORITHMS: LazyLock<Vec<SignatureAlgorithm>> = LazyLock::new(|| {
    let mut rows = Vec::new();
    for suite in Suite::ALL {
        for bare in suite.signature_oids().iter().map(encoded) {
            let with_null = [bare.clone(), der::element(der::NULL, &[])].concat();
            rows.extend([bare, with_null].map(|identifier| SignatureAlgorithm { suite, identifier }));
        }
    }
    rows
});

impl SignatureAlgorithm {
    /// Every known form.
    pub fn all() -> &'static [Self] {
        &SIGNATURE_ALGORITHMS
    }

    /// The suite it names.
    pub fn suite(&self) -> Suite {
        self.suite
    }

    /// The contents of the SEQUENCE, in DER: the form that rustls-webpki compares.
    pub fn identifier(&self) -> &[u8] {
        &self.identifier
    }
}

impl Suite {
    /// Every suite.
    pub const ALL: [Self; 6] = [
        Self::KzGost2015_512,
        Self::KzGost2015_256,
        Self::KzGost2004,
        Self::RuGost2012_256,
        Self::RuGost2012_512,
        Self::RuGost2001,
    ];

    /// The hash function whose value is signed.
    pub fn digest_algorithm(self) -> DigestAlgorithm {
        match self {
            Self::KzGost2015_512 | Self::RuGost2012_512 => DigestAlgorithm::Streebog512,
            Self::KzGost2015_256 | Self::RuGost2012_256 => DigestAlgorithm::Streebog256,
            Self::KzGost2004 => DigestAlgorithm::Gost94Test,
            Self::RuGost2001 => DigestAlgorithm::Gost94CryptoPro,
        }
    }

    /// How its signatures are written.
    pub fn encoding(self) -> Encoding {
        match self {
            Self::KzGost2015_512 | Self::KzGost2015_256 | Self::KzGost2004 => Encoding::Kazakhstan,
            Self::RuGost2012_256 | Self::RuGost2012_512 | Self::RuGost2001 => Encoding::Russia,
        }
    }

    /// Whether its hash is GOST R 34.11-94: for old documents, behind a switch of the caller.
    pub fn is_legacy(self) -> bool {
        matches!(self, Self::KzGost2004 | Self::RuGost2001)
    }

    /// The object identifier of its public keys.
    pub fn key_oid(self) -> ObjectIdentifier {
        match self {
            Self::KzGost2015_512 => oid::KZ_2015_512_KEY,
            Self::KzGost2015_256 => oid::KZ_2015_256_KEY,
            Self::KzGost2004 => oid::KZ_2004_KEY,
            Self::RuGost2012_256 => oid::RU_2012_256_KEY,
            Self::RuGost2012_512 => oid::RU_2012_512_KEY,
            Self::RuGost2001 => oid::RU_2001_KEY,
        }
    }

    /// The object identifiers of its signatures; the first is the one to write.
    pub fn signature_oids(self) -> &'static [ObjectIdentifier] {
        match self {
            Self::KzGost2015_512 => &[oid::KZ_2015_512_SIGNATURE],
            Self::KzGost2015_256 => &[oid::KZ_2015_256_SIGNATURE],
            Self::KzGost2004 => &[oid::KZ_2004_SIGNATURE, oid::KZ_2004_SIGNATURE_GAMMA],
            Self::RuGost2012_256 => &[oid::RU_2012_256_SIGNATURE],
            Self::RuGost2012_512 => &[oid::RU_2012_512_SIGNATURE],
            Self::RuGost2001 => &[oid::RU_2001_SIGNATURE],
        }
    }

    /// The object identifier of its hash function in its own country.
    pub fn digest_oid(self) -> ObjectIdentifier {
        match self {
            Self::KzGost2015_512 => oid::KZ_STREEBOG_512,
            Self::KzGost2015_256 => oid::KZ_STREEBOG_256,
            Self::KzGost2004 => oid::KZ_GOST94,
            Self::RuGost2012_256 => oid::RU_STREEBOG_256,
            Self::RuGost2012_512 => oid::RU_STREEBOG_512,
            Self::RuGost2001 => oid::RU_GOST94,
        }
    }

    /// The suite of a signature in a certificate, revocation list or OCSP answer, given the contents of its
    /// `AlgorithmIdentifier`; parameters absent or NULL.
    pub fn from_signature_identifier(contents: &[u8]) -> Option<Self> {
        let oid = bare_oid(contents)?;
        Self::ALL
            .into_iter()
            .find(|suite| suite.signature_oids().contains(&oid))
    }

    /// The suite of a CMS `SignerInfo`, given the contents of its `signatureAlgorithm`. Russian software writes the key's
    /// identifier there as often as the signature's; both count.
    pub fn from_cms_signature_identifier(contents: &[u8]) -> Option<Self> {
        let oid = bare_oid(contents)?;
        Self::ALL
            .into_iter()
            .find(|suite| suite.signature_oids().contains(&oid) || suite.key_oid() == oid)
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::KzGost2015_512 => "GOST 34.310-2015, 512 bit",
            Self::KzGost2015_256 => "GOST 34.310-2015, 256 bit",
            Self::KzGost2004 => "GOST 34.310-2004",
            Self::RuGost2012_256 => "GOST R 34.10-2012, 256 bit",
            Self::RuGost2012_512 => "GOST R 34.10-2012, 512 bit",
            Self::RuGost2001 => "GOST R 34.10-2001",
        })
    }
}
