//! Object identifiers, and the DER around them. Sources: RFC 4357, RFC 4491, RFC 7836, RFC 9215 for Russia; the
//! certificates of the National Certification Authority for Kazakhstan.

use const_oid::ObjectIdentifier;

use crate::der;

macro_rules! oids {
    ($($name:ident = $dotted:literal;)*) => {
        $(pub(crate) const $name: ObjectIdentifier = ObjectIdentifier::new_unwrap($dotted);)*
    };
}

oids! {
    KZ_2015_512_KEY = "1.2.398.3.10.1.1.2.2";
    KZ_2015_512_CURVE = "1.2.398.3.10.1.1.2.2.1";
    KZ_2015_512_SIGNATURE = "1.2.398.3.10.1.1.2.3.2";
    KZ_2015_256_KEY = "1.2.398.3.10.1.1.2.1";
    KZ_2015_256_CURVE = "1.2.398.3.10.1.1.2.1.1";
    KZ_2015_256_SIGNATURE = "1.2.398.3.10.1.1.2.3.1";
    KZ_2004_KEY = "1.2.398.3.10.1.1.1.1";
    KZ_2004_CURVE = "1.2.398.3.10.1.1.1.1.1";
    KZ_2004_SIGNATURE = "1.2.398.3.10.1.1.1.2";
    // the name that Gamma Technologies gave to the 2004 signature before the national arc had one
    KZ_2004_SIGNATURE_GAMMA = "1.3.6.1.4.1.6801.1.2.2";
    KZ_STREEBOG_512 = "1.2.398.3.10.1.3.3";
    KZ_STREEBOG_256 = "1.2.398.3.10.1.3.2";
    KZ_GOST94 = "1.2.398.3.10.1.3.1";
    KZ_GOST94_S_BOXES = "1.2.398.3.10.1.3.1.1.0";

    RU_2012_256_KEY = "1.2.643.7.1.1.1.1";
    RU_2012_512_KEY = "1.2.643.7.1.1.1.2";
    RU_STREEBOG_256 = "1.2.643.7.1.1.2.2";
    RU_STREEBOG_512 = "1.2.643.7.1.1.2.3";
    RU_2012_256_SIGNATURE = "1.2.643.7.1.1.3.2";
    RU_2012_512_SIGNATURE = "1.2.643.7.1.1.3.3";
    RU_2001_KEY = "1.2.643.2.2.19";
    RU_2001_SIGNATURE = "1.2.643.2.2.3";
    RU_GOST94 = "1.2.643.2.2.9";
    RU_GOST94_CRYPTOPRO_S_BOXES = "1.2.643.2.2.30.1";

    CRYPTOPRO_TEST = "1.2.643.2.2.35.0";
    CRYPTOPRO_A = "1.2.643.2.2.35.1";
    CRYPTOPRO_B = "1.2.643.2.2.35.2";
    CRYPTOPRO_C = "1.2.643.2.2.35.3";
    CRYPTOPRO_XCHA = "1.2.643.2.2.36.0";
    CRYPTOPRO_XCHB = "1.2.643.2.2.36.1";
    TC26_256_A = "1.2.643.7.1.2.1.1.1";
    TC26_256_B = "1.2.643.7.1.2.1.1.2";
    TC26_256_C = "1.2.643.7.1.2.1.1.3";
    TC26_256_D = "1.2.643.7.1.2.1.1.4";
    TC26_512_TEST = "1.2.643.7.1.2.1.2.0";
    TC26_512_A = "1.2.643.7.1.2.1.2.1";
    TC26_512_B = "1.2.643.7.1.2.1.2.2";
    TC26_512_C = "1.2.643.7.1.2.1.2.3";
}

/// The object identifier of an `AlgorithmIdentifier` whose parameters are absent or NULL, given the contents of its SEQUENCE.
pub(crate) fn bare_oid(contents: &[u8]) -> Option<ObjectIdentifier> {
    let mut reader = der::Reader::new(contents);
    let oid = ObjectIdentifier::from_bytes(reader.take(der::OID)?).ok()?;
    let bare = reader.is_empty() || (reader.take(der::NULL)?.is_empty() && reader.is_empty());
    bare.then_some(oid)
}

/// The DER of an object identifier.
pub(crate) fn encoded(oid: &ObjectIdentifier) -> Vec<u8> {
    der::element(der::OID, oid.as_bytes())
}
