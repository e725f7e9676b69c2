//! The request that a second administrator agrees to. It is bound to its exact content: one exclusivity of one person.

use std::time::Duration;

use crate::ids::{AdministratorId, ApprovalId, UserId};
use crate::time::{Timestamp, hours};
use crate::users::Exclusivity;

/// How long a request waits for the second administrator.
pub const APPROVAL_TTL: Duration = hours(24);

/// One administrator asks to end a running exclusivity early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalRequest {
    /// Our identifier; what both sign names it.
    pub id: ApprovalId,
    /// Whose exclusivity.
    pub user_id: UserId,
    /// Which exactly: after another registration the request asks for nothing any more.
    pub exclusivity: Exclusivity,
    /// Who asks.
    pub requested_by: AdministratorId,
    /// When.
    pub requested_at: Timestamp,
    /// Why, in words without personal data.
    pub reason: String,
}

/// What an administrator's word comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApprovalStep {
    /// Nobody asked for this yet: it becomes a request.
    Request,
    /// Another one asked: it is agreed.
    Agree(ApprovalId),
}

/// Why an administrator's word comes to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalRefusal {
    /// One administrator is not two.
    #[error("the same administrator asked for it; another one must agree")]
    SameAdministrator,
}

impl ApprovalRequest {
    /// When nobody can agree to it any more.
    pub fn expires_at(&self) -> Timestamp {
        self.requested_at.plus(APPROVAL_TTL)
    }

    /// Whether somebody could agree to it at `now`, while `running` runs.
    pub fn stands(&self, running: Exclusivity, now: Timestamp) -> bool {
        now < self.expires_at() && self.exclusivity == running
    }
}

impl ApprovalStep {
    /// What `by` brings about at `now` for the exclusivity that runs, when `open` is the latest request about the person.
    ///
    /// # Errors
    /// The request is the same administrator's own.
    pub fn decide(
        open: Option<&ApprovalRequest>,
        by: AdministratorId,
        running: Exclusivity,
        now: Timestamp,
    ) -> Result<Self, ApprovalRefusal> {
        match open {
            Some(request) if !request.stands(running, now) => Ok(Self::Request),
            Some(request) if request.requested_by == by => Err(ApprovalRefusal::SameAdministrator),
            Some(request) => Ok(Self::Agree(request.id)),
            None => Ok(Self::Request),
        }
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;
    use crate::ids::DeviceId;
    use crate::time::seconds;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_262_400);

    struct Case {
        request: ApprovalRequest,
        other: AdministratorId,
    }

    fn case() -> Case {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let request = ApprovalRequest {
            id: ApprovalId::mint(NOW, &mut rng),
            user_id: UserId::mint(NOW, &mut rng),
            exclusivity: Exclusivity {
                device_id: DeviceId::mint(NOW, &mut rng),
                until: NOW.plus(hours(48)),
            },
            requested_by: AdministratorId::mint(NOW, &mut rng),
            requested_at: NOW,
            reason: "the phone was stolen".to_owned(),
        };
        Case {
            request,
            other: AdministratorId::mint(NOW, &mut rng),
        }
    }

    #[test]
    fn it_takes_two_administrators() {
        let Case { request, other } = case();
        let running = request.exclusivity;
        let decide = |open, by| ApprovalStep::decide(open, by, running, NOW);
        assert_eq!(decide(None, other), Ok(ApprovalStep::Request));
        assert_eq!(decide(Some(&request), other), Ok(ApprovalStep::Agree(request.id)));
        assert_eq!(
            decide(Some(&request), request.requested_by),
            Err(ApprovalRefusal::SameAdministrator)
        );
    }

    #[test]
    fn a_request_waits_a_day_to_the_microsecond() {
        let Case { request, other } = case();
        let decide = |now| ApprovalStep::decide(Some(&request), other, request.exclusivity, now);
        let end = NOW.plus(hours(24));
        assert_eq!(
            decide(end.minus(Duration::from_micros(1))),
            Ok(ApprovalStep::Agree(request.id))
        );
        assert_eq!(decide(end), Ok(ApprovalStep::Request));
    }

    #[test]
    fn after_another_registration_the_request_asks_for_nothing() {
        let Case { request, other } = case();
        let later = Exclusivity {
            until: request.exclusivity.until.plus(seconds(1)),
            ..request.exclusivity
        };
        for by in [other, request.requested_by] {
            assert_eq!(
                ApprovalStep::decide(Some(&request), by, later, NOW),
                Ok(ApprovalStep::Request)
            );
        }
    }
}
