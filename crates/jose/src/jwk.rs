//! Public keys as JSON Web Keys (RFC 7517, RFC 7518 §6) and their thumbprints (RFC 7638).

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::digest;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use crate::algorithm::Algorithm;
use crate::strict_json;

/// The longest JWK that is looked at, in bytes of JSON.
pub const MAX_JWK_LEN: usize = 8 * 1024;

/// Members that only a private or a symmetric key has (RFC 7518 §6.2.2, §6.3.2, §6.4).
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// A SubjectPublicKeyInfo of P-256 up to its coordinates: algorithm `id-ecPublicKey`, curve `prime256v1`, a bit string that
/// begins with the mark of an uncompressed point.
const P256_SPKI: [u8; 27] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
];

/// Why a key is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwkError {
    /// Too long, or not a JSON object with distinct names.
    #[error("the key is not a JSON object of acceptable size")]
    Malformed,
    /// A private or symmetric key was sent where a public one belongs.
    #[error("the key has private members")]
    Private,
    /// The key type or curve is not one that we verify with.
    #[error("the key type is not supported")]
    KeyType,
    /// A member is missing, of the wrong type, or not spelled in its only form.
    #[error("the key member `{0}` is missing or malformed")]
    Member(&'static str),
    /// `use`, `key_ops` or `alg` say that the key is meant for something else.
    #[error("the key is meant for another purpose")]
    Purpose,
    /// The RSA modulus is not odd or not of 2048 to 8192 bits.
    #[error("the RSA modulus is not acceptable")]
    Modulus,
    /// The RSA exponent is even, below 65537, or above 33 bits.
    #[error("the RSA exponent is not acceptable")]
    Exponent,
    /// The coordinates are not a point of the curve.
    #[error("the point is not on the curve")]
    NotOnCurve,
}

/// A public key that passed every check, kept parsed. Cloning it is cheap.
///
/// Two keys are equal when their thumbprints are.
#[derive(Clone)]
pub struct PublicJwk {
    material: Arc<Material>,
    thumbprint: Arc<str>,
    parsed: Arc<ParsedPublicKey>,
}

enum Material {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256 { x: [u8; 32], y: [u8; 32] },
}

impl PublicJwk {
    /// Reads a key from JSON text.
    ///
    /// # Errors
    /// [`JwkError`] names the first rule that the key breaks.
    pub fn parse(json: &[u8]) -> Result<Self, JwkError> {
        if json.len() > MAX_JWK_LEN {
            return Err(JwkError::Malformed);
        }
        let members = strict_json::parse_object(json).map_err(|_| JwkError::Malformed)?;
        Self::from_members(&members)
    }

    /// Reads a key from the members of a JSON object. `kid`, `ext`, `x5c` and other members that
    /// do not define the key are ignored.
    ///
    /// # Errors
    /// [`JwkError`] names the first rule that the key breaks.
    pub fn from_members(members: &Map<String, Value>) -> Result<Self, JwkError> {
        if PRIVATE_MEMBERS.iter().any(|name| members.contains_key(*name)) {
            return Err(JwkError::Private);
        }
        let key = match (text(members, "kty")?, members.get("crv").and_then(Value::as_str)) {
            ("RSA", _) => Self::from_rsa(&bytes(members, "n")?, &bytes(members, "e")?)?,
            ("EC", Some("P-256")) => Self::from_p256(coordinate(members, "x")?, coordinate(members, "y")?)?,
            _ => return Err(JwkError::KeyType),
        };
        check_purpose(members, key.algorithm())?;
        Ok(key)
    }

    /// A P-256 key from its SubjectPublicKeyInfo (RFC 5480 §2), DER, uncompressed: what `openssl pkey -pubout` writes.
    ///
    /// # Errors
    /// [`JwkError::KeyType`] for another key, [`JwkError::NotOnCurve`] for coordinates that are no point.
    pub fn from_p256_spki(der: &[u8]) -> Result<Self, JwkError> {
        let point = der.strip_prefix(&P256_SPKI).ok_or(JwkError::KeyType)?;
        let (x, y) = point.split_at_checked(32).ok_or(JwkError::KeyType)?;
        let half = |bytes: &[u8]| <[u8; 32]>::try_from(bytes).map_err(|_| JwkError::KeyType);
        Self::from_p256(half(x)?, half(y)?)
    }

    /// An RSA key from modulus and exponent, big-endian without leading zeros.
    pub(crate) fn from_rsa(n: &[u8], e: &[u8]) -> Result<Self, JwkError> {
        let (Some(high), Some(low)) = (n.first(), n.last()) else {
            return Err(JwkError::Modulus);
        };
        let bits = (n.len() * 8).saturating_sub(high.leading_zeros() as usize);
        if *high == 0 || low % 2 == 0 || !(2048..=8192).contains(&bits) {
            return Err(JwkError::Modulus);
        }
        check_exponent(e)?;
        let parsed = RsaPublicKeyComponents { n, e }
            .to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
            .map_err(|_| JwkError::Modulus)?;
        Ok(Self::checked(
            Material::Rsa {
                n: n.to_vec(),
                e: e.to_vec(),
            },
            parsed,
        ))
    }

    /// A P-256 key from its coordinates.
    pub(crate) fn from_p256(x: [u8; 32], y: [u8; 32]) -> Result<Self, JwkError> {
        // SEC 1 §2.3.3, uncompressed; the library checks that the point is on the curve.
        let mut point = Vec::with_capacity(65);
        point.push(4);
        point.extend_from_slice(&x);
        point.extend_from_slice(&y);
        let parsed = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &point).map_err(|_| JwkError::NotOnCurve)?;
        Ok(Self::checked(Material::P256 { x, y }, parsed))
    }

    fn checked(material: Material, parsed: ParsedPublicKey) -> Self {
        // RFC 7638 §3: the required members only, in lexicographic order, without white space.
        let canonical = match &material {
            Material::Rsa { n, e } => {
                format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, encode(e), encode(n))
            }
            Material::P256 { x, y } => {
                format!(
                    r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#,
                    encode(x),
                    encode(y)
                )
            }
        };
        let thumbprint = encode(digest::digest(&digest::SHA256, canonical.as_bytes()).as_ref());
        Self {
            material: Arc::new(material),
            thumbprint: thumbprint.into(),
            parsed: Arc::new(parsed),
        }
    }

    /// The only algorithm that this key verifies.
    pub fn algorithm(&self) -> Algorithm {
        match *self.material {
            Material::Rsa { .. } => Algorithm::Rs256,
            Material::P256 { .. } => Algorithm::Es256,
        }
    }

    /// The SHA-256 thumbprint (RFC 7638), 43 characters of base64url. Our keys' `kid`.
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// The members that define the key, and no others: fit to store and to read again.
    pub fn to_json(&self) -> Value {
        match &*self.material {
            Material::Rsa { n, e } => json!({"kty": "RSA", "n": encode(n), "e": encode(e)}),
            Material::P256 { x, y } => {
                json!({"kty": "EC", "crv": "P-256", "x": encode(x), "y": encode(y)})
            }
        }
    }

    /// Whether `signature` is this key's over `message`.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        // RFC 7518 §3.4: r and s of 32 bytes each. Their range is the library's check (FIPS 186-5 §6.4.2);
        // it also insists that an RSA signature is as long as the modulus.
        if self.algorithm() == Algorithm::Es256 && signature.len() != 64 {
            return false;
        }
        self.parsed.verify_sig(message, signature).is_ok()
    }
}

impl PartialEq for PublicJwk {
    fn eq(&self, other: &Self) -> bool {
        self.thumbprint == other.thumbprint
    }
}

impl Eq for PublicJwk {}

impl fmt::Debug for PublicJwk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicJwk")
            .field("algorithm", &self.algorithm())
            .field("thumbprint", &self.thumbprint)
            .finish_non_exhaustive()
    }
}

fn check_exponent(e: &[u8]) -> Result<(), JwkError> {
    // At most five bytes, so the sum cannot overflow; 33 bits is the library's own limit.
    if e.first().is_none_or(|high| *high == 0) || e.len() > 5 {
        return Err(JwkError::Exponent);
    }
    let value = e.iter().fold(0_u64, |value, byte| (value << 8) | u64::from(*byte));
    if value < 65_537 || value % 2 == 0 || value >> 33 != 0 {
        return Err(JwkError::Exponent);
    }
    Ok(())
}

/// RFC 7517 §4.2–§4.4: what the members say about the key's purpose must fit when they are there.
fn check_purpose(members: &Map<String, Value>, algorithm: Algorithm) -> Result<(), JwkError> {
    let use_fits = members.get("use").is_none_or(|value| value == "sig");
    let alg_fits = members.get("alg").is_none_or(|value| value == algorithm.name());
    let operations_fit = members.get("key_ops").is_none_or(|value| {
        value
            .as_array()
            .is_some_and(|operations| operations.iter().any(|one| one == "verify"))
    });
    if use_fits && alg_fits && operations_fit {
        Ok(())
    } else {
        Err(JwkError::Purpose)
    }
}

fn text<'a>(members: &'a Map<String, Value>, name: &'static str) -> Result<&'a str, JwkError> {
    members.get(name).and_then(Value::as_str).ok_or(JwkError::Member(name))
}

fn bytes(members: &Map<String, Value>, name: &'static str) -> Result<Vec<u8>, JwkError> {
    URL_SAFE_NO_PAD
        .decode(text(members, name)?)
        .map_err(|_| JwkError::Member(name))
}

fn coordinate(members: &Map<String, Value>, name: &'static str) -> Result<[u8; 32], JwkError> {
    // RFC 7518 §6.2.1.2: the full length of the field, leading zeros kept.
    bytes(members, name)?.try_into().map_err(|_| JwkError::Member(name))
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests;
