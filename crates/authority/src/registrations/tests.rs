use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use super::*;
use crate::authentication::{CodeDigits, EndReason, FirstFactor, FirstStage, SecondFactor, SecondStage};
use crate::certificates::KeyStorage;
use crate::identifiers::PhoneNumber;
use crate::ids::{CertificateId, InteractionId, PhoneId, SessionId};
use crate::policy::Effective;
use crate::secret::{Kek, Keyring};
use crate::time::{hours, minutes};
use crate::users::{LockReason, Subject, UserState};

/// Noon in Almaty: the window is open.
const NOON: Timestamp = Timestamp::from_unix_seconds(1_795_244_400);

struct World {
    rng: ChaCha20Rng,
    keyring: Keyring,
    policy: BindingPolicy,
    user: User,
}

fn world() -> World {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let keyring = Keyring::derive(&Kek::mint(&mut rng)).unwrap();
    let effective = Effective::resolve(chrono_tz::Tz::Asia__Almaty, &[], None).unwrap();
    let user = User {
        id: UserId::mint(NOON, &mut rng),
        subject: Subject::mint(&mut rng),
        state: UserState::Active,
        provisional: false,
        epoch: 0,
        exclusive: None,
        organisation: None,
        last_interactive_at: None,
        locale: None,
    };
    World {
        rng,
        keyring,
        policy: effective.policy().clone(),
        user,
    }
}

impl World {
    fn admit(
        &self,
        registered_at: &[Timestamp],
        phone: Option<&Phone>,
        now: Timestamp,
    ) -> Result<(), RegistrationRefusal> {
        let facts = RegistrationFacts {
            user: &self.user,
            phone,
            registered_at,
            policy: &self.policy,
        };
        facts.admit(now)
    }

    fn picture(&mut self, id: RegistrationId, now: Timestamp) -> Picture {
        Picture::mint(id, &self.keyring, &mut self.rng, now).unwrap()
    }

    fn attempt(&mut self, now: Timestamp) -> SignInAttempt {
        let rng = &mut self.rng;
        let (id, interaction) = (AttemptId::mint(now, rng), InteractionId::mint(now, rng));
        let first = FirstStage {
            user_id: self.user.id,
            factor: FirstFactor::Eds {
                certificate_id: CertificateId::mint(now, rng),
                key_storage: KeyStorage::File,
            },
            at: now,
        };
        let second = SecondStage {
            factor: SecondFactor::Sms {
                phone_id: PhoneId::mint(now, rng),
            },
            at: now,
        };
        let attempt = SignInAttempt::start(id, interaction, now);
        attempt.pass_first(first).unwrap().pass_second(second).unwrap()
    }

    fn registration(&mut self, attempt: &SignInAttempt, now: Timestamp) -> Registration {
        let id = RegistrationId::mint(now, &mut self.rng);
        let picture = self.picture(id, now);
        Registration::start(id, self.user.id, attempt.id, picture, now)
    }
}

fn just_before(at: Timestamp) -> Timestamp {
    Timestamp::from_micros(at.as_micros() - 1)
}

#[test]
fn an_ordinary_account_may_register_inside_the_window_only() {
    let world = world();
    assert_eq!(world.admit(&[], None, NOON), Ok(()));
    let six = NOON.plus(hours(6));
    assert_eq!(world.admit(&[], None, just_before(six)), Ok(()));
    let opens_at = NOON.plus(hours(21));
    assert_eq!(
        world.admit(&[], None, six),
        Err(RegistrationRefusal::WindowClosed { opens_at })
    );
}

#[test]
fn exclusivity_refuses_until_its_instant_exactly() {
    let mut world = world();
    let exclusive = Exclusivity {
        device_id: DeviceId::mint(NOON, &mut world.rng),
        until: NOON.plus(hours(48)),
    };
    world.user.exclusive = Some(exclusive);
    for now in [NOON, just_before(exclusive.until)] {
        assert_eq!(
            world.admit(&[], None, now),
            Err(RegistrationRefusal::Exclusive(exclusive))
        );
    }
    assert_eq!(world.admit(&[], None, exclusive.until), Ok(()));
}

#[test]
fn locked_and_provisional_accounts_register_nothing() {
    let mut world = world();
    world.user.provisional = true;
    assert_eq!(world.admit(&[], None, NOON), Err(RegistrationRefusal::Provisional));
    world.user.provisional = false;
    for reason in LockReason::ALL {
        world.user.state = UserState::Locked { reason, at: NOON };
        assert_eq!(
            world.admit(&[], None, NOON),
            Err(RegistrationRefusal::Barred(Barred::Locked { reason, at: NOON }))
        );
    }
}

#[test]
fn a_young_phone_can_be_refused() {
    let mut world = world();
    let phone = Phone {
        id: PhoneId::mint(NOON, &mut world.rng),
        user_id: world.user.id,
        number: PhoneNumber::parse("+77010000001").unwrap(),
        linked_at: NOON,
    };
    assert_eq!(world.admit(&[], Some(&phone), NOON), Ok(()));
    world.policy.phone_rest = hours(2);
    let from = NOON.plus(hours(2));
    assert_eq!(
        world.admit(&[], Some(&phone), just_before(from)),
        Err(RegistrationRefusal::PhoneTooNew { from })
    );
    assert_eq!(world.admit(&[], Some(&phone), from), Ok(()));
}

#[test]
fn registrations_are_counted_over_thirty_days() {
    let mut world = world();
    let earlier = [NOON.minus(days(20)), NOON.minus(days(1)), NOON.minus(days(30))];
    assert_eq!(world.admit(&earlier, None, NOON), Ok(()));
    world.policy.per_month = Some(3);
    assert_eq!(
        world.admit(&earlier, None, NOON),
        Ok(()),
        "the one of 30 days ago is over"
    );
    world.policy.per_month = Some(2);
    let from = NOON.minus(days(20)).plus(MONTH);
    assert_eq!(
        world.admit(&earlier, None, NOON),
        Err(RegistrationRefusal::TooMany { from })
    );
    world.policy.per_month = Some(1);
    let from = NOON.minus(days(1)).plus(MONTH);
    assert_eq!(
        world.admit(&earlier, None, NOON),
        Err(RegistrationRefusal::TooMany { from })
    );
}

#[test]
fn no_step_can_be_skipped_or_made_twice() {
    let mut world = world();
    let attempt = world.attempt(NOON);
    let asked = world.registration(&attempt, NOON);
    let device = DeviceId::mint(NOON, &mut world.rng);
    let out_of_order = Some(RegistrationError::OutOfOrder);
    assert_eq!(asked.check_commit(&attempt, NOON).err(), out_of_order);
    assert_eq!(asked.clone().commit(device, NOON).err(), out_of_order);
    let proven = asked.prove(PictureWay::Picture, NOON).unwrap();
    assert_eq!(proven.check_commit(&attempt, NOON), Ok(()));
    assert_eq!(proven.clone().prove(PictureWay::Eds, NOON).err(), out_of_order);
    let committed = proven.commit(device, NOON).unwrap();
    assert_eq!(committed.check_commit(&attempt, NOON).err(), out_of_order);
    assert_eq!(committed.clone().commit(device, NOON).err(), out_of_order);
    assert_eq!(committed.end(RegistrationEnd::Declined, NOON).err(), out_of_order);
}

#[test]
fn another_picture_asks_for_the_proof_again() {
    let mut world = world();
    let attempt = world.attempt(NOON);
    let proven = world
        .registration(&attempt, NOON)
        .prove(PictureWay::Picture, NOON)
        .unwrap();
    let picture = world.picture(proven.id, NOON);
    let asked = proven.ask_anew(picture).unwrap();
    assert!(asked.check_commit(&attempt, NOON).is_err());
    let picture = world.picture(asked.id, NOON);
    let ended = asked.end(RegistrationEnd::Superseded, NOON).unwrap();
    assert!(ended.ask_anew(picture).is_err());
}

#[test]
fn the_commit_needs_the_very_attempt_with_both_stages_and_young_proofs() {
    let mut world = world();
    let attempt = world.attempt(NOON);
    let proven = world
        .registration(&attempt, NOON)
        .prove(PictureWay::Picture, NOON)
        .unwrap();
    let over = Some(RegistrationError::AttemptOver);
    assert_eq!(
        proven.check_commit(&attempt, just_before(NOON.plus(minutes(5)))),
        Ok(())
    );
    assert_eq!(
        proven.check_commit(&attempt, NOON.plus(minutes(5))).err(),
        Some(RegistrationError::ProofTooOld)
    );
    assert_eq!(proven.check_commit(&attempt, NOON.plus(minutes(15))).err(), over);
    let other = world.attempt(NOON);
    assert_eq!(proven.check_commit(&other, NOON).err(), over);
    let session = SessionId::mint(NOON, &mut world.rng);
    assert_eq!(
        proven
            .check_commit(&attempt.clone().succeed(session, NOON).unwrap(), NOON)
            .err(),
        over
    );
    assert_eq!(
        proven
            .check_commit(&attempt.clone().end(EndReason::Cancelled, NOON).unwrap(), NOON)
            .err(),
        over
    );
    world.user.id = UserId::mint(NOON, &mut world.rng);
    let stranger = SignInAttempt {
        id: attempt.id,
        ..world.attempt(NOON)
    };
    assert_eq!(proven.check_commit(&stranger, NOON).err(), over);
}

#[test]
fn a_picture_is_read_for_five_minutes_and_for_its_registration_only() {
    let mut world = world();
    let id = RegistrationId::mint(NOON, &mut world.rng);
    let picture = world.picture(id, NOON);
    let digits = picture.open(id, &world.keyring).unwrap();
    let last = just_before(NOON.plus(PICTURE_TTL));
    assert_eq!(picture.check(id, &digits, &world.keyring, last), Ok(()));
    assert_eq!(
        picture.check(id, &digits, &world.keyring, NOON.plus(PICTURE_TTL)),
        Err(PictureRefusal::Expired)
    );
    let wrong = if digits.expose() == "000000" {
        "000001"
    } else {
        "000000"
    };
    let wrong = CodeDigits::parse(wrong).unwrap();
    assert_eq!(
        picture.check(id, &wrong, &world.keyring, NOON),
        Err(PictureRefusal::Wrong)
    );
    let other = RegistrationId::mint(NOON, &mut world.rng);
    assert_eq!(
        picture.check(other, &digits, &world.keyring, NOON),
        Err(PictureRefusal::Unreadable)
    );
}

#[test]
fn words_are_read_back() {
    for way in PictureWay::ALL {
        assert_eq!(PictureWay::from_word(way.as_str()), Some(way));
    }
    for end in RegistrationEnd::ALL {
        assert_eq!(RegistrationEnd::from_word(end.as_str()), Some(end));
    }
}
