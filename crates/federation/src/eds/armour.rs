//! From the posted text to bytes: bare base64, or PEM with the label that NCALayer's `basics` module writes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::limits;
use super::refusal::FormatFault;

const BEGIN: &str = "-----BEGIN CMS-----";
const END: &str = "-----END CMS-----";

/// Takes armour and white space off and decodes strictly: canonical padding, no bits left over.
pub(crate) fn open(text: &str) -> Result<Vec<u8>, FormatFault> {
    if text.len() > limits::SIGNATURE_TEXT {
        return Err(FormatFault::TooLong);
    }
    let text = text.trim();
    let body = match text.strip_prefix(BEGIN) {
        Some(rest) => rest.strip_suffix(END).ok_or(FormatFault::NotBase64)?,
        None => text,
    };
    let plain: String = body
        .chars()
        .filter(|c| !matches!(c, ' ' | '\t' | '\r' | '\n'))
        .collect();
    let bytes = STANDARD.decode(plain).map_err(|_| FormatFault::NotBase64)?;
    if bytes.len() > limits::CMS {
        Err(FormatFault::TooLong)
    } else {
        Ok(bytes)
    }
}

/// The DER of all PEM blocks with this label (RFC 7468); other blocks and text between them are skipped. `None` when a
/// block does not end or is not base64.
pub(crate) fn pem_blocks(text: &str, label: &str) -> Option<Vec<Vec<u8>>> {
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(&begin) {
        let (body, after) = after.split_once(&end)?;
        let plain: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        blocks.push(STANDARD.decode(plain).ok()?);
        rest = after;
    }
    Some(blocks)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn armour_and_line_ends_are_taken_off() {
        for text in [
            "AQID",
            " AQ\r\nID\n",
            "-----BEGIN CMS-----\nAQID\n-----END CMS-----\n",
            "-----BEGIN CMS-----\r\nAQ\r\nID\r\n-----END CMS-----",
        ] {
            assert_eq!(open(text), Ok(vec![1, 2, 3]), "{text:?}");
        }
    }

    #[test]
    fn only_strict_base64_is_decoded() {
        for text in [
            "AQI",
            "AQ==AQ==",
            "AR==",
            "AQ_-",
            "A Q\u{a0}ID",
            "-----BEGIN CMS-----AQID",
            "AQID-----END CMS-----",
            "-----BEGIN PKCS7-----AQID-----END PKCS7-----",
            "{\"signature\":\"AQID\"}",
        ] {
            assert_eq!(open(text), Err(FormatFault::NotBase64), "{text:?}");
        }
    }

    #[test]
    fn pem_files_hold_several_blocks() {
        let text = "comment\n-----BEGIN X-----\nAQ==\n-----END X-----\n-----BEGIN Y-----\nAg==\n-----END Y-----\n-----BEGIN X-----\nAw==\n-----END X-----";
        assert_eq!(pem_blocks(text, "X"), Some(vec![vec![1], vec![3]]));
        assert_eq!(pem_blocks("-----BEGIN X-----\nAQ==", "X"), None);
        assert_eq!(pem_blocks("-----BEGIN X-----\n?\n-----END X-----", "X"), None);
    }

    #[test]
    fn the_longest_signature_is_44_kib() {
        let fits = STANDARD.encode(vec![0_u8; limits::CMS]);
        assert_eq!(open(&fits).map(|bytes| bytes.len()), Ok(limits::CMS));
        let over = STANDARD.encode(vec![0_u8; limits::CMS + 1]);
        assert_eq!(open(&over), Err(FormatFault::TooLong));
        assert_eq!(open(&" ".repeat(limits::SIGNATURE_TEXT + 1)), Err(FormatFault::TooLong));
    }

    proptest! {
        #[test]
        fn any_text_is_decoded_or_refused(text in "\\PC*") {
            let _ = open(&text);
            let _ = pem_blocks(&format!("{BEGIN}{text}{END}{text}"), "CMS");
        }
    }
}
