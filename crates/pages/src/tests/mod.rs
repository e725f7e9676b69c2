//! Every screen, state and language is rendered, and what comes out keeps the rules of the pages.

mod answers;
mod assets;
mod html;
mod registration;
mod wording;

use authority::locale::Locale;

use crate::{DeploymentKind, Pages};

#[path = "../../examples/gallery/specimens/mod.rs"]
pub(crate) mod specimens;

fn pages(deployment: DeploymentKind) -> Pages {
    Pages::new(specimens::settings(deployment)).unwrap()
}

/// Every page of the gallery: name, language, HTML.
fn every_page() -> Vec<(&'static str, Locale, String)> {
    let pages = pages(DeploymentKind::Production);
    let mut all = Vec::new();
    for specimen in specimens::all() {
        for locale in Locale::ALL {
            let html = specimen.show(&pages, locale).html;
            let html = html.unwrap_or_else(|error| panic!("{} in {}: {error:#}", specimen.name, locale.tag()));
            all.push((specimen.name, locale, html));
        }
    }
    all
}
