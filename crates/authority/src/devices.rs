//! Bound devices: the one browser key an account may be used with (product A1–A8).

use crate::ids::{DeviceId, UserId};
use crate::secret::TokenDigest;
use crate::time::Timestamp;

/// What the browser proves itself with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceKey {
    /// A P-256 key that the browser cannot export: RFC 7638 thumbprint and public JWK text.
    P256 {
        /// SHA-256 thumbprint, 32 bytes.
        thumbprint: [u8; 32],
        /// The public key as JWK JSON.
        public_jwk: String,
    },
    /// The cookie alone, in a sandbox whose browsers run no script. No production deployment makes or accepts one.
    #[cfg(feature = "sandbox")]
    SandboxCookie,
}

impl DeviceKey {
    /// Whether there is a key that must sign before a session of the device is used; a cookie alone has nothing to sign
    /// with.
    pub const fn signs(&self) -> bool {
        match self {
            Self::P256 { .. } => true,
            #[cfg(feature = "sandbox")]
            Self::SandboxCookie => false,
        }
    }
}

/// A device bound to a user, live until it is ended.
#[derive(Clone, Debug)]
pub struct Device {
    /// Our identifier; clients get a pairwise one.
    pub id: DeviceId,
    /// Whose it is.
    pub user_id: UserId,
    /// Which of the user's allowed devices this is, from 0.
    pub slot: i16,
    /// What it proves itself with.
    pub key: DeviceKey,
    /// Digest of the device cookie, which only identifies (security rule DB-1).
    pub cookie_digest: TokenDigest,
    /// What people call it, such as "Chrome on Windows".
    pub name: String,
    /// When it was bound.
    pub bound_at: Timestamp,
    /// The last sign-in from it.
    pub last_used_at: Timestamp,
    /// When the binding ended.
    pub ended_at: Option<Timestamp>,
}

/// What a browser showed of a user's binding, judged after both stages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindingView {
    /// The user has no device yet: this one will be bound (S12).
    First,
    /// This browser holds the cookie of the user's device and must now prove the key.
    ThisDevice,
    /// The user's device is another one (R1).
    OtherDevice,
}

impl BindingView {
    /// Compares the user's live devices with the device the browser's cookie named, if any.
    pub fn judge(live: &[Device], shown: Option<DeviceId>, allowed: usize) -> Self {
        if live.iter().any(|device| Some(device.id) == shown) {
            Self::ThisDevice
        } else if live.len() < allowed.max(1) {
            Self::First
        } else {
            Self::OtherDevice
        }
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    fn device(seed: u64) -> Device {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let at = Timestamp::from_unix_seconds(1_000);
        Device {
            id: DeviceId::mint(at, &mut rng),
            user_id: UserId::mint(at, &mut rng),
            slot: 0,
            key: DeviceKey::P256 {
                thumbprint: [0; 32],
                public_jwk: String::new(),
            },
            cookie_digest: TokenDigest::from_bytes([0; 32]),
            name: String::new(),
            bound_at: at,
            last_used_at: at,
            ended_at: None,
        }
    }

    #[test]
    fn another_browser_is_another_device() {
        let (mine, other) = (device(1), device(2));
        assert_eq!(BindingView::judge(&[], None, 1), BindingView::First);
        assert_eq!(
            BindingView::judge(std::slice::from_ref(&mine), Some(mine.id), 1),
            BindingView::ThisDevice
        );
        assert_eq!(
            BindingView::judge(std::slice::from_ref(&mine), None, 1),
            BindingView::OtherDevice
        );
        assert_eq!(
            BindingView::judge(std::slice::from_ref(&mine), Some(other.id), 1),
            BindingView::OtherDevice
        );
        assert_eq!(BindingView::judge(&[mine], None, 2), BindingView::First);
    }
}
