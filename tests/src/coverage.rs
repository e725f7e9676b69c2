//! `docs/COVERAGE.md` cannot lie: every test it names exists, every requirement has one row, and a row that waits for
//! later work names no tests. `docs/COMPLIANCE.md` names existing tests too. `docs/check-coverage.sh` compares the names of
//! both with what `cargo test -- --list` prints.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

mod ids;
mod sources;
mod table;

use table::Proof;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// What runs a rule that is no `#[test]`: steps of `.ci/run` and what they read, and the script behind the figures.
const CHECKS: [&str; 9] = [
    ".ci/run",
    ".ci/check-migrations",
    "clippy.toml",
    "deny.toml",
    "docker/check-binary",
    "tests/figures/measure.sh",
    "tests/openssl/eds-oracle.sh",
    "tests/openssl/gost-oracle.sh",
    "tests/openssl/verify-signer-cms.sh",
];

/// Whether a name in the last column stands for something that runs.
fn exists(name: &str, tests: &BTreeSet<String>) -> bool {
    if let Some((file, title)) = name.split_once(" › ") {
        return file.starts_with("tests/browser/specs/") && sources::has_browser_test(&root().join(file), title);
    }
    tests.contains(name) || (CHECKS.contains(&name) && root().join(name).exists())
}

#[test]
fn every_test_that_the_coverage_names_exists() {
    let tests = sources::tests(&root());
    let missing: Vec<_> = table::rows(&root())
        .iter()
        .flat_map(|row| row.names().into_iter().map(|name| format!("{}: {name}", row.id)))
        .filter(|line| line.split_once(": ").is_some_and(|(_, name)| !exists(name, &tests)))
        .collect();
    assert!(missing.is_empty(), "no such test:\n{}", missing.join("\n"));
}

#[test]
fn every_test_that_the_compliance_names_exists() {
    let tests = sources::tests(&root());
    let text = fs::read_to_string(root().join("docs/COMPLIANCE.md")).unwrap();
    // Only the last column names tests; the others quote settings and claims.
    let cells = text
        .lines()
        .filter(|line| line.starts_with("| "))
        .filter_map(|line| line.rsplit(" | ").next());
    let names: Vec<_> = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    assert!(!names.is_empty(), "nothing is shown");
    let missing: Vec<_> = names.iter().filter(|name| !exists(name, &tests)).collect();
    assert!(missing.is_empty(), "no such test: {missing:#?}");
}

#[test]
fn every_row_has_a_proof_or_says_what_it_waits_for() {
    for row in table::rows(&root()) {
        let Err(fault) = row.proof() else { continue };
        panic!("{}: {fault}: {}", row.id, row.cell);
    }
    let proven = table::rows(&root())
        .iter()
        .filter(|row| matches!(row.proof(), Ok(Proof::Tests)))
        .count();
    assert!(proven > 0, "nothing is proven");
}

#[test]
fn every_requirement_has_one_row_and_no_row_is_made_up() {
    let rows = table::rows(&root());
    let ids: BTreeSet<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let twice: Vec<_> = ids
        .iter()
        .filter(|id| rows.iter().filter(|row| row.id == ***id).count() > 1)
        .collect();
    assert!(twice.is_empty(), "rows that stand twice: {twice:?}");
    let wanted = ids::required();
    let missing: Vec<_> = wanted.iter().filter(|id| !ids.contains(id.as_str())).collect();
    assert!(missing.is_empty(), "no row for {missing:?}");
    let unknown: Vec<_> = ids.iter().filter(|id| !wanted.contains(**id)).collect();
    assert!(unknown.is_empty(), "rows that nobody asks for: {unknown:?}");
}

#[test]
fn names_of_tests_are_read_from_sources_as_cargo_prints_them() {
    let text = "fn no() {}\nboth_databases! {\n    async fn one(db) {\n    }\n}\nasync fn helper() {}\nmod tests {\n    #[test]\n    \
                fn two() {\n    }\n    mod inner {\n        #[tokio::test(flavor = \"x\")]\n        async fn three() {}\n    }\n    \
                proptest! {\n        #[test]\n        fn four(x in 0..1) {}\n    }\n    #[cfg(not(feature = \"demo\"))]\n    \
                #[test]\n    fn never() {}\n}\n#[test]\nfn five() {}\n";
    let names = sources::test_names(text);
    assert_eq!(
        names,
        ["one", "tests::two", "tests::inner::three", "tests::four", "five"]
    );
}

#[test]
fn a_last_column_that_claims_too_much_is_refused() {
    let judge = |cell: &str| {
        let (id, cell) = ("A1".to_owned(), cell.to_owned());
        table::Row { id, cell }.proof().is_ok()
    };
    for cell in [
        "`a::b`",
        "`a::b`, `c::d`",
        "partly: x comes with #4: `a::b`",
        "#4",
        "#5, later: the app",
        "later: ESIA",
    ] {
        assert!(judge(cell), "{cell}");
    }
    for cell in [
        "",
        "done",
        "`a::b` mostly",
        "partly: `a::b`",
        "partly: x comes with #4",
        "#4 `a::b`",
        "later: x: `a::b`",
        "later: ",
    ] {
        assert!(!judge(cell), "{cell}");
    }
}
