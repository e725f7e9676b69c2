//! The steps of signing on the phone, each with a name.

use serde_json::Value;
use storage::Db;
use testkit::phone::{AppAnswer, Asked, Habit, PhoneError, scan};

use super::steps::flow_path;
use crate::harness::{Browser, OverRouter, Page, Person, TestApp};

/// The organisation that the app shows.
pub(crate) const EGOV: &str = "[egov_mobile]\nenabled = true\nbin = \"180140000028\"\nname_kk = \"Мысал ЖШС\"\n\
                               name_ru = \"ТОО Пример\"\nname_en = \"Example LLP\"\n";

impl TestApp {
    /// A deployment where eGov Mobile may sign.
    pub(crate) async fn with_egov(db: &Db) -> Self {
        Self::configured(db, EGOV).await
    }

    /// A phone that talks to this node.
    pub(crate) fn phone(&self) -> OverRouter {
        OverRouter::new(self.router.clone())
    }

    /// S3 of a fresh flow at the diary.
    pub(crate) async fn phone_page(&self, browser: &mut Browser) -> Page {
        let choose = browser.open(&self.diary().request(&[])).await;
        browser.press(&choose, "egov").await
    }

    /// The person scans the code of the page and sees what is asked.
    pub(crate) async fn scans(&self, page: &Page) -> Asked {
        let scanned = scan(&page.code(), "en", &self.phone()).await.unwrap();
        scanned.fetch(&self.phone()).await.unwrap()
    }

    /// What the person's app puts, with this habit.
    pub(crate) fn put_body(&self, login: &str, asked: &Asked, habit: Habit) -> Value {
        let person = self.person(login);
        let key = person.key();
        asked.body((&key.key, &key.certificate), habit, self.now()).unwrap()
    }

    /// The person signs what was asked.
    pub(crate) async fn signs_on_phone(&self, login: &str, asked: &Asked) -> AppAnswer {
        self.acts_on_phone(login, asked, Habit::Signs).await
    }

    /// From S6 to the device: the person confirms with this key on the phone.
    pub(crate) async fn confirms_on_phone(&self, browser: &mut Browser, sms: &Page, person: &Person) -> Page {
        let page = browser.press(sms, "egov").await;
        let (asked, key) = (self.scans(&page).await, person.key());
        let body = asked
            .body((&key.key, &key.certificate), Habit::Signs, self.now())
            .unwrap();
        assert_eq!(asked.put(&body, &self.phone()).await.unwrap().status, 200);
        let signed = again(browser, &page).await;
        browser.press(&signed, "continue").await
    }

    /// The person's app answers with this habit.
    pub(crate) async fn acts_on_phone(&self, login: &str, asked: &Asked, habit: Habit) -> AppAnswer {
        let body = self.put_body(login, asked, habit);
        asked.put(&body, &self.phone()).await.unwrap()
    }
}

/// The page again, as its script or its refresh loads it.
pub(crate) async fn again(browser: &mut Browser, page: &Page) -> Page {
    browser.open(&format!("{}/egov", flow_path(page))).await
}

/// The word that the page's script is told, without the code it is about.
pub(crate) async fn told(browser: &mut Browser, page: &Page) -> String {
    let answer = browser.get(&format!("{}/egov/state", flow_path(page))).await;
    answer.status(200);
    answer.body.split(':').next_back().unwrap().to_owned()
}

/// The status of what an app was refused.
pub(crate) fn status<T>(result: Result<T, PhoneError>) -> u16 {
    match result {
        Err(PhoneError::Refused(answer)) => answer.status,
        Err(error) => panic!("{error}"),
        Ok(_) => 200,
    }
}
