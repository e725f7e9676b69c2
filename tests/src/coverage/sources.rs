//! The names of all tests, read from the sources. Formatted sources make the indentation tell what a line belongs to.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Every test of the workspace: folder name, module path, name. A test of `both_databases!` has no ending here; cargo
/// prints it twice, with `::sqlite` and `::postgres`.
pub(super) fn tests(root: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(root.join("crates")).unwrap() {
        let path = entry.unwrap().path();
        collect(
            &path.join("src"),
            path.file_name().unwrap().to_str().unwrap(),
            &mut found,
        );
    }
    collect(&root.join("tests/src"), "tests", &mut found);
    collect(&root.join("examples/diary/src"), "diary", &mut found);
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
            let module = if inner {
                module.to_owned()
            } else {
                format!("{module}::{stem}")
            };
            let names = test_names(&fs::read_to_string(&path).unwrap());
            found.extend(names.iter().map(|name| format!("{module}::{name}")));
        }
    }
}

/// Names of functions under a test attribute or in `both_databases!`, with the modules of the file around them. Tests that
/// the workspace's features leave out are none.
pub(super) fn test_names(text: &str) -> Vec<String> {
    let (mut names, mut modules): (Vec<String>, Vec<(usize, &str)>) = (Vec::new(), Vec::new());
    let (mut marked, mut left_out, mut both) = (false, false, false);
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let rest = line.trim_start();
        let indent = line.len() - rest.len();
        if rest.starts_with('}') {
            modules.pop_if(|(opened, _)| indent <= *opened);
            both &= indent > 0;
        }
        marked |= rest.starts_with("#[test]") || rest.starts_with("#[tokio::test");
        left_out |= rest.starts_with("#[cfg(not(feature");
        both |= rest.starts_with("both_databases! {");
        if let Some(name) = module_name(rest) {
            modules.push((indent, name));
        }
        let in_both = both && indent == 4 && rest.starts_with("async fn ");
        if let Some(name) = function_name(rest).filter(|_| (marked || in_both) && !left_out) {
            let path = modules.iter().map(|(_, module)| *module).chain([name]);
            names.push(path.collect::<Vec<_>>().join("::"));
        }
        if !rest.starts_with("#[") && !rest.starts_with("//") {
            (marked, left_out) = (false, false);
        }
    }
    names
}

fn module_name(line: &str) -> Option<&str> {
    line.strip_prefix("mod ")?.strip_suffix(" {")
}

fn function_name(line: &str) -> Option<&str> {
    let name = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ")?;
    name.split(['(', '<']).next()
}

/// Whether a browser test has this title, written as in its file, `${…}` included.
pub(super) fn has_browser_test(file: &Path, title: &str) -> bool {
    let text = fs::read_to_string(file).unwrap_or_default();
    ["'", "`", "\""]
        .iter()
        .any(|quote| text.contains(&format!("test({quote}{title}{quote}")))
}
