//! About where somebody signed in: by the operator's file, in the language of the page, and never for private networks.

use storage::Db;
use testkit::places::{PlaceEntry, places_file};

use crate::harness::{Browser, TestApp};
use crate::storage::both_databases;

const PLACES: [PlaceEntry<'_>; 3] = [
    PlaceEntry {
        network: "203.0.113.0/24",
        city: &[("en", "Almaty"), ("ru", "Алматы")],
        country: &[("en", "Kazakhstan"), ("ru", "Казахстан"), ("kk", "Қазақстан")],
    },
    // What no sound file says, so that it would be seen.
    PlaceEntry {
        network: "127.0.0.0/8",
        city: &[("en", "Nowhere")],
        country: &[],
    },
    PlaceEntry {
        network: "10.0.0.0/8",
        city: &[("en", "Nowhere")],
        country: &[],
    },
];
const WORDS: [&str; 4] = ["approximately", "Nowhere", "примерно", "шамамен"];
/// The pages that tell of a place.
const PAGES: [&str; 3] = ["/cabinet", "/cabinet/sessions", "/cabinet/history"];

async fn with_places(db: &Db) -> TestApp {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("city.mmdb");
    std::fs::write(&file, places_file("Test-City", &PLACES)).unwrap();
    TestApp::configured(db, &format!("[places]\ndatabase = \"{}\"\n", file.display())).await
}

/// A person in their cabinet who signed in from this address.
async fn in_cabinet_from(app: &TestApp, address: &str) -> Browser {
    let mut browser = app.bound_browser("aigerim").await.from_network(address);
    app.comes_to_cabinet(&mut browser, "aigerim").await;
    browser
}

async fn file(app: &TestApp, browser: &mut Browser) -> String {
    let page = app.visits(browser, "/cabinet/history").await;
    browser.submit(&page.form_of("csv")).await.status(200).body.clone()
}

both_databases! {
    async fn a_place_is_told_in_the_language_of_the_page_as_approximate(db) {
        let app = with_places(db).await;
        let mut browser = in_cabinet_from(&app, "203.0.113.77").await;
        for (language, place) in [
            ("kk", "Орны (шамамен): Алматы, Қазақстан"),
            ("ru", "Место (примерно): Алматы, Казахстан"),
            ("en", "Place (approximately): Almaty, Kazakhstan"),
        ] {
            browser.post("/language", &[("locale", language), ("back", "/cabinet")]).await;
            for path in PAGES {
                let page = app.visits(&mut browser, path).await;
                assert!(page.status(200).body.contains(place), "{path} {language}: {}", page.body);
            }
            let (word, name) = place.split_once(": ").unwrap();
            let file = file(&app, &mut browser).await;
            assert!(file.lines().next().unwrap().contains(&format!("\"{word}\"")), "{file}");
            // The first sign-in came from this machine, which is nowhere.
            assert_eq!(file.matches(&format!("\"{name}\"")).count(), 1, "{file}");
        }
        let page = app.visits(&mut browser, "/cabinet/history").await;
        let ask = app.visits(&mut browser, &page.link_of("not-me-1")).await;
        assert!(ask.body.contains("Place (approximately): Almaty, Kazakhstan"));
        assert!(!app.visits(&mut browser, &page.link_of("not-me-2")).await.body.contains("Place"));
    }

    async fn a_private_network_has_no_place_whatever_the_file_says(db) {
        let app = with_places(db).await;
        let mut browser = in_cabinet_from(&app, "10.1.2.3").await;
        for path in PAGES {
            let page = app.visits(&mut browser, path).await;
            assert!(WORDS.iter().all(|word| !page.status(200).body.contains(word)), "{path}: {}", page.body);
        }
        assert!(!file(&app, &mut browser).await.contains("Nowhere"));
    }

    async fn without_a_file_nothing_speaks_of_places(db) {
        let app = TestApp::on(db).await;
        let mut browser = in_cabinet_from(&app, "203.0.113.77").await;
        for language in ["kk", "ru", "en"] {
            browser.post("/language", &[("locale", language), ("back", "/cabinet")]).await;
            for path in PAGES {
                let page = app.visits(&mut browser, path).await;
                assert!(WORDS.iter().all(|word| !page.status(200).body.contains(word)), "{path}: {}", page.body);
            }
            let file = file(&app, &mut browser).await;
            assert!(WORDS.iter().all(|word| !file.contains(word)), "{file}");
        }
    }
}
