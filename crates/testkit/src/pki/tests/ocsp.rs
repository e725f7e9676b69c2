//! Every rule about an answer has an answer that breaks it (CE-8; RFC 6960 §3.2, §4.2.2.2), with RSA and with GOST keys.

use std::sync::LazyLock;

use authority::time::{days, minutes, seconds};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use federation::eds::{
    CertificateStatus, EdsVerifier, Examined, OcspFault, OcspNonce, OcspPolicy, OcspQuestion, StatusEvidence,
    StatusFault, StatusSource,
};

use super::*;

const TEXT: &[u8] = b"text";
const POLICY: OcspPolicy = OcspPolicy {
    max_age: minutes(5),
    accept_without_nonce: false,
};

struct World {
    centre: TestCentre,
    person: SigningKey,
    certificate: Vec<u8>,
    responder: SigningKey,
}

impl World {
    fn of(suite: Suite) -> Self {
        let centre = TestCentre::of(suite, NOW).unwrap();
        let person = SigningKey::of(suite).unwrap();
        let subject = vec![
            Attribute::CommonName("СЕРІКОВ АРМАН".into()),
            Attribute::Surname("СЕРІКОВ".into()),
            Attribute::SerialNumber("IIN900315300123".into()),
            Attribute::Country,
        ];
        let profile = CertificateProfile::individual(subject, NOW.minus(days(1)), NOW.plus(days(364)));
        Self {
            certificate: centre.nca().issue(&profile.for_suite(suite), &person).unwrap(),
            responder: SigningKey::of(suite).unwrap(),
            centre,
            person,
        }
    }

    /// A verifier without any list.
    fn verifier(&self, crls: Vec<Vec<u8>>) -> EdsVerifier {
        let mut settings = self.centre.eds_settings(Vec::new());
        settings.crls = crls
            .into_iter()
            .map(|bytes| TrustFile {
                name: "list".into(),
                bytes,
            })
            .collect();
        EdsVerifier::new(&settings).unwrap()
    }

    fn examined(&self, verifier: &EdsVerifier) -> Examined {
        let cms = CmsRecipe::honest(&self.person, &self.certificate, TEXT, NOW)
            .sign()
            .unwrap();
        verifier.examine(&STANDARD.encode(cms), TEXT, NOW).unwrap()
    }

    fn responder(&self, change: impl FnOnce(&mut CertificateProfile)) -> Vec<u8> {
        let mut profile = CertificateProfile::responder(NOW.minus(days(1)), NOW.plus(days(1)));
        change(&mut profile);
        self.centre.nca().issue(&profile, &self.responder).unwrap()
    }

    /// What becomes of an honest answer with one change, signed by a responder of this certificate.
    fn judged(
        &self,
        certificate: &[u8],
        change: impl FnOnce(&mut OcspProfile<'_>),
    ) -> Result<CertificateStatus, OcspFault> {
        let verifier = self.verifier(vec![]);
        let question = self.question(&verifier);
        let asked = RequestedStatus::parse(question.der()).unwrap();
        let mut profile = OcspProfile::honest(&asked, OcspStatus::Good, (certificate, &self.responder), NOW);
        change(&mut profile);
        let der = profile.sign().unwrap();
        verifier
            .answer(&question, &der, (&POLICY, NOW))
            .map(|answer| answer.status())
    }

    fn question(&self, verifier: &EdsVerifier) -> OcspQuestion {
        let nonce = OcspNonce::from_octets([5; 32]);
        verifier.question(&self.examined(verifier), nonce).unwrap()
    }

    fn changed(&self, change: impl FnOnce(&mut OcspProfile<'_>)) -> Result<CertificateStatus, OcspFault> {
        self.judged(&self.responder(|_| {}), change)
    }

    fn certified(&self, change: impl FnOnce(&mut CertificateProfile)) -> Result<CertificateStatus, OcspFault> {
        self.judged(&self.responder(change), |_| {})
    }
}

static RSA: LazyLock<World> = LazyLock::new(|| World::of(Suite::Rsa));
static GOST: LazyLock<World> = LazyLock::new(|| World::of(Suite::Gost512));

const GOOD: Result<CertificateStatus, OcspFault> = Ok(CertificateStatus::Good);

#[test]
fn an_honest_answer_is_believed_in_every_form() {
    for world in [&*RSA, &*GOST] {
        assert_eq!(world.changed(|_| {}), GOOD);
        assert_eq!(world.changed(|answer| answer.by_key = true), GOOD);
        let later = |answer: &mut OcspProfile<'_>| answer.next_update = Some(NOW.plus(days(1)));
        assert_eq!(world.changed(later), GOOD);
        // The issuing authority answers itself, without any certificate.
        let verifier = world.verifier(vec![]);
        let question = world.question(&verifier);
        let asked = RequestedStatus::parse(question.der()).unwrap();
        let nca = world.centre.nca();
        let mut profile = OcspProfile::honest(&asked, OcspStatus::Good, (nca.certificate(), nca.key()), NOW);
        profile.certificates.clear();
        let answer = verifier
            .answer(&question, &profile.sign().unwrap(), (&POLICY, NOW))
            .unwrap();
        assert_eq!(answer.status(), CertificateStatus::Good);
    }
}

#[test]
fn each_status_is_told_apart() {
    let at = NOW.minus(days(3));
    for (status, expected) in [
        (OcspStatus::Revoked { at, reason: 1 }, CertificateStatus::Revoked { at }),
        (OcspStatus::Revoked { at, reason: 6 }, CertificateStatus::Revoked { at }),
        (OcspStatus::Unknown, CertificateStatus::Unknown),
        (OcspStatus::NEVER_ISSUED, CertificateStatus::NeverIssued),
    ] {
        assert_eq!(RSA.changed(|answer| answer.status = status), Ok(expected));
    }
}

#[test]
fn an_answer_with_one_thing_wrong_is_not_believed() {
    let other = OcspStatus::Good;
    let refused = |change: fn(&mut OcspProfile<'_>), fault| assert_eq!(RSA.changed(change), Err(fault), "{fault}");
    refused(|answer| answer.nonce = Some(vec![6; 32]), OcspFault::OtherNonce);
    refused(|answer| answer.nonce = None, OcspFault::NoNonce);
    refused(|answer| answer.times = 2, OcspFault::OtherCertificate);
    refused(|answer| answer.times = 0, OcspFault::NotResponse);
    refused(|answer| answer.critical = (true, false), OcspFault::CriticalExtension);
    refused(|answer| answer.critical = (false, true), OcspFault::CriticalExtension);
    refused(|answer| answer.this_update = NOW.minus(seconds(301)), OcspFault::Stale);
    refused(
        |answer| answer.this_update = NOW.plus(seconds(301)),
        OcspFault::FromFuture,
    );
    refused(
        |answer| answer.produced_at = NOW.plus(seconds(301)),
        OcspFault::FromFuture,
    );
    refused(|answer| answer.next_update = Some(NOW), OcspFault::Stale);
    refused(|answer| answer.certificates.clear(), OcspFault::Responder);
    refused(|answer| answer.responder = vec![0x30, 0], OcspFault::Responder);
    refused(
        |answer| answer.certificates = vec![answer.certificates[0].clone(); 11],
        OcspFault::NotResponse,
    );
    let last = |answer: &mut OcspProfile<'_>| *answer.cert_id.last_mut().unwrap() ^= 1;
    assert_eq!(RSA.changed(last), Err(OcspFault::OtherCertificate));
    assert_eq!(RSA.changed(|answer| answer.status = other), GOOD);
    let another = SigningKey::generate().unwrap();
    let verifier = RSA.verifier(vec![]);
    let question = RSA.question(&verifier);
    let asked = RequestedStatus::parse(question.der()).unwrap();
    let forged = OcspProfile::honest(&asked, OcspStatus::Good, (&RSA.responder(|_| {}), &another), NOW);
    let judged = verifier.answer(&question, &forged.sign().unwrap(), (&POLICY, NOW));
    assert_eq!(judged.unwrap_err(), OcspFault::Signature);
}

#[test]
fn only_whom_the_same_authority_certified_for_it_may_answer() {
    for world in [&*RSA, &*GOST] {
        let refused = |change: fn(&mut CertificateProfile), fault| {
            assert_eq!(world.certified(change), Err(fault), "{fault}");
        };
        refused(
            |responder| responder.extended_usage = vec![ExtendedUsage::EmailProtection],
            OcspFault::Responder,
        );
        refused(
            |responder| responder.key_usage = vec![KeyUsage::KeyEncipherment],
            OcspFault::Responder,
        );
        refused(
            |responder| responder.unknown_extension = Some(true),
            OcspFault::Responder,
        );
        refused(|responder| responder.authority = Some(None), OcspFault::Responder);
        refused(
            |responder| responder.not_after = NOW.minus(seconds(1)),
            OcspFault::ResponderNotValid,
        );
        refused(
            |responder| responder.not_before = NOW.plus(seconds(61)),
            OcspFault::ResponderNotValid,
        );
        refused(
            |responder| responder.not_asked_about = false,
            OcspFault::ResponderRevoked,
        );
        assert_eq!(
            world.certified(|responder| responder.unknown_extension = Some(false)),
            GOOD
        );
        // The root is above the issuing authority, and another authority all the same.
        let profile = CertificateProfile::responder(NOW.minus(days(1)), NOW.plus(days(1)));
        let of_root = world.centre.root().issue(&profile, &world.responder).unwrap();
        assert_eq!(world.judged(&of_root, |_| {}), Err(OcspFault::Responder));
    }
}

#[test]
fn a_responder_that_a_list_names_is_not_believed_and_one_that_it_covers_is() {
    let list = |revocations| {
        RSA.centre
            .nca()
            .crl(&CrlProfile::new(NOW, NOW.plus(days(1)), revocations))
            .unwrap()
    };
    let revoked = Revocation {
        serial: RSA.responder.serial(),
        at: NOW,
        reason: 1,
    };
    for (crl, asked_about, expected) in [
        (list(vec![revoked.clone()]), false, Some(OcspFault::ResponderRevoked)),
        (list(vec![revoked]), true, Some(OcspFault::ResponderRevoked)),
        (list(vec![]), true, None),
    ] {
        let verifier = RSA.verifier(vec![crl]);
        let question = RSA.question(&verifier);
        let asked = RequestedStatus::parse(question.der()).unwrap();
        let certificate = RSA.responder(|responder| responder.not_asked_about = !asked_about);
        let honest = OcspProfile::honest(&asked, OcspStatus::Good, (&certificate, &RSA.responder), NOW);
        let judged = verifier.answer(&question, &honest.sign().unwrap(), (&POLICY, NOW));
        assert_eq!(judged.err(), expected);
    }
}

#[test]
fn an_answer_concludes_its_own_signature_while_it_is_fresh_and_no_other() {
    let verifier = RSA.verifier(vec![]);
    let question = RSA.question(&verifier);
    let asked = RequestedStatus::parse(question.der()).unwrap();
    let certificate = RSA.responder(|_| {});
    let answer = |status| {
        let honest = OcspProfile::honest(&asked, status, (&certificate, &RSA.responder), NOW);
        verifier
            .answer(&question, &honest.sign().unwrap(), (&POLICY, NOW))
            .unwrap()
    };
    let conclude = |status, now| {
        let source = StatusSource::Answer(answer(status));
        verifier.conclude(RSA.examined(&verifier), source, now)
    };
    let accepted = conclude(OcspStatus::Good, NOW.plus(minutes(5))).unwrap();
    assert_eq!(*accepted.status(), StatusEvidence::Answer(answer(OcspStatus::Good)));
    let unknown = |fault| Some(EdsRefusal::StatusUnknown(fault));
    assert_eq!(
        conclude(OcspStatus::Good, NOW.plus(seconds(301))).err(),
        unknown(StatusFault::Stale)
    );
    assert_eq!(
        conclude(OcspStatus::Unknown, NOW).err(),
        unknown(StatusFault::NotKnownToIssuer)
    );
    assert_eq!(
        conclude(OcspStatus::NEVER_ISSUED, NOW).err(),
        Some(EdsRefusal::NeverIssued)
    );
    let revoked = OcspStatus::Revoked { at: NOW, reason: 6 };
    assert_eq!(conclude(revoked, NOW).err(), Some(EdsRefusal::Revoked { at: NOW }));
    // Without an answer there is no list to fall back to.
    let alone = verifier.conclude(RSA.examined(&verifier), StatusSource::Lists, NOW);
    assert_eq!(alone.err(), unknown(StatusFault::NoList));
}

/// Roots publish rarely: `crl_max_age` is about the lists that judge people, and no answer rests on those.
#[test]
fn an_answer_concludes_beside_an_old_list_of_the_root_until_that_is_over() {
    let made = NOW.minus(days(8));
    let concluded = |until: u64, listed: Vec<Revocation>| {
        let profile = CrlProfile::new(made, made.plus(days(until)), listed);
        let mut settings = RSA.centre.eds_settings(Vec::new());
        settings.crl_max_age = Some(days(7));
        settings.crls = vec![TrustFile {
            name: "root".into(),
            bytes: RSA.centre.root().crl(&profile).unwrap(),
        }];
        let verifier = EdsVerifier::new(&settings).unwrap();
        let question = RSA.question(&verifier);
        let asked = RequestedStatus::parse(question.der()).unwrap();
        let certificate = RSA.responder(|_| {});
        let honest = OcspProfile::honest(&asked, OcspStatus::Good, (&certificate, &RSA.responder), NOW);
        let answer = verifier.answer(&question, &honest.sign().unwrap(), (&POLICY, NOW));
        let source = StatusSource::Answer(answer.unwrap());
        verifier.conclude(RSA.examined(&verifier), source, NOW).err()
    };
    let authority = Revocation {
        serial: RSA.centre.nca().key().serial(),
        at: made,
        reason: 2,
    };
    assert_eq!(concluded(365, vec![]), None);
    assert_eq!(
        concluded(8, vec![]),
        Some(EdsRefusal::StatusUnknown(StatusFault::Stale))
    );
    let revoked = EdsRefusal::Chain(federation::eds::ChainFault::AuthorityRevoked);
    assert_eq!(concluded(365, vec![authority]), Some(revoked));
}

#[test]
fn changes_that_withdrew_after_the_answer_count_also_when_their_own_time_is_over() {
    let entry = |reason| Revocation {
        serial: RSA.person.serial(),
        at: NOW.minus(seconds(1)),
        reason,
    };
    let listed = |reason: Option<u8>| reason.map(entry).into_iter().collect();
    let complete = |reason| {
        let mut profile = CrlProfile::new(NOW.minus(days(1)), NOW.plus(days(6)), listed(reason));
        profile.number = Some(40);
        RSA.centre.nca().crl(&profile).unwrap()
    };
    let changes = |reason, made_after: i64| {
        let made = Timestamp::from_unix_seconds(NOW.as_unix_seconds().saturating_add(made_after));
        let mut profile = CrlProfile::new(made, NOW.plus(seconds(120)), listed(Some(reason)));
        profile.changes_since = Some(40);
        RSA.centre.nca().crl(&profile).unwrap()
    };
    let concluded = |crls: Vec<Vec<u8>>, now| {
        let verifier = RSA.verifier(crls);
        let question = RSA.question(&verifier);
        let asked = RequestedStatus::parse(question.der()).unwrap();
        let certificate = RSA.responder(|_| {});
        let honest = OcspProfile::honest(&asked, OcspStatus::Good, (&certificate, &RSA.responder), NOW);
        let answer = verifier
            .answer(&question, &honest.sign().unwrap(), (&POLICY, NOW))
            .unwrap();
        verifier
            .conclude(RSA.examined(&verifier), StatusSource::Answer(answer), now)
            .err()
    };
    let at = NOW.minus(seconds(1));
    let revoked = Some(EdsRefusal::Revoked { at });
    let (fresh, over) = (NOW.plus(seconds(90)), NOW.plus(seconds(180)));
    for now in [fresh, over] {
        assert_eq!(concluded(vec![complete(None), changes(1, 60)], now), revoked, "{now}");
        // The answer is newer than the changes.
        assert_eq!(concluded(vec![complete(None), changes(1, -60)], now), None, "{now}");
        // What is lifted contradicts no answer.
        assert_eq!(concluded(vec![complete(Some(6)), changes(8, 60)], now), None, "{now}");
    }
}
