//! Texts of SMS messages. With a domain of up to 16 characters each is one part of 70 UTF-16 units (UCS-2, 3GPP TS
//! 23.038); a longer domain costs a second part, and one that needs a third is refused when the deployment starts.

use crate::texts::{Argument, TextError, Texts};

/// Units of two joined parts.
const TWO_PARTS: usize = 2 * 67;

/// The message cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SmsTextError {
    /// A domain too long for the last line.
    #[error("the message would need {units} units, more than two parts hold")]
    TooLong {
        /// UTF-16 units.
        units: usize,
    },
    /// The texts have no such message; a test excludes it.
    #[error("the text of the message is missing")]
    Missing,
}

impl From<TextError> for SmsTextError {
    fn from(_: TextError) -> Self {
        Self::Missing
    }
}

/// The message with a sign-in code. Nothing follows the last line, `@domain #code`, which lets browsers offer the code
/// on our own page only.
pub(crate) fn code_text(texts: &Texts, code: &str, domain: &str) -> Result<String, SmsTextError> {
    let text = |name: &str, value: &str| (name.to_owned(), Argument::Text(value.to_owned()));
    let line = texts.format("sms-code", &[text("code", code)])?;
    let message = format!("{line}\n@{domain} #{code}");
    let units = message.encode_utf16().count();
    if units > TWO_PARTS {
        Err(SmsTextError::TooLong { units })
    } else {
        Ok(message)
    }
}
