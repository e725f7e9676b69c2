//! Object identifiers, as the content octets of their DER encoding, so that they are compared exactly and never as text.

/// `id-signedData` 1.2.840.113549.1.7.2 (RFC 5652 §5.1).
pub(crate) const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
/// `id-data` 1.2.840.113549.1.7.1 (RFC 5652 §4).
pub(crate) const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];

/// `id-contentType` 1.2.840.113549.1.9.3 (RFC 5652 §11.1).
pub(crate) const CONTENT_TYPE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03];
/// `id-messageDigest` 1.2.840.113549.1.9.4 (RFC 5652 §11.2).
pub(crate) const MESSAGE_DIGEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04];
/// `id-signingTime` 1.2.840.113549.1.9.5 (RFC 5652 §11.3).
pub(crate) const SIGNING_TIME: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x05];
/// `id-aa-signingCertificate` 1.2.840.113549.1.9.16.2.12 (RFC 5035 §5).
pub(crate) const SIGNING_CERTIFICATE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x0c];
/// `id-aa-signingCertificateV2` 1.2.840.113549.1.9.16.2.47 (RFC 5035 §3).
pub(crate) const SIGNING_CERTIFICATE_V2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x2f];

/// `id-sha256` 2.16.840.1.101.3.4.2.1 (RFC 5754 §2).
pub(crate) const SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
/// `id-sha384` 2.16.840.1.101.3.4.2.2 (RFC 5754 §2).
pub(crate) const SHA384: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02];
/// `id-sha512` 2.16.840.1.101.3.4.2.3 (RFC 5754 §2).
pub(crate) const SHA512: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03];

/// `id-at-commonName` 2.5.4.3.
pub(crate) const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
/// `id-at-surname` 2.5.4.4.
pub(crate) const SURNAME: &[u8] = &[0x55, 0x04, 0x04];
/// `id-at-serialNumber` 2.5.4.5.
pub(crate) const SERIAL_NUMBER: &[u8] = &[0x55, 0x04, 0x05];
/// `id-at-organizationName` 2.5.4.10.
pub(crate) const ORGANIZATION: &[u8] = &[0x55, 0x04, 0x0a];
/// `id-at-organizationalUnitName` 2.5.4.11.
pub(crate) const ORGANIZATIONAL_UNIT: &[u8] = &[0x55, 0x04, 0x0b];
/// `id-at-givenName` 2.5.4.42.
pub(crate) const GIVEN_NAME: &[u8] = &[0x55, 0x04, 0x2a];

/// `id-kp-clientAuth` 1.3.6.1.5.5.7.3.2.
pub(crate) const CLIENT_AUTH: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02];
/// `id-kp-emailProtection` 1.3.6.1.5.5.7.3.4.
pub(crate) const EMAIL_PROTECTION: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x04];

/// `anyExtendedKeyUsage` 2.5.29.37.0.
pub(crate) const ANY_USAGE: &[u8] = &[0x55, 0x1d, 0x25, 0x00];
/// `anyPolicy` 2.5.29.32.0.
pub(crate) const ANY_POLICY: &[u8] = &[0x55, 0x1d, 0x20, 0x00];

/// 1.2.398.3.3.5: the extension that names the key's storage.
pub(crate) const KEY_STORAGE: &[u8] = &[0x2a, 0x83, 0x0e, 0x03, 0x03, 0x05];
/// 1.2.398.3.3.5.1.1: the key lies in a PKCS#12 file.
pub(crate) const KEY_STORAGE_FILE: &[u8] = &[0x2a, 0x83, 0x0e, 0x03, 0x03, 0x05, 0x01, 0x01];

/// `id-ce-subjectKeyIdentifier` 2.5.29.14.
pub(crate) const SUBJECT_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1d, 0x0e];
/// `id-ce-keyUsage` 2.5.29.15.
pub(crate) const KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];
/// `id-ce-basicConstraints` 2.5.29.19.
pub(crate) const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
/// `id-ce-cRLReasons` 2.5.29.21.
pub(crate) const CRL_REASON: &[u8] = &[0x55, 0x1d, 0x15];
/// `id-ce-deltaCRLIndicator` 2.5.29.27.
pub(crate) const DELTA_CRL: &[u8] = &[0x55, 0x1d, 0x1b];
/// `id-ce-nameConstraints` 2.5.29.30.
pub(crate) const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x1e];
/// `id-ce-certificatePolicies` 2.5.29.32.
pub(crate) const CERTIFICATE_POLICIES: &[u8] = &[0x55, 0x1d, 0x20];
/// `id-ce-authorityKeyIdentifier` 2.5.29.35.
pub(crate) const AUTHORITY_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1d, 0x23];
/// `id-ce-extKeyUsage` 2.5.29.37.
pub(crate) const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25];

/// `id-kp-OCSPSigning` 1.3.6.1.5.5.7.3.9 (RFC 6960 §4.2.2.2).
pub(crate) const OCSP_SIGNING: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x09];
/// `id-pkix-ocsp-basic` 1.3.6.1.5.5.7.48.1.1 (RFC 6960 §4.2.1).
pub(crate) const OCSP_BASIC: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01];
/// `id-pkix-ocsp-nonce` 1.3.6.1.5.5.7.48.1.2 (RFC 8954 §2).
pub(crate) const OCSP_NONCE: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x02];
/// `id-pkix-ocsp-nocheck` 1.3.6.1.5.5.7.48.1.5 (RFC 6960 §4.2.2.2.1).
pub(crate) const OCSP_NO_CHECK: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x05];
/// `id-ce-cRLNumber` 2.5.29.20.
pub(crate) const CRL_NUMBER: &[u8] = &[0x55, 0x1d, 0x14];
/// `id-ce-issuingDistributionPoint` 2.5.29.28.
pub(crate) const ISSUING_DISTRIBUTION_POINT: &[u8] = &[0x55, 0x1d, 0x1c];
/// `id-ce-certificateIssuer` 2.5.29.29.
pub(crate) const CERTIFICATE_ISSUER: &[u8] = &[0x55, 0x1d, 0x1d];
