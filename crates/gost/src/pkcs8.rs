//! Private keys in PKCS#8 (RFC 5208), unencrypted.

use zeroize::Zeroizing;

use crate::der;
use crate::key_algorithm::KeyAlgorithm;
use crate::public_key::KeyError;
use crate::signature::Encoding;
use crate::signing_key::SigningKey;

impl SigningKey {
    /// Reads a DER `PrivateKeyInfo`. Its OCTET STRING may hold the number in any of three forms that are in use: bare and
    /// little-endian (OpenSSL's engine), in an inner OCTET STRING and little-endian (Kazakhstan's key stores, others), or in
    /// an INTEGER. Contents of exactly the curve's length are the bare form, so of a number
    /// that is two octets shorter the INTEGER is not read as what it is.
    ///
    /// # Errors
    /// [`KeyError::Malformed`], [`KeyError::UnknownAlgorithm`], [`KeyError::TestCurve`], [`KeyError::Length`] or
    /// [`KeyError::ScalarOutOfRange`].
    pub fn from_pkcs8_der(private_key_info: &[u8]) -> Result<Self, KeyError> {
        let mut fields = der::Reader::new(der::only(private_key_info, der::SEQUENCE).ok_or(KeyError::Malformed)?);
        let version = fields.take(der::INTEGER).ok_or(KeyError::Malformed)?;
        let identifier = fields.take(der::SEQUENCE).ok_or(KeyError::Malformed)?;
        let key = fields.take(der::OCTET_STRING).ok_or(KeyError::Malformed)?;
        let complete = fields.is_empty() || (fields.take(der::ATTRIBUTES).is_some() && fields.is_empty());
        if version != [0] || !complete {
            return Err(KeyError::Malformed);
        }
        let algorithm = KeyAlgorithm::from_identifier(identifier).ok_or(KeyError::UnknownAlgorithm)?;
        if algorithm.curve().is_for_tests() {
            return Err(KeyError::TestCurve);
        }
        Self::from_private_octets(algorithm, key)
    }

    /// Writes a DER `PrivateKeyInfo` in the form of the suite's country: an inner OCTET STRING for Kazakhstan, the bare octets
    /// that OpenSSL's engine reads for Russia.
    pub fn to_pkcs8_der(&self) -> Zeroizing<Vec<u8>> {
        let bare = self.to_le_bytes();
        let key = match self.suite().encoding() {
            Encoding::Kazakhstan => Zeroizing::new(der::element(der::OCTET_STRING, &bare)),
            Encoding::Russia => bare,
        };
        let outer = Zeroizing::new(der::element(der::OCTET_STRING, &key));
        let version = der::element(der::INTEGER, &[0]);
        let algorithm = der::element(der::SEQUENCE, self.algorithm().identifier());
        let fields = Zeroizing::new([&version, &algorithm, &*outer].map(Vec::as_slice).concat());
        Zeroizing::new(der::element(der::SEQUENCE, &fields))
    }

    fn from_private_octets(algorithm: &'static KeyAlgorithm, octets: &[u8]) -> Result<Self, KeyError> {
        let length = algorithm.curve().scalar_len();
        if octets.len() == length {
            return Self::from_le_bytes(algorithm, octets);
        }
        if let Some(inner) = der::only(octets, der::OCTET_STRING) {
            return Self::from_le_bytes(algorithm, inner);
        }
        let integer = der::only(octets, der::INTEGER).ok_or(KeyError::Malformed)?;
        // DER: a positive number in its shortest form.
        let digits = match integer {
            [0, digits @ ..] if digits.first().is_some_and(|first| *first >= 0x80) => digits,
            [0x01..=0x7F, ..] => integer,
            _ => return Err(KeyError::Malformed),
        };
        let mut padded = Zeroizing::new(vec![0; length.saturating_sub(digits.len())]);
        padded.extend_from_slice(digits);
        Self::from_be_bytes(algorithm, &padded)
    }
}
