//! S17 and the powers of K10.

use authority::time::{Timestamp, days};
use kiru_pages::screens::{
    CabinetConfirm, CabinetFrame, CabinetPower, CabinetPowers, Confirmed, Flash, GivePower, InWhoseName, NameChoice,
    NameLost, NameWay, OrganisationRow, PowerForm, PowerProblem, PowerRow, PowerSide, PowerStanding, Section,
    ServiceChoice, ShownPrincipal,
};

use super::{Place, Specimen, now, specimen};

const ID: &str = "0193d7a0c0de7000800000000000beef";
const SCHOOL: &str = "КММ «№ 12 мектеп-гимназиясы»";
const BIN: &str = "990640000015";

/// All of them.
pub(super) fn all() -> Vec<Specimen> {
    let mut all = names();
    all.extend(cabinet());
    all.extend(forms());
    all
}

fn until() -> Timestamp {
    now().plus(days(200))
}

fn choice(way: NameWay) -> NameChoice {
    NameChoice {
        handle: String::from("bm90LWEtcmVhbC1oYW5kbGU"),
        way,
    }
}

fn myself() -> NameChoice {
    choice(NameWay::Myself {
        name: String::from("Омарова Гүлнара Маратқызы"),
        masked_iin: String::from("•••••• ••0010"),
    })
}

fn organisation() -> NameChoice {
    choice(NameWay::Organisation {
        name: Some(SCHOOL.to_owned()),
        bin: BIN.to_owned(),
        role: "head",
    })
}

fn names() -> Vec<Specimen> {
    let powers = [
        choice(NameWay::OrganisationPower {
            name: None,
            bin: BIN.to_owned(),
            until: until(),
        }),
        choice(NameWay::PersonPower {
            name: String::from("Серікова Айгерім Болатқызы"),
            masked_iin: String::from("•••••• ••0010"),
            until: until(),
        }),
    ];
    let lost = |lost| InWhoseName {
        choices: vec![myself()],
        lost: vec![lost],
    };
    let name = || SCHOOL.to_owned();
    vec![
        specimen(
            "s17",
            Place::Flow,
            InWhoseName {
                choices: vec![myself(), organisation()],
                lost: Vec::new(),
            },
        ),
        specimen(
            "s17-powers",
            Place::Flow,
            InWhoseName {
                choices: [myself(), organisation()].into_iter().chain(powers).collect(),
                lost: vec![NameLost::PowerEnded {
                    name: String::from("Ахметов Нұрлан Бекенұлы"),
                    at: now().minus(days(3)),
                }],
            },
        ),
        specimen(
            "s17-role-missing",
            Place::Flow,
            lost(NameLost::RoleMissing { name: name() }),
        ),
        specimen(
            "s17-expired",
            Place::Flow,
            lost(NameLost::CertificateExpired { name: name() }),
        ),
        specimen(
            "s17-power-ended",
            Place::Flow,
            lost(NameLost::PowerEnded {
                name: name(),
                at: now().minus(days(3)),
            }),
        ),
    ]
}

fn frame(flash: Option<Flash>) -> CabinetFrame {
    CabinetFrame {
        section: Section::Powers,
        ticket: String::from("bm90LWEtcmVhbC10aWNrZXQ"),
        flash,
    }
}

fn power(side: PowerSide, standing: PowerStanding) -> PowerRow {
    PowerRow {
        id: ID.to_owned(),
        side,
        principal: ShownPrincipal::Person {
            name: Some(String::from("Серікова Айгерім Болатқызы")),
            masked_iin: Some(String::from("•••••• ••0010")),
        },
        agent_iin: String::from("•••••• ••0015"),
        agent_name: (side == PowerSide::Received).then(|| String::from("Ахметов Нұрлан Бекенұлы")),
        services: Vec::new(),
        numbers: true,
        while_away: false,
        from: now().minus(days(10)),
        until: until(),
        given_at: now().minus(days(10)),
        standing,
    }
}

fn for_school() -> ShownPrincipal {
    ShownPrincipal::Organisation {
        name: Some(SCHOOL.to_owned()),
        bin: Some(BIN.to_owned()),
    }
}

#[expect(clippy::too_many_lines, reason = "one specimen for each state")]
fn cabinet() -> Vec<Specimen> {
    use PowerStanding as S;
    let at = now().minus(days(1));
    let organisation = OrganisationRow {
        name: Some(SCHOOL.to_owned()),
        bin: BIN.to_owned(),
        role: "head",
        used_at: at,
        valid_until: until(),
        this_session: true,
    };
    let given = [
        S::Running,
        S::Future,
        S::Paused,
        S::Over,
        S::Revoked { at },
        S::Renounced { at },
    ];
    let narrow = PowerRow {
        services: vec![String::from("Күнделік"), String::from("Кітапхана")],
        principal: for_school(),
        numbers: false,
        while_away: true,
        ..power(PowerSide::Received, S::Running)
    };
    let list = |flash, organisations, given, received| CabinetPowers {
        cabinet: frame(flash),
        organisations,
        given,
        received,
    };
    let confirm = |about| CabinetConfirm {
        cabinet: frame(None),
        about,
        action: format!("/cabinet/powers/{ID}/end"),
        back: "/cabinet/powers",
    };
    let (ours, theirs) = (
        power(PowerSide::Given, S::Running),
        power(PowerSide::Received, S::Running),
    );
    let all = given.map(|standing| power(PowerSide::Given, standing)).to_vec();
    vec![
        specimen("k10-none", Place::Alone, list(None, Vec::new(), Vec::new(), Vec::new())),
        specimen(
            "k10",
            Place::Alone,
            list(Some(Flash::PowerGiven), vec![organisation], all, vec![narrow]),
        ),
        specimen(
            "k10-revoked",
            Place::Alone,
            list(Some(Flash::PowerRevoked), Vec::new(), Vec::new(), Vec::new()),
        ),
        specimen(
            "k10-renounced",
            Place::Alone,
            list(Some(Flash::PowerRenounced), Vec::new(), Vec::new(), Vec::new()),
        ),
        specimen(
            "k10-one",
            Place::Alone,
            CabinetPower {
                cabinet: frame(None),
                power: ours.clone(),
            },
        ),
        specimen(
            "k10-revoke",
            Place::Alone,
            confirm(Confirmed::RevokePower { row: ours }),
        ),
        specimen(
            "k10-renounce",
            Place::Alone,
            confirm(Confirmed::RenouncePower { row: theirs }),
        ),
    ]
}

fn forms() -> Vec<Specimen> {
    use PowerProblem as P;
    let form = |problem: Option<PowerProblem>| GivePower {
        cabinet: frame(None),
        organisation: problem.is_none().then(for_school),
        services: vec![ServiceChoice {
            id: String::from("diary"),
            name: String::from("Күнделік"),
            chosen: true,
        }],
        zone_at: now(),
        typed: PowerForm {
            for_organisation: false,
            iin: String::from("790223300015"),
            from: String::from("2026-11-21T14:05:00"),
            until: String::from("2027-11-21T14:05:00"),
            service: String::new(),
            numbers: true,
            while_away: false,
        },
        problem,
    };
    let wrong = |name, problem| specimen(name, Place::Cabinet, form(Some(problem)));
    vec![
        specimen("k10-give", Place::Alone, form(None)),
        wrong("k10-iin-form", P::IinForm),
        wrong("k10-iin-checksum", P::IinChecksum),
        wrong("k10-own-number", P::OwnNumber),
        wrong("k10-from", P::From),
        wrong("k10-until", P::Until),
        wrong("k10-backwards", P::Backwards),
        wrong("k10-past", P::Past),
        wrong("k10-too-long", P::TooLong),
        wrong("k10-service", P::Service),
        wrong("k10-not-head", P::NotHead),
        wrong("k10-too-many", P::TooMany),
        wrong("k10-provisional", P::Provisional),
    ]
}
