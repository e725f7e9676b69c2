//! Renders every screen in every state and language to files:
//! `cargo run -p kiru-pages --features sandbox --example gallery -- OUTDIR`.
//! The folder can be served by any static file server; links between steps lead nowhere.

mod specimens;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use authority::locale::Locale;
use kiru_pages::{DeploymentKind, Pages};

fn main() -> ExitCode {
    let Some(folder) = std::env::args().nth(1) else {
        eprintln!("usage: gallery OUTDIR");
        return ExitCode::from(2);
    };
    match write(Path::new(&folder)) {
        Ok(count) => {
            println!("{count} pages in {folder}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn write(folder: &Path) -> Result<usize, Box<dyn std::error::Error>> {
    let pages = Pages::new(specimens::settings(DeploymentKind::Production))?;
    fs::create_dir_all(folder.join("assets"))?;
    for (path, bytes) in pages.assets() {
        fs::write(folder.join(path.trim_start_matches('/')), bytes)?;
    }
    let mut count = 0;
    let mut index = String::from("<!doctype html><meta charset=utf-8><title>Gallery</title><ul>");
    for specimen in specimens::all() {
        for locale in Locale::ALL {
            let name = format!("{}-{}.html", specimen.name, locale.tag());
            let shown = specimen.show(&pages, locale);
            fs::write(folder.join(&name), shown.html?)?;
            writeln!(index, "<li><a href=\"{name}\">{name}</a> {}", shown.response.status())?;
            count += 1;
        }
    }
    fs::write(folder.join("index.html"), index)?;
    Ok(count)
}
