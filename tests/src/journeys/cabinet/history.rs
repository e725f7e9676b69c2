//! Choosing what the history shows, and saving it as a file (security rules AD-11, WI-13).

use authority::audit::{Actor, Event, EventKind};
use authority::clients::ClientId;
use authority::ids::{DeviceId, EventId};
use authority::time::{Timestamp, days, minutes};
use kiru::chance::chance;
use testkit::people::PEOPLE;

use super::pages::insert_events;
use crate::harness::{Browser, Form, Page, TestApp, clients};
use crate::storage::both_databases;

const HERE: &str = "/cabinet/history";

impl TestApp {
    /// A sign-in of a person that was refused, or succeeded, at an instant.
    async fn past_sign_in(&self, login: &str, (kind, client): (EventKind, &str), at: Timestamp, code: &str) {
        let event = Event {
            user_id: Some(self.user(login).await.id),
            client_id: ClientId::parse(client).ok(),
            reference: Some(code.to_owned()),
            address: Some("203.0.113.77".to_owned()),
            methods: "swk sms pop mfa".to_owned(),
            ..Event::new(EventId::mint(at, &mut chance()), at, kind, Actor::User)
        };
        insert_events(self, &[event]).await;
    }
}

fn at(text: &str) -> Timestamp {
    Timestamp::from_rfc3339(text).unwrap()
}

fn before(at: Timestamp) -> Timestamp {
    Timestamp::from_micros(at.as_micros() - 1)
}

/// The codes of those that are on a page or in a file, in its order.
fn codes(text: &str) -> Vec<String> {
    text.split("CODE-")
        .skip(1)
        .map(|rest| rest.chars().take_while(char::is_ascii_alphanumeric).collect())
        .collect()
}

/// The form of the button that saves what a page shows. The choices stand in hidden fields.
async fn file_form(app: &TestApp, browser: &mut Browser, path: &str) -> Form {
    app.visits(browser, path).await.status(200).form_of("csv")
}

async fn saves(app: &TestApp, browser: &mut Browser, path: &str) -> Page {
    let form = file_form(app, browser, path).await;
    browser.submit(&form).await
}

fn exports(trace: &[String]) -> usize {
    trace.iter().filter(|event| *event == "history_exported csv").count()
}

both_databases! {
    async fn the_days_of_a_period_are_those_of_the_deployment_to_the_instant(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.in_cabinet("aigerim").await;
        let (first, after) = (at("2026-11-10T00:00:00+05:00"), at("2026-11-12T00:00:00+05:00"));
        for (instant, code) in [
            (before(first), "CODE-early"),
            (first, "CODE-first"),
            (before(after), "CODE-last"),
            (after, "CODE-late"),
        ] {
            app.past_sign_in("aigerim", (EventKind::SignedIn, "diary"), instant, code).await;
        }
        for (query, shown) in [
            ("?from=2026-11-10&to=2026-11-11", vec!["last", "first"]),
            ("?from=2026-11-10&to=2026-11-12", vec!["late", "last", "first"]),
            ("?to=2026-11-11", vec!["last", "first", "early"]),
            ("?from=2026-11-11&to=2026-11-11", vec!["last"]),
            ("?from=1990-01-01&to=9999-12-31", vec!["late", "last", "first", "early"]),
        ] {
            let page = app.visits(&mut browser, &format!("{HERE}{query}")).await;
            assert_eq!(codes(&page.status(200).body), shown, "{query}");
            let file = saves(&app, &mut browser, &format!("{HERE}{query}")).await;
            assert_eq!(codes(&file.status(200).body), shown, "{query}");
        }
    }

    async fn what_is_older_than_a_year_is_not_asked_for_either(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.in_cabinet("aigerim").await;
        let kept = app.now().minus(days(365));
        app.past_sign_in("aigerim", (EventKind::SignedIn, "diary"), kept, "CODE-kept").await;
        app.past_sign_in("aigerim", (EventKind::SignedIn, "diary"), before(kept), "CODE-gone").await;
        let path = format!("{HERE}?from=2020-01-01&to=2025-12-31");
        assert_eq!(codes(&app.visits(&mut browser, &path).await.body), ["kept"]);
        assert_eq!(codes(&saves(&app, &mut browser, &path).await.body), ["kept"]);
    }

    async fn results_and_services_are_chosen_and_paging_keeps_the_choice(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.in_cabinet("aigerim").await;
        for n in 0..40 {
            let at = app.now().minus(minutes(100 + n));
            app.past_sign_in("aigerim", (EventKind::SecondStageRefused, "library"), at, &format!("CODE-{n:02}")).await;
            app.past_sign_in("aigerim", (EventKind::SignedIn, "library"), at, "CODE-in").await;
            app.past_sign_in("aigerim", (EventKind::OtherDeviceRefused, "diary"), at, "CODE-diary").await;
        }
        let first = app.visits(&mut browser, &format!("{HERE}?result=refused&service=library")).await;
        let older = first.link_of("older");
        assert!(older.contains("result=refused&service=library&before="), "{older}");
        let second = app.visits(&mut browser, &older).await;
        let seen = [codes(&first.body), codes(&second.body)].concat();
        assert_eq!(seen, (0..40).map(|n| format!("{n:02}")).collect::<Vec<_>>());
        assert!(!second.has("older"));
        assert_eq!(second.link_of("latest"), format!("{HERE}?result=refused&service=library"));
        assert!(second.body.contains("value=\"refused\" selected") && second.body.contains("value=\"library\" selected"));
        // The file holds both pages, from whichever it is saved.
        let file = browser.submit(&second.form_of("csv")).await;
        assert_eq!(codes(&file.body), seen);
        let succeeded = app.visits(&mut browser, &format!("{HERE}?result=succeeded&service=library")).await;
        assert!(codes(&succeeded.body).iter().all(|code| code == "in"));
        // The lengths of time keep the rest of the choice.
        let month = second.link_of("period-1");
        assert!(month.starts_with(&format!("{HERE}?from=2026-10-27&result=refused&service=library")), "{month}");
    }

    async fn other_peoples_sign_ins_are_never_found_by_any_choice(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.in_cabinet("aigerim").await;
        app.bound_browser("nurlan").await;
        app.past_sign_in("nurlan", (EventKind::SignedIn, "diary"), app.now().minus(minutes(1)), "CODE-theirs").await;
        app.past_sign_in("nurlan", (EventKind::SignedIn, "library"), app.now().minus(minutes(1)), "CODE-theirs").await;
        for query in ["", "?result=succeeded", "?service=diary", "?from=2026-01-01&to=2027-01-01"] {
            let page = app.visits(&mut browser, &format!("{HERE}{query}")).await;
            assert_eq!(codes(&page.status(200).body), [""; 0], "{query}");
            assert!(!page.body.contains("value=\"library\""), "a service of another person's is offered");
            let file = browser.submit(&page.form_of("csv")).await;
            assert_eq!(codes(&file.body), [""; 0], "{query}");
        }
    }

    async fn a_choice_that_cannot_be_made_gets_a_page_that_says_so(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.in_cabinet("aigerim").await;
        for (query, field) in [
            ("from=yesterday", "from-error"),
            ("from=2026-02-30", "from-error"),
            ("to=%00", "to-error"),
            ("from=2026-11-02&to=2026-11-01", "to-error"),
            ("result=1%27%20OR%20%271", "result-error"),
            ("service=nobody", "service-error"),
            // One that exists, and that this person never signed in to.
            ("service=library", "service-error"),
            ("from=2026-11-01&from=2026-11-01", "from-error"),
            ("from=%zz", "from-error"),
        ] {
            let page = app.visits(&mut browser, &format!("{HERE}?{query}")).await;
            page.status(422).expect(field);
            assert!(page.body.contains("<title>Error:") && page.body.contains("role=\"alert\""), "{query}");
            assert!(!page.has("csv") && !page.has("not-me-1"), "{query}");
        }
    }

    async fn a_choice_that_finds_nothing_says_what_would_be_there_and_leads_back(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.in_cabinet("aigerim").await;
        let page = app.visits(&mut browser, &format!("{HERE}?to=2026-11-01")).await;
        page.status(200).expect("empty");
        assert_eq!(page.link_of("all"), HERE);
        assert!(!page.has("csv"));
    }

    async fn the_file_is_saved_in_the_language_of_the_page_with_times_and_offsets(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.in_cabinet("aigerim").await;
        let at = at("2026-11-10T09:30:00+05:00");
        app.past_sign_in("aigerim", (EventKind::SecondStageRefused, "diary"), at, "CODE-1").await;
        for (language, head, result) in [
            ("kk", "\"Уақыты\",\"Сервис\",\"Тәсілі\",\"Құрылғы\"", "\"Бас тартылды: код дұрыс емес\""),
            ("ru", "\"Время\",\"Сервис\",\"Способ\",\"Устройство\"", "\"Отказ: неверный код\""),
            ("en", "\"Time\",\"Service\",\"Way\",\"Device\"", "\"Refused: wrong code\""),
        ] {
            browser.post("/language", &[("locale", language), ("back", "/cabinet")]).await;
            let file = saves(&app, &mut browser, HERE).await;
            file.status(200);
            assert_eq!(file.header("content-type"), "text/csv; charset=utf-8; header=present");
            assert_eq!(file.header("content-disposition"), "attachment; filename=\"kiru-sign-ins-2026-11-26.csv\"");
            assert_eq!(file.header("cache-control"), "no-store");
            assert_eq!(file.header("x-content-type-options"), "nosniff");
            let text = file.body.strip_prefix('\u{feff}').expect("a byte order mark");
            assert!(text.starts_with(head), "{text}");
            let line = text.lines().find(|line| line.contains("CODE-1")).unwrap();
            assert!(line.starts_with("\"2026-11-10T09:30:00+05:00\",\"The diary\",") && line.contains(result), "{line}");
            assert!(line.contains("\"203.0.113.•\"") && !text.contains("203.0.113.77"), "{line}");
            assert!(text.ends_with("\"\r\n"));
        }
        assert_eq!(exports(&app.trace("aigerim").await), 3);
        let person = PEOPLE.iter().find(|person| person.login == "aigerim").unwrap();
        let file = saves(&app, &mut browser, HERE).await.body;
        assert!(!file.contains(person.iin) && !file.contains(person.phone.unwrap()));
    }

    async fn a_name_in_the_file_is_never_a_formula(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.in_cabinet("aigerim").await;
        // Names come from files of clients, from browsers and from people.
        let mut all = clients();
        all[0]["client_name"] = "=HYPERLINK(\"https://evil.example\")".into();
        app.register(&all).await;
        let file = saves(&app, &mut browser, HERE).await;
        assert!(file.body.contains("\"'=HYPERLINK(\"\"https://evil.example\"\")\""), "{}", file.body);
        let cells = file.body.split("\r\n").flat_map(|line| line.split("\",\"")).map(|cell| cell.trim_matches('"'));
        assert!(cells.clone().count() > 7 && cells.clone().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r'])));
        // A code that is one, beside a device that is none of the person's.
        let at = app.now().minus(minutes(1));
        let stranger = Event {
            user_id: Some(app.user("aigerim").await.id),
            device_id: Some(DeviceId::mint(at, &mut chance())),
            reference: Some("-2+3".to_owned()),
            ..Event::new(EventId::mint(at, &mut chance()), at, EventKind::SignedIn, Actor::User)
        };
        insert_events(&app, &[stranger]).await;
        assert!(saves(&app, &mut browser, HERE).await.body.contains(",\"'-2+3\"\r\n"));
    }

    async fn a_file_leaves_once_with_the_ticket_of_its_page_and_for_nobody_else(db) {
        let app = TestApp::on(db).await;
        let mut other = app.bound_browser("nurlan").await;
        let mut owner = app.in_cabinet("aigerim").await;
        let mut thief = owner.with_jar_copied();
        let form = file_form(&app, &mut owner, HERE).await;
        // What a copied jar gets: the page that asks for a proof, with the form token and without a ticket.
        let asked = thief.open(HERE).await;
        assert_eq!(asked.data("purpose"), "cabinet");
        let csrf = asked.form_of("continue").fields.into_iter().find(|(name, _)| name == "csrf").unwrap().1;
        for ticket in ["", "x", &"A".repeat(43), &csrf[..43]] {
            let refused = thief.post(&form.action, &[("csrf", &csrf), ("ticket", ticket)]).await;
            refused.status(400);
            assert!(refused.header("content-disposition").is_empty() && !refused.body.contains("The diary"));
        }
        thief.get(&form.action).await.status(405);
        owner.submit(&form.clone().without("ticket")).await.status(400);
        owner.submit(&form.clone().without("csrf")).await.status(400);
        let fields: Vec<_> = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        owner.post_from("https://evil.example", &form.action, &fields).await.status(400);
        // Another person's session does not make it theirs.
        let choose = other.open("/cabinet").await;
        app.signs_in_to_cabinet(&mut other, "nurlan", &choose).await.status(200);
        let theirs = file_form(&app, &mut other, HERE).await;
        let ticket = &form.fields.iter().find(|(name, _)| name == "ticket").unwrap().1;
        other.submit(&theirs.with("ticket", ticket)).await.status(400);
        assert_eq!(exports(&app.trace("aigerim").await) + exports(&app.trace("nurlan").await), 0);
        // The owner's, once.
        let form = file_form(&app, &mut owner, HERE).await;
        owner.submit(&form).await.status(200);
        let again = owner.submit(&form).await;
        assert_eq!(again.status(400).link_of("again"), HERE, "a second file takes a second proof");
        assert_eq!(exports(&app.trace("aigerim").await), 1);
        // And no longer than the cabinet is open.
        let late = file_form(&app, &mut owner, HERE).await;
        app.advance(minutes(10));
        let answer = owner.submit(&late).await;
        assert!(answer.location().is_some_and(|to| to.starts_with("/flow/")), "{}", answer.status);
        assert_eq!(exports(&app.trace("aigerim").await), 1);
    }

    async fn fields_that_the_page_did_not_offer_save_nothing(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.in_cabinet("aigerim").await;
        for (name, value) in [("from", "yesterday"), ("to", "x"), ("result", "maybe"), ("service", "library")] {
            let form = file_form(&app, &mut browser, HERE).await.with(name, value);
            browser.submit(&form).await.status(400);
        }
        assert_eq!(exports(&app.trace("aigerim").await), 0);
    }

    async fn more_than_a_file_holds_is_said_and_not_cut_off(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.in_cabinet("aigerim").await;
        let user = app.user("aigerim").await.id;
        let latest = app.now().minus(days(40));
        let events: Vec<Event> = (0..5000).map(|n| {
            let at = latest.minus(minutes(n));
            Event {
                user_id: Some(user),
                ..Event::new(EventId::mint(at, &mut chance()), at, EventKind::SecondStageRefused, Actor::User)
            }
        }).collect();
        insert_events(&app, &events).await;
        let form = file_form(&app, &mut browser, HERE).await;
        let answer = browser.submit(&form).await;
        assert_eq!(answer.redirect(), format!("{HERE}?file=too_many"));
        let page = app.visits(&mut browser, answer.redirect()).await;
        page.status(422).expect("from-error");
        assert!(page.body.contains("at most: 5000"), "{}", page.body);
        // Exactly what one holds.
        let file = saves(&app, &mut browser, &format!("{HERE}?result=refused")).await;
        assert_eq!(file.status(200).body.lines().count(), 5001);
        assert_eq!(exports(&app.trace("aigerim").await), 1);
    }
}
