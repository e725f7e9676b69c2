//! Why an answer of a responder is not believed. None of these says anything about the certificate.

/// The first rule that an answer broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OcspFault {
    /// Not an OCSPResponse with a BasicOCSPResponse in strict DER of at most 64 KiB.
    #[error("it is not an OCSP response")]
    NotResponse,
    /// responseStatus `tryLater` (3): the responder asks to be asked again.
    #[error("the responder asks to try later")]
    TryLater,
    /// Another responseStatus than `successful`.
    #[error("the responder gave no answer")]
    NoAnswer,
    /// A critical extension that we do not process.
    #[error("it has an unknown critical extension")]
    CriticalExtension,
    /// It answers not exactly one question, or not the one that was asked.
    #[error("it is about another certificate")]
    OtherCertificate,
    /// The nonce is not the one that was sent.
    #[error("its nonce is another one")]
    OtherNonce,
    /// There is no nonce, and the configuration asks for one.
    #[error("it has no nonce")]
    NoNonce,
    /// Its signer is neither the issuing authority nor in a certificate of it that may sign answers.
    #[error("its signer may not answer for the issuer")]
    Responder,
    /// The signer's certificate is outside its validity.
    #[error("its signer's certificate is not valid at this time")]
    ResponderNotValid,
    /// The signer's certificate was withdrawn, or must be asked about and no fresh list covers it.
    #[error("its signer's certificate may have been revoked")]
    ResponderRevoked,
    /// The signature does not verify.
    #[error("its signature does not verify")]
    Signature,
    /// It begins too far ahead of our clock.
    #[error("it is from the future")]
    FromFuture,
    /// Its `nextUpdate` has passed, or it has none and is older than the configuration allows.
    #[error("it is stale")]
    Stale,
}
