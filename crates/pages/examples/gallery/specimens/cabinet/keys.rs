//! K3 in all its states, and what asks before a key is stopped or accepted again.

use authority::certificates::{Certificate, CertificateRole, KeyStorage, KeySuite, KeyUsage, Stop, StopReason};
use authority::time::days;
use kiru_pages::screens::{
    CabinetConfirm, CabinetFrame, CabinetKeys, Confirmed, Flash, KeyRow, KeyShared, KeyState, Section, StepUp,
    StepUpReason,
};

use super::super::{Place, Specimen, now, specimen};
use super::ID;

/// All of them.
pub(super) fn all(cabinet: &dyn Fn(Section) -> CabinetFrame) -> Vec<Specimen> {
    let page = |keys| CabinetKeys::new(cabinet(Section::Keys), keys);
    let flashed = |flash| {
        let flashed = CabinetFrame {
            flash: Some(flash),
            ..cabinet(Section::Keys)
        };
        CabinetKeys::new(flashed, vec![soon(), stopped(StopReason::Stopped)])
    };
    let ask = |about| CabinetConfirm {
        cabinet: cabinet(Section::Keys),
        about,
        action: format!("/cabinet/keys/{ID}/stop"),
        back: "/cabinet/keys",
    };
    let key = stopped(StopReason::Stopped);
    vec![
        specimen("k3", Place::Alone, page(vec![soon(), valid(), ended()])),
        specimen("k3-stopped", Place::Alone, page(StopReason::ALL.map(stopped).into())),
        specimen("k3-none", Place::Alone, page(Vec::new())),
        specimen("k3-flash-stopped", Place::Alone, flashed(Flash::KeyStopped)),
        specimen("k3-flash-accepted", Place::Alone, flashed(Flash::KeyAccepted)),
        specimen(
            "k3-stop",
            Place::Alone,
            ask(Confirmed::StopKey {
                key: valid(),
                last: false,
            }),
        ),
        specimen(
            "k3-stop-last",
            Place::Alone,
            ask(Confirmed::StopKey {
                key: soon(),
                last: true,
            }),
        ),
        specimen("k3-accept", Place::Alone, ask(Confirmed::AcceptKey { key })),
        specimen("s14-keys", Place::Alone, step_up()),
        specimen("key-shared", Place::Alone, shared()),
    ]
}

fn shared() -> KeyShared {
    KeyShared {
        case_reference: String::from("7QK2-9D4M"),
    }
}

fn step_up() -> StepUp {
    StepUp {
        reason: StepUpReason::ChangeKeys,
        start: String::from("/cabinet/sign-in"),
        fields: Vec::new(),
        back: Some(String::from("/cabinet/keys")),
    }
}

#[cfg_attr(not(test), expect(clippy::expect_used, reason = "the text is ours"))]
fn certificate(left: u64) -> Certificate {
    Certificate {
        id: ID.parse().expect("an id"),
        user_id: ID.parse().expect("an id"),
        issuer: Vec::new(),
        serial: Vec::new(),
        role: CertificateRole::Individual,
        organisation: None,
        key_storage: KeyStorage::File,
        usage: Some(KeyUsage::Both),
        suite: Some(KeySuite::Gost2015Long),
        key_digest: None,
        not_before: now().minus(days(340)),
        not_after: now().plus(days(left)),
        first_used_at: now().minus(days(300)),
        last_used_at: now(),
        stop: None,
    }
}

fn row(certificate: &Certificate) -> KeyRow {
    KeyRow {
        owner: Some(String::from("Сәбитова Айгерім Нұрланқызы")),
        ..KeyRow::of(certificate, (now(), chrono_tz::Asia::Almaty), days(30))
    }
}

fn soon() -> KeyRow {
    KeyRow {
        this: true,
        state: KeyState::Soon,
        devices: 1,
        ..row(&certificate(24))
    }
}

fn valid() -> KeyRow {
    KeyRow {
        devices: 2,
        ..row(&Certificate {
            key_storage: KeyStorage::Unstated,
            usage: Some(KeyUsage::SignIn),
            suite: Some(KeySuite::RsaSha256),
            last_used_at: now().minus(days(47)),
            ..certificate(559)
        })
    }
}

fn ended() -> KeyRow {
    let key = Certificate {
        role: CertificateRole::Head,
        usage: Some(KeyUsage::Signing),
        suite: Some(KeySuite::Gost2004),
        not_after: now().minus(days(85)),
        last_used_at: now().minus(days(89)),
        ..certificate(1)
    };
    KeyRow {
        organisation_name: Some(String::from("КММ «№ 12 мектеп-гимназиясы»")),
        ..row(&key)
    }
}

fn stopped(reason: StopReason) -> KeyRow {
    row(&Certificate {
        usage: None,
        suite: Some(KeySuite::Gost2015Short),
        stop: Some(Stop {
            reason,
            at: now().minus(days(2)),
        }),
        ..certificate(200)
    })
}
