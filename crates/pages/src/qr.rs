//! QR codes (ISO/IEC 18004) as one path of an inline SVG: nothing is loaded for them, and the policy stays as it is.

use std::fmt::Write as _;

use fast_qr::ECL;
use fast_qr::qr::QRBuilder;
use serde::Serialize;

/// The white edge that readers need, in modules (§9.1).
const QUIET: usize = 4;

/// A code, ready for its template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QrPicture {
    /// Width and height with the white edge, in modules.
    pub size: usize,
    /// The dark modules: one rectangle for each run in a row.
    pub path: String,
}

impl QrPicture {
    /// Draws `text` at level M; `None` when it is too long for any code.
    pub fn of(text: &str) -> Option<Self> {
        let code = QRBuilder::new(text).ecl(ECL::M).build().ok()?;
        let mut path = String::new();
        // The rows follow one another in the library's array, which is as long as the largest code needs.
        let rows = (0..code.size).zip(code.data.chunks(code.size));
        for (y, row) in rows {
            let mut x = 0;
            while x < code.size {
                let dark = |at: usize| row.get(at).is_some_and(|module| module.value());
                let run = (x..code.size).take_while(|at| dark(*at)).count();
                if run > 0 {
                    // Writing to a string does not fail.
                    let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
                }
                x += run.max(1);
            }
        }
        Some(Self {
            size: code.size + 2 * QUIET,
            path,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_three_corners_and_a_white_edge() {
        let text = format!("mobileSign:https://id.example.kz/egov/{}", "a".repeat(43));
        let picture = QrPicture::of(&text).unwrap();
        // Version 5 holds it at level M: 37 modules and twice four.
        assert_eq!(picture.size, 45);
        assert!(picture.path.starts_with("M4 4h7v1h-7z"), "{}", picture.path);
        for corner in ["M34 4h7v1h-7z", "M4 34h7v1h-7z"] {
            assert!(picture.path.contains(corner), "{corner}");
        }
        assert!(picture.path.len() < 12_000);
    }

    #[test]
    fn what_no_code_holds_is_not_drawn() {
        assert_eq!(QrPicture::of(&"a".repeat(3000)), None);
    }
}
