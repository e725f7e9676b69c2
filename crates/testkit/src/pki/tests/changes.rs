//! Lists of changes (delta CRLs, RFC 5280 §5.2.4): with which complete list, until when, and what they lift (CE-8).

use authority::time::{days, hours, seconds};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use federation::eds::{CrlFault, StatusFault};

use super::*;

const TEXT: &[u8] = b"text";

struct Centre {
    authorities: TestCentre,
    person: SigningKey,
    certificate: Vec<u8>,
}

impl Centre {
    fn new() -> Self {
        let centre = TestCentre::of(Suite::Gost512, NOW).unwrap();
        let person = SigningKey::of(Suite::Gost512).unwrap();
        let subject = vec![
            Attribute::CommonName("СЕРІКОВ АРМАН".into()),
            Attribute::SerialNumber("IIN900315300123".into()),
        ];
        let profile = CertificateProfile::individual(subject, NOW.minus(days(1)), NOW.plus(days(364)));
        let certificate = centre.nca().issue(&profile.for_suite(Suite::Gost512), &person).unwrap();
        Self {
            authorities: centre,
            person,
            certificate,
        }
    }

    fn list(&self, reason: Option<u8>, change: impl FnOnce(&mut CrlProfile)) -> Vec<u8> {
        let entry = |reason| Revocation {
            serial: self.person.serial(),
            at: NOW.minus(hours(1)),
            reason,
        };
        let revocations = reason.map(entry).into_iter().collect();
        let mut profile = CrlProfile::new(NOW.minus(days(1)), NOW.plus(days(6)), revocations);
        profile.number = Some(40);
        change(&mut profile);
        self.authorities.nca().crl(&profile).unwrap()
    }

    /// A list of changes an hour old, with a number of its own.
    fn changes(&self, reason: Option<u8>, since: u64) -> Vec<u8> {
        self.list(reason, |profile| {
            profile.this_update = NOW.minus(hours(1));
            profile.next_update = NOW.plus(hours(1));
            profile.number = Some(10);
            profile.changes_since = Some(since);
        })
    }

    fn judged(&self, crls: Vec<Vec<u8>>, now: Timestamp) -> Option<EdsRefusal> {
        let verifier = self.verifier(crls);
        let cms = CmsRecipe::honest(&self.person, &self.certificate, TEXT, NOW)
            .sign()
            .unwrap();
        verifier.verify(&STANDARD.encode(cms), TEXT, now).err()
    }

    fn verifier(&self, crls: Vec<Vec<u8>>) -> EdsVerifier {
        let mut settings = self.authorities.eds_settings(Vec::new());
        let file = |bytes| TrustFile {
            name: "list".into(),
            bytes,
        };
        settings.crls = crls.into_iter().map(file).collect();
        EdsVerifier::new(&settings).unwrap()
    }
}

#[test]
fn changes_count_with_the_complete_list_they_start_from_or_a_later_one() {
    let centre = Centre::new();
    let complete = || centre.list(None, |_| {});
    let revoked = Some(EdsRefusal::Revoked {
        at: NOW.minus(hours(1)),
    });
    for (since, expected) in [(39, revoked.clone()), (40, revoked.clone()), (41, None)] {
        let judged = centre.judged(vec![complete(), centre.changes(Some(1), since)], NOW);
        assert_eq!(judged, expected, "since {since}");
    }
    // Alone they say nothing.
    let alone = centre.judged(vec![centre.changes(None, 40)], NOW);
    assert_eq!(alone, Some(EdsRefusal::StatusUnknown(StatusFault::NoList)));
    // A complete list that is newer has everything in it.
    let newer = centre.list(None, |profile| {
        profile.this_update = NOW;
        profile.number = Some(41);
    });
    assert_eq!(centre.judged(vec![newer, centre.changes(Some(1), 40)], NOW), None);
}

#[test]
fn changes_lift_a_hold_while_they_are_fresh_and_withdraw_for_good() {
    let centre = Centre::new();
    let at = NOW.minus(hours(1));
    let held = || centre.list(Some(6), |_| {});
    assert_eq!(centre.judged(vec![held()], NOW), Some(EdsRefusal::Revoked { at }));
    let lifted = || vec![held(), centre.changes(Some(8), 40)];
    assert_eq!(centre.judged(lifted(), NOW), None);
    let last = NOW.plus(hours(1)).minus(seconds(1));
    assert_eq!(centre.judged(lifted(), last), None);
    let stale = NOW.plus(hours(1));
    assert_eq!(
        centre.judged(lifted(), stale),
        Some(EdsRefusal::Revoked { at }),
        "not believed any more"
    );
    let withdrawn = vec![centre.list(None, |_| {}), centre.changes(Some(1), 40)];
    assert_eq!(centre.judged(withdrawn, stale), Some(EdsRefusal::Revoked { at }));
    // In a complete list there is nothing to lift.
    let odd = vec![centre.list(Some(8), |_| {})];
    assert_eq!(centre.judged(odd, NOW), Some(EdsRefusal::Revoked { at }));
}

#[test]
fn nobody_goes_back_to_an_older_list_or_a_lower_number() {
    let centre = Centre::new();
    let file = |bytes: Vec<u8>| {
        vec![TrustFile {
            name: "list".into(),
            bytes,
        }]
    };
    let verifier = centre.verifier(vec![centre.list(None, |_| {})]);
    for older in [
        centre.list(None, |profile| profile.number = Some(39)),
        centre.list(None, |profile| profile.this_update = NOW.minus(days(2))),
    ] {
        let problems = verifier.reload_crls(&file(older)).unwrap_err();
        assert_eq!(problems[0].fault, CrlFault::Older);
    }
    let newer = centre.list(None, |profile| profile.number = Some(41));
    verifier.reload_crls(&file(newer)).unwrap();
}

#[test]
fn changes_to_a_list_that_is_not_here_take_no_others_place() {
    let centre = Centre::new();
    let verifier = centre.verifier(vec![centre.list(None, |_| {})]);
    let check = |der: Vec<u8>| verifier.check_list("changes", &der).unwrap();
    let early = check(centre.changes(None, 41));
    assert!(
        !verifier.is_early(&early),
        "there are no others that would be forgotten"
    );
    verifier.use_lists(vec![check(centre.changes(Some(1), 40))]);
    assert!(verifier.is_early(&early));
    assert!(!verifier.is_early(&check(centre.changes(None, 40))));
    let next = check(centre.list(Some(1), |profile| {
        profile.this_update = NOW.minus(hours(1));
        profile.number = Some(41);
    }));
    assert!(!verifier.is_early(&next), "a complete list is never early");
    verifier.use_lists(vec![next, check(centre.changes(Some(1), 40))]);
    assert!(!verifier.is_early(&early), "its complete list is here");
}
