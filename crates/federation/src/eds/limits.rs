//! Hard limits of everything that is parsed: an answer comes from an untrusted program on an untrusted computer.

use std::time::Duration;

/// Longest text of a signature, in bytes: 44 KiB of DER are 60 KiB of base64, and line ends and armour come on top. An XML
/// signature is as long at most.
pub(crate) const SIGNATURE_TEXT: usize = 64 * 1024;
/// Longest SignedData, in bytes after base64.
pub(crate) const CMS: usize = 44 * 1024;
/// Deepest nesting of ASN.1 elements.
pub(crate) const DEPTH: usize = 32;
/// Deepest nesting of XML elements: a key value inside a signature is on the sixth level.
pub(crate) const XML_DEPTH: usize = 8;
/// Most elements in a signed document; a challenge with its signature has about thirty.
pub(crate) const XML_ELEMENTS: usize = 64;
/// Most attributes of one XML element.
pub(crate) const XML_ATTRIBUTES: usize = 8;
/// Most certificates in one SignedData.
pub(crate) const CERTIFICATES: usize = 10;
/// Longest certificate, in bytes.
pub(crate) const CERTIFICATE: usize = 16 * 1024;
/// Most extensions of one certificate; real ones have ten or so.
pub(crate) const EXTENSIONS: usize = 64;
/// Longest certificate revocation list, in bytes; production lists are megabytes.
pub(crate) const CRL: usize = 64 * 1024 * 1024;
/// Oldest OCSP answer without `nextUpdate`, where no configuration says less.
pub(crate) const OCSP_AGE: Duration = Duration::from_mins(5);
/// Longest OCSP response, in bytes.
pub(crate) const OCSP: usize = 64 * 1024;
/// How far a responder's clock may be ahead of ours.
pub(crate) const OCSP_AHEAD: Duration = Duration::from_mins(5);
/// Longest path, in certification authorities with the anchor: with the leaf, webpki takes eight certificates.
pub(crate) const PATH: usize = 7;
/// Most certificate signatures checked for one path.
pub(crate) const PATH_SIGNATURES: usize = 100;
/// Smallest RSA modulus, in bits.
pub(crate) const RSA_MIN_BITS: usize = 2048;
/// Largest RSA modulus, in bits; the check costs more than linear time.
pub(crate) const RSA_MAX_BITS: usize = 8192;
/// Smallest RSA public exponent.
pub(crate) const RSA_MIN_EXPONENT: u64 = 65_537;
/// How far our clock may be behind that of an issuer, before `notBefore` and `thisUpdate`. There is none after `notAfter`.
pub(crate) const CLOCK_SKEW: Duration = Duration::from_mins(1);
/// How long a good answer is remembered, whatever its issuer says of the next one: responders are asked at each sign-in.
pub(crate) const OCSP_REMEMBERED: Duration = Duration::from_mins(5);
/// How much longer than its own time a remembered answer may count, at most.
pub(crate) const OCSP_GRACE: Duration = Duration::from_hours(1);
/// Longest life of a challenge.
pub(crate) const CHALLENGE_LIFE: Duration = Duration::from_mins(5);
/// Longest service name shown in a challenge, in characters.
pub(crate) const SERVICE_NAME: usize = 100;
