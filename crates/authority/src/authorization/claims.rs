//! Claims and the `claims` parameter (OIDC Core §5).

use serde::{Deserialize, Serialize};

macro_rules! claim_names {
    ($($name:ident => $word:literal,)*) => {
        /// The claims that can be released; `claims_supported` lists exactly these besides the protocol's own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[expect(missing_docs, reason = "each is the claim of its name")]
        pub enum ClaimName { $(#[serde(rename = $word)] $name,)* }

        impl ClaimName {
            /// All claims.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The claim's name on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// The claim of a wire name.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$name),)* _ => None }
            }
        }
    };
}

claim_names! {
    Name => "name",
    GivenName => "given_name",
    FamilyName => "family_name",
    MiddleName => "middle_name",
    Nickname => "nickname",
    PreferredUsername => "preferred_username",
    Profile => "profile",
    Picture => "picture",
    Website => "website",
    Gender => "gender",
    Birthdate => "birthdate",
    Zoneinfo => "zoneinfo",
    Locale => "locale",
    UpdatedAt => "updated_at",
    Email => "email",
    EmailVerified => "email_verified",
    Address => "address",
    PhoneNumber => "phone_number",
    PhoneNumberVerified => "phone_number_verified",
    Iin => "iin",
    CertificateRole => "certificate_role",
    Bin => "bin",
    OrganisationName => "organisation_name",
    Organisation => "organisation",
    Representation => "representation",
    DeviceId => "device_id",
    DeviceBound => "device_bound",
    DeviceBoundAt => "device_bound_at",
}

/// The known claims asked for by name, beyond what the scopes give.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimsRequest {
    /// For the userinfo endpoint.
    pub userinfo: Vec<ClaimName>,
    /// For the ID token.
    pub id_token: Vec<ClaimName>,
    /// Whether `auth_time` was asked for in the ID token.
    pub auth_time: bool,
    /// The `sub` the client insists on (OIDC Core §5.5.1), if any.
    pub subject: Option<String>,
}

impl ClaimsRequest {
    /// Every claim named, in either place.
    pub fn all(&self) -> impl Iterator<Item = ClaimName> {
        self.userinfo.iter().chain(&self.id_token).copied()
    }
}
