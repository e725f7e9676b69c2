//! Powers of attorney: given, used, ended.

use authority::audit::EventKind;
use authority::representation::Principal;
use authority::time::{days, hours, minutes, seconds};
use authority::users::{LockReason, UserState};
use storage::StorageError;
use testkit::people::DemoPerson;

use super::{BIN, SCHOOL, typed};
use crate::harness::{LogoutEndpoint, TestApp, clients, payload};
use crate::storage::both_databases;

/// A request with offline access, so that a refresh token comes along.
const OFFLINE: &[(&str, &str)] = &[("scope", "openid organisation offline_access"), ("prompt", "consent")];

both_databases! {
    async fn an_agent_acts_in_the_name_of_a_person_and_stays_who_he_is(db) {
        let app = TestApp::on(db).await;
        let mut principal = app.in_cabinet("aigerim").await;
        let empty = app.visits(&mut principal, "/cabinet/powers").await;
        empty.expect("none-given").expect("none-received").expect("no-organisations");
        let page = app.gives(&mut principal, "nurlan", &[]).await;
        page.status(200).expect("flash").expect("power-given-1").expect("end-given-1");
        assert!(page.body.contains("•••••• ••0015") && !page.body.contains("Бекенұлы"), "no name is looked up: {}", page.body);
        let (diary, mut browser) = (app.diary(), app.browser());
        let request = diary.request(&[("scope", "openid profile organisation iin")]);
        let names = app.arrives(&mut browser, &app.person("nurlan"), &request).await;
        names.expect("myself").expect("power-1");
        let tokens = app.acts(&mut browser, &names, "power-1", &diary).await;
        let claims = app.claims(&diary, &tokens).await;
        let (agent, giver) = (app.user("nurlan").await, app.user("aigerim").await);
        assert_eq!(claims["sub"], agent.subject.as_str(), "the person who acts");
        assert_eq!(claims["iin"], DemoPerson::find("nurlan").unwrap().iin);
        let told = &claims["representation"];
        assert_eq!(told["kind"], "power_of_attorney");
        assert_eq!(told["principal"]["kind"], "person");
        assert_eq!(told["principal"]["sub"], giver.subject.as_str());
        assert_eq!(told["principal"]["iin"], DemoPerson::find("aigerim").unwrap().iin);
        let power = storage::powers::list_of_agent(app.db(), agent.id).await.unwrap().remove(0).power;
        assert_eq!((&told["power"], &told["until"]), (&power.id.to_string().into(), &power.until.as_unix_seconds().into()));
        assert!(claims.get("organisation").is_none() && claims.get("certificate_role").is_none(), "{claims}");
        let stated = payload(tokens.text("id_token"));
        let principal = serde_json::json!({"kind": "person", "sub": giver.subject.as_str()});
        assert_eq!(stated["representation"]["principal"], principal, "neither name nor number may travel as a hint");
        assert_eq!(stated["representation"]["power"], told["power"]);
        assert!(stated.get("organisation").is_none(), "{stated}");
        let events = app.events("nurlan").await;
        let find = |kind| events.iter().find(|event| event.kind == kind).unwrap();
        for kind in [EventKind::TokensIssued, EventKind::ConsentGranted, EventKind::PowerReceived] {
            assert_eq!(find(kind).principal, Some(Principal::Person(giver.id)), "{kind:?}");
        }
        let given = app.events("aigerim").await.into_iter().find(|event| event.kind == EventKind::PowerGiven).unwrap();
        assert_eq!(given.reason, format!("given: {}", power.id));
        // Both were told, by phones of their own.
        app.delivers_messages().await;
        let sent = app.outbox.newest_first().await;
        for login in ["aigerim", "nurlan"] {
            let phone = DemoPerson::find(login).unwrap().phone.unwrap();
            let told = sent.iter().any(|kept| kept.to.expose() == phone && (kept.text.contains("сенімхат") || kept.text.contains("power")));
            assert!(told, "{login}");
        }
    }

    async fn the_head_gives_a_power_in_the_name_of_the_organisation(db) {
        let app = TestApp::on(db).await;
        let mut head = app.browser();
        let names = app.arrives(&mut head, &app.person("gulnara"), &app.diary().request(&[])).await;
        app.acts(&mut head, &names, "myself", &app.diary()).await;
        app.comes_to_cabinet(&mut head, "gulnara").await;
        let page = app.gives(&mut head, "nurlan", &[("principal", "organisation")]).await;
        page.expect("power-given-1");
        assert!(page.body.contains(SCHOOL) && page.body.contains(BIN), "{}", page.body);
        let (diary, mut browser) = (app.diary(), app.browser());
        let names = app.arrives(&mut browser, &app.person("nurlan"), &diary.request(&[])).await;
        let tokens = app.acts(&mut browser, &names, "power-1", &diary).await;
        let claims = app.claims(&diary, &tokens).await;
        assert_eq!(claims["organisation"], serde_json::json!({"bin": BIN, "name": SCHOOL, "role": "representative"}));
        assert_eq!(claims["representation"]["principal"], serde_json::json!({"kind": "organisation", "bin": BIN, "name": SCHOOL}));
        assert_eq!(claims["sub"], app.user("nurlan").await.subject.as_str());
        let issued = app.events("nurlan").await.into_iter().find(|event| event.kind == EventKind::TokensIssued).unwrap();
        assert_eq!(issued.principal, Some(app.school().await));
    }

    async fn a_power_begins_and_ends_at_its_seconds(db) {
        let app = TestApp::on(db).await;
        let mut principal = app.in_cabinet("aigerim").await;
        let from = app.now().whole_seconds().plus(hours(1));
        let until = from.plus(hours(2));
        let (from_text, until_text) = (typed(from), typed(until));
        app.gives(&mut principal, "nurlan", &[("from", from_text.as_str()), ("until", until_text.as_str())]).await.expect("power-given-1");
        let (diary, mut browser) = (app.diary(), app.browser());
        let early = app.arrives(&mut browser, &app.person("nurlan"), &diary.request(OFFLINE)).await;
        early.status(200).expect("allow");
        assert!(!early.has("power-1"), "it has not begun");
        app.advance(from.since(app.now()) - seconds(1));
        let page = browser.open(&diary.request(OFFLINE)).await;
        assert!(!page.has("power-1"));
        app.advance(seconds(1));
        let names = app.arrives(&mut browser, &app.person("nurlan"), &diary.request(&[OFFLINE, &[("prompt", "login consent")]].concat())).await;
        let tokens = app.acts(&mut browser, &names, "power-1", &diary).await;
        app.advance(until.since(app.now()) - seconds(1));
        let fresh = diary.refreshes(tokens.text("refresh_token")).await;
        assert_eq!(fresh.summary(), "200", "the last second");
        assert_eq!(diary.userinfo(fresh.text("access_token")).await.status, 200);
        app.advance(seconds(1));
        assert_eq!(diary.userinfo(fresh.text("access_token")).await.status, 401);
        assert_eq!(diary.refreshes(fresh.text("refresh_token")).await.summary(), "400 invalid_grant");
        // The next sign-in says why the name is gone.
        let names = app.arrives(&mut browser, &app.person("nurlan"), &diary.request(&[])).await;
        assert!(names.has("myself") && !names.has("power-1") && names.body.contains("notice warn"), "{}", names.body);
        app.chooses(&mut browser, &names, "myself").await.expect("allow");
    }

    async fn a_revoked_power_is_dead_at_once_and_the_clients_are_told(db) {
        let (app, diary_end) = (TestApp::on(db).await, LogoutEndpoint::up().await);
        let mut told = clients();
        told[0]["backchannel_logout_uri"] = diary_end.uri().into();
        app.register(&told).await;
        let mut principal = app.in_cabinet("aigerim").await;
        app.gives(&mut principal, "nurlan", &[]).await;
        let (diary, library, mut browser) = (app.diary(), app.library(), app.browser());
        let names = app.arrives(&mut browser, &app.person("nurlan"), &diary.request(OFFLINE)).await;
        let tokens = app.acts(&mut browser, &names, "power-1", &diary).await;
        // The same session at another client in his own name.
        let own = app.comes_back(&mut browser, &library.request(&[])).await;
        let own = browser.press(&own, "continue").await;
        let own = browser.follow(own).await;
        let own = app.acts(&mut browser, &own, "myself", &library).await;
        // A code that waits, a flow in which the name was chosen.
        let page = app.comes_back(&mut browser, &diary.request(&[])).await;
        let page = browser.press(&page, "continue").await;
        let page = browser.follow(page).await;
        let chosen = app.chooses(&mut browser, &page, "power-1").await;
        let page = app.visits(&mut principal, "/cabinet/powers").await;
        let ask = app.visits(&mut principal, &page.link_of("end-given-1")).await;
        app.presses(&mut principal, &ask, "confirm").await.expect("flash");
        assert_eq!(diary.userinfo(tokens.text("access_token")).await.status, 401);
        assert_eq!(diary.refreshes(tokens.text("refresh_token")).await.summary(), "400 invalid_grant");
        assert_eq!(library.userinfo(own.text("access_token")).await.status, 200, "in his own name he goes on");
        let again = browser.submit(&chosen.form_of("allow")).await;
        let again = browser.follow(again).await;
        again.status(200).expect("myself");
        assert!(!again.has("power-1"), "asked anew: {}", again.body);
        app.jobs.logout.round().await.unwrap();
        let sid = payload(tokens.text("id_token"))["sid"].as_str().unwrap().to_owned();
        let sids = |end: &LogoutEndpoint| end.tokens().iter().map(|token| payload(token)["sid"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!(sids(&diary_end), std::slice::from_ref(&sid));
        // The session itself may still end, and the client is told of that too.
        let leave = browser.open("/logout").await;
        browser.press(&leave, "confirm").await;
        app.jobs.logout.round().await.unwrap();
        assert_eq!(sids(&diary_end), [sid.clone(), sid]);
        for login in ["aigerim", "nurlan"] {
            let ended = app.events(login).await.into_iter().find(|event| event.kind == EventKind::PowerEnded).unwrap();
            assert!(ended.reason.starts_with("revoked: "), "{}", ended.reason);
        }
    }

    async fn a_refresh_without_the_scope_names_nobody_in_its_id_token(db) {
        let app = TestApp::on(db).await;
        let mut principal = app.in_cabinet("aigerim").await;
        app.gives(&mut principal, "nurlan", &[]).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let names = app.arrives(&mut browser, &app.person("nurlan"), &diary.request(OFFLINE)).await;
        let tokens = app.acts(&mut browser, &names, "power-1", &diary).await;
        assert!(payload(tokens.text("id_token")).get("representation").is_some());
        let fields = [("grant_type", "refresh_token"), ("refresh_token", tokens.text("refresh_token")), ("scope", "openid")];
        let narrowed = diary.token(&fields).await;
        assert!(payload(narrowed.text("id_token")).get("representation").is_none());
    }

    async fn the_agent_renounces(db) {
        let app = TestApp::on(db).await;
        let mut principal = app.in_cabinet("aigerim").await;
        app.gives(&mut principal, "nurlan", &[]).await;
        let mut agent = app.in_cabinet("nurlan").await;
        let page = app.visits(&mut agent, "/cabinet/powers").await;
        assert!(page.body.contains("Серікова"), "the agent reads who gave it: {}", page.body);
        let one = app.visits(&mut agent, &page.link_of("power-received-1")).await;
        one.status(200).expect("power").expect("end");
        let ask = app.visits(&mut agent, &page.link_of("end-received-1")).await;
        let page = app.presses(&mut agent, &ask, "confirm").await;
        page.expect("flash");
        assert!(!page.has("end-received-1"));
        let agent_id = app.user("nurlan").await.id;
        let kept = storage::powers::list_of_agent(app.db(), agent_id).await.unwrap().remove(0);
        assert_eq!(kept.power.ended.unwrap().0, authority::powers::PowerEnd::Renounced);
    }

    async fn a_power_waits_for_whoever_has_the_number(db) {
        let app = TestApp::on(db).await;
        let mut principal = app.in_cabinet("aigerim").await;
        let number = "850712400013";
        let known = app.gives(&mut principal, "nurlan", &[]).await;
        let unknown = app.gives(&mut principal, number, &[]).await;
        assert_eq!(unknown.text_of("flash"), known.text_of("flash"), "nothing tells whether somebody is there");
        let received = app.events("aigerim").await.iter().filter(|event| event.kind == EventKind::PowerGiven).count();
        assert_eq!(received, 2);
        let newcomer = DemoPerson { login: "newcomer", iin: number, phone: Some("+77990000099"), ..*DemoPerson::find("nurlan").unwrap() };
        app.know(&[newcomer]).await;
        let person = app.with_certificate("nurlan", newcomer.certificate_profile(app.now()), |_| ());
        let names = app.arrives(&mut app.browser(), &person, &app.diary().request(&[])).await;
        names.expect("power-1");
    }

    async fn a_power_is_offered_only_where_and_for_what_it_was_given(db) {
        let app = TestApp::on(db).await;
        let mut principal = app.in_cabinet("aigerim").await;
        app.gives(&mut principal, "nurlan", &[("service", "library"), ("while_away", ""), ("numbers", "")]).await.expect("power-given-1");
        let mut browser = app.browser();
        let consent = app.arrives(&mut browser, &app.person("nurlan"), &app.diary().request(&[])).await;
        consent.expect("allow");
        let library = app.library();
        let away = library.request(&[("scope", "openid organisation offline_access")]);
        let iin = library.request(&[("scope", "openid organisation iin")]);
        // The same number, asked for by name.
        let named = library.request(&[("scope", "openid organisation"), ("claims", r#"{"userinfo":{"iin":null}}"#)]);
        for (request, offered) in [(library.request(&[]), true), (away, false), (iin, false), (named, false)] {
            let page = app.comes_back(&mut browser, &request).await;
            let page = browser.press(&page, "continue").await;
            let page = browser.follow(page).await;
            assert_eq!(page.has("power-1"), offered, "{request}");
        }
    }

    async fn a_power_rests_while_the_account_of_its_giver_does(db) {
        let app = TestApp::on(db).await;
        let mut principal = app.in_cabinet("aigerim").await;
        app.gives(&mut principal, "nurlan", &[]).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let names = app.arrives(&mut browser, &app.person("nurlan"), &diary.request(&[])).await;
        let tokens = app.acts(&mut browser, &names, "power-1", &diary).await;
        let state = app.user("aigerim").await.state;
        app.puts("aigerim", UserState::Locked { reason: LockReason::Own, at: app.now() }).await;
        assert_eq!(diary.userinfo(tokens.text("access_token")).await.status, 401);
        app.puts("aigerim", state).await;
        assert_eq!(diary.userinfo(tokens.text("access_token")).await.status, 200);
    }

    async fn a_damaged_power_keeps_no_other_from_being_told_and_is_reported(db) {
        let app = TestApp::on(db).await;
        for (n, giver) in ["aigerim", "gulnara"].into_iter().enumerate() {
            let mut principal = app.in_cabinet(giver).await;
            let until = typed(app.now().whole_seconds().plus(minutes(5 + u64::try_from(n).unwrap())));
            app.gives(&mut principal, "nurlan", &[("until", until.as_str())]).await;
        }
        db.tamper(&["UPDATE powers SET principal = 'nobody' WHERE until_at = (SELECT MIN(until_at) FROM powers)"]).await;
        app.advance(days(1));
        for _ in 0..2 {
            let failed = app.jobs.end_powers(app.now()).await;
            assert!(matches!(failed, Err(StorageError::Inconsistent(_))), "{failed:?}");
        }
        for (login, told) in [("aigerim", 0), ("gulnara", 1)] {
            let ended = app.trace(login).await.iter().filter(|event| event.starts_with("power_ended over")).count();
            assert_eq!(ended, told, "{login}");
        }
    }

    async fn of_a_power_that_ran_out_everybody_is_told_once(db) {
        let app = TestApp::on(db).await;
        let node = app.another_node(db.another().await).await;
        let mut principal = app.in_cabinet("aigerim").await;
        let until = typed(app.now().whole_seconds().plus(minutes(5)));
        app.gives(&mut principal, "nurlan", &[("until", until.as_str())]).await;
        app.bound_browser("nurlan").await;
        app.jobs.end_powers(app.now()).await.unwrap();
        assert!(!app.trace("aigerim").await.iter().any(|event| event.starts_with("power_ended")));
        app.advance(days(1));
        let now = app.now();
        let (one, two) = tokio::join!(app.jobs.end_powers(now), node.jobs.end_powers(now));
        assert_eq!(one.unwrap() + two.unwrap(), 1);
        assert_eq!(app.jobs.end_powers(now).await.unwrap(), 0);
        for login in ["aigerim", "nurlan"] {
            let ended = app.trace(login).await.iter().filter(|event| event.starts_with("power_ended over")).count();
            assert_eq!(ended, 1, "{login}");
        }
    }
}
