//! Keys derived from the key-encryption key: one for each purpose, so that no digest or ciphertext of one kind passes
//! for another (HKDF-SHA-256, RFC 5869; HMAC-SHA-256, RFC 2104; AES-256-GCM, NIST SP 800-38D).

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{self, HKDF_SHA256, Salt};
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::TokenDigest;

/// Bytes of AES-GCM's nonce, kept in front of each ciphertext after the version byte.
const NONCE_LENGTH: usize = 12;
/// First byte of everything sealed; a new key or format gets a new number.
const VERSION: u8 = 1;

/// What a derived key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Browser cookies of flows.
    FlowCookie,
    /// Cookies of signed-in browsers.
    SessionCookie,
    /// Cookies of bound devices.
    DeviceCookie,
    /// Authorization codes.
    AuthorizationCode,
    /// Access tokens.
    AccessToken,
    /// Refresh tokens.
    RefreshToken,
    /// Client secrets.
    ClientSecret,
    /// Challenges and nonces.
    Challenge,
    /// SMS codes.
    SmsCode,
    /// Stop codes.
    StopCode,
    /// Digits of picture codes at rest.
    PictureCode,
    /// Personal identifiers (IIN, BIN), for lookup.
    Identifier,
    /// Phone numbers, for counting accounts by number.
    PhoneNumber,
    /// Form tokens against cross-site requests.
    FormToken,
    /// Pairwise device identifiers told to clients.
    DeviceSubject,
    /// Throttle keys.
    Throttle,
    /// Personal facts, phone numbers and messages at rest.
    Fact,
    /// Private signing keys at rest.
    SigningKey,
    /// Nonces and code challenges of public clients, to notice their reuse.
    RequestValue,
    /// Addresses and bearer tokens of signatures on a phone, which are made again from the transaction's identifier.
    QrTransaction,
    /// Audit seals.
    AuditSeal,
    /// Records of evidence at rest.
    Evidence,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::FlowCookie => b"kiru/1/flow-cookie",
            Self::SessionCookie => b"kiru/1/session-cookie",
            Self::DeviceCookie => b"kiru/1/device-cookie",
            Self::AuthorizationCode => b"kiru/1/authorization-code",
            Self::AccessToken => b"kiru/1/access-token",
            Self::RefreshToken => b"kiru/1/refresh-token",
            Self::ClientSecret => b"kiru/1/client-secret",
            Self::Challenge => b"kiru/1/challenge",
            Self::SmsCode => b"kiru/1/sms-code",
            Self::StopCode => b"kiru/1/stop-code",
            Self::PictureCode => b"kiru/1/picture-code",
            Self::Identifier => b"kiru/1/identifier",
            Self::PhoneNumber => b"kiru/1/phone-number",
            Self::FormToken => b"kiru/1/form-token",
            Self::DeviceSubject => b"kiru/1/device-subject",
            Self::Throttle => b"kiru/1/throttle",
            Self::Fact => b"kiru/1/fact",
            Self::SigningKey => b"kiru/1/signing-key",
            Self::RequestValue => b"kiru/1/request-value",
            Self::QrTransaction => b"kiru/1/qr-transaction",
            Self::AuditSeal => b"kiru/1/audit-seal",
            Self::Evidence => b"kiru/1/evidence",
        }
    }
}

/// The key-encryption key: 32 bytes from a file or variable outside database and data folder.
pub struct Kek(Zeroizing<[u8; 32]>);

impl Kek {
    /// A fresh one, for the demo's first start.
    pub fn mint(rng: &mut dyn CryptoRng) -> Self {
        let mut bytes = Zeroizing::new([0_u8; 32]);
        rng.fill_bytes(bytes.as_mut());
        Self(bytes)
    }

    /// Reads 32 bytes in base64, as `openssl rand -base64 32` writes them.
    ///
    /// # Errors
    /// It is not base64 of exactly 32 bytes, or all bytes are equal (a placeholder).
    pub fn from_base64(text: &str) -> Result<Self, KekError> {
        let bytes = Zeroizing::new(STANDARD.decode(text.trim()).map_err(|_| KekError::NotBase64)?);
        let bytes: [u8; 32] = bytes
            .as_slice()
            .try_into()
            .map_err(|_| KekError::WrongLength(bytes.len()))?;
        let [first, rest @ ..] = &bytes;
        if rest.iter().all(|byte| byte == first) {
            return Err(KekError::Placeholder);
        }
        Ok(Self(Zeroizing::new(bytes)))
    }

    /// The text that [`Kek::from_base64`] reads.
    pub fn to_base64(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(self.0.as_ref()))
    }
}

impl std::fmt::Debug for Kek {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Kek(…)")
    }
}

/// Why a key-encryption key was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KekError {
    /// Not base64.
    #[error("the key-encryption key is not base64")]
    NotBase64,
    /// Not 32 bytes.
    #[error("the key-encryption key has {0} bytes instead of 32")]
    WrongLength(usize),
    /// All bytes are the same.
    #[error("the key-encryption key is a placeholder")]
    Placeholder,
}

/// The keys of all purposes, derived once at start.
pub struct Keyring {
    digests: Vec<(Purpose, hmac::Key)>,
    seals: Vec<(Purpose, LessSafeKey)>,
}

const DIGESTS: [Purpose; 18] = [
    Purpose::FlowCookie,
    Purpose::SessionCookie,
    Purpose::DeviceCookie,
    Purpose::AuthorizationCode,
    Purpose::AccessToken,
    Purpose::RefreshToken,
    Purpose::ClientSecret,
    Purpose::Challenge,
    Purpose::SmsCode,
    Purpose::StopCode,
    Purpose::Identifier,
    Purpose::PhoneNumber,
    Purpose::FormToken,
    Purpose::DeviceSubject,
    Purpose::Throttle,
    Purpose::RequestValue,
    Purpose::QrTransaction,
    Purpose::AuditSeal,
];
const SEALS: [Purpose; 4] = [
    Purpose::Fact,
    Purpose::SigningKey,
    Purpose::PictureCode,
    Purpose::Evidence,
];

impl Keyring {
    /// Derives the keys.
    ///
    /// # Errors
    /// The cryptographic library refuses; nothing can be stored safely then.
    pub fn derive(kek: &Kek) -> Result<Self, KeyringError> {
        let prk = Salt::new(HKDF_SHA256, b"kiru/keyring").extract(kek.0.as_ref());
        let digests = DIGESTS.into_iter().map(|purpose| {
            Ok((
                purpose,
                hmac::Key::new(hmac::HMAC_SHA256, expand(&prk, purpose)?.as_ref()),
            ))
        });
        let seals = SEALS.into_iter().map(|purpose| {
            let key = UnboundKey::new(&AES_256_GCM, expand(&prk, purpose)?.as_ref()).map_err(|_| KeyringError)?;
            Ok((purpose, LessSafeKey::new(key)))
        });
        Ok(Self {
            digests: digests.collect::<Result<_, _>>()?,
            seals: seals.collect::<Result<_, _>>()?,
        })
    }

    /// The keyed digest of `value` for this purpose.
    ///
    /// Sealing purposes have no digest key; for them the digest is over a key that no other purpose shares, which never
    /// matches anything stored.
    pub fn digest(&self, purpose: Purpose, value: &[u8]) -> TokenDigest {
        let mut bytes = [0_u8; 32];
        if let Some((_, key)) = self.digests.iter().find(|(known, _)| *known == purpose) {
            bytes.copy_from_slice(hmac::sign(key, value).as_ref());
        }
        TokenDigest::from_bytes(bytes)
    }

    /// The keyed digest of several values; each is preceded by its length, so that no two lists share a digest.
    pub fn digest_list(&self, purpose: Purpose, values: &[&[u8]]) -> TokenDigest {
        let mut joined = Vec::new();
        for value in values {
            joined.extend_from_slice(&(value.len() as u64).to_be_bytes());
            joined.extend_from_slice(value);
        }
        self.digest(purpose, &joined)
    }

    /// Encrypts `plain`; `context` (such as table, column and row id) must be the same when it is opened.
    ///
    /// # Errors
    /// The purpose has no sealing key, or the library refuses.
    pub fn seal(
        &self,
        purpose: Purpose,
        context: &[u8],
        plain: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, KeyringError> {
        let key = self.seal_key(purpose).ok_or(KeyringError)?;
        let mut nonce = [0_u8; NONCE_LENGTH];
        rng.fill_bytes(&mut nonce);
        let mut body = plain.to_vec();
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(context), &mut body)
            .map_err(|_| KeyringError)?;
        let mut sealed = Vec::with_capacity(1 + NONCE_LENGTH + body.len());
        sealed.push(VERSION);
        sealed.extend_from_slice(&nonce);
        sealed.append(&mut body);
        Ok(sealed)
    }

    /// Decrypts what [`Keyring::seal`] made with the same purpose and context.
    ///
    /// # Errors
    /// It was made with another key, purpose or context, or was altered.
    pub fn open(&self, purpose: Purpose, context: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let key = self.seal_key(purpose).ok_or(OpenError)?;
        let (version, rest) = sealed.split_first().ok_or(OpenError)?;
        let (nonce, body) = rest.split_at_checked(NONCE_LENGTH).ok_or(OpenError)?;
        if *version != VERSION {
            return Err(OpenError);
        }
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| OpenError)?;
        let mut body = Zeroizing::new(body.to_vec());
        let length = key
            .open_in_place(nonce, Aad::from(context), &mut body)
            .map_err(|_| OpenError)?
            .len();
        body.truncate(length);
        Ok(body)
    }

    fn seal_key(&self, purpose: Purpose) -> Option<&LessSafeKey> {
        self.seals
            .iter()
            .find(|(known, _)| *known == purpose)
            .map(|(_, key)| key)
    }
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keyring(…)")
    }
}

struct ThirtyTwo;

impl hkdf::KeyType for ThirtyTwo {
    fn len(&self) -> usize {
        32
    }
}

fn expand(prk: &hkdf::Prk, purpose: Purpose) -> Result<Zeroizing<[u8; 32]>, KeyringError> {
    let mut bytes = Zeroizing::new([0_u8; 32]);
    let info = [purpose.label()];
    let okm = prk.expand(&info, ThirtyTwo).map_err(|_| KeyringError)?;
    okm.fill(bytes.as_mut()).map_err(|_| KeyringError)?;
    Ok(bytes)
}

/// The cryptographic library refused to derive or to encrypt.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the cryptographic library refused")]
pub struct KeyringError;

/// A sealed value could not be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sealed value was made with another key or was altered")]
pub struct OpenError;

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    fn keyring(seed: u64) -> Keyring {
        Keyring::derive(&Kek::mint(&mut ChaCha20Rng::seed_from_u64(seed))).unwrap()
    }

    #[test]
    fn a_digest_depends_on_key_purpose_and_value() {
        let ring = keyring(1);
        let digest = ring.digest(Purpose::AccessToken, b"x");
        assert!(digest.matches(&ring.digest(Purpose::AccessToken, b"x")));
        assert!(!digest.matches(&ring.digest(Purpose::RefreshToken, b"x")));
        assert!(!digest.matches(&ring.digest(Purpose::AccessToken, b"y")));
        assert!(!digest.matches(&keyring(2).digest(Purpose::AccessToken, b"x")));
    }

    #[test]
    fn every_digest_purpose_has_a_key_of_its_own() {
        let ring = keyring(1);
        let digests: std::collections::HashSet<_> = DIGESTS
            .iter()
            .map(|purpose| *ring.digest(*purpose, b"x").as_bytes())
            .collect();
        assert_eq!(digests.len(), DIGESTS.len());
        assert!(!digests.contains(&[0; 32]));
    }

    #[test]
    fn lists_that_join_to_the_same_bytes_differ() {
        let ring = keyring(1);
        let one = ring.digest_list(Purpose::SmsCode, &[b"ab", b"c"]);
        assert!(!one.matches(&ring.digest_list(Purpose::SmsCode, &[b"a", b"bc"])));
    }

    #[test]
    fn a_sealed_value_opens_only_in_its_own_context() {
        let (keys, mut rng) = (keyring(1), ChaCha20Rng::seed_from_u64(3));
        let sealed = keys
            .seal(Purpose::Fact, b"phones/1", b"+77010000000", &mut rng)
            .unwrap();
        assert_eq!(
            keys.open(Purpose::Fact, b"phones/1", &sealed).unwrap().as_slice(),
            b"+77010000000"
        );
        assert_eq!(keys.open(Purpose::Fact, b"phones/2", &sealed), Err(OpenError));
        assert_eq!(keys.open(Purpose::SigningKey, b"phones/1", &sealed), Err(OpenError));
        assert_eq!(keyring(2).open(Purpose::Fact, b"phones/1", &sealed), Err(OpenError));
        for position in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[position] ^= 1;
            assert_eq!(
                keys.open(Purpose::Fact, b"phones/1", &altered),
                Err(OpenError),
                "byte {position}"
            );
        }
        assert_eq!(keys.open(Purpose::Fact, b"phones/1", &[]), Err(OpenError));
    }

    #[test]
    fn a_key_encryption_key_must_be_32_bytes_and_no_placeholder() {
        assert_eq!(Kek::from_base64("%%").unwrap_err(), KekError::NotBase64);
        assert_eq!(Kek::from_base64("AAAA").unwrap_err(), KekError::WrongLength(3));
        assert_eq!(
            Kek::from_base64(&STANDARD.encode([7; 32])).unwrap_err(),
            KekError::Placeholder
        );
        let kek = Kek::mint(&mut ChaCha20Rng::seed_from_u64(1));
        assert!(Kek::from_base64(&kek.to_base64()).is_ok());
    }
}
