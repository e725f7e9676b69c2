//! An SMS, and the door it leaves through.

use std::fmt;
use std::io;

use async_trait::async_trait;
use authority::error::Class;
use authority::identifiers::PhoneNumber;
use authority::ids::SmsId;

use crate::parts::Parts;

/// The largest number of parts that one message may have.
pub const MAX_PARTS: usize = 4;

/// Hands messages to an operator.
#[async_trait]
pub trait SmsGateway: Send + Sync + fmt::Debug {
    /// Hands one message over. Sending the same `request_id` again sends no second message.
    ///
    /// # Errors
    /// [`SendError`]: the message was not handed over.
    async fn send(&self, message: &SmsMessage) -> Result<(), SendError>;
}

/// Why a message was not handed over.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The deployment has no gateway.
    #[error("no SMS gateway is configured")]
    NoGateway,
    /// The outbox file could not be written.
    #[error("the outbox file could not be written")]
    OutboxFile(#[source] io::Error),
}

impl SendError {
    /// The class of the failure.
    pub const fn class(&self) -> Class {
        match self {
            Self::NoGateway => Class::Bug, // the operator's, but nobody else will mend it
            Self::OutboxFile(_) => Class::Transient,
        }
    }
}

/// One message.
#[derive(Clone, Debug)]
pub struct SmsMessage {
    /// Our name for it: one message per name, however often it is sent.
    pub request_id: SmsId,
    /// Who gets it.
    pub to: PhoneNumber,
    /// Who it says it is from.
    pub sender: Sender,
    /// What it says.
    pub text: SmsText,
}

/// The number or name that a message shows as its origin: 3 to 15 digits (`1414`), or up to 11
/// ASCII letters, digits, spaces, dots and dashes with at least one letter (GSM 03.40 §9.1.2.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender(String);

/// The text is no sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sender is 3 to 15 digits, or a name of up to 11 letters and digits")]
pub struct SenderError;

impl Sender {
    /// Reads a sender.
    ///
    /// # Errors
    /// The text is neither a short number nor a name.
    pub fn parse(text: &str) -> Result<Self, SenderError> {
        let number = (3..=15).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        let name = text.len() <= 11
            && text.trim() == text
            && text.bytes().any(|b| b.is_ascii_alphabetic())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'.' | b'-'));
        if number || name {
            Ok(Self(text.to_owned()))
        } else {
            Err(SenderError)
        }
    }

    /// The sender as the operator takes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a message says: not empty, no control characters but line feeds, at most [`MAX_PARTS`]
/// parts. `Debug` does not show it, since codes stand in it.
#[derive(Clone, PartialEq, Eq)]
pub struct SmsText(String);

/// Why a text is not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing to send.
    #[error("the text is empty")]
    Empty,
    /// A control character other than a line feed.
    #[error("the text has a control character")]
    Control,
    /// More than [`MAX_PARTS`] parts.
    #[error("the text is too long")]
    TooLong,
}

impl SmsText {
    /// Reads a text.
    ///
    /// # Errors
    /// [`TextError`] names the rule that it breaks.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        if text.is_empty() {
            return Err(TextError::Empty);
        }
        if text.chars().any(|c| c.is_control() && c != '\n') {
            return Err(TextError::Control);
        }
        if Parts::of(text).count > MAX_PARTS {
            return Err(TextError::TooLong);
        }
        Ok(Self(text.to_owned()))
    }

    /// The text, for the gateway.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SmsText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SmsText(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::{Sender, SenderError, SmsText, TextError};

    #[test]
    fn a_sender_is_a_short_number_or_a_name() {
        for text in ["1414", "123", "123456789012345", "Kiru", "eGov.kz", "A", "Kiru-1 test"] {
            assert_eq!(Sender::parse(text).unwrap().as_str(), text);
        }
        for text in [
            "",
            "14",
            "1234567890123456",
            "twelve chars",
            "Киру",
            "Ki\nru",
            " Kiru",
            "Kiru ",
            "1-2",
            "+77010000000",
            "<b>",
            "a\0",
            "...",
        ] {
            assert_eq!(Sender::parse(text), Err(SenderError), "{text:?}");
        }
    }

    #[test]
    fn a_text_has_no_control_characters_but_line_feeds() {
        assert!(SmsText::parse("482913 — код.\n@id.kiru.example #482913").is_ok());
        for text in ["a\r\nb", "a\0", "\u{1b}", "a\tb", "\u{85}", "\u{7f}"] {
            assert_eq!(SmsText::parse(text), Err(TextError::Control), "{text:?}");
        }
        assert_eq!(SmsText::parse(""), Err(TextError::Empty));
    }

    #[test]
    fn a_text_has_at_most_four_parts() {
        assert!(SmsText::parse(&"x".repeat(4 * 153)).is_ok());
        assert_eq!(SmsText::parse(&"x".repeat(4 * 153 + 1)), Err(TextError::TooLong));
        assert!(SmsText::parse(&"ж".repeat(4 * 67)).is_ok());
        assert_eq!(SmsText::parse(&"ж".repeat(4 * 67 + 1)), Err(TextError::TooLong));
    }

    #[test]
    fn debug_output_does_not_show_the_text() {
        let text = SmsText::parse("482913").unwrap();
        assert!(!format!("{text:?}").contains("482913"));
    }
}
