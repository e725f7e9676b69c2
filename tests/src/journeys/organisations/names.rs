//! The organisation of the certificate used now, and the choice on S17.

use authority::audit::EventKind;
use authority::time::{days, hours, minutes, seconds};
use testkit::pki::ExtendedUsage;

use super::{BIN, SCHOOL};
use crate::harness::{TestApp, payload};
use crate::journeys::steps::{error, flow_path};
use crate::oidc::arrange::through_the_sandbox;
use crate::storage::both_databases;

both_databases! {
    async fn a_head_acts_for_the_organisation_of_the_certificate_and_stays_who_she_is(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let names = app.arrives(&mut browser, &app.person("gulnara"), &diary.request(&[])).await;
        names.status(200).expect("myself").expect("organisation");
        assert!(names.body.contains(SCHOOL) && names.body.contains(BIN), "{}", names.body);
        let consent = app.chooses(&mut browser, &names, "organisation").await;
        assert!(consent.body.contains(SCHOOL) && consent.body.contains(BIN), "{}", consent.body);
        let back = app.allows_once(&mut browser, &consent).await;
        let tokens = diary.redeems(&diary.code(back.redirect())).await;
        let claims = app.claims(&diary, &tokens).await;
        let subject = app.user("gulnara").await.subject;
        assert_eq!(claims["sub"], subject.as_str(), "the person who acts");
        let stated = payload(tokens.text("id_token"));
        assert_eq!(stated["sub"], subject.as_str());
        let organisation = serde_json::json!({"bin": BIN, "name": SCHOOL, "role": "head"});
        assert_eq!((&claims["organisation"], &stated["organisation"]), (&organisation, &organisation));
        assert!(stated.get("representation").is_none() && stated.get("bin").is_none(), "{stated}");
        assert_eq!((&claims["bin"], &claims["certificate_role"]), (&BIN.into(), &"head".into()));
        assert!(claims.get("representation").is_none(), "{claims}");
        let issued = app.events("gulnara").await.into_iter().find(|event| event.kind == EventKind::TokensIssued).unwrap();
        assert_eq!(issued.user_id, Some(app.user("gulnara").await.id));
        assert_eq!(issued.principal, Some(app.school().await), "the audit log has both");
    }

    async fn a_head_who_acts_for_herself_brings_no_organisation(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let names = app.arrives(&mut browser, &app.person("gulnara"), &diary.request(&[])).await;
        let consent = app.chooses(&mut browser, &names, "myself").await;
        assert!(!consent.body.contains(BIN), "{}", consent.body);
        let back = app.allows_once(&mut browser, &consent).await;
        let tokens = diary.redeems(&diary.code(back.redirect())).await;
        let claims = app.claims(&diary, &tokens).await;
        for name in ["organisation", "representation", "bin", "organisation_name"] {
            assert!(claims.get(name).is_none(), "{name}: {claims}");
        }
        assert_eq!(claims["certificate_role"], "individual");
    }

    async fn a_personal_key_acts_for_no_organisation_whatever_key_was_used_before(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let names = app.arrives(&mut browser, &app.person("gulnara"), &diary.request(&[])).await;
        let earlier = names.form_of("organisation");
        app.acts(&mut browser, &names, "organisation", &diary).await;
        app.advance(minutes(11));
        let personal = app.with_own_key("gulnara", |_| ());
        let consent = app.arrives(&mut browser, &personal, &diary.request(&[("prompt", "login")])).await;
        consent.status(200).expect("allow");
        assert!(!consent.body.contains(BIN), "nothing to choose: {}", consent.body);
        // Neither the page itself nor the handle of the earlier flow opens the choice.
        let flow = flow_path(&consent);
        let mut form = consent.form_of("allow");
        form.action = format!("{flow}/name");
        let handle = earlier.fields.iter().find(|(name, _)| name == "name").unwrap();
        let answer = browser.submit(&form.with("name", &handle.1)).await;
        assert!(answer.redirect().ends_with("/consent"), "{}", answer.redirect());
        let back = app.allows_once(&mut browser, &consent).await;
        let tokens = diary.redeems(&diary.code(back.redirect())).await;
        let claims = app.claims(&diary, &tokens).await;
        assert!(claims.get("organisation").is_none() && claims.get("bin").is_none(), "{claims}");
        // The session of that key opens a second client as little.
        let library = app.library();
        let page = app.comes_back(&mut browser, &library.request(&[])).await;
        let consent = browser.press(&page, "continue").await;
        let consent = browser.follow(consent).await;
        let back = app.allows_once(&mut browser, &consent).await;
        let tokens = library.redeems(&library.code(back.redirect())).await;
        assert!(app.claims(&library, &tokens).await.get("organisation").is_none());
    }

    async fn a_handle_is_good_in_its_own_flow_only(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let one = app.arrives(&mut browser, &app.person("gulnara"), &diary.request(&[])).await;
        let two = app.comes_back(&mut browser, &diary.request(&[("state", "two")])).await;
        let two = browser.press(&two, "continue").await;
        let two = browser.follow(two).await;
        two.status(200).expect("organisation");
        let handle = |page: &crate::harness::Page| {
            let form = page.form_of("organisation");
            form.fields.iter().find(|(name, _)| name == "name").unwrap().1.clone()
        };
        assert_ne!(handle(&one), handle(&two));
        for wrong in [handle(&one).as_str(), "", "organisation", BIN] {
            let answer = browser.submit(&two.form_of("organisation").with("name", wrong)).await;
            answer.status(200).expect("organisation");
        }
        app.chooses(&mut browser, &two, "organisation").await.expect("allow");
    }

    async fn a_client_that_does_not_ask_is_told_nothing_and_nobody_is_asked(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let request = diary.request(&[("scope", "openid profile")]);
        let consent = app.arrives(&mut browser, &app.person("gulnara"), &request).await;
        consent.status(200).expect("allow");
        let back = app.allows_once(&mut browser, &consent).await;
        let tokens = diary.redeems(&diary.code(back.redirect())).await;
        let claims = app.claims(&diary, &tokens).await;
        assert!(claims.get("organisation").is_none() && claims.get("certificate_role").is_none(), "{claims}");
        // A claim by name is asking too.
        let by_name = r#"{"userinfo":{"organisation":null}}"#;
        let page = app.comes_back(&mut browser, &diary.request(&[("scope", "openid"), ("claims", by_name)])).await;
        let page = browser.press(&page, "continue").await;
        browser.follow(page).await.expect("organisation");
    }

    async fn a_certificate_without_a_role_says_so_and_acts_for_nobody(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let person = app.with_further_key("gulnara", |profile| {
            profile.extended_usage = vec![ExtendedUsage::EmailProtection, ExtendedUsage::Organisation];
        });
        let names = app.arrives(&mut browser, &person, &diary.request(&[])).await;
        names.status(200).expect("myself");
        assert!(!names.has("organisation") && names.body.contains(SCHOOL), "{}", names.body);
        let tokens = app.acts(&mut browser, &names, "myself", &diary).await;
        assert!(app.claims(&diary, &tokens).await.get("organisation").is_none());
    }

    async fn an_employee_acts_in_the_role_of_the_certificate(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let person = app.with_further_key("gulnara", |profile| {
            profile.extended_usage =
                vec![ExtendedUsage::EmailProtection, ExtendedUsage::Organisation, ExtendedUsage::Employee];
        });
        let names = app.arrives(&mut browser, &person, &diary.request(&[])).await;
        let tokens = app.acts(&mut browser, &names, "organisation", &diary).await;
        assert_eq!(app.claims(&diary, &tokens).await["organisation"]["role"], "employee");
    }

    async fn without_pages_a_client_gets_the_name_it_was_given_before_and_no_other(db) {
        let app = TestApp::on(db).await;
        let mut principal = app.in_cabinet("aigerim").await;
        app.gives(&mut principal, "nurlan", &[]).await;
        // The way without script: nobody has to sign for a request without pages.
        let (diary, mut browser) = (app.diary(), app.browser());
        let silent = diary.request(&[("prompt", "none")]);
        let names = through_the_sandbox(&mut browser, "nurlan", &diary.request(&[])).await;
        assert_eq!(error(&diary, &browser.get(&silent).await), "interaction_required");
        let consent = app.chooses(&mut browser, &names, "power-1").await;
        let back = browser.submit(&consent.form_of("allow").with("remember", "yes")).await;
        let first = diary.redeems(&diary.code(back.redirect())).await;
        let renewed = browser.get(&silent).await;
        let tokens = diary.redeems(&diary.code(renewed.redirect())).await;
        let power = app.claims(&diary, &tokens).await["representation"]["power"].clone();
        assert_eq!(power, app.claims(&diary, &first).await["representation"]["power"]);
        // With pages he is asked anew, and may choose otherwise; what was issued before stays what it was.
        let page = browser.open(&diary.request(&[])).await;
        let page = if page.has("other") { browser.press(&page, "continue").await } else { page };
        let page = browser.follow(page).await;
        let back = app.chooses(&mut browser, &page, "myself").await;
        let now = diary.redeems(&diary.code(back.redirect())).await;
        assert!(app.claims(&diary, &now).await.get("representation").is_none());
        assert_eq!(app.claims(&diary, &tokens).await["representation"]["power"], power);
    }

    async fn what_was_issued_for_the_organisation_ends_with_its_certificate(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let end = app.now().whole_seconds().plus(hours(3));
        let person = app.with_further_key("gulnara", |profile| profile.not_after = end);
        let request = diary.request(&[("scope", "openid organisation offline_access"), ("prompt", "consent")]);
        let names = app.arrives(&mut browser, &person, &request).await;
        let tokens = app.acts(&mut browser, &names, "organisation", &diary).await;
        app.advance(end.since(app.now()));
        let fresh = diary.refreshes(tokens.text("refresh_token")).await;
        assert_eq!(fresh.summary(), "200", "valid until its end inclusive");
        assert_eq!(app.claims(&diary, &fresh).await["organisation"]["bin"], BIN);
        app.advance(seconds(1));
        assert_eq!(diary.userinfo(fresh.text("access_token")).await.status, 401);
        assert_eq!(diary.refreshes(fresh.text("refresh_token")).await.summary(), "400 invalid_grant");
    }

    async fn what_was_issued_for_herself_outlives_the_certificate_of_the_organisation(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let end = app.now().whole_seconds().plus(days(1));
        let person = app.with_further_key("gulnara", |profile| profile.not_after = end);
        let request = diary.request(&[("scope", "openid organisation offline_access"), ("prompt", "consent")]);
        let names = app.arrives(&mut browser, &person, &request).await;
        let tokens = app.acts(&mut browser, &names, "myself", &diary).await;
        app.advance(days(2));
        assert_eq!(diary.refreshes(tokens.text("refresh_token")).await.summary(), "200");
    }

    async fn the_owner_sees_which_organisation_a_key_names(db) {
        let app = TestApp::on(db).await;
        let mut head = app.browser();
        let names = app.arrives(&mut head, &app.person("gulnara"), &app.diary().request(&[])).await;
        app.acts(&mut head, &names, "myself", &app.diary()).await;
        app.comes_to_cabinet(&mut head, "gulnara").await;
        let keys = app.visits(&mut head, "/cabinet/keys").await;
        assert!(keys.body.contains("Key of an organisation") && keys.body.contains(SCHOOL), "{}", keys.body);
        assert!(!keys.body.contains(BIN), "the name, not the number");
        let mut other = app.in_cabinet("nurlan").await;
        assert!(!app.visits(&mut other, "/cabinet/keys").await.body.contains(SCHOOL), "somebody else does not");
    }
}
