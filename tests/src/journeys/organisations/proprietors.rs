//! Sole proprietors: the business number is the owner's IIN (kz-eds §11), so that organisation and person are two principals of
//! one number. Whether a certificate names a role decides nothing for the owner, and everything for whom the owner employs.

use authority::certificates::CertificateRole;
use authority::representation::Principal;
use authority::time::{minutes, seconds};
use serde_json::json;
use testkit::people::DemoPerson;
use testkit::pki::{Attribute, ExtendedUsage};

use crate::harness::{Answer, Browser, Person, TestApp, payload};
use crate::storage::both_databases;

const OWNER: &str = "aigerim";
const AGENT: &str = "nurlan";
const BUSINESS: &str = "ЖК «Серікова»";
const OFFLINE: &[(&str, &str)] = &[("scope", "openid organisation offline_access"), ("prompt", "consent")];

fn number(login: &str) -> &'static str {
    DemoPerson::find(login).unwrap().iin
}

impl TestApp {
    /// The person with a key of the owner's business, in this role beside that of somebody in an organisation.
    fn of_the_business(&self, login: &str, role: Option<ExtendedUsage>) -> Person {
        self.with_own_key(login, |profile| {
            profile.subject.push(Attribute::Organization(BUSINESS.to_owned()));
            let bin = format!("BIN{}", number(OWNER));
            profile.subject.push(Attribute::OrganizationalUnit(bin));
            let usages = [ExtendedUsage::EmailProtection, ExtendedUsage::Organisation];
            profile.extended_usage = usages.into_iter().chain(role).collect();
        })
    }

    /// The person in their cabinet, signed in with this key just now.
    async fn in_cabinet_with(&self, person: &Person) -> Browser {
        let mut browser = self.browser();
        let page = self.arrives(&mut browser, person, &self.diary().request(&[])).await;
        let consent = self.for_oneself(&mut browser, page).await;
        self.allows_once(&mut browser, &consent).await;
        self.advance(minutes(11));
        let choose = browser.open("/cabinet").await;
        let sms = self.signs_in_with_eds(&mut browser, &choose, person).await;
        let device = self.types_the_code(&mut browser, &sms).await;
        let home = self.proves(&mut browser, &device).await;
        self.proves_for_cabinet(&mut browser, home).await.expect("line-device");
        browser
    }

    /// The business, once somebody has signed in with a key of it.
    async fn business(&self, login: &str) -> Principal {
        let user = self.user(login).await.id;
        let certificates = storage::certificates::list_for_user(self.db(), user).await.unwrap();
        let known = certificates.iter().find_map(|one| one.organisation);
        Principal::Organisation(known.expect("somebody signed in with its key"))
    }

    /// In whose names the person gave powers, latest first.
    async fn principals(&self, login: &str) -> Vec<Principal> {
        let user = self.user(login).await.id;
        let given = storage::powers::list_given(self.db(), user, None).await.unwrap();
        given.iter().map(|kept| kept.power.principal).collect()
    }
}

/// The owner's key gives in both names, the agent uses both, and what is revoked is dead at once, the other not.
async fn gives_in_both_names(app: &TestApp, role: Option<ExtendedUsage>) {
    let owner = app.of_the_business(OWNER, role);
    let mut cabinet = app.in_cabinet_with(&owner).await;
    let page = app.gives(&mut cabinet, AGENT, &[("principal", "organisation")]).await;
    page.status(200).expect("flash").expect("power-given-1");
    assert!(
        page.body.contains(BUSINESS) && page.body.contains(number(OWNER)),
        "{}",
        page.body
    );
    app.advance(seconds(1));
    app.gives(&mut cabinet, AGENT, &[]).await.expect("power-given-2");
    let (user, business) = (app.user(OWNER).await, app.business(OWNER).await);
    assert_eq!(
        app.principals(OWNER).await,
        [Principal::Person(user.id), business],
        "two principals of one number"
    );

    let (diary, library, mut agent) = (app.diary(), app.library(), app.browser());
    let names = app
        .arrives(&mut agent, &app.person(AGENT), &diary.request(OFFLINE))
        .await;
    names.expect("myself").expect("power-1").expect("power-2");
    let for_business = app.acts(&mut agent, &names, "power-2", &diary).await;
    let names = app.comes_back(&mut agent, &library.request(OFFLINE)).await;
    let names = agent.press(&names, "continue").await;
    let for_person = app.acts(&mut agent, &names, "power-1", &library).await;
    let claims = app.claims(&diary, &for_business).await;
    let represented = json!({"bin": number(OWNER), "name": BUSINESS, "role": "representative"});
    assert_eq!(claims["organisation"], represented);
    let principal = json!({"kind": "organisation", "bin": number(OWNER), "name": BUSINESS});
    assert_eq!(claims["representation"]["principal"], principal);
    // An ID token may travel in an address: the number of the business is its owner's.
    let stated = payload(for_business.text("id_token"));
    assert_eq!(stated["organisation"], json!({"role": "representative"}));
    assert_eq!(stated["representation"]["principal"], json!({"kind": "organisation"}));
    assert!(!stated.to_string().contains(number(OWNER)), "{stated}");
    assert_eq!(
        claims["sub"],
        app.user(AGENT).await.subject.as_str(),
        "the person who acts"
    );
    let claims = app.claims(&library, &for_person).await;
    let principal = &claims["representation"]["principal"];
    assert_eq!(
        (&principal["kind"], &principal["sub"]),
        (&json!("person"), &json!(user.subject.as_str()))
    );
    assert!(
        claims.get("organisation").is_none(),
        "a person is no business: {claims}"
    );

    let page = app.visits(&mut cabinet, "/cabinet/powers").await;
    let ask = app.visits(&mut cabinet, &page.link_of("end-given-2")).await;
    app.presses(&mut cabinet, &ask, "confirm").await.expect("flash");
    let refresh = |tokens: &Answer| tokens.text("refresh_token").to_owned();
    assert_eq!(diary.userinfo(for_business.text("access_token")).await.status, 401);
    assert_eq!(
        diary.refreshes(&refresh(&for_business)).await.summary(),
        "400 invalid_grant"
    );
    assert_eq!(
        library.userinfo(for_person.text("access_token")).await.status,
        200,
        "the other power stands"
    );
    assert_eq!(library.refreshes(&refresh(&for_person)).await.summary(), "200");
}

both_databases! {
    async fn a_sole_proprietor_without_a_named_role_gives_in_the_name_of_the_business_and_in_person(db) {
        gives_in_both_names(&TestApp::on(db).await, None).await;
    }

    async fn a_sole_proprietor_named_as_head_gives_in_the_name_of_the_business_and_in_person(db) {
        gives_in_both_names(&TestApp::on(db).await, Some(ExtendedUsage::Head)).await;
    }

    async fn a_sole_proprietor_acts_for_the_business_and_stays_who_she_is(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let owner = app.of_the_business(OWNER, None);
        let names = app.arrives(&mut browser, &owner, &diary.request(&[])).await;
        assert!(names.body.contains(BUSINESS) && names.body.contains(number(OWNER)), "{}", names.body);
        let tokens = app.acts(&mut browser, &names, "organisation", &diary).await;
        let claims = app.claims(&diary, &tokens).await;
        let role = CertificateRole::Organisation.as_str();
        assert_eq!(claims["organisation"], json!({"bin": number(OWNER), "name": BUSINESS, "role": role}));
        assert_eq!(claims["sub"], app.user(OWNER).await.subject.as_str());
        assert!(claims.get("representation").is_none(), "{claims}");
    }

    async fn whom_a_sole_proprietor_employs_gives_nothing_in_the_name_of_the_business(db) {
        let app = TestApp::on(db).await;
        let employee = app.of_the_business(AGENT, Some(ExtendedUsage::Employee));
        let mut cabinet = app.in_cabinet_with(&employee).await;
        assert!(!app.visits(&mut cabinet, "/cabinet/powers/give").await.has("for-organisation"));
        app.gives(&mut cabinet, "daniyar", &[("principal", "organisation")]).await.status(422);
        assert_eq!(app.principals(AGENT).await, []);
        app.gives(&mut cabinet, "daniyar", &[]).await.expect("power-given-1");
    }

    async fn somebody_without_a_role_in_anothers_business_does_not_act_for_it(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let nobody = app.of_the_business(AGENT, None);
        let names = app.arrives(&mut browser, &nobody, &app.diary().request(&[])).await;
        names.status(200).expect("myself");
        assert!(!names.has("organisation") && names.body.contains(BUSINESS), "{}", names.body);
    }
}
