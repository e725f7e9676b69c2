//! Keys that are good for something, and not for signing in here: of another kind, before their time, of a centre that is not
//! configured (security rules CE-5, CE-6, CE-9, CE-15). The person reads which, in each language; nothing else is kept.

use authority::time::days;
use sea_orm::{ConnectionTrait, Statement};
use testkit::keys::PersonKey;
use testkit::people::DemoPerson;
use testkit::pki::{CertificateProfile, ExtendedUsage, KeyUsage, SigningKey, TestCentre};

use super::eds::{answers, eds_page};
use crate::harness::{Page, Person, TestApp};
use crate::storage::{TestDatabase, both_databases};

const LOGIN: &str = "aigerim";
const LANGUAGES: [&str; 3] = ["kk", "ru", "en"];

/// What stands above and what stands below, in the order of the languages.
type Words = [[&'static str; 2]; 3];

const WRONG_KIND: Words = [
    [
        "Бұл кілт кіруге жарамайды",
        "Адамның кілтін таңдаңыз. Орталықтар мен ақпараттық жүйелердің кілттері кіруге жарамайды",
    ],
    [
        "Этот ключ не подходит для входа",
        "Выберите ключ человека. Ключи центров и информационных систем для входа не годятся",
    ],
    [
        "This key is not one for signing in",
        "Choose the key of a person. Keys of authorities and information systems do not sign in",
    ],
];

/// Of a certificate that begins the day after the tests.
const NOT_YET: Words = [
    [
        "Кілт әлі жарамсыз. Басталуы: 2026 ж. 27 қараша",
        "Осы компьютердегі күнді тексеріңіз не басқа кілтті таңдаңыз",
    ],
    [
        "Ключ ещё не действует. Начало: 27 ноября 2026 г.",
        "Проверьте дату на этом компьютере или выберите другой ключ",
    ],
    [
        "The key is not valid yet. It starts: 27 November 2026",
        "Check the date on this computer, or choose another key",
    ],
];

const UNKNOWN_CENTRE: Words = [
    [
        "Кілтті мұнда қабылданбайтын орталық берген",
        "Ұлттық куәландырушы орталық сізге берген кілтті таңдаңыз",
    ],
    [
        "Ключ выдан центром, который здесь не принимается",
        "Выберите ключ, который выдал вам Национальный удостоверяющий центр",
    ],
    [
        "This key was issued by a centre that is not accepted here",
        "Choose the key that the National Certification Authority issued to you",
    ],
];

/// The person with a further key, certified by this centre as `change` says.
fn certified(app: &TestApp, centre: &TestCentre, change: impl FnOnce(&mut CertificateProfile)) -> Person {
    let person = DemoPerson::find(LOGIN).unwrap();
    let mut profile = person.certificate_profile(app.now());
    change(&mut profile);
    let key = SigningKey::generate().unwrap();
    let certificate = centre.nca().issue(&profile, &key).unwrap();
    app.person(LOGIN).with(PersonKey {
        person,
        certificate,
        key,
    })
}

/// The text of the summary and of the paragraph below it.
fn said(page: &Page) -> [String; 2] {
    let (_, rest) = page.body.split_once("class=\"summary\"").expect("a summary");
    let mut paragraphs = rest
        .split("<p>")
        .skip(1)
        .map(|text| text.split("</p>").next().unwrap_or_default());
    [(); 2].map(|()| paragraphs.next().unwrap_or_default().trim().replace('\u{a0}', " "))
}

/// The reasons of refused first stages, sorted, and how much is kept of those that passed.
async fn kept(db: &TestDatabase) -> (Vec<String>, i64) {
    let raw = db.raw().await;
    let statement = |sql: &str| Statement::from_string(raw.get_database_backend(), sql);
    let reasons =
        "SELECT reason FROM audit_events WHERE kind = 'first_stage_refused' AND user_id IS NULL ORDER BY reason";
    let reasons = raw.query_all_raw(statement(reasons)).await.unwrap();
    let reasons = reasons.iter().map(|row| row.try_get("", "reason").unwrap()).collect();
    let mut rows = 0;
    for table in [
        "certificates",
        "evidence",
        "codes",
        "sms",
        "organisations",
        "browser_sessions",
    ] {
        let sql = format!("SELECT COUNT(*) AS total FROM {table}");
        let row = raw.query_one_raw(statement(&sql)).await.unwrap().unwrap();
        rows += row.try_get::<i64>("", "total").unwrap();
    }
    raw.close().await.unwrap();
    (reasons, rows)
}

/// In each language: refused with these words, for this reason, and the challenge is used up; with the right key the person
/// goes on from the page that says so.
async fn is_refused(db: &TestDatabase, app: &TestApp, person: &Person, (reason, words): (&str, &Words)) {
    assert_ne!(words[0], words[1]);
    assert!(words[2] != words[0] && words[2] != words[1]);
    let before = kept(db).await.0;
    let mut expected = before.clone();
    for (language, words) in LANGUAGES.into_iter().zip(words) {
        let mut browser = app.browser();
        language.clone_into(&mut browser.language);
        let page = eds_page(app, &mut browser).await;
        let challenge = page.data_challenge();
        let refused = answers(&mut browser, &page, &person.signs(&challenge)).await;
        refused.status(422).expect("eds-form").expect("cancel");
        assert!(
            refused.body.contains(&format!("<html lang=\"{language}\"")),
            "{language}: {}",
            refused.body
        );
        assert_eq!(said(&refused), words.map(str::to_owned), "{language}");
        assert_ne!(refused.data_challenge(), challenge, "a new one is there");
        assert!(!browser.jar.contains_key("__Host-kiru_session"));
        let right = app.person(LOGIN).signs(&challenge);
        answers(&mut browser, &refused, &right)
            .await
            .status(422)
            .expect("eds-form");
        expected.extend([
            reason.to_owned(),
            "E_CONTENT: the attached content is another text".to_owned(),
        ]);
    }
    expected.sort();
    let (reasons, rows) = kept(db).await;
    assert_eq!(reasons, expected);
    assert_eq!(rows, 0, "nothing of it is kept");
    assert_eq!(app.sent_messages().await, 0);
    assert!(
        app.trace(LOGIN)
            .await
            .iter()
            .all(|event| event.starts_with("person_applied"))
    );
}

both_databases! {
    async fn a_key_of_another_kind_is_refused_as_that(db) {
        let app = TestApp::on(db).await;
        let centre = &app.keys.centre;
        let system = certified(&app, centre, |profile| profile.extended_usage.push(ExtendedUsage::IndividualSystem));
        is_refused(db, &app, &system, ("E_PURPOSE: it belongs to an information system", &WRONG_KIND)).await;
        let silent = certified(&app, centre, |profile| profile.key_usage = vec![KeyUsage::NonRepudiation]);
        is_refused(db, &app, &silent, ("E_PURPOSE: it lacks digitalSignature", &WRONG_KIND)).await;
    }

    async fn a_key_without_a_persons_usage_or_role_is_refused_as_one_of_another_kind(db) {
        let app = TestApp::on(db).await;
        let centre = &app.keys.centre;
        let responder = certified(&app, centre, |profile| {
            profile.extended_usage = vec![ExtendedUsage::OcspSigning, ExtendedUsage::Individual];
        });
        let reason = "E_PURPOSE: it has neither emailProtection nor clientAuth";
        is_refused(db, &app, &responder, (reason, &WRONG_KIND)).await;
        let nobody = certified(&app, centre, |profile| profile.extended_usage = vec![ExtendedUsage::EmailProtection]);
        is_refused(db, &app, &nobody, ("E_PURPOSE: it names no role of a person", &WRONG_KIND)).await;
    }

    async fn a_certificate_before_its_time_is_refused_with_the_day_on_which_it_begins(db) {
        let app = TestApp::on(db).await;
        let early = certified(&app, &app.keys.centre, |profile| profile.not_before = app.now().plus(days(1)));
        is_refused(db, &app, &early, ("E_NOT_YET_VALID", &NOT_YET)).await;
        // From its second on it is one like any other.
        app.advance(days(1));
        let mut browser = app.browser();
        let page = eds_page(&app, &mut browser).await;
        answers(&mut browser, &page, &early.signs(&page.data_challenge())).await.status(200).expect("code");
    }

    async fn a_certificate_of_a_centre_that_nobody_configured_is_refused_as_that(db) {
        let app = TestApp::on(db).await;
        let namesake = TestCentre::generate(app.now()).unwrap();
        let foreign = certified(&app, &namesake, |_| ());
        is_refused(db, &app, &foreign, ("E_CHAIN: the issuer is not configured", &UNKNOWN_CENTRE)).await;
    }
}
