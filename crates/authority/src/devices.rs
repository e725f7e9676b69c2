//! Bound devices: the one browser key an account may be used with (product A1–A8).

use crate::ids::{DeviceId, UserId};
use crate::secret::TokenDigest;
use crate::time::Timestamp;
use crate::users::Exclusivity;

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
    /// What the person calls it; at first what `agent` says.
    pub name: String,
    /// Browser and system, such as "Chrome, Windows", as the browser said when it was bound.
    pub agent: String,
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
    /// Another device was registered and alone may act for a while (R3).
    Exclusive(Exclusivity),
}

impl BindingView {
    /// Compares the user's live devices with the device the browser's cookie named, if any. Only the very first device
    /// is bound by signing in; a further one is registered, also where several are allowed.
    pub fn judge(live: &[Device], shown: Option<DeviceId>, exclusive: Option<Exclusivity>) -> Self {
        let shown = shown.filter(|shown| live.iter().any(|device| device.id == *shown));
        match (shown, exclusive) {
            (Some(shown), Some(exclusive)) if exclusive.device_id != shown => Self::Exclusive(exclusive),
            (Some(_), _) => Self::ThisDevice,
            (None, Some(exclusive)) => Self::Exclusive(exclusive),
            (None, None) if live.is_empty() => Self::First,
            (None, None) => Self::OtherDevice,
        }
    }
}

/// The live devices whose place a newly registered one takes, so that no more than `allowed` are live with it: those
/// used longest ago.
pub fn replaced_by_new(live: &[Device], allowed: usize) -> Vec<&Device> {
    let excess = (live.len() + 1).saturating_sub(allowed.max(1));
    let mut oldest: Vec<&Device> = live.iter().collect();
    oldest.sort_by_key(|device| (device.last_used_at, device.id));
    oldest.truncate(excess);
    oldest
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
            agent: String::new(),
            bound_at: at,
            last_used_at: at,
            ended_at: None,
        }
    }

    #[test]
    fn another_browser_is_another_device() {
        let (mine, other) = (device(1), device(2));
        let judge = |live: &[Device], shown: Option<&Device>| BindingView::judge(live, shown.map(|d| d.id), None);
        assert_eq!(judge(&[], None), BindingView::First);
        assert_eq!(judge(&[], Some(&mine)), BindingView::First);
        let live = std::slice::from_ref(&mine);
        assert_eq!(judge(live, Some(&mine)), BindingView::ThisDevice);
        assert_eq!(judge(live, None), BindingView::OtherDevice);
        assert_eq!(judge(live, Some(&other)), BindingView::OtherDevice);
    }

    #[test]
    fn while_exclusivity_runs_every_device_but_one_is_refused() {
        let (newest, other) = (device(1), device(2));
        let exclusive = Exclusivity {
            device_id: newest.id,
            until: Timestamp::from_unix_seconds(2_000),
        };
        let live = [newest.clone(), other.clone()];
        let judge = |live: &[Device], shown: Option<DeviceId>| BindingView::judge(live, shown, Some(exclusive));
        assert_eq!(judge(&live, Some(newest.id)), BindingView::ThisDevice);
        assert_eq!(judge(&live, Some(other.id)), BindingView::Exclusive(exclusive));
        assert_eq!(judge(&live, None), BindingView::Exclusive(exclusive));
        // Nor may anybody bind a first one while the only device that may act is gone.
        assert_eq!(judge(&[], None), BindingView::Exclusive(exclusive));
    }

    #[test]
    fn a_new_device_takes_the_place_of_those_used_longest_ago() {
        let used = |seed, second| Device {
            last_used_at: Timestamp::from_unix_seconds(second),
            ..device(seed)
        };
        let live = [used(1, 300), used(2, 100), used(3, 200)];
        let replaced = |allowed| {
            let replaced = replaced_by_new(&live, allowed);
            replaced
                .iter()
                .map(|device| device.last_used_at.as_unix_seconds())
                .collect::<Vec<_>>()
        };
        assert_eq!(replaced(1), [100, 200, 300]);
        assert_eq!(replaced(0), [100, 200, 300]);
        assert_eq!(replaced(3), [100]);
        assert!(replaced(4).is_empty());
        assert!(replaced_by_new(&[], 1).is_empty());
    }
}
