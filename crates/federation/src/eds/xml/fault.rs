//! How an XML signature fails before anything in it is verified.

/// How the received text fails to be a signed document of the accepted form (CE-17).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum XmlFault {
    /// The configuration does not accept XML signatures.
    #[error("XML signatures are switched off")]
    Off,
    /// Not well-formed, or not one document.
    #[error("it is not well-formed XML")]
    NotXml,
    /// A document type, comment, processing instruction, CDATA section or entity of its own.
    #[error("it has a document type, comment, processing instruction, CDATA section or foreign entity")]
    Forbidden,
    /// Nested too deeply, too many elements, or too many attributes.
    #[error("it has too many elements, levels or attributes")]
    TooComplex,
    /// Not exactly one signature, as the last child of the document element.
    #[error("there is not exactly one signature as the last child of the document element")]
    NotOneSignature,
    /// The signature's elements or attributes are not those of the one accepted shape.
    #[error("the signature has not the accepted shape")]
    Shape,
    /// The reference is to something else than the whole document.
    #[error("the reference is not to the whole document")]
    Reference,
    /// Another canonicalisation, other transforms, or in another order.
    #[error("the canonicalisation or a transform is not accepted")]
    Transform,
    /// KeyInfo does not carry exactly one certificate.
    #[error("KeyInfo does not carry exactly one certificate")]
    KeyInfo,
    /// A digest, signature or certificate is not strict base64 of an acceptable length.
    #[error("a value in it is not base64")]
    NotBase64,
}
