//! S13.

use kiru_pages::screens::{Claim, ClaimGroup, ClaimNote, ClaimRow, ClaimValue, Consent, SchoolRole};

use super::{Place, Specimen, specimen};

fn row(claim: Claim, value: ClaimValue, note: Option<ClaimNote>, new: bool) -> ClaimRow {
    ClaimRow {
        claim,
        value,
        note,
        new,
    }
}

fn text(value: &str) -> ClaimValue {
    ClaimValue::Text(value.to_owned())
}

fn about_you() -> ClaimGroup {
    ClaimGroup::You(vec![
        row(Claim::Name, text("Сәбитова Айгерім Нұрланқызы"), None, false),
        row(Claim::Iin, text("•••••• ••4718"), Some(ClaimNote::GivenInFull), false),
        row(
            Claim::Birthdate,
            ClaimValue::Date {
                year: 1986,
                month: 4,
                day: 15,
            },
            None,
            false,
        ),
    ])
}

fn sign_in_rows() -> ClaimGroup {
    ClaimGroup::SignIn(vec![
        row(Claim::SchoolRole, ClaimValue::Role(SchoolRole::Guardian), None, false),
        row(Claim::InWhoseName, ClaimValue::OwnName, None, false),
        row(
            Claim::Device,
            text("Chrome, Windows"),
            Some(ClaimNote::BoundToAccount),
            false,
        ),
    ])
}

/// All of them.
pub(super) fn all() -> Vec<Specimen> {
    let child =
        |name: &str, class: &str, new| row(Claim::Child, text(name), Some(ClaimNote::Text(class.to_owned())), new);
    let children = ClaimGroup::Children(vec![
        child("Сәбитов Әлихан", "Школа-гимназия № 12, 7 «Б» класс", false),
        child("Сәбитова Інжу", "Школа-гимназия № 12, 3 «А» класс", true),
    ]);
    vec![
        specimen(
            "s13",
            Place::Flow,
            Consent {
                groups: vec![about_you(), sign_in_rows()],
                changed: false,
                may_remember: true,
                policy_uri: Some("https://kundelik.example/policy".to_owned()),
                tos_uri: Some("https://kundelik.example/terms".to_owned()),
            },
        ),
        specimen(
            "s13-changed",
            Place::Flow,
            Consent {
                groups: vec![about_you(), children, sign_in_rows()],
                changed: true,
                may_remember: true,
                policy_uri: None,
                tos_uri: None,
            },
        ),
        specimen(
            "s13-identity",
            Place::Flow,
            Consent {
                groups: vec![],
                changed: false,
                may_remember: false,
                policy_uri: None,
                tos_uri: None,
            },
        ),
        specimen("s13-every-claim", Place::Flow, every_claim()),
    ]
}

fn every_claim() -> Consent {
    let claims = [
        Claim::Gender,
        Claim::PhoneNumber,
        Claim::Email,
        Claim::Address,
        Claim::Language,
        Claim::WebPage,
        Claim::Nickname,
        Claim::TimeZone,
        Claim::School,
    ];
    let you = claims
        .into_iter()
        .map(|claim| row(claim, ClaimValue::Unknown, None, false))
        .collect();
    let roles = [
        SchoolRole::Guardian,
        SchoolRole::Teacher,
        SchoolRole::Pupil,
        SchoolRole::Head,
    ];
    let mut signed_in: Vec<ClaimRow> = roles
        .into_iter()
        .map(|role| row(Claim::SchoolRole, ClaimValue::Role(role), None, true))
        .collect();
    signed_in.push(row(Claim::OfflineAccess, ClaimValue::Granted, None, false));
    let organisation = vec![row(
        Claim::Organisation,
        text("ТОО «Пример» <script>alert(1)</script>"),
        None,
        false,
    )];
    let groups = vec![
        ClaimGroup::You(you),
        ClaimGroup::Organisation(organisation),
        ClaimGroup::SignIn(signed_in),
    ];
    Consent {
        groups,
        changed: true,
        may_remember: false,
        policy_uri: None,
        tos_uri: None,
    }
}
