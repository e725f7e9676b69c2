//! R2 to R6, R8, suspending, S14, and S2 where it stands for the picture code.

use authority::time::minutes;
use kiru_pages::screens::{
    ConfirmRegistration, ConfirmSuspend, DeviceKind, DeviceRegistered, EdsPurpose, EnterPictureCode, NamedDevice,
    NotNow, OnlyNewestDevice, PictureProblem, ProofPurpose, ProofRequest, RegistrationHours, RegistrationNotNow,
    Reminder, SignWithEds, SignatureRefusal, StepUp, StepUpReason, StopPage, StopProblem, Stopped, WindowClosed,
};

use super::{Place, Specimen, now, specimen};

/// All of them.
pub(super) fn all() -> Vec<Specimen> {
    let mut all = refused();
    all.extend(pictures());
    all.extend(agreed());
    all.extend(stops());
    all.extend(step_ups());
    all
}

/// The hours of the seed.
pub(super) fn hours() -> RegistrationHours {
    RegistrationHours {
        from: String::from("09:00"),
        to: String::from("18:00"),
        zone: None,
    }
}

fn named(name: &str, kind: DeviceKind) -> NamedDevice {
    NamedDevice {
        name: name.to_owned(),
        kind,
    }
}

fn refused() -> Vec<Specimen> {
    let closed = |zone: Option<&str>, left| WindowClosed {
        from: String::from("09:00"),
        to: String::from("18:00"),
        zone: zone.map(str::to_owned),
        opens_at: now().plus(minutes(left)),
        reminder: Some(Reminder {
            phone: String::from("+7 ••• ••• 45 67"),
            asked: left == 12,
        }),
    };
    let newest = |device_name: &str, known: bool, overtaken| OnlyNewestDevice {
        device_name: device_name.to_owned(),
        device_kind: DeviceKind::Phone,
        registered_at: known.then(|| now().minus(minutes(60))),
        until: now().plus(minutes(47 * 60)),
        overtaken,
    };
    let not_now = |reason, from| RegistrationNotNow { reason, from };
    vec![
        specimen("r2", Place::Flow, closed(None, 60 * 15)),
        specimen("r2-soon", Place::Flow, closed(None, 12)),
        specimen("r2-zone", Place::Flow, closed(Some("Europe/Berlin"), 60 * 15)),
        specimen("r3", Place::Flow, newest("Chrome, Android", true, false)),
        specimen("r3-overtaken", Place::Flow, newest("Chrome, Android", true, true)),
        specimen("r3-gone", Place::Flow, newest("", false, false)),
        specimen("not-now-provisional", Place::Flow, not_now(NotNow::Provisional, None)),
        specimen(
            "not-now-phone",
            Place::Flow,
            not_now(NotNow::PhoneTooNew, Some(now().plus(minutes(60 * 24)))),
        ),
        specimen(
            "not-now-many",
            Place::Flow,
            not_now(NotNow::TooMany, Some(now().plus(minutes(60 * 24 * 12)))),
        ),
    ]
}

fn pictures() -> Vec<Specimen> {
    let picture = |problem, eds| EnterPictureCode {
        version: 3,
        problem,
        works_until: now().plus(minutes(5)),
        eds,
    };
    let sign = |refusal| SignWithEds {
        purpose: EdsPurpose::Registration,
        challenge: String::from("eyJpc3MiOiJodHRwczovL2lkLmtpcnUuZXhhbXBsZSJ9"),
        document: None,
        seconds: 300,
        key_usages: vec![],
        refusal,
    };
    vec![
        specimen("r4", Place::Flow, picture(None, true)),
        specimen("r4-alone", Place::Flow, picture(None, false)),
        specimen("r4-wrong", Place::Flow, picture(Some(PictureProblem::Wrong), true)),
        specimen("r4-expired", Place::Flow, picture(Some(PictureProblem::Expired), true)),
        specimen("s2-registration", Place::Flow, sign(None)),
        specimen(
            "s2-registration-other-person",
            Place::Flow,
            sign(Some(SignatureRefusal::OtherPerson)),
        ),
    ]
}

/// R5 with one device that ends.
pub(crate) fn confirm() -> ConfirmRegistration {
    ConfirmRegistration {
        replaced: vec![named("Chrome, Android", DeviceKind::Phone)],
        new: named("Chrome, Windows", DeviceKind::Computer),
        hours: 48,
        until: now().plus(minutes(48 * 60)),
        notice: String::from("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
        shown_at: now().as_unix_seconds(),
        proof: ProofRequest {
            device_id: String::from("0193d7a0c0de7000800000000000cafe"),
            nonce: String::from("dGhpcy1pcy1ub3QtYS1yZWFsLW5vbmNl"),
            purpose: ProofPurpose::Register,
        },
    }
}

/// R5 with two, one of which has a name that wants to be HTML.
pub(crate) fn confirm_several() -> ConfirmRegistration {
    ConfirmRegistration {
        replaced: vec![
            named("Chrome, Android", DeviceKind::Phone),
            named("<script>alert(1)</script> & \u{202e}\"home\"", DeviceKind::Computer),
        ],
        ..confirm()
    }
}

fn agreed() -> Vec<Specimen> {
    let registered = |renamed| DeviceRegistered {
        device: named("Chrome, Windows", DeviceKind::Computer),
        until: Some(now().plus(minutes(48 * 60))),
        ended_sessions: 2,
        ended_devices: vec![named("Chrome, Android", DeviceKind::Phone)],
        phone: Some(String::from("+7 ••• ••• 47 18")),
        renamed,
    };
    let quiet = DeviceRegistered {
        ended_sessions: 0,
        ended_devices: vec![],
        phone: None,
        ..registered(false)
    };
    vec![
        specimen("r5", Place::Flow, confirm()),
        specimen("r5-several", Place::Flow, confirm_several()),
        specimen("r6", Place::Flow, registered(false)),
        specimen("r6-renamed", Place::Flow, registered(true)),
        specimen("r6-quiet", Place::Flow, quiet),
    ]
}

fn stops() -> Vec<Specimen> {
    let refused = |name, problem| {
        let problem = Some(problem);
        specimen(name, Place::Alone, StopPage { problem })
    };
    let until = now().plus(minutes(15));
    let suspend = ConfirmSuspend {
        action: String::from("/flow/0193d7a0c0de7000800000000000beef/suspend"),
        back: String::from("/flow/0193d7a0c0de7000800000000000beef/device"),
        rest_hours: 24,
    };
    let stopped = || Stopped {
        return_from: now().plus(minutes(60 * 24)),
    };
    vec![
        specimen("r8", Place::Alone, StopPage { problem: None }),
        refused("r8-malformed", StopProblem::Malformed),
        refused("r8-wrong", StopProblem::Wrong),
        refused("r8-used", StopProblem::Used),
        refused("r8-expired", StopProblem::Expired),
        refused("r8-too-many", StopProblem::TooMany { until }),
        specimen("stopped", Place::Alone, stopped()),
        specimen("stopped-flow", Place::Flow, stopped()),
        specimen("suspend", Place::Flow, suspend),
    ]
}

fn step_ups() -> Vec<Specimen> {
    let own = |name, reason| {
        let screen = StepUp {
            reason,
            start: String::from("/cabinet/confirm"),
            fields: vec![],
            back: Some(String::from("/cabinet")),
        };
        specimen(name, Place::Alone, screen)
    };
    vec![
        own("s14", StepUpReason::EndSessions),
        own("s14-notices", StepUpReason::ChangeNotices),
        own("s14-suspend", StepUpReason::Suspend),
        own("s14-power", StepUpReason::GivePower),
    ]
}
