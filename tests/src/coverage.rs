//! `docs/COVERAGE.md` cannot lie: every test it names exists, and every requirement has a line.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Every test function of the workspace as `package::module::path::name`, read from the sources.
fn tests_in_sources() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders: Vec<(String, PathBuf)> = fs::read_dir(root().join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), path.join("src")))
        .collect();
    folders.push(("tests".to_owned(), root().join("tests/src")));
    folders.push(("diary".to_owned(), root().join("examples/diary/src")));
    for (name, source) in folders {
        collect(&source, &name, &mut found);
    }
    found
}

fn collect(folder: &Path, module: &str, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            collect(&path, &format!("{module}::{stem}"), found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let inner = matches!(stem.as_str(), "lib" | "mod" | "main");
            let module = if inner { module.to_owned() } else { format!("{module}::{stem}") };
            let text = fs::read_to_string(&path).unwrap();
            found.extend(test_names(&text).map(|name| format!("{module}::{name}")));
        }
    }
}

/// Names of functions that stand under a test attribute, in `proptest!` or in `both_databases!`.
fn test_names(text: &str) -> impl Iterator<Item = String> {
    let mut marked = false;
    text.lines().filter_map(move |line| {
        let line = line.trim_start();
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            marked = true;
            return None;
        }
        let name = line.strip_prefix("async fn ").or_else(|| line.strip_prefix("fn "))?;
        let is_test = std::mem::take(&mut marked) || line.starts_with("async fn ");
        is_test.then(|| name.split(['(', '<']).next().unwrap_or_default().to_owned())
    })
}

/// The rows of the table: requirement id and the names in its last column.
fn rows() -> Vec<(String, String)> {
    let text = fs::read_to_string(root().join("docs/COVERAGE.md")).unwrap();
    text.lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| id") && !line.starts_with("| ---"))
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            (cells[0].to_owned(), cells[cells.len() - 1].to_owned())
        })
        .collect()
}

#[test]
fn every_test_that_the_coverage_names_exists() {
    let tests = tests_in_sources();
    for (id, cell) in rows() {
        for name in cell.split('`').skip(1).step_by(2) {
            let known = name.starts_with("tests/browser/") && root().join(name.split(" › ").next().unwrap()).exists();
            assert!(known || tests.contains(name), "{id} names {name}, which is no test");
        }
        assert!(cell.contains('`') || cell.contains('#') || cell.contains("docs/"), "{id} names neither a test nor an issue");
    }
}

#[test]
fn every_requirement_of_the_product_has_a_line() {
    let ids: BTreeSet<String> = rows().into_iter().map(|(id, _)| id).collect();
    for (letter, last) in [('A', 8), ('B', 6), ('C', 5), ('D', 6), ('E', 4), ('F', 5)] {
        for number in 1..=last {
            assert!(ids.contains(&format!("{letter}{number}")), "{letter}{number} has no line");
        }
    }
    for (family, last) in [
        ("AZ", 14), ("CO", 10), ("JT", 14), ("TK", 14), ("CE", 19), ("OT", 14), ("DB", 17), ("SE", 18), ("AC", 17), ("WI", 13),
        ("RL", 10), ("OP", 15), ("DU", 15),
    ] {
        for number in 1..=last {
            assert!(ids.contains(&format!("{family}-{number}")), "{family}-{number} has no line");
        }
    }
}
