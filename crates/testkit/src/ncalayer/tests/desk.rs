use std::time::Duration;

use authority::time::days;
use federation::eds::PersonClass;

use super::*;
use crate::trouble::KeyTrouble;

/// Waits until the desk shows this many requests; the socket's task needs a few turns.
async fn desk_shows(state: &SignerState, count: usize) -> Vec<PendingRequest> {
    let shows = async {
        while state.pending().len() != count {
            tokio::task::yield_now().await;
        }
        state.pending()
    };
    tokio::time::timeout(Duration::from_secs(10), shows).await.unwrap()
}

#[tokio::test]
async fn the_desk_decides_about_a_waiting_request() {
    let state = signer();
    state.set_mode(AnswerMode::Ask);
    let mut page = Page::connect(&state).await;

    page.send(login_request()).await;
    let [waiting] = desk_shows(&state, 1).await.try_into().unwrap();
    assert_eq!(waiting.text, CHALLENGE);
    assert!(state.decide(waiting.id, Decision::SignAs("saule".to_owned())));
    let answer = page.receive().await;
    assert!(
        verifier()
            .verify(answer["body"]["result"].as_str().unwrap(), CHALLENGE.as_bytes(), NOW)
            .is_ok()
    );
    assert!(!state.decide(waiting.id, Decision::Cancel), "it is decided");

    page.send(login_request()).await;
    let [waiting] = desk_shows(&state, 1).await.try_into().unwrap();
    assert!(state.decide(waiting.id, Decision::Cancel));
    assert_eq!(page.receive().await, json!({"status": true, "body": {}}));
}

#[tokio::test]
async fn requests_of_one_page_are_answered_in_order() {
    let state = signer();
    state.set_mode(AnswerMode::Ask);
    let mut page = Page::connect(&state).await;
    page.send(login_request()).await;
    let [first] = desk_shows(&state, 1).await.try_into().unwrap();
    page.send(json!({})).await;
    state.decide(first.id, Decision::Cancel);
    assert_eq!(page.receive().await, json!({"status": true, "body": {}}));
    assert_eq!(page.receive().await["errorCode"], "MODULE_NOT_FOUND");
}

#[tokio::test]
async fn a_request_leaves_the_desk_when_its_page_goes() {
    let state = signer();
    state.set_mode(AnswerMode::Ask);
    let mut page = Page::connect(&state).await;
    page.send(login_request()).await;
    desk_shows(&state, 1).await;
    drop(page);
    desk_shows(&state, 0).await;
}

#[tokio::test]
async fn each_trouble_with_a_key_is_one_that_the_verifier_names() {
    let state = signer();
    let mut page = Page::connect(&state).await;
    for login in ["saule", "dana"] {
        for (trouble, class) in [
            (KeyTrouble::System, Some(PersonClass::WrongKind)),
            (
                KeyTrouble::NotYet,
                Some(PersonClass::NotYetValid { at: NOW.plus(days(1)) }),
            ),
            (KeyTrouble::OtherCentre, Some(PersonClass::UnknownCentre)),
            (KeyTrouble::Unchecked, None),
            (KeyTrouble::Nothing, None),
        ] {
            state.set_next(login);
            state.set_trouble(trouble);
            page.send(login_request()).await;
            let answer = page.receive().await;
            let signature = answer["body"]["result"].as_str().unwrap();
            let verdict = verifier().verify(signature, CHALLENGE.as_bytes(), NOW);
            assert_eq!(
                verdict.err().map(|refusal| refusal.class()),
                class,
                "{login} {trouble:?}"
            );
        }
    }
}
