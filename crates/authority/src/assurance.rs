//! How sure we are (`acr`) and how it was reached (`amr`).

use serde::{Deserialize, Serialize};

/// The level reached, ascending; released as `acr` (OIDC Core §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Assurance {
    /// Both stages, but no known contact has confirmed the account.
    Provisional,
    /// A weaker second stage.
    Reduced,
    /// Both stages.
    Full,
    /// Both stages and the proof of the bound device.
    FullBound,
}

impl Assurance {
    /// All levels, lowest first.
    pub const ALL: [Self; 4] = [Self::Provisional, Self::Reduced, Self::Full, Self::FullBound];

    /// The `acr` value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Provisional => "urn:kiru:acr:provisional",
            Self::Reduced => "urn:kiru:acr:reduced",
            Self::Full => "urn:kiru:acr:full",
            Self::FullBound => "urn:kiru:acr:full-bound",
        }
    }

    /// The level of an `acr` value; `None` for values that are not ours.
    pub fn from_acr(value: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == value)
    }
}

/// One way that was used, released in `amr` (RFC 8176 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AuthenticationMethod {
    /// A key in hardware signed.
    #[serde(rename = "hwk")]
    HardwareKey,
    /// A key in software signed.
    #[serde(rename = "swk")]
    SoftwareKey,
    /// A code sent by SMS was returned.
    #[serde(rename = "sms")]
    Sms,
    /// A one-time code was returned.
    #[serde(rename = "otp")]
    OneTimeCode,
    /// The bound device proved its key.
    #[serde(rename = "pop")]
    ProofOfPossession,
    /// More than one factor.
    #[serde(rename = "mfa")]
    MultipleFactors,
    /// The user's presence was shown.
    #[serde(rename = "user")]
    UserPresence,
}

impl AuthenticationMethod {
    /// The `amr` value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HardwareKey => "hwk",
            Self::SoftwareKey => "swk",
            Self::Sms => "sms",
            Self::OneTimeCode => "otp",
            Self::ProofOfPossession => "pop",
            Self::MultipleFactors => "mfa",
            Self::UserPresence => "user",
        }
    }
}

/// The `amr` values, joined by spaces.
pub fn amr(methods: &[AuthenticationMethod]) -> String {
    let words: Vec<_> = methods.iter().map(|method| method.as_str()).collect();
    words.join(" ")
}

/// What a client asked of `acr` (OIDC Core §3.1.2.1, §5.5.1.1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssuranceRequest {
    /// The levels asked for that we know, in the client's order.
    pub values: Vec<Assurance>,
    /// Without one of them the request fails.
    pub essential: bool,
}

impl AssuranceRequest {
    /// Whether `reached` is, or exceeds, a listed level. An essential request for values we do not know is never met;
    /// a voluntary one always is.
    pub fn is_met_by(&self, reached: Assurance) -> bool {
        self.values.iter().any(|asked| *asked <= reached) || (!self.essential && self.values.is_empty())
    }

    /// The level to tell the client: the highest listed one that was reached, else what was reached.
    pub fn released(&self, reached: Assurance) -> Assurance {
        self.values
            .iter()
            .copied()
            .filter(|asked| *asked <= reached)
            .max()
            .unwrap_or(reached)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_met_by_any_listed_level_reached_or_exceeded() {
        let asked = AssuranceRequest {
            values: vec![Assurance::FullBound, Assurance::Reduced],
            essential: true,
        };
        assert!(asked.is_met_by(Assurance::Reduced));
        assert!(asked.is_met_by(Assurance::Full));
        assert!(!asked.is_met_by(Assurance::Provisional));
        assert_eq!(asked.released(Assurance::Full), Assurance::Reduced);
        assert_eq!(asked.released(Assurance::FullBound), Assurance::FullBound);
    }

    #[test]
    fn an_essential_request_for_unknown_values_is_never_met() {
        assert!(
            !AssuranceRequest {
                values: vec![],
                essential: true
            }
            .is_met_by(Assurance::FullBound)
        );
        assert!(AssuranceRequest::default().is_met_by(Assurance::Provisional));
    }

    #[test]
    fn levels_ascend_and_keep_their_names() {
        assert!(Assurance::ALL.is_sorted());
        for level in Assurance::ALL {
            assert_eq!(Assurance::from_acr(level.as_str()), Some(level));
        }
    }
}
