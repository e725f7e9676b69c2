//! Where a sign-in stands: which page of the flow a person belongs on. Back buttons, second clicks and second tabs end
//! up there instead of on an error.

use authority::authentication::{AttemptState, EndReason, SignInAttempt};
use authority::time::Timestamp;

/// A page of the flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Nothing is proven: choose how to sign in.
    SignIn,
    /// The first stage is proven: confirm.
    Confirm,
    /// Both stages are proven: the device.
    Device,
    /// A new device is being registered.
    Registration,
    /// In whose name.
    Name,
    /// Everything is proven: what the authorization request needs next decides.
    Onwards,
}

impl Place {
    /// Where the latest attempt of an interaction leads.
    pub(crate) fn of(attempt: Option<&SignInAttempt>, now: Timestamp) -> Self {
        let Some(attempt) = attempt else { return Self::SignIn };
        let young = attempt.check_age(now).is_ok();
        match &attempt.state {
            // A person who is gone is shown what a person without a phone is shown (security rules AC-1, AC-9).
            AttemptState::FirstStagePassed(_)
            | AttemptState::Ended {
                reason: EndReason::Barred,
                ..
            } if young => Self::Confirm,
            AttemptState::SecondStagePassed(..) if young => Self::Device,
            AttemptState::Succeeded { .. } => Self::Onwards,
            AttemptState::Started
            | AttemptState::FirstStagePassed(_)
            | AttemptState::SecondStagePassed(..)
            | AttemptState::Ended { .. } => Self::SignIn,
        }
    }

    /// The last segment of its path.
    pub(crate) const fn segment(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::Confirm => "confirm",
            Self::Device => "device",
            Self::Registration => "registration",
            Self::Name => "name",
            Self::Onwards => "consent",
        }
    }
}

#[cfg(test)]
mod tests {
    use authority::authentication::{FirstFactor, FirstStage, SecondFactor, SecondStage};
    use authority::certificates::KeyStorage;
    use authority::ids::{AttemptId, CertificateId, InteractionId, PhoneId, SessionId, UserId};
    use authority::time::minutes;

    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_262_400);

    fn started() -> SignInAttempt {
        let id = uuid_text();
        SignInAttempt::start(
            id.parse::<AttemptId>().unwrap(),
            id.parse::<InteractionId>().unwrap(),
            NOW,
        )
    }

    fn uuid_text() -> String {
        "0193aaaaaaaa7bbb8cccddddeeeeffff".to_owned()
    }

    fn first() -> FirstStage {
        FirstStage {
            user_id: uuid_text().parse::<UserId>().unwrap(),
            factor: FirstFactor::Eds {
                certificate_id: uuid_text().parse::<CertificateId>().unwrap(),
                key_storage: KeyStorage::File,
            },
            at: NOW,
        }
    }

    #[test]
    fn each_proven_stage_leads_one_page_further() {
        let second = SecondStage {
            factor: SecondFactor::Sms {
                phone_id: uuid_text().parse::<PhoneId>().unwrap(),
            },
            at: NOW,
        };
        let one = started().pass_first(first()).unwrap();
        let two = one.clone().pass_second(second).unwrap();
        let done = two
            .clone()
            .succeed(uuid_text().parse::<SessionId>().unwrap(), NOW)
            .unwrap();
        let ended = two.clone().end(EndReason::Cancelled, NOW).unwrap();
        assert_eq!(Place::of(None, NOW), Place::SignIn);
        assert_eq!(Place::of(Some(&started()), NOW), Place::SignIn);
        assert_eq!(Place::of(Some(&one), NOW), Place::Confirm);
        assert_eq!(Place::of(Some(&two), NOW), Place::Device);
        assert_eq!(Place::of(Some(&done), NOW), Place::Onwards);
        assert_eq!(Place::of(Some(&ended), NOW), Place::SignIn);
    }

    #[test]
    fn an_old_attempt_leads_back_to_the_beginning() {
        let one = started().pass_first(first()).unwrap();
        assert_eq!(Place::of(Some(&one), NOW.plus(minutes(15))), Place::SignIn);
    }
}
