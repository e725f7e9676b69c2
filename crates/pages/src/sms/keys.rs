//! Messages about the keys of an account. None names a key: who holds it knows it, and nobody else should.

use authority::locale::Locale;
use authority::time::Timestamp;

use crate::Pages;
use crate::notice::said;

/// Where keys are issued.
const CENTRE: &str = "pki.gov.kz";

impl Pages {
    /// A key is not accepted here any more.
    pub fn sms_key_stopped(&self, locale: Locale, at: Timestamp, stop_code: &str) -> String {
        self.plain(locale, "sms-key-stopped", (at, stop_code))
    }

    /// A key that was stopped is accepted again.
    pub fn sms_key_accepted(&self, locale: Locale, at: Timestamp, stop_code: &str) -> String {
        self.plain(locale, "sms-key-accepted", (at, stop_code))
    }

    /// A key ends at this instant. It asks for nothing and has no stop code.
    pub fn sms_key_ends(&self, locale: Locale, at: Timestamp) -> String {
        let facts = [("date", &*self.short(at)), ("centre", CENTRE)];
        said(&self.edition(locale).texts, "sms-key-ends", &facts)
    }

    /// A key was used for the first time by somebody who had another one before (security rule CE-14).
    pub fn sms_key_new(&self, locale: Locale, at: Timestamp, stop_code: &str) -> String {
        self.plain(locale, "sms-key-new", (at, stop_code))
    }
}
