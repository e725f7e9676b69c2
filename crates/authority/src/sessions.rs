//! Browser sessions: a signed-in browser and us. The text of the id is the `sid` told to clients.

mod footing;

use std::time::Duration;

use crate::assurance::{Assurance, AuthenticationMethod};
use crate::ids::{CertificateId, DeviceId, SessionId, UserId};
use crate::policy::Policy;
use crate::secret::TokenDigest;
use crate::time::{Timestamp, minutes, seconds};

pub use footing::Footing;

/// How long the cookie of a session with a bound key opens it: the browser proves the key to get the next one, and a copied
/// cookie is worth nothing afterwards (Device Bound Session Credentials).
pub const BOUND_COOKIE_LIFE: Duration = minutes(5);
/// How long browsers are told to keep it: less, so that a request on its way does not come too late.
pub const BOUND_COOKIE_AGE: Duration = seconds(270);

/// A session on a shared computer, where nothing is bound, ends then in any case.
pub const SHARED_ABSOLUTE: Duration = minutes(30);
/// A session on a shared computer ends when nothing was done for so long.
pub const SHARED_IDLE: Duration = minutes(10);

/// A session.
#[derive(Clone, Debug)]
pub struct BrowserSession {
    /// Our identifier.
    pub id: SessionId,
    /// Who is signed in.
    pub user_id: UserId,
    /// Digest of the session cookie.
    pub cookie_digest: TokenDigest,
    /// The bound device it was made from.
    pub device_id: Option<DeviceId>,
    /// The certificate that proved the first stage.
    pub certificate_id: Option<CertificateId>,
    /// The certificate that proved the second stage, where a signature did.
    pub second_certificate_id: Option<CertificateId>,
    /// The level reached.
    pub assurance: Assurance,
    /// The ways used.
    pub methods: Vec<AuthenticationMethod>,
    /// The user's epoch when it was made; it ends when that is raised.
    pub epoch: i64,
    /// When the person authenticated (`auth_time`).
    pub authenticated_at: Timestamp,
    /// The last time something was done.
    pub touched_at: Timestamp,
    /// It ends then unless something is done.
    pub idle_until: Timestamp,
    /// It ends then in any case.
    pub absolute_until: Timestamp,
    /// When it was ended.
    pub ended_at: Option<Timestamp>,
}

impl BrowserSession {
    /// Whether it is alive at `now` for a user with that epoch.
    pub fn is_live(&self, user_epoch: i64, now: Timestamp) -> bool {
        self.ended_at.is_none() && self.epoch == user_epoch && now < self.idle_until && now < self.absolute_until
    }

    /// Whether it rests on this certificate: by its first stage or by its second (security rule CE-12).
    pub fn rests_on(&self, certificate: CertificateId) -> bool {
        self.certificates().any(|own| own == certificate)
    }

    /// The certificates it rests on.
    pub fn certificates(&self) -> impl Iterator<Item = CertificateId> {
        self.certificate_id.into_iter().chain(self.second_certificate_id)
    }

    /// Whether it rests on nothing that stays: it serves the sign-in that made it, and opens no other service.
    pub const fn is_shared(&self) -> bool {
        self.device_id.is_none()
    }

    /// The new idle end when activity at `now` is worth a write: at most one a minute.
    pub fn touch(&self, policy: &Policy, now: Timestamp) -> Option<Timestamp> {
        let idle = if self.is_shared() {
            policy.session_idle.min(SHARED_IDLE)
        } else {
            policy.session_idle
        };
        (now.since(self.touched_at) >= minutes(1)).then(|| now.plus(idle).min(self.absolute_until))
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;
    use crate::time::{hours, seconds};

    fn session(at: Timestamp) -> BrowserSession {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        BrowserSession {
            id: SessionId::mint(at, &mut rng),
            user_id: UserId::mint(at, &mut rng),
            cookie_digest: TokenDigest::from_bytes([0; 32]),
            device_id: Some(DeviceId::mint(at, &mut rng)),
            certificate_id: None,
            second_certificate_id: None,
            assurance: Assurance::Full,
            methods: Vec::new(),
            epoch: 3,
            authenticated_at: at,
            touched_at: at,
            idle_until: at.plus(hours(1)),
            absolute_until: at.plus(hours(8)),
            ended_at: None,
        }
    }

    #[test]
    fn a_session_ends_at_its_limits_exactly() {
        let start = Timestamp::from_unix_seconds(1_000);
        let session = session(start);
        assert!(session.is_live(3, Timestamp::from_micros(start.plus(hours(1)).as_micros() - 1)));
        assert!(!session.is_live(3, start.plus(hours(1))));
        let busy = BrowserSession {
            idle_until: start.plus(hours(9)),
            ..session.clone()
        };
        assert!(!busy.is_live(3, start.plus(hours(8))));
        assert!(!session.is_live(4, start));
        assert!(
            !BrowserSession {
                ended_at: Some(start),
                ..session
            }
            .is_live(3, start)
        );
    }

    #[test]
    fn a_session_of_a_shared_computer_idles_for_ten_minutes_at_most() {
        let start = Timestamp::from_unix_seconds(1_000);
        let shared = BrowserSession {
            device_id: None,
            ..session(start)
        };
        let later = start.plus(minutes(5));
        assert_eq!(shared.touch(&Policy::default(), later), Some(later.plus(SHARED_IDLE)));
    }

    #[test]
    fn touching_writes_at_most_once_a_minute_and_never_past_the_end() {
        let start = Timestamp::from_unix_seconds(1_000);
        let (session, policy) = (session(start), Policy::default());
        assert_eq!(session.touch(&policy, start.plus(seconds(59))), None);
        assert_eq!(
            session.touch(&policy, start.plus(seconds(60))),
            Some(start.plus(seconds(3_660)))
        );
        assert_eq!(
            session.touch(&policy, start.plus(hours(7).saturating_add(seconds(1_800)))),
            Some(start.plus(hours(8)))
        );
    }
}
