//! Whether something that was issued still counts. Storage says the same in one join, since whoever presents a token is
//! judged by the database; a test compares both for every combination.

use crate::devices::Device;
use crate::grants::Grant;
use crate::sessions::BrowserSession;
use crate::time::Timestamp;
use crate::users::User;

/// What a session, and everything issued in it, rests on.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "facts of different rows, true or false independently"
)]
pub struct Footing<'a> {
    /// The person.
    pub user: &'a User,
    /// The device of the session, where it has one.
    pub device: Option<&'a Device>,
    /// The session.
    pub session: &'a BrowserSession,
    /// Whether it ended because a newer sign-in of the same person in the same browser took its place.
    pub replaced: bool,
    /// Whether the client is gone.
    pub client_ended: bool,
    /// Whether a certificate of the session, of its first stage or of its second, is not accepted any more.
    pub certificate_stopped: bool,
    /// Whether the name still holds that the grant was given in: the power of attorney runs and its giver's account
    /// stands, the certificate of the organisation has not expired (security rule DG-5).
    pub name_stands: bool,
}

impl Footing<'_> {
    /// Whether the session counts at `now`, by the ends that it was given.
    pub fn session_stands(&self, now: Timestamp) -> bool {
        self.session.is_live(self.user.epoch, now) && self.person_and_device_may_act(now)
    }

    /// Whether a grant of the session counts at `now`. An offline one outlives the session's idle and absolute ends, and
    /// a newer sign-in in its place; nothing outlives a sign-out, a raised epoch, a lock or the device.
    pub fn grant_stands(&self, grant: &Grant, now: Timestamp) -> bool {
        let session = self.session;
        let not_ended = session.ended_at.is_none() && session.epoch == self.user.epoch;
        let replaced = session.ended_at.is_some() && self.replaced && session.epoch == self.user.epoch;
        let carried = if grant.offline {
            not_ended || replaced
        } else {
            session.is_live(self.user.epoch, now)
        };
        carried
            && grant.revoked_at.is_none()
            && grant.epoch == self.user.epoch
            && !self.client_ended
            && self.name_stands
            && self.person_and_device_may_act(now)
    }

    /// The person is neither locked nor gone, certificate and device were not ended, and no other device alone may act.
    fn person_and_device_may_act(&self, now: Timestamp) -> bool {
        let device = self.device.map(|device| device.id);
        let alone = self.user.exclusivity_at(now).map(|exclusive| exclusive.device_id);
        self.user.state.admit().is_ok()
            && !self.certificate_stopped
            && self.device.is_none_or(|device| device.ended_at.is_none())
            && alone.is_none_or(|alone| device == Some(alone))
    }
}
