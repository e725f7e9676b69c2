//! What R5 says, as a text of its own: what the person agreed to, for the hash that is kept (security rule DB-9).

use authority::locale::Locale;
use authority::time::Timestamp;

use crate::dates::Local;
use crate::screens::ConfirmRegistration;
use crate::texts::{Argument, Texts};
use crate::{Pages, escape, functions};

impl Pages {
    /// Everything that R5 says about a registration, to the letter, a line each: title, devices, hours, until when, and
    /// the words of both buttons. It depends on nothing else, so that the same facts give the same text.
    pub fn registration_notice(&self, locale: Locale, screen: &ConfirmRegistration) -> String {
        let texts = &self.edition(locale).texts;
        let said = |key: &str| said(texts, key, &[]);
        let mut lines = vec![said("r5-notice")];
        for device in &screen.replaced {
            lines.extend([said("r5-ends"), escape::shown(&device.name), said("r5-sessions")]);
        }
        lines.extend([said("r5-works"), escape::shown(&screen.new.name)]);
        if screen.hours > 0 {
            lines.extend(self.until(texts, screen));
        }
        lines.extend([said("r5-yes"), said("r5-no")]);
        lines.join("\n")
    }

    fn until(&self, texts: &Texts, screen: &ConfirmRegistration) -> [String; 3] {
        let zone = self.zone(texts, "zone-title", screen.until);
        [
            said(texts, "r5-48", &[("hours", &screen.hours.to_string())]),
            self.moment(texts, screen.until),
            said(texts, "r5-zone", &[("zone", &zone)]),
        ]
    }

    fn moment(&self, texts: &Texts, at: Timestamp) -> String {
        Local::of(at.as_micros(), self.settings().zone)
            .and_then(|at| functions::moment(texts, at).ok())
            .unwrap_or_default()
    }

    fn zone(&self, texts: &Texts, key: &str, at: Timestamp) -> String {
        Local::of(at.as_micros(), self.settings().zone)
            .and_then(|at| functions::zone_name(texts, key, at).ok())
            .unwrap_or_default()
    }
}

/// A text with its placeholders. One that is missing, which a test excludes, leaves its key: no page could show it either.
pub(crate) fn said(texts: &Texts, key: &str, arguments: &[(&str, &str)]) -> String {
    let arguments: Vec<_> = arguments
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Argument::Text((*value).to_owned())))
        .collect();
    texts.format(key, &arguments).unwrap_or_else(|error| {
        tracing::error!(%error, "a text cannot be written");
        key.to_owned()
    })
}
