//! What eGov Mobile and eGov Business are told to show: plain texts in the app's language.

use authority::locale::Locale;

use crate::Pages;
use crate::notice::said;

/// Why a signature is not taken, for the app's own screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneAppText {
    /// The code is not known or not valid any more.
    Over,
    /// What the app sent is no answer.
    NotUnderstood,
    /// The signature does not verify.
    NotVerified,
    /// The certificate's time is over, or has not begun.
    OutOfTime,
    /// The certificate was revoked.
    Revoked,
    /// The key is of a kind or centre that is not accepted.
    OtherKey,
    /// It cannot be checked now.
    TryLater,
}

impl PhoneAppText {
    /// All texts.
    pub const ALL: [Self; 7] = [
        Self::Over,
        Self::NotUnderstood,
        Self::NotVerified,
        Self::OutOfTime,
        Self::Revoked,
        Self::OtherKey,
        Self::TryLater,
    ];

    const fn key(self) -> &'static str {
        match self {
            Self::Over => "egov-app-over",
            Self::NotUnderstood => "egov-app-not-understood",
            Self::NotVerified => "egov-app-not-verified",
            Self::OutOfTime => "egov-app-out-of-time",
            Self::Revoked => "egov-app-revoked",
            Self::OtherKey => "egov-app-other-key",
            Self::TryLater => "egov-app-try-later",
        }
    }
}

impl Pages {
    /// Why the app gets nothing.
    pub fn phone_app_text(&self, locale: Locale, text: PhoneAppText) -> String {
        said(&self.edition(locale).texts, text.key(), &[])
    }

    /// What the person is asked for: to sign in, or to `confirm` a sign-in, at `host`.
    pub fn phone_app_title(&self, locale: Locale, confirm: bool, host: &str) -> String {
        let key = if confirm {
            "egov-app-confirm"
        } else {
            "egov-app-sign-in"
        };
        said(&self.edition(locale).texts, key, &[("host", host)])
    }

    /// Names of the lines that the app shows: site, service, time, number.
    pub fn phone_app_labels(&self, locale: Locale) -> [String; 4] {
        ["egov-app-site", "egov-app-service", "egov-app-time", "egov-app-number"]
            .map(|key| said(&self.edition(locale).texts, key, &[]))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::tests::specimens;
    use crate::{DeploymentKind, Pages};

    #[test]
    fn the_app_is_told_everything_in_three_languages() {
        let pages = Pages::new(specimens::settings(DeploymentKind::Production)).unwrap();
        let mut texts = BTreeSet::new();
        for locale in Locale::ALL {
            texts.extend(PhoneAppText::ALL.map(|text| pages.phone_app_text(locale, text)));
            for confirm in [false, true] {
                let title = pages.phone_app_title(locale, confirm, "id.example.kz");
                assert!(title.contains("id.example.kz"), "{title}");
                texts.insert(title);
            }
            assert_eq!(BTreeSet::from(pages.phone_app_labels(locale)).len(), 4);
        }
        assert_eq!(texts.len(), 27, "{texts:?}");
        assert!(texts.iter().all(|text| !text.contains("egov-app")), "{texts:?}");
    }
}
