//! Scopes (RFC 6749 §3.3, OIDC Core §5.4, §11).

use serde::{Deserialize, Serialize};

use super::ClaimName;

macro_rules! scopes {
    ($($(#[$doc:meta])* $name:ident => $word:literal,)*) => {
        /// A scope we know; a client asking for others is not refused, it just does not get them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Scope { $($(#[$doc])* #[serde(rename = $word)] $name,)* }

        impl Scope {
            /// All scopes.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The wire value.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// The scope of a wire value.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$name),)* _ => None }
            }
        }
    };
}

scopes! {
    /// Makes it an OpenID Connect request.
    OpenId => "openid",
    /// Name and other profile facts.
    Profile => "profile",
    /// E-mail address.
    Email => "email",
    /// Postal address.
    Address => "address",
    /// Phone number.
    Phone => "phone",
    /// A refresh token that outlives the session.
    OfflineAccess => "offline_access",
    /// The individual identification number.
    Iin => "iin",
    /// The organisation and role of the certificate.
    Organisation => "organisation",
    /// The bound device.
    Device => "device",
}

impl Scope {
    /// The known scopes of a space-separated list, sorted, without doubles.
    pub fn parse_list(list: &str) -> Vec<Self> {
        let mut scopes: Vec<Self> = list.split(' ').filter_map(Self::from_word).collect();
        scopes.sort_unstable();
        scopes.dedup();
        scopes
    }

    /// The wire form of a list.
    pub fn join(scopes: &[Self]) -> String {
        scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// The userinfo claims that this scope asks for (OIDC Core §5.4).
    pub const fn claims(self) -> &'static [ClaimName] {
        use ClaimName as C;
        match self {
            Self::OpenId | Self::OfflineAccess => &[],
            Self::Profile => &[
                C::Name,
                C::GivenName,
                C::FamilyName,
                C::MiddleName,
                C::Nickname,
                C::PreferredUsername,
                C::Profile,
                C::Picture,
                C::Website,
                C::Gender,
                C::Birthdate,
                C::Zoneinfo,
                C::Locale,
                C::UpdatedAt,
            ],
            Self::Email => &[C::Email, C::EmailVerified],
            Self::Address => &[C::Address],
            Self::Phone => &[C::PhoneNumber, C::PhoneNumberVerified],
            Self::Iin => &[C::Iin],
            Self::Organisation => &[
                C::CertificateRole,
                C::Bin,
                C::OrganisationName,
                C::Organisation,
                C::Representation,
            ],
            Self::Device => &[C::DeviceId, C::DeviceBound, C::DeviceBoundAt],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_doubles_do_not_matter_and_unknown_scopes_are_left_out() {
        let scopes = Scope::parse_list("email openid  nonsense email OPENID");
        assert_eq!(scopes, [Scope::OpenId, Scope::Email]);
        assert_eq!(Scope::join(&scopes), "openid email");
    }
}
