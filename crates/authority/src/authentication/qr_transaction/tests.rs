use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use super::*;
use crate::ids::CertificateId;
use crate::time::seconds;

const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_262_400);
const END: Timestamp = Timestamp::from_unix_seconds(1_795_262_700);

fn pending() -> QrTransaction {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    QrTransaction {
        id: QrTransactionId::mint(NOW, &mut rng),
        interaction_id: InteractionId::mint(NOW, &mut rng),
        attempt_id: AttemptId::mint(NOW, &mut rng),
        challenge_id: ChallengeId::mint(NOW, &mut rng),
        purpose: QrPurpose::FirstStage,
        number: ShortNumber::mint(&mut rng),
        state: QrState::Pending,
        version: 0,
        issued_at: NOW,
        expires_at: END,
    }
}

/// A transaction in each state.
fn each() -> [QrTransaction; 8] {
    let refusal = QrRefusal::NotVerified;
    let answered = || pending().answer(NOW).unwrap();
    [
        pending(),
        pending().scan(NOW).unwrap(),
        answered(),
        answered().complete(NOW).unwrap(),
        answered().refuse(refusal, NOW).unwrap(),
        pending().decline(NOW).unwrap(),
        QrTransaction {
            state: QrState::Replaced { at: NOW },
            ..pending()
        },
        answered().complete(NOW).unwrap().collect(NOW).unwrap(),
    ]
}

/// In which states a step is possible.
fn possible(step: impl Fn(QrTransaction) -> Result<QrTransaction, QrError>) -> Vec<usize> {
    let tried = each().into_iter().map(step).enumerate();
    tried.filter_map(|(n, done)| done.is_ok().then_some(n)).collect()
}

#[test]
fn each_step_is_possible_only_after_the_one_before() {
    assert_eq!(possible(|one| one.scan(NOW)), [0, 1]);
    assert_eq!(possible(|one| one.answer(NOW)), [0, 1]);
    assert_eq!(possible(|one| one.decline(NOW)), [0, 1]);
    assert_eq!(possible(|one| one.complete(NOW)), [2]);
    assert_eq!(possible(|one| one.refuse(QrRefusal::SameKey, NOW)), [2, 3]);
    assert_eq!(possible(|one| one.collect(NOW)), [3]);
}

#[test]
fn five_minutes_end_exactly() {
    let last = Timestamp::from_micros(END.as_micros() - 1);
    for step in [QrTransaction::scan, QrTransaction::answer, QrTransaction::decline] {
        assert!(step(pending(), last).is_ok());
        assert_eq!(step(pending(), END).err(), Some(QrError::Expired));
    }
    assert_eq!(pending().view(last), QrView::Waiting);
    assert_eq!(pending().view(END), QrView::Expired);
    // A signature that came in time and whose check never ended.
    assert_eq!(pending().answer(last).unwrap().view(END), QrView::Expired);
}

#[test]
fn a_signature_waits_for_its_browser_until_the_code_ends() {
    let signed = || pending().answer(NOW).unwrap().complete(NOW).unwrap();
    let last = Timestamp::from_micros(END.as_micros() - 1);
    assert!(signed().collect(last).is_ok());
    assert_eq!(signed().collect(END).err(), Some(QrError::Expired));
    assert_eq!(signed().view(last), QrView::Signed);
    assert_eq!(signed().view(END), QrView::Expired);
}

#[test]
fn every_state_has_something_to_show() {
    let shown: Vec<&str> = each().iter().map(|one| one.view(NOW).as_str()).collect();
    let words = [
        "waiting", "scanned", "scanned", "signed", "refused", "declined", "over", "over",
    ];
    assert_eq!(shown, words);
    let live: Vec<bool> = each().iter().map(|one| one.view(NOW).is_live()).collect();
    assert_eq!(live, [true, true, true, false, false, false, false, false]);
}

#[test]
fn words_and_instants_are_read_back() {
    for purpose in [QrPurpose::FirstStage, QrPurpose::SecondStage] {
        assert_eq!(QrPurpose::from_word(purpose.as_str()), Some(purpose));
    }
    for refusal in [
        QrRefusal::NotVerified,
        QrRefusal::Expired(NOW),
        QrRefusal::NotYetValid(NOW),
        QrRefusal::Revoked(NOW),
        QrRefusal::WrongKind,
        QrRefusal::UnknownCentre,
        QrRefusal::TryLater(NOW),
        QrRefusal::OtherPerson,
        QrRefusal::SameKey,
        QrRefusal::Stopped(NOW),
        QrRefusal::Shared(NOW),
        QrRefusal::Withdrawn,
    ] {
        assert_eq!(
            QrRefusal::from_stored(refusal.as_str(), refusal.instant()),
            Some(refusal)
        );
        let wrong = refusal.instant().map_or(Some(NOW), |_| None);
        assert_eq!(QrRefusal::from_stored(refusal.as_str(), wrong), None);
    }
}

#[test]
fn numbers_have_two_digits() {
    let mut rng = ChaCha20Rng::seed_from_u64(2);
    for _ in 0..1000 {
        let number = ShortNumber::mint(&mut rng);
        assert_eq!(number.to_string().len(), 2);
        assert_eq!(ShortNumber::from_stored(i64::from(number.as_number())), Some(number));
    }
    for number in [-1, 0, 9, 100, 256 + 42] {
        assert_eq!(ShortNumber::from_stored(number), None);
    }
}

#[test]
fn a_phone_confirms_a_file_and_nothing_else() {
    let certificate_id = CertificateId::mint(NOW.plus(seconds(1)), &mut ChaCha20Rng::seed_from_u64(3));
    let by = |key_storage| FirstFactor::Eds {
        certificate_id,
        key_storage,
    };
    assert!(may_confirm(by(KeyStorage::File), false));
    assert!(
        !may_confirm(by(KeyStorage::File), true),
        "phone and phone are one thing"
    );
    assert!(!may_confirm(by(KeyStorage::Unstated), false));
}
