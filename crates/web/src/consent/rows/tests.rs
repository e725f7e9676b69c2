use authority::assurance::AssuranceRequest;
use authority::authorization::{ClaimsRequest, Prompt, ResponseMode};
use authority::clients::{ClientId, RedirectUri};
use authority::representation::Principal;
use authority::users::FactSource;

use super::*;

fn request(scopes: &[Scope], claims: &[ClaimName]) -> AuthorizationRequest {
    AuthorizationRequest {
        client_id: ClientId::parse("diary").unwrap(),
        redirect_uri: RedirectUri::parse("https://diary.example/cb").unwrap(),
        response_mode: ResponseMode::Query,
        scopes: scopes.to_vec(),
        state: None,
        nonce: None,
        code_challenge: None,
        prompt: Prompt::default(),
        max_age: None,
        assurance: AssuranceRequest::default(),
        claims: ClaimsRequest {
            userinfo: claims.to_vec(),
            ..ClaimsRequest::default()
        },
        expected_subject: None,
        login_hint: None,
        ui_locale: None,
    }
}

fn need(changed: bool, new_scopes: &[Scope]) -> ConsentNeed {
    ConsentNeed {
        changed,
        new_scopes: new_scopes.to_vec(),
        new_claims: Vec::new(),
    }
}

fn fact(name: FactName, value: &str) -> UserFact {
    UserFact {
        name,
        value: value.to_owned(),
        source: FactSource::Certificate,
    }
}

fn rows(request: &AuthorizationRequest, need: &ConsentNeed, known: &Known<'_>) -> Vec<ClaimRow> {
    groups(request, need, known)
        .iter()
        .flat_map(|group| rows_of(group).to_vec())
        .collect()
}

#[test]
fn nothing_but_the_identity_has_no_group() {
    let known = Known {
        facts: &[],
        phone: None,
        role: None,
        acting: (Acting::Myself, None),
        device: None,
    };
    assert_eq!(groups(&request(&[Scope::OpenId], &[]), &need(false, &[]), &known), []);
}

#[test]
fn numbers_are_masked_and_said_to_be_given_in_full() {
    let phone = PhoneNumber::parse("+77012344718").unwrap();
    let facts = [fact(FactName::Iin, "900315300209")];
    let known = Known {
        facts: &facts,
        phone: Some(&phone),
        role: None,
        acting: (Acting::Myself, None),
        device: None,
    };
    let rows = rows(&request(&[Scope::Iin, Scope::Phone], &[]), &need(false, &[]), &known);
    let values: Vec<_> = rows.iter().map(|row| (row.value.clone(), row.note.clone())).collect();
    let text = |value: &str| (ClaimValue::Text(value.to_owned()), Some(ClaimNote::GivenInFull));
    assert_eq!(values, [text("•••••• ••0209"), text("+7 ••• ••• 47 18")]);
}

#[test]
fn what_is_not_known_is_said_when_it_was_asked_for_by_itself() {
    let known = Known {
        facts: &[],
        phone: None,
        role: None,
        acting: (Acting::Myself, None),
        device: None,
    };
    let profile = rows(&request(&[Scope::Profile], &[]), &need(false, &[]), &known);
    assert_eq!(profile.iter().map(|row| row.claim).collect::<Vec<_>>(), [Claim::Name]);
    let by_name = rows(
        &request(&[Scope::Profile], &[ClaimName::Gender]),
        &need(false, &[]),
        &known,
    );
    assert_eq!(
        by_name.iter().map(|row| row.claim).collect::<Vec<_>>(),
        [Claim::Name, Claim::Gender]
    );
    let email = rows(&request(&[Scope::Email], &[]), &need(false, &[]), &known);
    assert_eq!(email.first().map(|row| row.value.clone()), Some(ClaimValue::Unknown));
}

#[test]
fn every_claim_of_every_scope_has_a_row_or_a_reason() {
    let shown: Vec<ClaimName> = YOU
        .iter()
        .flat_map(|(_, names)| names.iter())
        .chain(ORGANISATION)
        .chain(DEVICE)
        .copied()
        .collect();
    for name in ClaimName::ALL {
        // When the record changed last says nothing about the person.
        assert!(
            shown.contains(name) || *name == ClaimName::UpdatedAt,
            "{}",
            name.as_str()
        );
    }
}

#[test]
fn only_what_is_new_since_last_time_is_marked() {
    let facts = [
        fact(FactName::Name, "Серіков Арман"),
        fact(FactName::Email, "a@example.kz"),
    ];
    let known = Known {
        facts: &facts,
        phone: None,
        role: None,
        acting: (Acting::Myself, None),
        device: Some("Chrome, Windows"),
    };
    let request = request(
        &[Scope::Profile, Scope::Email, Scope::Device, Scope::OfflineAccess],
        &[],
    );
    let marked = |need: &ConsentNeed| -> Vec<Claim> {
        rows(&request, need, &known)
            .iter()
            .filter(|row| row.new)
            .map(|row| row.claim)
            .collect()
    };
    assert_eq!(
        marked(&need(true, &[Scope::Email, Scope::OfflineAccess])),
        [Claim::Email, Claim::OfflineAccess]
    );
    assert_eq!(marked(&need(false, &[Scope::Email])), []);
}

#[test]
fn dates_are_calendar_dates_where_they_are_whole() {
    assert_eq!(
        date("1990-03-15"),
        ClaimValue::Date {
            year: 1990,
            month: 3,
            day: 15
        }
    );
    for text in ["1990", "0000-03-15", "1990-13-01", "1990-03-15T00", "x"] {
        assert_eq!(date(text), ClaimValue::Text(text.to_owned()), "{text}");
    }
}

#[test]
fn an_address_is_one_line() {
    assert_eq!(one_line_address(r#"{"formatted":"Абай 1\nАлматы"}"#), "Абай 1, Алматы");
    assert_eq!(
        one_line_address(r#"{"locality":"Алматы","country":"KZ"}"#),
        "Алматы, KZ"
    );
    assert_eq!(one_line_address("Алматы"), "Алматы");
}

/// The first row; what names no organisation of the person stands below another heading.
fn first_row_below_its_heading(request: &AuthorizationRequest, known: &Known<'_>) -> ClaimRow {
    let group = groups(request, &need(false, &[]), known).remove(0);
    let row = rows_of(&group)[0].clone();
    let is_below = matches!(group, ClaimGroup::Organisation(_));
    assert_eq!(is_below, row.claim == Claim::Organisation, "{row:?}");
    row
}

#[test]
fn the_organisation_comes_with_the_role_and_who_acts_for_themself_does_so_in_their_own_name() {
    let request = request(&[Scope::Organisation], &[]);
    let facts = [
        fact(FactName::OrganisationName, "Мектеп"),
        fact(FactName::Bin, "180140000028"),
    ];
    let school = NamedPrincipal {
        kind: PrincipalKind::Organisation,
        name: Some("Мектеп № 1".to_owned()),
        number: Some("180140000028".to_owned()),
    };
    let id = "0193aaaaaaaa7bbb8cccddddeeeeffff";
    let organisation = Acting::Organisation(id.parse().unwrap());
    let power = |principal| Acting::Power {
        id: id.parse().unwrap(),
        principal,
    };
    let row = |acting, role| {
        let known = Known {
            facts: &facts,
            phone: None,
            role,
            acting,
            device: None,
        };
        first_row_below_its_heading(&request, &known)
    };
    let head = row((organisation, Some(&school)), Some(CertificateRole::Head));
    assert_eq!(head.value, ClaimValue::Text("Мектеп № 1, 180140000028".to_owned()));
    assert_eq!(head.note, Some(ClaimNote::CertificateRole("head")));
    for role in [CertificateRole::Individual, CertificateRole::Head] {
        let person = row((Acting::Myself, None), Some(role));
        assert_eq!(
            (person.claim, person.value),
            (Claim::InWhoseName, ClaimValue::OwnName),
            "for themself: {role:?}"
        );
    }
    let file = row((Acting::Myself, None), None);
    assert_eq!(file.value, ClaimValue::Text("Мектеп, 180140000028".to_owned()));
    let person = NamedPrincipal {
        kind: PrincipalKind::Person,
        name: Some("Серікова Айгерім".to_owned()),
        number: Some("870514400010".to_owned()),
    };
    let of_person = power(Principal::Person(id.parse().unwrap()));
    let by_power = row((of_person, Some(&person)), Some(CertificateRole::Individual));
    assert_eq!(
        (by_power.claim, by_power.note),
        (Claim::InWhoseName, Some(ClaimNote::PowerOfAttorney))
    );
    assert_eq!(
        by_power.value,
        ClaimValue::Text("Серікова Айгерім".to_owned()),
        "the number is not asked for"
    );
}

#[test]
fn a_language_is_called_what_its_speakers_call_it() {
    let facts = [fact(FactName::Name, "Әлия"), fact(FactName::Locale, "kk")];
    let known = Known {
        facts: &facts,
        phone: None,
        role: None,
        acting: (Acting::Myself, None),
        device: None,
    };
    let rows = rows(&request(&[Scope::Profile], &[]), &need(false, &[]), &known);
    let value = rows
        .iter()
        .find(|row| row.claim == Claim::Language)
        .map(|row| row.value.clone());
    assert_eq!(value, Some(ClaimValue::Text("Қазақша".to_owned())));
}
