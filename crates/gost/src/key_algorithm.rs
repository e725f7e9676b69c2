//! The `AlgorithmIdentifier`s of keys: one row for each suite, object identifier of a curve and form of the parameters.

use std::sync::LazyLock;

use const_oid::ObjectIdentifier;

use crate::curve::Curve;
use crate::der;
use crate::identifiers::{self as oid, encoded};
use crate::suite::Suite;

/// The algorithm of a key: its suite, its curve, and the exact octets that say so.
///
/// Identifiers are compared octet by octet with the closed list [`KeyAlgorithm::all`]: a key whose parameters name an
/// unknown curve, a curve of another suite or another hash is refused, never guessed.
#[derive(Debug, PartialEq, Eq)]
pub struct KeyAlgorithm {
    suite: Suite,
    curve: Curve,
    curve_oid: ObjectIdentifier,
    identifier: Vec<u8>,
}

/// Whether the parameters name the hash function after the curve.
#[derive(Clone, Copy)]
enum HashNamed {
    /// They must.
    Always(ObjectIdentifier),
    /// We write it, and read both forms.
    Usually(ObjectIdentifier),
    /// We leave it out, and read both forms (RFC 9215 §4).
    Seldom(ObjectIdentifier),
}

use HashNamed::{Always, Seldom, Usually};

/// The first row of a suite and a curve is the one to write.
const ROWS: &[(Suite, Curve, ObjectIdentifier, HashNamed)] = &[
    (
        Suite::KzGost2015_512,
        Curve::Tc26A512,
        oid::KZ_2015_512_CURVE,
        Always(oid::KZ_STREEBOG_512),
    ),
    (
        Suite::KzGost2015_256,
        Curve::Tc26A256,
        oid::KZ_2015_256_CURVE,
        Always(oid::KZ_STREEBOG_256),
    ),
    (
        Suite::KzGost2004,
        Curve::CryptoProA,
        oid::KZ_2004_CURVE,
        Always(oid::KZ_GOST94_S_BOXES),
    ),
    ru_256(Curve::Test256, oid::CRYPTOPRO_TEST),
    ru_256(Curve::CryptoProA, oid::CRYPTOPRO_A),
    ru_256(Curve::CryptoProA, oid::CRYPTOPRO_XCHA),
    ru_256(Curve::CryptoProA, oid::TC26_256_B),
    ru_256(Curve::CryptoProB, oid::CRYPTOPRO_B),
    ru_256(Curve::CryptoProB, oid::TC26_256_C),
    ru_256(Curve::CryptoProC, oid::CRYPTOPRO_C),
    ru_256(Curve::CryptoProC, oid::CRYPTOPRO_XCHB),
    ru_256(Curve::CryptoProC, oid::TC26_256_D),
    (
        Suite::RuGost2012_256,
        Curve::Tc26A256,
        oid::TC26_256_A,
        Seldom(oid::RU_STREEBOG_256),
    ),
    (
        Suite::RuGost2012_512,
        Curve::Test512,
        oid::TC26_512_TEST,
        Seldom(oid::RU_STREEBOG_512),
    ),
    ru_512(Curve::Tc26A512, oid::TC26_512_A),
    ru_512(Curve::Tc26B512, oid::TC26_512_B),
    (
        Suite::RuGost2012_512,
        Curve::Tc26C512,
        oid::TC26_512_C,
        Seldom(oid::RU_STREEBOG_512),
    ),
    ru_2001(Curve::Test256, oid::CRYPTOPRO_TEST),
    ru_2001(Curve::CryptoProA, oid::CRYPTOPRO_A),
    ru_2001(Curve::CryptoProA, oid::CRYPTOPRO_XCHA),
    ru_2001(Curve::CryptoProB, oid::CRYPTOPRO_B),
    ru_2001(Curve::CryptoProC, oid::CRYPTOPRO_C),
    ru_2001(Curve::CryptoProC, oid::CRYPTOPRO_XCHB),
];

const fn ru_256(curve: Curve, oid: ObjectIdentifier) -> (Suite, Curve, ObjectIdentifier, HashNamed) {
    (Suite::RuGost2012_256, curve, oid, Usually(oid::RU_STREEBOG_256))
}

const fn ru_512(curve: Curve, oid: ObjectIdentifier) -> (Suite, Curve, ObjectIdentifier, HashNamed) {
    (Suite::RuGost2012_512, curve, oid, Usually(oid::RU_STREEBOG_512))
}

const fn ru_2001(curve: Curve, oid: ObjectIdentifier) -> (Suite, Curve, ObjectIdentifier, HashNamed) {
    (Suite::RuGost2001, curve, oid, Always(oid::RU_GOST94_CRYPTOPRO_S_BOXES))
}

static KEY_ALGORITHMS: LazyLock<Vec<KeyAlgorithm>> = LazyLock::new(|| {
    let mut rows = Vec::new();
    for (suite, curve, curve_oid, hash) in ROWS {
        let with = |hash: &[ObjectIdentifier]| {
            let parameters: Vec<u8> = [*curve_oid].iter().chain(hash).flat_map(encoded).collect();
            KeyAlgorithm {
                suite: *suite,
                curve: *curve,
                curve_oid: *curve_oid,
                identifier: [encoded(&suite.key_oid()), der::element(der::SEQUENCE, &parameters)].concat(),
            }
        };
        match hash {
            Always(hash) => rows.push(with(&[*hash])),
            Usually(hash) => rows.extend([with(&[*hash]), with(&[])]),
            Seldom(hash) => rows.extend([with(&[]), with(&[*hash])]),
        }
    }
    rows
});

impl KeyAlgorithm {
    /// Every known form.
    pub fn all() -> &'static [Self] {
        &KEY_ALGORITHMS
    }

    /// The algorithm to write for a suite and a curve; nothing when they do not belong together.
    pub fn new(suite: Suite, curve: Curve) -> Option<&'static Self> {
        Self::all().iter().find(|row| row.suite == suite && row.curve == curve)
    }

    /// The algorithm to write for a suite and one of several object identifiers of the same curve, such as XchA.
    pub fn with_curve_oid(suite: Suite, curve_oid: &ObjectIdentifier) -> Option<&'static Self> {
        Self::all()
            .iter()
            .find(|row| row.suite == suite && row.curve_oid == *curve_oid)
    }

    /// The algorithm that the contents of an `AlgorithmIdentifier` name.
    pub fn from_identifier(contents: &[u8]) -> Option<&'static Self> {
        Self::all().iter().find(|row| row.identifier == contents)
    }

    /// What belongs to the key: hash function, byte order, identifiers.
    pub fn suite(&self) -> Suite {
        self.suite
    }

    /// The parameter set.
    pub fn curve(&self) -> Curve {
        self.curve
    }

    /// The object identifier under which the parameter set is named here.
    pub fn curve_oid(&self) -> ObjectIdentifier {
        self.curve_oid
    }

    /// The contents of the SEQUENCE, in DER: the form that rustls-webpki compares.
    pub fn identifier(&self) -> &[u8] {
        &self.identifier
    }
}
