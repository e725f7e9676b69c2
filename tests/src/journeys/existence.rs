//! Who is known here, locked or gone: nothing tells before the first stage is proven, and a lock only after both (security
//! rule AC-1). Whoever has another person's certificate, which is no secret, learns nothing by showing it.

use std::time::Duration;

use authority::time::minutes;
use authority::users::{LockReason, UserState};
use storage::{StorageError, identifiers};
use testkit::cms::{CmsRecipe, armour};
use testkit::people::DemoPerson;
use testkit::pki::SigningKey;
use tokio::time::Instant;

use crate::harness::{Browser, Page, TestApp};
use crate::storage::both_databases;

/// A number with a right check digit that nobody has.
const NOBODY: &str = "850712400013";
/// The prober's tries for each person when times are compared.
const TRIES: usize = 25;

/// Somebody whose certificate a stranger found.
struct Target {
    what: &'static str,
    iin: &'static str,
    certificate: Vec<u8>,
}

/// One person of each kind.
async fn targets(app: &TestApp) -> Vec<Target> {
    let at = app.now();
    let locked = |reason| UserState::Locked { reason, at };
    app.puts("nurlan", locked(LockReason::Administrator)).await;
    app.puts("gulnara", locked(LockReason::LeftSchool)).await;
    app.puts("alice", UserState::Closed { at }).await;
    let gone = app.user("daniyar").await.id;
    let buried = app.db().tx("test", |tx| async move {
        identifiers::record_tombstones(&tx, gone, at).await
    });
    let buried: Result<u64, StorageError> = buried.await;
    buried.unwrap();
    app.bound_browser("aigerim").await;
    let kinds = [
        ("unknown", None),
        ("known and bound", Some("aigerim")),
        ("without a phone", Some("saule")),
        ("locked by the administrator", Some("nurlan")),
        ("out of school", Some("gulnara")),
        ("closed", Some("alice")),
        ("gone", Some("daniyar")),
    ];
    let target = |(what, login): (&'static str, Option<&str>)| {
        let like = DemoPerson::find("aigerim").unwrap();
        let person = login.map_or(DemoPerson { iin: NOBODY, ..*like }, |login| {
            *DemoPerson::find(login).unwrap()
        });
        let profile = person.certificate_profile(at);
        let certificate = app
            .keys
            .centre
            .nca()
            .issue(&profile, &SigningKey::generate().unwrap())
            .unwrap();
        Target {
            what,
            iin: person.iin,
            certificate,
        }
    };
    kinds.into_iter().map(target).collect()
}

/// A signature of the stranger's key under the target's certificate.
fn forged(app: &TestApp, stranger: &SigningKey, target: &Target, page: &Page) -> String {
    let challenge = page.data_challenge();
    armour(
        &CmsRecipe::honest(stranger, &target.certificate, challenge.as_bytes(), app.now())
            .sign()
            .unwrap(),
    )
}

/// Letters and digits that differ from one request to the next become dots: identifiers, nonces, digests, references.
fn without_chance(text: &str) -> String {
    let in_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/' | '=');
    let mut shown = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c| !in_token(c)).unwrap_or(rest.len());
        let (token, after) = rest.split_at(end);
        let is_reference = token.len() == 9 && token.as_bytes()[4] == b'-' && token == token.to_ascii_uppercase();
        let parts = token
            .split('/')
            .map(|part| if part.len() >= 24 || is_reference { "…" } else { part });
        shown.push_str(&parts.collect::<Vec<_>>().join("/"));
        let mut letters = after.chars();
        shown.extend(letters.next());
        rest = letters.as_str();
    }
    shown
}

/// Everything that an answer is, without chance: status, headers with the cookies' names and attributes, text.
fn shape(page: &Page) -> String {
    let mut headers: Vec<String> = page
        .headers
        .iter()
        .map(|(name, value)| {
            let value = value.to_str().unwrap();
            match value.split_once('=').filter(|_| name == "set-cookie") {
                // A cookie of a flow has eight digits of the flow in its name.
                Some((cookie, rest)) => format!("{name}: {}={}", &cookie[..cookie.len().min(17)], without_chance(rest)),
                None => format!("{name}: {}", without_chance(value)),
            }
        })
        .collect();
    headers.sort();
    format!(
        "{}\n{}\n{}",
        page.status,
        headers.join("\n"),
        without_chance(&page.body)
    )
}

/// Whatever a stranger can ask about a target, step by step.
async fn probed(
    app: &TestApp,
    browser: &mut Browser,
    stranger: &SigningKey,
    target: &Target,
) -> Vec<(&'static str, String)> {
    let mut seen = Vec::new();
    let mut note = |step, page: &Page| seen.push((step, shape(page)));
    note(
        "authorize, no page",
        &browser
            .get(&app.diary().request(&[("login_hint", target.iin), ("prompt", "none")]))
            .await,
    );
    let first = browser.get(&app.diary().request(&[("login_hint", target.iin)])).await;
    note("authorize", &first);
    let choose = browser.follow(first).await;
    note("choose", &choose);
    let started = browser.submit(&choose.form_of("eds")).await;
    note("start", &started);
    let page = browser.follow(started).await;
    note("sign", &page);
    let refused = browser
        .submit(
            &page
                .form("eds-form")
                .with("signature", &forged(app, stranger, target, &page)),
        )
        .await;
    note("forged", &refused);
    refused.status(422);
    let flow = super::steps::flow_path(&refused);
    for step in ["sign-in", "eds", "confirm", "device", "consent"] {
        let page = browser.get(&format!("{flow}/{step}")).await;
        note(step, &page);
    }
    let csrf = refused
        .form("eds-form")
        .fields
        .into_iter()
        .find(|(name, _)| name == "csrf")
        .unwrap()
        .1;
    for step in ["confirm", "confirm/resend", "device", "consent"] {
        let page = browser
            .post(
                &format!("{flow}/{step}"),
                &[("csrf", &csrf), ("code", "123456"), ("proof", "x")],
            )
            .await;
        note(step, &page);
    }
    seen
}

both_databases! {
    async fn nobody_is_told_apart_before_the_first_stage(db) {
        let app = TestApp::on(db).await;
        let (targets, stranger) = (targets(&app).await, SigningKey::generate().unwrap());
        let messages = app.sent_messages().await;
        let mut first: Option<Vec<(&str, String)>> = None;
        for target in &targets {
            let seen = probed(&app, &mut app.browser(), &stranger, target).await;
            let expected = first.get_or_insert_with(|| seen.clone());
            for ((step, shape), (_, wanted)) in seen.iter().zip(expected.iter()) {
                assert_eq!(shape, wanted, "{step} of the one who is {}", target.what);
            }
            assert_eq!(seen.len(), expected.len());
        }
        assert_eq!(app.sent_messages().await, messages, "and nobody got a message");
        assert!(app.user_with_number(NOBODY).await.is_none(), "and nobody was made known");
    }

    async fn a_forged_signature_takes_as_long_for_everybody(db) {
        let app = TestApp::on(db).await;
        let (targets, stranger) = (targets(&app).await, SigningKey::generate().unwrap());
        let mut times: Vec<Vec<Duration>> = vec![Vec::new(); targets.len()];
        // In turn, so that whatever slows the machine down slows everybody down; in flows and minutes of their own, so that
        // the limits of refused signatures stay out of it.
        for round in 0..TRIES {
            app.advance(minutes(1));
            let mut browser = app.browser();
            let choose = browser.open(&app.diary().request(&[])).await;
            let mut page = browser.press(&choose, "eds").await;
            for place in 0..targets.len() {
                let whose = (round + place) % targets.len();
                let form = page.form("eds-form").with("signature", &forged(&app, &stranger, &targets[whose], &page));
                let asked = Instant::now();
                page = browser.submit(&form).await;
                times[whose].push(asked.elapsed());
                page.status(422);
            }
        }
        let medians: Vec<Duration> = times.iter_mut().map(|times| { times.sort(); times[TRIES / 2] }).collect();
        let (least, most) = (medians.iter().min().unwrap(), medians.iter().max().unwrap());
        // One lookup more would not show here, a transaction with the person's records would; which way the code takes is
        // shown by the trace: refused before anybody is looked for.
        assert!(*most < *least * 2 + Duration::from_millis(3), "{medians:?}");
        for login in ["aigerim", "nurlan", "gulnara", "alice", "saule"] {
            let trace = app.trace(login).await;
            assert!(!trace.iter().any(|event| event.starts_with("first_stage_refused")), "{login} was looked for: {trace:?}");
        }
    }

    async fn with_the_right_key_a_lock_shows_nothing_until_the_code_is_right(db) {
        let app = TestApp::on(db).await;
        let at = app.now();
        let locked = |reason| UserState::Locked { reason, at };
        app.puts("nurlan", locked(LockReason::Incident)).await;
        app.puts("daniyar", locked(LockReason::Inactive)).await;
        app.puts("alice", UserState::Closed { at }).await;
        let mut first: Option<(String, String)> = None;
        for (login, number) in [("aigerim", "00 11"), ("nurlan", "00 12"), ("daniyar", "00 14"), ("alice", "00 18")] {
            let mut browser = app.browser();
            let choose = browser.open(&app.diary().request(&[])).await;
            let sms = app.signs_in_with_eds(&mut browser, &choose, &app.person(login)).await;
            assert!(sms.body.contains(number), "{login}: {}", sms.body);
            let right = app.newest_code().await;
            let wrong = app.types(&mut browser, &sms, if right == "000000" { "000001" } else { "000000" }).await;
            let seen = (shape(&sms).replace(number, "…"), shape(&wrong).replace(number, "…"));
            assert_eq!(*first.get_or_insert_with(|| seen.clone()), seen, "{login}");
        }
    }
}
