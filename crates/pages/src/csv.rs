//! The history of sign-ins as a file (RFC 4180), with the words of its reader's language. Programs that open such files
//! run what looks like a formula, so nothing does (security rules AD-11, WI-13).

use authority::locale::Locale;
use authority::time::Timestamp;
use axum::body::Body;
use axum::response::Response;

use crate::dates::Local;
use crate::notice::said;
use crate::screens::{SignInResult, SignInRow, SignInWay};
use crate::{Pages, escape, headers};

/// Tells spreadsheet programs that the text is UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";
/// What a cell that would be a formula begins with instead; programs show the rest as it is.
const QUIET: char = '\'';

impl Pages {
    /// The answer that saves these sign-ins, in this order, as a file named after the day `now`. It is never kept.
    pub fn sign_ins_file(&self, locale: Locale, rows: &[SignInRow], now: Timestamp) -> Response {
        let (year, month, day) = self.local(now).map(Local::calendar).unwrap_or_default();
        let name = format!("kiru-sign-ins-{year:04}-{month:02}-{day:02}.csv");
        let mut response = Response::new(Body::from(self.sign_ins_csv(locale, rows)));
        headers::add_to_download(
            response.headers_mut(),
            &name,
            self.settings().issuer.starts_with("https:"),
        );
        response
    }

    fn sign_ins_csv(&self, locale: Locale, rows: &[SignInRow]) -> String {
        let texts = &self.edition(locale).texts;
        let head = ["time", "service", "way", "device", "address", "result", "code"];
        let mut file = String::from(BYTE_ORDER_MARK);
        push_line(&mut file, &head.map(|name| said(texts, &format!("csv-{name}"), &[])));
        for row in rows {
            let cells = [
                self.local(row.at).map(Local::machine).unwrap_or_default(),
                row.service.clone().unwrap_or_default(),
                row.way.map(|way| said(texts, way_key(way), &[])).unwrap_or_default(),
                row.device.clone().unwrap_or_default(),
                row.address.clone().unwrap_or_default(),
                said(texts, result_key(row.result), &[]),
                row.code.clone(),
            ];
            push_line(&mut file, &cells);
        }
        file
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
fn push_line(file: &mut String, cells: &[String]) {
    for (place, cell) in cells.iter().enumerate() {
        file.push_str(if place == 0 { "\"" } else { ",\"" });
        file.push_str(&quiet(&escape::shown(cell)).replace('"', "\"\""));
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
        let cells: Vec<String> = cells.iter().map(|cell| (*cell).to_owned()).collect();
        push_line(&mut file, &cells);
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
