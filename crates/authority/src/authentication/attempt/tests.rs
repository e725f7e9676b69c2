use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use super::*;
use crate::time::seconds;

fn start() -> (SignInAttempt, FirstStage, SecondStage, SessionId) {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let now = Timestamp::from_unix_seconds(1_000);
    let factor = FirstFactor::Eds {
        certificate_id: CertificateId::mint(now, &mut rng),
        key_storage: KeyStorage::File,
    };
    (
        SignInAttempt::start(AttemptId::mint(now, &mut rng), InteractionId::mint(now, &mut rng), now),
        FirstStage {
            user_id: UserId::mint(now, &mut rng),
            factor,
            at: now,
        },
        SecondStage {
            factor: SecondFactor::Sms {
                phone_id: PhoneId::mint(now, &mut rng),
            },
            at: now,
        },
        SessionId::mint(now, &mut rng),
    )
}

#[test]
fn the_stages_follow_one_another() {
    let (attempt, first, second, session) = start();
    let now = first.at;
    let done = attempt
        .pass_first(first)
        .and_then(|a| a.pass_second(second))
        .and_then(|a| a.succeed(session, now));
    assert_eq!(
        done.unwrap().state,
        AttemptState::Succeeded {
            session_id: session,
            at: now
        }
    );
}

#[test]
fn no_stage_can_be_skipped_or_repeated() {
    let (attempt, first, second, session) = start();
    let now = first.at;
    let out = AttemptError::OutOfOrder;
    assert_eq!(attempt.clone().pass_second(second.clone()).unwrap_err(), out);
    assert_eq!(attempt.clone().succeed(session, now).unwrap_err(), out);
    let passed = attempt.pass_first(first.clone()).unwrap();
    assert_eq!(passed.clone().pass_first(first.clone()).unwrap_err(), out);
    assert_eq!(passed.clone().succeed(session, now).unwrap_err(), out);
    let both = passed.pass_second(second.clone()).unwrap();
    assert_eq!(both.clone().pass_first(first).unwrap_err(), out);
    assert_eq!(both.clone().pass_second(second).unwrap_err(), out);
    let done = both.succeed(session, now).unwrap();
    assert_eq!(done.clone().succeed(session, now).unwrap_err(), out);
    assert_eq!(done.end(EndReason::Cancelled, now).unwrap_err(), out);
}

#[test]
fn an_ended_attempt_goes_nowhere() {
    let (attempt, first, ..) = start();
    let ended = attempt.end(EndReason::Cancelled, first.at).unwrap();
    assert_eq!(
        ended.clone().pass_first(first.clone()).unwrap_err(),
        AttemptError::OutOfOrder
    );
    assert_eq!(
        ended.end(EndReason::Barred, first.at).unwrap_err(),
        AttemptError::OutOfOrder
    );
}

#[test]
fn an_attempt_expires_at_its_end_exactly() {
    let (attempt, first, ..) = start();
    let end = attempt.expires_at;
    assert!(
        attempt
            .clone()
            .pass_first(FirstStage {
                at: end.minus(seconds(1)),
                ..first.clone()
            })
            .is_ok()
    );
    assert_eq!(
        attempt.pass_first(FirstStage { at: end, ..first }).unwrap_err(),
        AttemptError::Expired
    );
}

#[test]
fn the_level_tells_what_was_proven() {
    let (_, first, second, _) = start();
    let (level, methods) = achieved(&first, &second, false, true);
    assert_eq!(level, Assurance::FullBound);
    let words: Vec<_> = methods.iter().map(|method| method.as_str()).collect();
    assert_eq!(words, ["swk", "sms", "pop", "mfa"]);
    assert_eq!(achieved(&first, &second, false, false).0, Assurance::Full);
    assert_eq!(achieved(&first, &second, true, true).0, Assurance::Provisional);
}
