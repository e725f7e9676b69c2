//! Why a signature was refused: exactly, for auditors, and as one of few classes, for the person (CE-15).
//!
//! Each variant has a stable code for logs and audit records. [`EdsRefusal::class`] is what a page may tell: until the
//! signature verifies against the presented certificate there is one message for everything.

use authority::time::Timestamp;

use super::identity::IdentityFault;
use super::xml::XmlFault;

/// The first rule that a signature broke.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EdsRefusal {
    /// `E_CHALLENGE`: there is no text that could have been signed.
    #[error("there is no challenge to compare with")]
    Challenge,
    /// `E_FORMAT`: not a SignedData or signed document of the accepted form and size.
    #[error("not an acceptable signature format")]
    Format(#[source] FormatFault),
    /// `E_CONTENT`: something else was signed.
    #[error("the signed content is not the challenge")]
    Content(#[source] ContentFault),
    /// `E_SIGNER`: not exactly one signer with exactly one certificate.
    #[error("not one signer with one certificate")]
    Signer(#[source] SignerFault),
    /// `E_ATTRS`: the signed attributes do not bind the challenge and the certificate.
    #[error("the signed attributes are not acceptable")]
    Attributes(#[source] AttributeFault),
    /// `E_ALG`: digest, signature and key are not one accepted suite.
    #[error("the algorithms are not an accepted suite")]
    Algorithm(#[source] AlgorithmFault),
    /// `E_SIGNATURE`: the signature value does not verify with the certificate's key.
    #[error("the signature does not verify")]
    Signature,
    /// `E_CHAIN`: no path to a configured anchor.
    #[error("the certificate does not lead to a configured anchor")]
    Chain(#[source] ChainFault),
    /// `E_EXPIRED`: the certificate ended.
    #[error("the certificate expired at {at}")]
    Expired {
        /// Its `notAfter`.
        at: Timestamp,
    },
    /// `E_NOT_YET_VALID`: the certificate has not begun.
    #[error("the certificate is valid from {at}")]
    NotYetValid {
        /// Its `notBefore`.
        at: Timestamp,
    },
    /// `E_PURPOSE`: the certificate is not for signing in as a person.
    #[error("the certificate is not meant for a person's sign-in")]
    Purpose(#[source] PurposeFault),
    /// `E_REVOKED`: the issuer withdrew the certificate, or holds it.
    #[error("the certificate was revoked at {at}")]
    Revoked {
        /// The revocation date of the list's entry.
        at: Timestamp,
    },
    /// `E_NEVER_ISSUED`: the issuer's responder says that it never issued the certificate.
    #[error("the issuer never issued the certificate")]
    NeverIssued,
    /// `E_STATUS_UNKNOWN`: nobody can say whether the certificate was withdrawn.
    #[error("the status of the certificate is unknown")]
    StatusUnknown(#[source] StatusFault),
    /// `E_IDENTITY`: the certificate does not name one person.
    #[error("the certificate does not name one person")]
    Identity(#[source] IdentityFault),
}

/// What a person may be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PersonClass {
    /// The one message for everything before the signature verified.
    NotVerified,
    /// The key's certificate ended.
    Expired {
        /// When.
        at: Timestamp,
    },
    /// The key's certificate has not begun.
    NotYetValid {
        /// When it will.
        at: Timestamp,
    },
    /// The key's certificate was withdrawn.
    Revoked {
        /// When.
        at: Timestamp,
    },
    /// The issuer does not stand by the key's certificate.
    NeverIssued,
    /// A good key, but not one to sign in with.
    WrongKind,
    /// Certified by a centre that is not accepted here.
    UnknownCentre,
    /// Nothing is known to be wrong with the key; we cannot check it now.
    TryLater,
}

impl EdsRefusal {
    /// The stable code for logs, metrics and audit records.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Challenge => "E_CHALLENGE",
            Self::Format(_) => "E_FORMAT",
            Self::Content(_) => "E_CONTENT",
            Self::Signer(_) => "E_SIGNER",
            Self::Attributes(_) => "E_ATTRS",
            Self::Algorithm(_) => "E_ALG",
            Self::Signature => "E_SIGNATURE",
            Self::Chain(_) => "E_CHAIN",
            Self::Expired { .. } => "E_EXPIRED",
            Self::NotYetValid { .. } => "E_NOT_YET_VALID",
            Self::Purpose(_) => "E_PURPOSE",
            Self::Revoked { .. } => "E_REVOKED",
            Self::NeverIssued => "E_NEVER_ISSUED",
            Self::StatusUnknown(_) => "E_STATUS_UNKNOWN",
            Self::Identity(_) => "E_IDENTITY",
        }
    }

    /// What the person may be told (CE-15).
    pub const fn class(&self) -> PersonClass {
        match self {
            Self::Challenge
            | Self::Format(_)
            | Self::Content(_)
            | Self::Signer(_)
            | Self::Attributes(_)
            | Self::Algorithm(_)
            | Self::Signature => PersonClass::NotVerified,
            Self::Chain(_) => PersonClass::UnknownCentre,
            Self::Expired { at } => PersonClass::Expired { at: *at },
            Self::NotYetValid { at } => PersonClass::NotYetValid { at: *at },
            Self::Revoked { at } => PersonClass::Revoked { at: *at },
            Self::NeverIssued => PersonClass::NeverIssued,
            Self::Purpose(_) | Self::Identity(_) => PersonClass::WrongKind,
            Self::StatusUnknown(_) => PersonClass::TryLater,
        }
    }

    /// Code and exact reason in one line, for the audit record: `E_ATTRS: the digest is not that of the challenge`, or the
    /// code alone when it says all. One of a fixed set: nothing of the certificate or the person is in it.
    pub fn detail(&self) -> String {
        let code = self.code();
        std::error::Error::source(self).map_or_else(|| code.to_owned(), |cause| format!("{code}: {cause}"))
    }
}

/// How the received text fails to be a SignedData or a signed document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatFault {
    /// Longer than 64 KiB of text or 44 KiB of CMS.
    #[error("it is too long")]
    TooLong,
    /// Neither strict base64 nor PEM with the label `CMS`.
    #[error("it is not base64")]
    NotBase64,
    /// Not BER of at most 32 levels, or something follows it.
    #[error("it is not well-formed BER")]
    NotBer,
    /// Not a ContentInfo with a SignedData of version 1 or 3 (RFC 5652 §3, §5.1).
    #[error("it is not a SignedData")]
    NotSignedData,
    /// More than ten certificates.
    #[error("it carries too many certificates")]
    TooManyCertificates,
    /// A certificate in it is not strict DER of an X.509 v3 certificate.
    #[error("a certificate in it is malformed")]
    BadCertificate,
    /// Not a signed document of the accepted form.
    #[error(transparent)]
    Xml(#[from] XmlFault),
}

/// How the signed content fails to be the challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContentFault {
    /// The content's type is not `id-data`.
    #[error("the content is not plain data")]
    NotData,
    /// The attached content differs from the stored challenge.
    #[error("the attached content is another text")]
    OtherContent,
}

/// How the signer is not exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignerFault {
    /// No SignerInfo, or more than one.
    #[error("there is not exactly one signer")]
    NotOneSigner,
    /// The signer is not named by issuer and serial number.
    #[error("the signer is not named by issuer and serial number")]
    NotIssuerAndSerial,
    /// No certificate has the signer's issuer and serial number.
    #[error("the signer's certificate is missing")]
    NoCertificate,
    /// Several certificates have them.
    #[error("several certificates have the signer's name")]
    SeveralCertificates,
}

/// How the signed attributes fail (RFC 5652 §5.3, §11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AttributeFault {
    /// The signature is over the content itself.
    #[error("there are no signed attributes")]
    Missing,
    /// They are not DER, or not in the order of a SET OF.
    #[error("the attributes are not a sorted DER set")]
    NotDer,
    /// An attribute appears twice, or has not exactly one value.
    #[error("an attribute does not appear once with one value")]
    NotOnce,
    /// The content-type attribute is missing or not `id-data`.
    #[error("the content type is not plain data")]
    ContentType,
    /// The message-digest attribute is missing.
    #[error("there is no message digest")]
    NoDigest,
    /// The message digest is not that of the stored challenge.
    #[error("the digest is not that of the challenge")]
    OtherDigest,
    /// The signing-certificate attribute names another certificate, or is malformed (RFC 5035).
    #[error("the signing certificate attribute names another certificate")]
    OtherCertificate,
    /// Nothing signed names the certificate, and the settings demand that.
    #[error("nothing signed names the certificate")]
    NoCertificate,
}

/// How the algorithms are not one suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AlgorithmFault {
    /// The envelope does not announce exactly the signer's digest algorithm (RFC 5652 §5.1).
    #[error("the envelope announces other digest algorithms than the signer's")]
    Announced,
    /// No accepted suite has this digest algorithm with these parameters.
    #[error("the digest algorithm is not accepted")]
    Digest,
    /// The signature algorithm is not of the digest's suite.
    #[error("the signature algorithm is not of the digest's suite")]
    Signature,
    /// The certificate's key is not of the suite, too small, or has a small exponent.
    #[error("the key is not of the suite, or too weak")]
    Key,
}

/// How the path to an anchor fails (RFC 5280 §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainFault {
    /// No configured authority has the issuer's name and key identifier.
    #[error("the issuer is not configured")]
    UnknownIssuer,
    /// The certificate is not signed by the configured authority of that name.
    #[error("the certificate is not signed by the configured authority")]
    NotSigned,
    /// The certificate's signature algorithm is not accepted.
    #[error("the certificate is signed with an algorithm that is not accepted")]
    Algorithm,
    /// An authority on the path is outside its validity.
    #[error("an authority on the path is not valid at this time")]
    AuthorityNotValid,
    /// An authority on the path was withdrawn by the one above it.
    #[error("an authority on the path was revoked")]
    AuthorityRevoked,
    /// A critical extension that we do not process.
    #[error("the certificate has an unknown critical extension")]
    CriticalExtension,
    /// None of the policies that the configuration asks for holds along the path.
    #[error("no accepted certificate policy holds along the path")]
    Policy,
    /// The search for a path was given up.
    #[error("too many paths would have to be tried")]
    TooMuchWork,
    /// Another rule of RFC 5280 §6 is broken.
    #[error("the path breaks a rule of RFC 5280")]
    Refused,
}

/// How the certificate is not meant for a person's sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PurposeFault {
    /// A certification authority signed instead of a person.
    #[error("it is a certificate of an authority")]
    Authority,
    /// Its keyUsage lacks digitalSignature.
    #[error("it lacks digitalSignature")]
    NoDigitalSignature,
    /// Its extended key usage has neither emailProtection nor clientAuth.
    #[error("it has neither emailProtection nor clientAuth")]
    NoUsage,
    /// It belongs to an information system.
    #[error("it belongs to an information system")]
    InformationSystem,
    /// It names neither a natural person nor an organisation as its role.
    #[error("it names no role of a person")]
    NoRole,
    /// It names both a natural person and an organisation as its role.
    #[error("it names both a natural person and an organisation")]
    SeveralKinds,
}

/// Why the status is unknown (CE-8): every one of these is a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatusFault {
    /// There is no acceptable revocation list of the issuer.
    #[error("there is no revocation list of the issuer")]
    NoList,
    /// The list's `thisUpdate` is ahead of our clock.
    #[error("the revocation list is not valid yet")]
    NotYetValid,
    /// The issuer's responder knows nothing about the certificate.
    #[error("the issuer's responder does not know the certificate")]
    NotKnownToIssuer,
    /// The list's `nextUpdate` has passed, or it is older than the configuration allows.
    #[error("the revocation list is stale")]
    Stale,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_before_the_signature_is_told_apart() {
        for refusal in [
            EdsRefusal::Challenge,
            EdsRefusal::Format(FormatFault::NotBase64),
            EdsRefusal::Content(ContentFault::OtherContent),
            EdsRefusal::Signer(SignerFault::NotOneSigner),
            EdsRefusal::Attributes(AttributeFault::Missing),
            EdsRefusal::Algorithm(AlgorithmFault::Digest),
            EdsRefusal::Signature,
        ] {
            assert_eq!(refusal.class(), PersonClass::NotVerified, "{}", refusal.code());
        }
    }

    #[test]
    fn the_detail_has_the_code_and_the_exact_reason() {
        assert_eq!(
            EdsRefusal::Attributes(AttributeFault::OtherDigest).detail(),
            "E_ATTRS: the digest is not that of the challenge"
        );
        assert_eq!(EdsRefusal::Signature.detail(), "E_SIGNATURE");
        let at = Timestamp::from_unix_seconds(1_000);
        assert_eq!(
            EdsRefusal::Expired { at }.detail(),
            "E_EXPIRED",
            "no date of a certificate"
        );
    }
}
