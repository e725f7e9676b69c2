//! What the deployment tells the pages once, at start.

use authority::locale::Locale;
use chrono_tz::Tz;

/// What kind of deployment this is; decides on the TEST bar and on what S1 offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeploymentKind {
    /// Real people. Nothing of the sandbox is ever rendered.
    Production,
    /// Made-up people, plain forms; every page carries the TEST bar.
    #[cfg(feature = "sandbox")]
    Sandbox,
    /// The demo on one machine: ordinary pages, and a link to the sandbox way on S1.
    #[cfg(feature = "sandbox")]
    Demo,
}

impl DeploymentKind {
    /// Whether nobody real signs in on any page.
    pub(crate) const fn is_all_test(self) -> bool {
        match self {
            Self::Production => false,
            #[cfg(feature = "sandbox")]
            Self::Sandbox => true,
            #[cfg(feature = "sandbox")]
            Self::Demo => false,
        }
    }
}

/// A text of the operator's own, in every language. There is no fallback language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Localised {
    /// Kazakh.
    pub kk: String,
    /// Russian.
    pub ru: String,
    /// English.
    pub en: String,
}

impl Localised {
    /// The same text in all three languages: a proper name, an address, a number.
    pub fn same(text: &str) -> Self {
        Self {
            kk: text.to_owned(),
            ru: text.to_owned(),
            en: text.to_owned(),
        }
    }

    /// The text in `locale`.
    pub fn get(&self, locale: Locale) -> &str {
        match locale {
            Locale::Kk => &self.kk,
            Locale::Ru => &self.ru,
            Locale::En => &self.en,
        }
    }
}

/// Who runs the deployment and how people reach them; shown by help, privacy, accessibility and the locks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// Name of the organisation.
    pub name: Localised,
    /// Telephone number as it is to be read out.
    pub telephone: String,
    /// E-mail address.
    pub email: String,
    /// Office hours, in words.
    pub hours: Localised,
}

/// Everything that is the same on every page of a deployment.
#[derive(Clone, Debug)]
pub struct PagesSettings {
    /// Production, sandbox or demo.
    pub deployment: DeploymentKind,
    /// The issuer's URL without a slash at the end; the `aud` of device proofs, and the reason for HSTS when it is https.
    pub issuer: String,
    /// Who runs it.
    pub operator: Operator,
    /// The zone all times are shown in.
    pub zone: Tz,
    /// Where NCALayer listens: `wss://127.0.0.1:13579/`, in the demo a `ws:` address.
    pub ncalayer: String,
    /// Ask NCALayer not to build a chain (`signerParams.chain: []`), so that keys of a test centre can be chosen. Never in production.
    pub ncalayer_test_chain: bool,
    /// The fine for giving one's key to somebody else, in tenge, if S2 is to name it.
    pub key_fine: Option<u32>,
    /// The number SMS codes come from, such as `1414`.
    pub sms_sender: String,
}
