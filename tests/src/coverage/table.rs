//! The table of `docs/COVERAGE.md`.

use std::fs;
use std::path::Path;

/// One row: `| id | what it asks | tests or issue |`.
pub(super) struct Row {
    /// The requirement.
    pub(super) id: String,
    /// The last column.
    pub(super) cell: String,
}

/// What a last column says.
pub(super) enum Proof {
    /// Names of tests and nothing else.
    Tests,
    /// `partly:`, what is missing and where it comes, then names of tests.
    Partly,
    /// An issue or `later:`, and no names.
    Waits,
}

/// All rows, in order.
pub(super) fn rows(root: &Path) -> Vec<Row> {
    let text = fs::read_to_string(root.join("docs/COVERAGE.md")).unwrap();
    let body = text
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| id |") && !line.starts_with("| ---"));
    body.map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        assert_eq!(cells.len(), 3, "a row has three cells: {line}");
        assert!(!cells[1].is_empty(), "what is asked is missing: {line}");
        Row {
            id: cells[0].to_owned(),
            cell: cells[2].to_owned(),
        }
    })
    .collect()
}

impl Row {
    /// What stands between backticks.
    pub(super) fn names(&self) -> Vec<&str> {
        self.cell.split('`').skip(1).step_by(2).collect()
    }

    /// What the last column says, or what is wrong with it.
    pub(super) fn proof(&self) -> Result<Proof, &'static str> {
        let words = self.cell.split('`').step_by(2).collect::<String>();
        let names = self.names();
        let says_where = words.contains('#') || words.contains("later");
        match self.cell.strip_prefix("partly: ") {
            Some(_) if names.is_empty() => Err("a part that no test proves"),
            Some(_) if !says_where => Err("what is missing waits for an issue or for later"),
            Some(_) => Ok(Proof::Partly),
            None if names.is_empty() && waits(&self.cell) => Ok(Proof::Waits),
            None if names.is_empty() => Err("neither tests nor an issue nor later"),
            None if words.chars().any(|letter| !matches!(letter, ',' | ' ')) => Err("words beside tests say `partly:`"),
            None => Ok(Proof::Tests),
        }
    }
}

/// `#4`, `#4, #5: words` or `later: words`.
fn waits(cell: &str) -> bool {
    let issue = cell
        .strip_prefix('#')
        .is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()));
    issue
        || cell
            .strip_prefix("later: ")
            .is_some_and(|capability| !capability.is_empty())
}
