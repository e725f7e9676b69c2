//! S1, S2, S6, S11, S12, S16, R1, R7, X2 and the sandbox.

use authority::time::{Timestamp, minutes};
#[cfg(feature = "sandbox")]
use kiru_pages::screens::SandboxPerson;
use kiru_pages::screens::{
    BoundElsewhere, CannotRemember, ChooseWay, CodeProblem, ContinueAs, DeviceKind, EdsPurpose, EnterSmsCode, NoPhone,
    NumberNotServed, ProofPurpose, ProofRequest, ProveDevice, RememberDevice, RememberProblem, SignWithEds,
    SignatureRefusal, TooManyCodes, TooManySignatures,
};

use super::{Place, Specimen, now, specimen};

/// All of them.
pub(super) fn all() -> Vec<Specimen> {
    let mut all = choosing();
    all.extend(signing());
    all.extend(codes());
    all.extend(closed());
    all.extend(devices());
    all.extend(unremembered());
    all
}

#[expect(clippy::too_many_lines, reason = "one specimen for each state")]
fn choosing() -> Vec<Specimen> {
    #[cfg(feature = "sandbox")]
    let people = vec![String::from("alice"), String::from("marat")];
    vec![
        specimen(
            "s1",
            Place::Flow,
            ChooseWay {
                on_phone: false,
                egov: true,
                eds_was_last: false,
                test_way: false,
            },
        ),
        specimen(
            "s1-last",
            Place::Flow,
            ChooseWay {
                on_phone: false,
                egov: true,
                eds_was_last: true,
                test_way: false,
            },
        ),
        #[cfg(feature = "sandbox")]
        specimen(
            "s1-demo",
            Place::Flow,
            ChooseWay {
                on_phone: false,
                egov: true,
                eds_was_last: false,
                test_way: true,
            },
        ),
        specimen(
            "s16",
            Place::Flow,
            ContinueAs {
                name: String::from("Сәбитова Айгерім Нұрланқызы"),
                initials: String::from("СА"),
                masked_iin: String::from("•••••• ••4718"),
            },
        ),
        #[cfg(feature = "sandbox")]
        specimen(
            "sandbox-person",
            Place::Sandbox,
            SandboxPerson {
                person: String::new(),
                people: people.clone(),
                unknown: false,
            },
        ),
        #[cfg(feature = "sandbox")]
        specimen(
            "sandbox-person-unknown",
            Place::Sandbox,
            SandboxPerson {
                person: String::from("nobody"),
                people,
                unknown: true,
            },
        ),
    ]
}

fn signing() -> Vec<Specimen> {
    let date = Timestamp::from_unix_seconds(1_789_000_000);
    let sign = |refusal| SignWithEds {
        purpose: EdsPurpose::SignIn,
        challenge: String::from("eyJpc3MiOiJodHRwczovL2lkLmtpcnUuZXhhbXBsZSJ9"),
        document: None,
        seconds: 300,
        key_usages: vec![String::from("1.2.398.3.3.4.1.1")],
        refusal,
    };
    let refused = |name, refusal| specimen(name, Place::Flow, sign(Some(refusal)));
    vec![
        specimen("s2", Place::Flow, sign(None)),
        refused("s2-wrong-kind", SignatureRefusal::WrongKind),
        refused("s2-expired", SignatureRefusal::Expired { date }),
        refused("s2-not-yet-valid", SignatureRefusal::NotYetValid { date }),
        refused("s2-revoked", SignatureRefusal::Revoked { date: Some(date) }),
        refused("s2-revoked-undated", SignatureRefusal::Revoked { date: None }),
        refused("s2-stopped", SignatureRefusal::Stopped { date }),
        refused("s2-shared", SignatureRefusal::Shared { date }),
        refused("s2-unknown-centre", SignatureRefusal::UnknownCentre),
        refused(
            "s2-try-later",
            SignatureRefusal::TryLater {
                at: now().plus(minutes(15)),
            },
        ),
        refused("s2-out-of-date", SignatureRefusal::OutOfDate),
        refused("s2-not-verified", SignatureRefusal::NotVerified),
        refused("s2-other-person", SignatureRefusal::OtherPerson),
        specimen("x2-key", Place::Flow, TooManySignatures),
    ]
}

fn codes() -> Vec<Specimen> {
    let code = |problem| EnterSmsCode {
        egov: false,
        phone: String::from("+7 ••• ••• 47 18"),
        until: Some(now().plus(minutes(5))),
        resend_at: Some(now().plus(minutes(1))),
        sent_again: false,
        proof: None,
        problem,
        shown_code: None,
    };
    let wrong = |name, problem| specimen(name, Place::Flow, code(Some(problem)));
    vec![
        specimen("s6", Place::Flow, code(None)),
        specimen(
            "s6-may-resend",
            Place::Flow,
            EnterSmsCode {
                resend_at: Some(now()),
                ..code(None)
            },
        ),
        specimen(
            "s6-sent-again",
            Place::Flow,
            EnterSmsCode {
                sent_again: true,
                ..code(None)
            },
        ),
        #[cfg(feature = "sandbox")]
        shown_code(code(None)),
        wrong("s6-wrong", CodeProblem::Wrong { left: 3 }),
        wrong("s6-malformed", CodeProblem::Malformed),
        wrong("s6-expired", CodeProblem::Expired),
        wrong("s6-sending-failed", CodeProblem::SendingFailed),
        wrong(
            "s6-resend-limit",
            CodeProblem::ResendLimit {
                until: now().plus(minutes(10)),
            },
        ),
        not_sent(code(None)),
        specimen(
            "s6-bound",
            Place::Flow,
            EnterSmsCode {
                proof: Some(proof(ProofPurpose::Confirm)),
                ..code(None)
            },
        ),
        specimen("s11", Place::Flow, NoPhone { egov: false }),
        specimen(
            "s11-not-served",
            Place::Flow,
            NumberNotServed {
                phone: String::from("+4 ••• ••• 01 23"),
                egov: false,
            },
        ),
    ]
}

/// No code is to be typed.
fn closed() -> Vec<Specimen> {
    vec![
        specimen(
            "x2",
            Place::Flow,
            TooManyCodes {
                until: now().plus(minutes(15)),
                registration: false,
                egov: false,
            },
        ),
        specimen(
            "x2-alone",
            Place::Alone,
            TooManyCodes {
                until: now().plus(minutes(15)),
                registration: false,
                egov: false,
            },
        ),
    ]
}

/// A second sign-in before the next message may leave: there is no code for it yet.
fn not_sent(code: EnterSmsCode) -> Specimen {
    let until = now().plus(minutes(1));
    let screen = EnterSmsCode {
        until: None,
        resend_at: Some(until),
        problem: Some(CodeProblem::ResendLimit { until }),
        ..code
    };
    specimen("s6-not-sent", Place::Flow, screen)
}

#[cfg(feature = "sandbox")]
fn shown_code(code: EnterSmsCode) -> Specimen {
    let screen = EnterSmsCode {
        shown_code: Some(String::from("482913")),
        resend_at: None,
        ..code
    };
    specimen("s6-sandbox", Place::Sandbox, screen)
}

fn proof(purpose: ProofPurpose) -> ProofRequest {
    ProofRequest {
        device_id: String::from("0193d7a0c0de7000800000000000cafe"),
        nonce: String::from("dGhpcy1pcy1ub3QtYS1yZWFsLW5vbmNl"),
        purpose,
    }
}

fn devices() -> Vec<Specimen> {
    let remember = |device_kind, proof| RememberDevice {
        device_name: String::from("Chrome, Windows"),
        device_kind,
        proof,
        shared_minutes: None,
    };
    let elsewhere = |data_was_cleared| BoundElsewhere {
        device_name: String::from("Chrome, Windows"),
        device_kind: DeviceKind::Computer,
        registered_at: Timestamp::from_unix_seconds(1_756_876_320),
        data_was_cleared,
        hours: (!data_was_cleared).then(super::registrations::hours),
        keys_to_look_for: Vec::new(),
        shared_minutes: None,
        overtaken: false,
    };
    vec![
        specimen(
            "s12",
            Place::Flow,
            remember(DeviceKind::Computer, Some(proof(ProofPurpose::Register))),
        ),
        specimen(
            "s12-phone",
            Place::Flow,
            remember(DeviceKind::Phone, Some(proof(ProofPurpose::Register))),
        ),
        #[cfg(feature = "sandbox")]
        specimen("s12-sandbox", Place::Sandbox, remember(DeviceKind::Computer, None)),
        specimen(
            "device-proof",
            Place::Flow,
            ProveDevice {
                proof: proof(ProofPurpose::SignIn),
            },
        ),
        specimen("r1", Place::Flow, elsewhere(false)),
        specimen("r1-cleared", Place::Flow, elsewhere(true)),
    ]
}

fn unremembered() -> Vec<Specimen> {
    let cannot = |problem| CannotRemember {
        site: String::from("kundelik.example"),
        problem,
        open_in_android: None,
    };
    vec![
        specimen("r7-in-app", Place::Flow, cannot(RememberProblem::InAppBrowser)),
        specimen(
            "r7-android",
            Place::Flow,
            CannotRemember {
                open_in_android: Some(String::from(
                    "intent://kundelik.example/#Intent;scheme=https;action=android.intent.action.VIEW;end",
                )),
                ..cannot(RememberProblem::InAppBrowser)
            },
        ),
        specimen("r7-storage", Place::Flow, cannot(RememberProblem::StorageBlocked)),
        specimen("r7-crypto", Place::Flow, cannot(RememberProblem::NoWebCrypto)),
        specimen(
            "r7-cookies",
            Place::Alone,
            CannotRemember {
                site: String::from("id.kiru.example"),
                ..cannot(RememberProblem::CookiesBlocked)
            },
        ),
    ]
}
