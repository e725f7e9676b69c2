//! The history of sign-ins as a file (RFC 4180), with the words of its reader's language. Programs that open such files
//! run what looks like a formula, so nothing does (security rules AD-11, WI-13).

use authority::locale::Locale;
use authority::time::Timestamp;
use axum::body::Body;
use axum::response::Response;

use crate::dates::Local;
use crate::notice::said;
use crate::screens::{SignInResult, SignInRow, SignInWay};
use crate::texts::Texts;
use crate::{Pages, escape, headers};

/// Tells spreadsheet programs that the text is UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";
/// What a cell that would be a formula begins with instead; programs show the rest as it is.
const QUIET: char = '\'';

/// What is told of a sign-in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Time,
    Service,
    Way,
    Device,
    Place,
    Address,
    Result,
    Code,
}

/// In the order of the file.
const COLUMNS: [Column; 8] = [
    Column::Time,
    Column::Service,
    Column::Way,
    Column::Device,
    Column::Place,
    Column::Address,
    Column::Result,
    Column::Code,
];

impl Column {
    /// The text of its name.
    const fn key(self) -> &'static str {
        match self {
            Self::Time => "csv-time",
            Self::Service => "csv-service",
            Self::Way => "csv-way",
            Self::Device => "csv-device",
            Self::Place => "csv-place",
            Self::Address => "csv-address",
            Self::Result => "csv-result",
            Self::Code => "csv-code",
        }
    }
}

impl Pages {
    /// The answer that saves these sign-ins, in this order, as a file named after the day `now`. It is never kept. Without
    /// `places` there is no column for them.
    pub fn sign_ins_file(&self, locale: Locale, rows: &[SignInRow], places: bool, now: Timestamp) -> Response {
        let (year, month, day) = self.local(now).map(Local::calendar).unwrap_or_default();
        let name = format!("kiru-sign-ins-{year:04}-{month:02}-{day:02}.csv");
        let mut response = Response::new(Body::from(self.sign_ins_csv(locale, rows, places)));
        let https = self.settings().issuer.starts_with("https:");
        headers::add_to_download(response.headers_mut(), &name, https);
        response
    }

    fn sign_ins_csv(&self, locale: Locale, rows: &[SignInRow], places: bool) -> String {
        let texts = &self.edition(locale).texts;
        let columns = COLUMNS.into_iter().filter(|column| places || *column != Column::Place);
        let columns: Vec<Column> = columns.collect();
        let mut file = String::from(BYTE_ORDER_MARK);
        push_line(&mut file, columns.iter().map(|column| said(texts, column.key(), &[])));
        for row in rows {
            push_line(&mut file, columns.iter().map(|column| self.cell(texts, *column, row)));
        }
        file
    }

    /// What a sign-in has in a column; nothing when it is not known.
    fn cell(&self, texts: &Texts, column: Column, row: &SignInRow) -> String {
        let known = match column {
            Column::Time => self.local(row.at).map(Local::machine),
            Column::Service => row.service.clone(),
            Column::Way => row.way.map(|way| said(texts, way_key(way), &[])),
            Column::Device => row.device.clone(),
            Column::Place => row.place.clone(),
            Column::Address => row.address.clone(),
            Column::Result => Some(said(texts, result_key(row.result), &[])),
            Column::Code => Some(row.code.clone()),
        };
        known.unwrap_or_default()
    }

    fn local(&self, at: Timestamp) -> Option<Local> {
        Local::of(at.as_micros(), self.settings().zone)
    }
}

const fn way_key(way: SignInWay) -> &'static str {
    match way {
        SignInWay::EdsAndSms => "history-eds-sms",
        SignInWay::Eds => "history-eds",
        SignInWay::Test => "history-test",
    }
}

const fn result_key(result: SignInResult) -> &'static str {
    match result {
        SignInResult::SignedIn => "history-signed-in",
        SignInResult::OtherDevice => "history-other-device",
        SignInResult::DeviceKey => "history-device-key",
        SignInResult::WrongCode => "history-wrong-code",
        SignInResult::EdsRefused => "history-eds-refused",
        SignInResult::Refused => "history-refused",
    }
}

/// A record (RFC 4180 §2): every cell quoted, so that no program finds another separator in it.
fn push_line(file: &mut String, cells: impl Iterator<Item = String>) {
    for (place, cell) in cells.enumerate() {
        file.push_str(if place == 0 { "\"" } else { ",\"" });
        file.push_str(&quiet(&escape::shown(&cell)).replace('"', "\"\""));
        file.push('"');
    }
    file.push_str("\r\n");
}

/// The same words, but no formula, neither at the beginning nor behind what some program takes for a separator.
fn quiet(text: &str) -> String {
    let mut cell = String::with_capacity(text.len() + 1);
    let mut begins = true;
    for letter in text.trim().chars() {
        if begins && matches!(letter, '=' | '+' | '-' | '@' | '\t' | '\r' | '＝' | '＋' | '－' | '＠') {
            cell.push(QUIET);
        }
        begins = matches!(letter, ';' | ',' | '\t' | '"') || (begins && letter == ' ');
        cell.push(letter);
    }
    cell
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(cells: &[&str]) -> String {
        let mut file = String::new();
        push_line(&mut file, cells.iter().map(|cell| (*cell).to_owned()));
        file
    }

    #[test]
    fn a_record_is_written_as_rfc_4180_says() {
        assert_eq!(line(&["a", "", "b \"c\", d"]), "\"a\",\"\",\"b \"\"c\"\", d\"\r\n");
        assert_eq!(line(&["two\r\nlines", "tab\tbed"]), "\"two  lines\",\"tab bed\"\r\n");
        assert_eq!(
            line(&["Күнделік", "Chrome, Windows"]),
            "\"Күнделік\",\"Chrome, Windows\"\r\n"
        );
    }

    #[test]
    fn no_cell_is_a_formula() {
        for (text, shown) in [
            ("=1+1", "'=1+1"),
            ("+7 701", "'+7 701"),
            ("-2", "'-2"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1+1", "'=1+1"),
            ("\r=1+1", "'=1+1"),
            ("  =1+1", "'=1+1"),
            ("\u{202e}=1+1", "'=1+1"),
            ("＝1", "'＝1"),
            ("x;=1+1", "x;'=1+1"),
            ("x, @SUM(A1)", "x, '@SUM(A1)"),
            ("a=b-c", "a=b-c"),
            ("2026-11-21T18:05:00+05:00", "2026-11-21T18:05:00+05:00"),
            ("203.0.113.•", "203.0.113.•"),
        ] {
            assert_eq!(line(&[text]), format!("\"{shown}\"\r\n"), "{text:?}");
        }
        // Where another clean-up comes to be missing, these two are no formula either.
        assert_eq!(quiet("a;\t=1"), "a;'\t'=1");
        assert_eq!(quiet("a;\r=1"), "a;'\r=1");
    }

    #[test]
    fn a_quote_opens_no_formula() {
        assert_eq!(line(&["\"=1+1"]), "\"\"\"'=1+1\"\r\n");
    }
}
