//! What a certificate says about the person who used it.

use chrono_tz::Tz;

use crate::ids::{CertificateId, OrganisationId, UserId};
use crate::time::Timestamp;

/// In which role a certificate was issued (extended key usage of the national centre).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CertificateRole {
    /// A natural person.
    Individual,
    /// The head of an organisation.
    Head,
    /// Somebody with the right to sign for an organisation.
    Signatory,
    /// Somebody who signs an organisation's financial documents.
    FinancialSignatory,
    /// A personnel officer of an organisation.
    HumanResources,
    /// An employee of an organisation.
    Employee,
    /// An organisation's certificate that names no role.
    Organisation,
}

impl CertificateRole {
    /// All roles.
    pub const ALL: [Self; 7] = [
        Self::Individual,
        Self::Head,
        Self::Signatory,
        Self::FinancialSignatory,
        Self::HumanResources,
        Self::Employee,
        Self::Organisation,
    ];

    /// The word that storage keeps and clients are told.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Individual => "individual",
            Self::Head => "head",
            Self::Signatory => "signatory",
            Self::FinancialSignatory => "financial_signatory",
            Self::HumanResources => "human_resources",
            Self::Employee => "employee",
            Self::Organisation => "organisation",
        }
    }

    /// The role of a stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }
}

/// Where the private key is kept, as far as the certificate says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyStorage {
    /// A file (PKCS#12), which can be copied.
    File,
    /// Another or an unstated place.
    Unstated,
}

impl KeyStorage {
    /// The word that storage keeps.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Unstated => "unstated",
        }
    }

    /// The storage of a stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::File, Self::Unstated]
            .into_iter()
            .find(|storage| storage.as_str() == word)
    }
}

/// What a certificate's key may be used for (RFC 5280 §4.2.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyUsage {
    /// Signing in only.
    SignIn,
    /// Signing documents; a signature of a challenge is accepted all the same.
    Signing,
    /// Both, as the keys issued since 2024.
    Both,
}

impl KeyUsage {
    /// All usages.
    pub const ALL: [Self; 3] = [Self::SignIn, Self::Signing, Self::Both];

    /// The word that storage keeps.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Signing => "signing",
            Self::Both => "both",
        }
    }

    /// The usage of a stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|usage| usage.as_str() == word)
    }
}

/// The algorithms of a certificate's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeySuite {
    /// RSA with SHA-256.
    RsaSha256,
    /// GOST R 34.10-2012 with 512 bits.
    Gost2015Long,
    /// GOST R 34.10-2012 with 256 bits.
    Gost2015Short,
    /// GOST R 34.10-2001 with GOST R 34.11-94, which is going out of use.
    Gost2004,
}

impl KeySuite {
    /// All suites.
    pub const ALL: [Self; 4] = [Self::RsaSha256, Self::Gost2015Long, Self::Gost2015Short, Self::Gost2004];

    /// The word that the verifier says and storage keeps.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RsaSha256 => "rsa-sha256",
            Self::Gost2015Long => "gost2015-512",
            Self::Gost2015Short => "gost2015-256",
            Self::Gost2004 => "gost2004",
        }
    }

    /// The suite of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.as_str() == word)
    }
}

/// Why a certificate is not accepted here any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StopReason {
    /// Its person wanted that.
    Stopped,
    /// Its centre revoked it.
    Revoked,
    /// The rules against sharing keys.
    Shared,
}

impl StopReason {
    /// All reasons.
    pub const ALL: [Self; 3] = [Self::Stopped, Self::Revoked, Self::Shared];

    /// The word that storage keeps.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Revoked => "revoked",
            Self::Shared => "shared",
        }
    }

    /// The reason of a stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }

    /// Whether a stop for this reason takes the place of one for the other: a hold may be lifted by the centre, and a person's own
    /// stop by the person, but a key that an operator found shared opens nothing before an operator says so.
    pub const fn outweighs(self, other: Self) -> bool {
        match (self, other) {
            (Self::Shared, Self::Stopped | Self::Revoked) => true,
            (Self::Shared, Self::Shared) | (Self::Stopped | Self::Revoked, _) => false,
        }
    }

    /// Whether the reason is about the key, so that another certificate of the same key is not accepted either. A centre
    /// revokes one certificate, perhaps because it issued another in its place.
    pub const fn holds_for_the_key(self) -> bool {
        match self {
            Self::Stopped | Self::Shared => true,
            Self::Revoked => false,
        }
    }
}

/// Since when a certificate is not accepted here, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop {
    /// Why.
    pub reason: StopReason,
    /// Since when.
    pub at: Timestamp,
}

/// A certificate that proved a first stage here.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// Our identifier.
    pub id: CertificateId,
    /// Whose it is.
    pub user_id: UserId,
    /// The issuer's distinguished name, DER.
    pub issuer: Vec<u8>,
    /// The serial number, big-endian bytes.
    pub serial: Vec<u8>,
    /// The role it was issued in.
    pub role: CertificateRole,
    /// The organisation that it names.
    pub organisation: Option<OrganisationId>,
    /// Where its key is kept.
    pub key_storage: KeyStorage,
    /// What its key may be used for; none where it was used last before that was kept.
    pub usage: Option<KeyUsage>,
    /// The algorithms of its key; none as above, or where the verifier's word is newer than this list.
    pub suite: Option<KeySuite>,
    /// SHA-256 of its SubjectPublicKeyInfo; none as above.
    pub key_digest: Option<[u8; 32]>,
    /// Valid from.
    pub not_before: Timestamp,
    /// Valid until, inclusive.
    pub not_after: Timestamp,
    /// First use here.
    pub first_used_at: Timestamp,
    /// Last use here.
    pub last_used_at: Timestamp,
    /// Since when it is not accepted here any more, if so.
    pub stop: Option<Stop>,
}

impl Certificate {
    /// On how many days after the present one it is valid in this zone's calendar: 0 on its last day, none after its end.
    pub fn days_left(&self, now: Timestamp, zone: Tz) -> Option<u64> {
        if now > self.not_after {
            return None;
        }
        let day = |at: Timestamp| at.to_utc().map(|at| at.with_timezone(&zone).date_naive());
        let days = day(self.not_after)?.signed_duration_since(day(now)?).num_days();
        u64::try_from(days).ok()
    }

    /// Whether it signs its person in now.
    pub fn is_usable(&self, now: Timestamp) -> bool {
        self.stop.is_none() && self.not_before <= now && now <= self.not_after
    }

    /// Whether both are one certificate (RFC 5280 §4.1.2.2).
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.issuer == other.issuer && self.serial == other.serial
    }

    /// Whether it names another role or organisation than the same certificate did before (security rule DG-5). To learn an
    /// organisation that was not known is no change, and neither is one that was not looked for.
    pub fn differs_in_role_from(&self, before: &Self) -> bool {
        let organisations = self.organisation.zip(before.organisation);
        self.role != before.role || organisations.is_some_and(|(now, then)| now != then)
    }

    /// Whether both are known to have the same key.
    pub fn has_key_of(&self, other: &Self) -> bool {
        self.key_digest.is_some() && self.key_digest == other.key_digest
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    fn certificate(not_after: Timestamp) -> Certificate {
        let mut rng = rand_chacha::ChaCha20Rng::from_seed([1; 32]);
        let (id, user_id) = (
            CertificateId::mint(not_after, &mut rng),
            UserId::mint(not_after, &mut rng),
        );
        Certificate {
            id,
            user_id,
            issuer: vec![1],
            serial: vec![1],
            role: CertificateRole::Individual,
            organisation: None,
            key_storage: KeyStorage::File,
            usage: None,
            suite: None,
            key_digest: None,
            not_before: Timestamp::from_unix_seconds(0),
            not_after,
            first_used_at: not_after,
            last_used_at: not_after,
            stop: None,
        }
    }

    #[test]
    fn days_are_those_of_the_calendar_where_people_live() {
        // 2026-12-15 18:59:59 UTC is 23:59:59 of that day in Almaty.
        let certificate = certificate(Timestamp::from_unix_seconds(1_797_361_199));
        let zone = Tz::Asia__Almaty;
        for (before, left) in [
            (0, Some(0)),
            (86_399, Some(0)),
            (86_400, Some(1)),
            (24 * 86_400 + 86_399, Some(24)),
            (30 * 86_400, Some(30)),
        ] {
            let now = certificate.not_after.minus(crate::time::seconds(before));
            assert_eq!(certificate.days_left(now, zone), left, "{before}");
        }
        let over = certificate.not_after.plus(crate::time::seconds(1));
        assert_eq!(certificate.days_left(over, zone), None);
        assert!(certificate.is_usable(certificate.not_after) && !certificate.is_usable(over));
    }

    #[test]
    fn a_stopped_certificate_is_of_no_use() {
        let at = Timestamp::from_unix_seconds(1_797_361_199);
        let stop = Some(Stop {
            reason: StopReason::Revoked,
            at,
        });
        assert!(
            !Certificate {
                stop,
                ..certificate(at)
            }
            .is_usable(at)
        );
    }

    #[test]
    fn words_are_read_back() {
        for usage in KeyUsage::ALL {
            assert_eq!(KeyUsage::from_word(usage.as_str()), Some(usage));
        }
        for suite in KeySuite::ALL {
            assert_eq!(KeySuite::from_word(suite.as_str()), Some(suite));
        }
        for reason in StopReason::ALL {
            assert_eq!(StopReason::from_word(reason.as_str()), Some(reason));
        }
        assert_eq!(StopReason::from_word("lost"), None);
    }

    #[test]
    fn a_revocation_is_about_the_certificate_and_not_its_key() {
        assert!(!StopReason::Revoked.holds_for_the_key());
        assert!(StopReason::Stopped.holds_for_the_key() && StopReason::Shared.holds_for_the_key());
    }
}
