//! A certificate that was issued anew for the same key, in another role or for another organisation (security rule DG-5).

use authority::certificates::CertificateRole;
use authority::time::minutes;
use testkit::keys::PersonKey;
use testkit::people::DemoPerson;
use testkit::pki::{Attribute, ExtendedUsage, SigningKey};

use super::{BIN, SCHOOL};
use crate::harness::{Answer, Browser, Person, RelyingParty, TestApp};
use crate::storage::both_databases;

const OTHER_BIN: &str = "990640000025";
const OTHER: &str = "ЖШС «Басқа ұйым»";
const CHANGED: &str = "certificate_recorded changed";

/// A certificate of Gulnara's over this key.
fn issued(app: &TestApp, key: &SigningKey, (bin, name): (&str, &str), role: ExtendedUsage) -> Person {
    let person = DemoPerson::find("gulnara").unwrap();
    let mut profile = person.certificate_profile(app.now());
    for attribute in &mut profile.subject {
        match attribute {
            Attribute::Organization(known) => name.clone_into(known),
            Attribute::OrganizationalUnit(known) => *known = format!("BIN{bin}"),
            _ => {}
        }
    }
    profile.extended_usage = vec![ExtendedUsage::EmailProtection, ExtendedUsage::Organisation, role];
    let certificate = app.keys.centre.nca().issue(&profile, key).unwrap();
    let key = SigningKey::from_pkcs8(key.pkcs8()).unwrap();
    app.person("gulnara").with(PersonKey {
        person,
        certificate,
        key,
    })
}

/// The person signs in and acts as the head of the school.
async fn acts_as_head(app: &TestApp, key: &SigningKey, (diary, browser): (&RelyingParty, &mut Browser)) -> Answer {
    let head = issued(app, key, (BIN, SCHOOL), ExtendedUsage::Head);
    let names = app.arrives(browser, &head, &diary.request(&[])).await;
    app.acts(browser, &names, "organisation", diary).await
}

both_databases! {
    async fn tokens_of_an_employee_of_one_organisation_end_when_the_key_is_that_of_the_head_of_another(db) {
        let app = TestApp::on(db).await;
        let endpoint = app.told_of_ends().await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let key = SigningKey::generate().unwrap();
        let employee = issued(&app, &key, (BIN, SCHOOL), ExtendedUsage::Employee);
        let request = diary.request(&[("scope", "openid organisation offline_access"), ("prompt", "consent")]);
        let names = app.arrives(&mut browser, &employee, &request).await;
        let tokens = app.acts(&mut browser, &names, "organisation", &diary).await;
        let (access, refresh) = (tokens.text("access_token"), tokens.text("refresh_token"));
        assert_eq!(app.claims(&diary, &tokens).await["organisation"]["role"], "employee");

        app.advance(minutes(2));
        let head = issued(&app, &key, (OTHER_BIN, OTHER), ExtendedUsage::Head);
        let mut another = app.browser();
        app.signs_with(&mut another, &head).await.status(200);
        let known = app.certificates("gulnara").await;
        assert_eq!((known.len(), known[0].role), (1, CertificateRole::Head), "one certificate, issued anew");
        assert_eq!(diary.userinfo(access).await.status, 401);
        assert_eq!(diary.refreshes(refresh).await.summary(), "400 invalid_grant");
        browser.open(&diary.request(&[])).await.status(200).expect("eds");
        app.jobs.logout.round().await.unwrap();
        assert_eq!(endpoint.tokens().len(), 1, "its client is told");
        let changes = |trace: Vec<String>| trace.iter().filter(|one| *one == CHANGED).count();
        assert_eq!(changes(app.trace("gulnara").await), 1);
        app.delivers_messages().await;
        let sent = app.outbox.newest_first().await;
        assert!(sent.iter().any(|kept| kept.text.contains("new EDS key") || kept.text.contains("жаңа ЭЦҚ")), "so is the person: {:?}", sent.iter().map(|kept| &kept.text).collect::<Vec<_>>());

        // The next use of it changes nothing.
        app.advance(minutes(2));
        app.signs_with(&mut another, &head).await.status(200);
        assert_eq!(changes(app.trace("gulnara").await), 1);
        app.jobs.logout.round().await.unwrap();
        assert_eq!(endpoint.tokens().len(), 1);
    }

    async fn another_role_in_the_same_organisation_ends_them_too(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let key = SigningKey::generate().unwrap();
        let tokens = acts_as_head(&app, &key, (&diary, &mut browser)).await;
        app.advance(minutes(2));
        let employee = issued(&app, &key, (BIN, SCHOOL), ExtendedUsage::Employee);
        app.signs_with(&mut app.browser(), &employee).await.status(200);
        assert_eq!(diary.userinfo(tokens.text("access_token")).await.status, 401);
    }

    async fn a_certificate_issued_anew_with_the_same_words_ends_nothing(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let key = SigningKey::generate().unwrap();
        let tokens = acts_as_head(&app, &key, (&diary, &mut browser)).await;
        app.advance(minutes(2));
        let anew = issued(&app, &key, (BIN, SCHOOL), ExtendedUsage::Head);
        app.signs_with(&mut app.browser(), &anew).await.status(200);
        assert_eq!(app.certificates("gulnara").await.len(), 1);
        app.claims(&diary, &tokens).await;
    }
}
