//! Typed identifiers: UUIDv7 (RFC 9562 §5.7), minted by us, never by a column default. Swapping two kinds does not
//! compile.

use std::fmt;
use std::str::FromStr;

use rand_core::CryptoRng;
use uuid::Uuid;

use crate::time::Timestamp;

/// The text is not the identifier of one of our records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the value is not an identifier")]
pub struct IdError;

fn mint(now: Timestamp, rng: &mut dyn CryptoRng) -> Uuid {
    let mut random = [0_u8; 10];
    rng.fill_bytes(&mut random);
    let millis = u64::try_from(now.as_unix_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// A fresh identifier, ordered by `now` to the millisecond.
            pub fn mint(now: Timestamp, rng: &mut dyn CryptoRng) -> Self {
                Self(mint(now, rng))
            }

            /// An identifier read back from storage.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The value to store.
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.simple().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            /// Reads exactly what `Display` writes: 32 lower-case hexadecimal digits.
            fn from_str(text: &str) -> Result<Self, IdError> {
                let plain = text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
                if !plain {
                    return Err(IdError);
                }
                Uuid::try_parse(text).map(Self).map_err(|_| IdError)
            }
        }
    )*};
}

ids! {
    /// A user: our record of an end-user.
    UserId;
    /// A bound device: one browser key of one user.
    DeviceId;
    /// A certificate that was used here.
    CertificateId;
    /// A phone number of a user.
    PhoneId;
    /// A kept authorization request.
    InteractionId;
    /// One try to sign in.
    AttemptId;
    /// A challenge or nonce to be answered once.
    ChallengeId;
    /// One signature on a phone that was asked for.
    QrTransactionId;
    /// One SMS code.
    CodeId;
    /// One SMS message.
    SmsId;
    /// One registration of a new device.
    RegistrationId;
    /// A browser session; its text is the `sid` told to clients.
    SessionId;
    /// What a user agreed to release to a client.
    ConsentId;
    /// A client's standing authorization.
    GrantId;
    /// A signing key of ours.
    SigningKeyId;
    /// An audit event.
    EventId;
    /// A message in the outbox.
    OutboxId;
    /// An organisation that a certificate named.
    OrganisationId;
    /// A power of attorney.
    PowerId;
    /// An administrator with a key of their own.
    AdministratorId;
    /// A request that a second administrator has to agree to.
    ApprovalId;
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    #[test]
    fn identifiers_sort_by_time_and_survive_their_text() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let first = UserId::mint(Timestamp::from_unix_seconds(1_000), &mut rng);
        let second = UserId::mint(Timestamp::from_unix_seconds(1_001), &mut rng);
        assert!(first < second);
        assert_eq!(first.to_string().parse(), Ok(first));
        assert_eq!(first.as_uuid().get_version_num(), 7);
    }

    #[test]
    fn only_the_canonical_text_is_read() {
        let id = UserId::mint(Timestamp::from_unix_seconds(1_000), &mut ChaCha20Rng::seed_from_u64(1));
        for text in [
            id.to_string().to_uppercase(),
            id.as_uuid().hyphenated().to_string(),
            format!("{{{id}}}"),
            String::new(),
        ] {
            assert_eq!(text.parse::<UserId>(), Err(IdError), "{text}");
        }
    }
}
