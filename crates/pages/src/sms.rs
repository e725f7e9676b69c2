//! Texts of SMS messages. With a domain of up to 16 characters each is one part of 70 UTF-16 units (UCS-2, 3GPP TS
//! 23.038); a longer domain costs a second part, and one that needs a third is refused when the deployment starts.

use authority::locale::Locale;
use authority::time::Timestamp;

use crate::dates::Local;
use crate::notice::said;
use crate::texts::{Argument, TextError, Texts};
use crate::{Pages, escape};

mod keys;

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

/// Messages about changes: at most two parts each, whatever the name in them, as long as the provider's host has no more
/// than 40 characters. `stop_code` is shown as it comes, in its four groups.
impl Pages {
    /// A new device was registered.
    pub fn sms_device_registered(&self, locale: Locale, device: &str, at: Timestamp, stop_code: &str) -> String {
        self.change(locale, "sms-device-registered", ("device", device), (at, stop_code))
    }

    /// Somebody signed in to a service; for who wants to be told.
    pub fn sms_signed_in(&self, locale: Locale, service: &str, at: Timestamp, stop_code: &str) -> String {
        self.change(locale, "sms-signed-in", ("service", service), (at, stop_code))
    }

    /// Devices can be registered today until `to`, `HH:MM`, as the person asked to be reminded.
    pub fn sms_registration_opens(&self, locale: Locale, service: &str, to: &str) -> String {
        self.shortened(locale, "sms-registration-opens", ("service", service), &[("to", to)])
    }

    /// Operators ended the time in which only the newest device works.
    pub fn sms_exclusivity_ended(&self, locale: Locale, at: Timestamp, stop_code: &str) -> String {
        self.plain(locale, "sms-exclusivity-ended", (at, stop_code))
    }

    /// The operator released a device.
    pub fn sms_device_released(&self, locale: Locale, device: &str, at: Timestamp, stop_code: &str) -> String {
        self.change(locale, "sms-device-released", ("device", device), (at, stop_code))
    }

    /// The account was suspended. There is nothing left to stop.
    pub fn sms_suspended(&self, locale: Locale, at: Timestamp) -> String {
        let texts = &self.edition(locale).texts;
        said(
            texts,
            "sms-suspended",
            &[("time", &self.short(at)), ("site", &self.site())],
        )
    }

    /// The account works again.
    pub fn sms_returned(&self, locale: Locale, at: Timestamp, stop_code: &str) -> String {
        self.plain(locale, "sms-returned", (at, stop_code))
    }

    /// The phone of the account was changed.
    pub fn sms_phone_changed(&self, locale: Locale, at: Timestamp, stop_code: &str) -> String {
        self.plain(locale, "sms-phone-changed", (at, stop_code))
    }

    /// The person ended sessions.
    pub fn sms_sessions_ended(&self, locale: Locale, at: Timestamp, stop_code: &str) -> String {
        self.plain(locale, "sms-sessions-ended", (at, stop_code))
    }

    /// Messages about sign-ins come from now on, or come no more.
    pub fn sms_sign_in_messages(&self, locale: Locale, on: bool, at: Timestamp, stop_code: &str) -> String {
        let key = if on { "sms-sign-ins-on" } else { "sms-sign-ins-off" };
        self.plain(locale, key, (at, stop_code))
    }

    /// A power of attorney was given in the person's name.
    pub fn sms_power_given(&self, locale: Locale, at: Timestamp, stop_code: &str) -> String {
        self.plain(locale, "sms-power-given", (at, stop_code))
    }

    /// The person was given a power of attorney.
    pub fn sms_power_received(&self, locale: Locale, at: Timestamp, stop_code: &str) -> String {
        self.plain(locale, "sms-power-received", (at, stop_code))
    }

    /// A power of attorney that concerns the person ended.
    pub fn sms_power_ended(&self, locale: Locale, at: Timestamp, stop_code: &str) -> String {
        self.plain(locale, "sms-power-ended", (at, stop_code))
    }

    /// A message without a name in it.
    fn plain(&self, locale: Locale, key: &str, (at, stop): (Timestamp, &str)) -> String {
        let facts = [("time", &*self.short(at)), ("site", &self.site()), ("stop", stop)];
        said(&self.edition(locale).texts, key, &facts)
    }

    /// A message about a change, with a name in it.
    fn change(&self, locale: Locale, key: &str, named: (&str, &str), (at, stop): (Timestamp, &str)) -> String {
        let facts = [("time", &*self.short(at)), ("site", &self.site()), ("stop", stop)];
        self.shortened(locale, key, named, &facts)
    }

    /// A message with a name in it, which is shortened until two parts hold everything.
    fn shortened(&self, locale: Locale, key: &str, (field, name): (&str, &str), facts: &[(&str, &str)]) -> String {
        let written = |name: &str| {
            let facts = [&[(field, name)], facts].concat();
            said(&self.edition(locale).texts, key, &facts)
        };
        let name = escape::shown(name);
        let mut letters: Vec<char> = name.chars().take(TWO_PARTS).collect();
        let mut message = written(&name);
        while message.encode_utf16().count() > TWO_PARTS && letters.pop().is_some() {
            let short: String = letters.iter().collect();
            message = written(&format!("{}…", short.trim_end_matches([' ', ','])));
        }
        message
    }

    fn short(&self, at: Timestamp) -> String {
        Local::of(at.as_micros(), self.settings().zone)
            .map(Local::short)
            .unwrap_or_default()
    }

    /// Where people type the stop code: host and port, without scheme.
    fn site(&self) -> String {
        let issuer = &self.settings().issuer;
        issuer
            .split_once("://")
            .map_or(issuer.as_str(), |(_, rest)| rest)
            .to_owned()
    }
}
