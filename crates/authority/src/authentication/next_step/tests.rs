mod world;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use super::*;
use crate::assurance::{Assurance, AssuranceRequest};
use crate::authorization::ClaimName;
use crate::clients::ClientAuthentication;
use crate::ids::{DeviceId, SessionId};

use world::{World, key, world};

#[test]
fn without_a_session_one_signs_in() {
    assert_eq!(
        world().step_with(false, true),
        NextStep::SignIn(SignInReason::NoSession)
    );
}

#[test]
fn a_live_session_and_a_remembered_consent_issue_at_once() {
    assert_eq!(world().step(), NextStep::Issue);
}

#[test]
fn prompt_login_is_satisfied_only_by_signing_in_here() {
    let mut world = world();
    world.request.prompt.login = true;
    assert_eq!(world.step(), NextStep::SignIn(SignInReason::Asked));
    world.progress.session = Some(world.session.id);
    assert_eq!(world.step(), NextStep::SignIn(SignInReason::Asked));
    world.signed_in_here();
    assert_eq!(world.step(), NextStep::Issue);
}

#[test]
fn max_age_counts_whole_seconds_since_authentication() {
    let mut world = world();
    for (max_age, expected) in [
        (100, NextStep::Issue),
        (99, NextStep::SignIn(SignInReason::TooOld)),
        (0, NextStep::SignIn(SignInReason::TooOld)),
    ] {
        world.request.max_age = Some(max_age);
        assert_eq!(world.step(), expected, "{max_age}");
    }
    world.signed_in_here();
    assert_eq!(world.step(), NextStep::Issue);
}

#[test]
fn another_person_than_expected_is_never_given_a_code() {
    let mut world = world();
    world.request.expected_subject = Some(Subject::mint(&mut ChaCha20Rng::seed_from_u64(9)));
    assert_eq!(world.step(), NextStep::SignIn(SignInReason::OtherPersonExpected));
    world.signed_in_here();
    assert_eq!(world.step(), NextStep::OtherPerson);
    world.request.expected_subject = Some(world.subject.clone());
    assert_eq!(world.step(), NextStep::Issue);
}

#[test]
fn an_essential_level_that_signing_in_did_not_reach_is_an_error() {
    let mut world = world();
    world.request.assurance = AssuranceRequest {
        values: vec![Assurance::FullBound],
        essential: true,
    };
    assert_eq!(world.step(), NextStep::SignIn(SignInReason::AssuranceTooLow));
    world.signed_in_here();
    assert_eq!(world.step(), NextStep::AssuranceUnmet);
    world.request.assurance.essential = false;
    assert_eq!(world.step(), NextStep::Issue);
}

#[test]
fn a_new_client_names_the_person_before_it_asks_for_consent() {
    let mut world = world();
    assert_eq!(world.step_with(true, false), NextStep::ContinueAs);
    world.progress.session = Some(world.session.id);
    assert!(matches!(world.step_with(true, false), NextStep::Consent(need) if !need.changed));
    world.progress.consented = true;
    assert_eq!(world.step_with(true, false), NextStep::Issue);
}

#[test]
fn select_account_always_asks_who() {
    let mut world = world();
    world.request.prompt.select_account = true;
    assert_eq!(world.step(), NextStep::ContinueAs);
    world.progress.session = Some(world.session.id);
    assert_eq!(world.step(), NextStep::Issue);
}

#[test]
fn what_grew_is_asked_for_again() {
    let mut world = world();
    world.signed_in_here();
    world.request.scopes.push(Scope::Email);
    let NextStep::Consent(need) = world.step() else {
        panic!("consent expected")
    };
    assert_eq!((need.changed, need.new_scopes), (true, vec![Scope::Email]));
    world.request.scopes.pop();
    world.request.claims.userinfo = vec![ClaimName::Name];
    assert_eq!(world.step(), NextStep::Issue, "the scope profile gave the name already");
    world.request.claims.id_token = vec![ClaimName::Iin];
    assert!(matches!(world.step(), NextStep::Consent(need) if need.new_claims == [ClaimName::Iin]));
}

#[test]
fn prompt_consent_and_changed_metadata_and_public_clients_ask_again() {
    let mut world = world();
    world.signed_in_here();
    world.request.prompt.consent = true;
    assert!(matches!(world.step(), NextStep::Consent(_)));
    world.request.prompt.consent = false;
    world.client.metadata_version = 2;
    assert!(matches!(world.step(), NextStep::Consent(_)));
    world.client.metadata_version = 1;
    world.client.authentication = ClientAuthentication::None;
    assert!(matches!(world.step(), NextStep::Consent(_)));
}

#[test]
fn another_session_in_the_same_browser_does_not_slip_in() {
    let mut world = world();
    world.progress.session = Some(SessionId::mint(world.now, &mut ChaCha20Rng::seed_from_u64(9)));
    assert_eq!(world.step(), NextStep::SignIn(SignInReason::NoSession));
}

#[test]
fn prompt_none_never_asks_who_before_consent() {
    let mut world = world();
    world.request.prompt.none = true;
    assert!(matches!(world.step_with(true, false), NextStep::Consent(_)));
    assert_eq!(world.step(), NextStep::Issue);
}

/// Every combination of device, sign-in and proof, each with what comes next when nothing else is in the way.
#[test]
fn a_session_of_a_device_with_a_key_goes_on_only_after_a_proof() {
    let keys = [
        None,
        #[cfg(feature = "sandbox")]
        Some(DeviceKey::SandboxCookie),
        Some(key()),
    ];
    for (device_key, signed_in, proven) in keys
        .into_iter()
        .flat_map(|key| [false, true].map(|signed_in| (key.clone(), signed_in)))
        .flat_map(|(key, signed_in)| [false, true].map(|proven| (key.clone(), signed_in, proven)))
    {
        let mut world = world();
        let said = format!("{device_key:?}, signed in: {signed_in}, proven: {proven}");
        let due = device_key == Some(key()) && !signed_in && !proven;
        world.device_key = device_key;
        if signed_in {
            world.signed_in_here();
        }
        world.progress.proven_session = proven.then_some(world.session.id);
        let expected = |otherwise| if due { NextStep::ProveDevice } else { otherwise };
        assert_eq!(world.step(), expected(NextStep::Issue), "{said}");
        world.request.prompt.none = true;
        assert_eq!(world.step(), expected(NextStep::Issue), "prompt=none, {said}");
        world.request.prompt.none = false;
        let new_client = world.step_with(true, false);
        match (due, signed_in) {
            (true, _) => assert_eq!(new_client, NextStep::ProveDevice, "{said}"),
            // The proof shows which device this is, not who sits there: the person is named all the same.
            (false, false) => assert_eq!(new_client, NextStep::ContinueAs, "{said}"),
            (false, true) => assert!(matches!(new_client, NextStep::Consent(_)), "{said}"),
        }
        world.request.prompt.select_account = true;
        let asked = if signed_in {
            NextStep::Issue
        } else {
            NextStep::ContinueAs
        };
        assert_eq!(world.step(), expected(asked), "prompt=select_account, {said}");
    }
}

#[test]
fn neither_choosing_nor_consenting_stands_for_a_proof() {
    let mut world = world();
    world.device_key = Some(key());
    world.progress.session = Some(world.session.id);
    world.progress.consented = true;
    assert_eq!(world.step(), NextStep::ProveDevice);
    assert_eq!(world.step_with(true, false), NextStep::ProveDevice);
}

#[test]
fn the_proof_of_another_sessions_device_counts_for_nothing() {
    let mut world = world();
    world.device_key = Some(key());
    world.progress.proven_session = Some(SessionId::mint(world.now, &mut ChaCha20Rng::seed_from_u64(9)));
    assert_eq!(world.step(), NextStep::ProveDevice);
}

#[test]
fn where_a_sign_in_is_due_anyway_no_proof_is_asked_before() {
    type Change = fn(&mut World);
    let reasons: [(SignInReason, Change); 4] = [
        (SignInReason::Asked, |world| world.request.prompt.login = true),
        (SignInReason::TooOld, |world| world.request.max_age = Some(0)),
        (SignInReason::OtherPersonExpected, |world| {
            world.request.expected_subject = Some(Subject::mint(&mut ChaCha20Rng::seed_from_u64(9)));
        }),
        (SignInReason::AssuranceTooLow, |world| {
            world.request.assurance.values = vec![Assurance::FullBound];
        }),
    ];
    for (reason, arrange) in reasons {
        for proven in [false, true] {
            let mut world = world();
            world.device_key = Some(key());
            world.progress.proven_session = proven.then_some(world.session.id);
            arrange(&mut world);
            assert_eq!(world.step(), NextStep::SignIn(reason), "proven: {proven}");
        }
    }
}

#[test]
fn offline_access_needs_consent_now_or_before() {
    let mut world = world();
    let allowed = |world: &World| world.facts().offline_allowed();
    assert!(!allowed(&world));
    world.request.scopes.push(Scope::OfflineAccess);
    assert!(!allowed(&world));
    world.progress.consented = true;
    assert!(allowed(&world));
    world.progress.consented = false;
    world.consent.scopes.push(Scope::OfflineAccess);
    assert!(allowed(&world));
}

#[test]
fn a_session_of_a_shared_computer_opens_no_other_service_and_gives_no_refresh_token() {
    let mut world = world();
    world.session.device_id = None;
    world.request.scopes.push(Scope::OfflineAccess);
    let ask = |world: &World| next_step(&world.facts(), world.now);
    assert_eq!(ask(&world), NextStep::SignIn(SignInReason::NoSession));
    world.progress.session = Some(world.session.id);
    assert_eq!(
        ask(&world),
        NextStep::SignIn(SignInReason::NoSession),
        "chosen, not made here"
    );
    world.progress.signed_in = true;
    assert!(
        !matches!(ask(&world), NextStep::SignIn(_)),
        "the sign-in that made it goes on"
    );
    world.progress.consented = true;
    assert!(!world.facts().offline_allowed());
    world.session.device_id = Some(DeviceId::mint(world.now, &mut ChaCha20Rng::seed_from_u64(2)));
    assert!(world.facts().offline_allowed());
}

#[test]
fn the_proof_of_a_device_counts_for_five_minutes_and_no_longer() {
    for mark in [true, false] {
        let mut world = world();
        world.device_key = Some(key());
        world.progress.session = Some(world.session.id);
        world.progress.consented = true;
        world.progress.signed_in = mark;
        world.progress.proven_session = (!mark).then_some(world.session.id);
        let ask = |world: &World, at: Timestamp| next_step(&world.facts(), at);
        let end = world.proven_at.plus(PROOF_TTL);
        let last = Timestamp::from_micros(end.as_micros() - 1);
        assert_eq!(ask(&world, last), NextStep::Issue);
        assert_eq!(ask(&world, end), NextStep::ProveDevice);
        world.proven_at = end;
        assert_eq!(ask(&world, end), NextStep::Issue);
    }
}

/// The names when the person may act for an organisation.
fn organisation() -> Names {
    let id = "0193aaaaaaaa7bbb8cccddddeeeeffff".parse().unwrap();
    Names {
        available: vec![Acting::Organisation(id)],
        lost: false,
    }
}

#[test]
fn in_whose_name_is_asked_before_anything_is_released_or_issued() {
    let mut world = world();
    world.signed_in_here();
    world.names = organisation();
    let name = world.names.available[0];
    // Whatever was agreed to before: the name is another matter.
    assert_eq!(world.step(), NextStep::ChooseName);
    assert_eq!(world.step_with(true, false), NextStep::ChooseName);
    for chosen in [Acting::Myself, name] {
        world.progress.acting = Some(chosen);
        assert_eq!(world.step(), NextStep::Issue, "{chosen:?}");
        assert!(
            matches!(world.step_with(true, false), NextStep::Consent(_)),
            "{chosen:?}"
        );
    }
    // The name ended after the consent: it is asked anew, and nothing is issued in another one.
    world.progress.consented = true;
    world.names = Names::default();
    assert_eq!(world.step(), NextStep::ChooseName);
    world.progress.acting = Some(Acting::Myself);
    assert_eq!(world.step(), NextStep::Issue);
}

#[test]
fn somebody_is_named_before_the_names_are_shown() {
    let mut world = world();
    world.names = organisation();
    assert_eq!(world.step(), NextStep::ContinueAs);
    world.progress.session = Some(world.session.id);
    assert_eq!(world.step(), NextStep::ChooseName);
}

#[test]
fn without_pages_the_name_is_the_one_the_client_was_given_before() {
    let mut world = world();
    world.request.prompt.none = true;
    world.names = organisation();
    let name = world.names.available[0];
    assert_eq!(world.step(), NextStep::ChooseName);
    world.progress.acting = Some(name);
    assert_eq!(world.step(), NextStep::ChooseName, "nothing was chosen without pages");
    for acted in [Acting::Myself, name] {
        world.acted = Some(acted);
        assert_eq!(world.step(), NextStep::Issue, "{acted:?}");
        assert_eq!(world.facts().acting(), Some(acted));
    }
    world.names = Names::default();
    assert_eq!(world.step(), NextStep::ChooseName, "it ended");
}

#[test]
fn what_is_lost_is_told_once_in_a_sign_in() {
    let mut world = world();
    world.signed_in_here();
    world.names.lost = true;
    assert_eq!(world.step(), NextStep::ChooseName);
    world.progress.acting = Some(Acting::Myself);
    assert_eq!(world.step(), NextStep::Issue);
}
