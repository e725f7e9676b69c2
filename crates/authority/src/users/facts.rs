//! What is known about a user, and from where. Names are those of the standard claims (OIDC Core §5.1).

/// One fact about a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserFact {
    /// Which.
    pub name: FactName,
    /// Its value: text, `true`/`false`, seconds or a JSON object, as the claim's type asks.
    pub value: String,
    /// Who said so.
    pub source: FactSource,
}

/// Who vouches for a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactSource {
    /// The person's certificate.
    Certificate,
    /// A people file applied by an operator.
    PeopleFile,
}

impl FactSource {
    /// The word that storage keeps.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Certificate => "certificate",
            Self::PeopleFile => "people_file",
        }
    }

    /// The source of a stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Certificate, Self::PeopleFile]
            .into_iter()
            .find(|source| source.as_str() == word)
    }
}

macro_rules! fact_names {
    ($($name:ident => $word:literal,)*) => {
        /// The facts that can be kept; each is the claim of the same name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "each is the standard claim of its name")]
        pub enum FactName { $($name,)* }

        impl FactName {
            /// All facts.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The claim's name, which storage keeps too.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// The fact of a claim's name.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$name),)* _ => None }
            }
        }
    };
}

fact_names! {
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
    Bin => "bin",
    OrganisationName => "organisation_name",
}
