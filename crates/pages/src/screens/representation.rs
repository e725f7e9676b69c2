//! S17 "in whose name", on `/flow/{id}/name`. Each way is a button that posts its handle as `name`.

use authority::time::Timestamp;
use serde::Serialize;

use crate::Screen;
use crate::dates::micros;

/// Somebody in whose name the person may go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NameWay {
    /// The person for themself.
    Myself {
        /// The person's name.
        name: String,
        /// The masked IIN.
        masked_iin: String,
    },
    /// The organisation of the certificate.
    Organisation {
        /// Its name.
        name: Option<String>,
        /// Its BIN, whole: it is public.
        bin: String,
        /// The role, as `authority` words it: `financial_signatory`.
        role: &'static str,
    },
    /// An organisation that gave a power of attorney.
    OrganisationPower {
        /// Its name.
        name: Option<String>,
        /// Its BIN.
        bin: String,
        /// When the power ends.
        #[serde(serialize_with = "micros")]
        until: Timestamp,
    },
    /// A person who gave a power of attorney.
    PersonPower {
        /// The person's name.
        name: String,
        /// The masked IIN.
        masked_iin: String,
        /// When the power ends.
        #[serde(serialize_with = "micros")]
        until: Timestamp,
    },
}

/// A way with the handle that chooses it in this flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NameChoice {
    /// What the button posts.
    pub handle: String,
    /// The way.
    pub way: NameWay,
}

/// A name that cannot be chosen, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NameLost {
    /// The certificate names an organisation and no role in it.
    RoleMissing {
        /// The organisation.
        name: String,
    },
    /// The certificate of the organisation has expired since the sign-in.
    CertificateExpired {
        /// The organisation.
        name: String,
    },
    /// A power of attorney stopped.
    PowerEnded {
        /// Who gave it.
        name: String,
        /// When it stopped.
        #[serde(serialize_with = "micros")]
        at: Timestamp,
    },
}

/// S17. The buttons are `myself`, `organisation`, and `power-1` and so on.
#[derive(Clone, Debug, Serialize)]
pub struct InWhoseName {
    /// The ways, the person first.
    pub choices: Vec<NameChoice>,
    /// What is no way.
    pub lost: Vec<NameLost>,
}

impl Screen for InWhoseName {
    fn template(&self) -> &'static str {
        "representation/choose.html"
    }
}
