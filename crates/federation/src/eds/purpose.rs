//! What the certificate may be used for (CE-6): a person's sign-in, in which role.

use authority::certificates::{CertificateRole, KeyUsage};

use super::certificate::Certificate;
use super::extensions::{DIGITAL_SIGNATURE, Extensions, KEY_EXCHANGE, NON_REPUDIATION};
use super::oid;
use super::refusal::PurposeFault;
use super::roles::Roles;

/// What the key was issued for, for people to read: sign-in keys have no nonRepudiation, signing keys nothing beside it, and
/// the keys issued since 2024 have both.
pub(crate) fn usage(extensions: &Extensions) -> KeyUsage {
    let bits = extensions.key_usage.unwrap_or_default();
    match (bits & NON_REPUDIATION != 0, bits & KEY_EXCHANGE != 0) {
        (true, true) => KeyUsage::Both,
        (true, false) => KeyUsage::Signing,
        (false, true | false) => KeyUsage::SignIn,
    }
}

/// The role of the certificate, when it is for a person to sign in with.
pub(crate) fn role(certificate: &Certificate, roles: &Roles) -> Result<CertificateRole, PurposeFault> {
    let extensions = &certificate.extensions;
    if extensions.is_authority {
        return Err(PurposeFault::Authority);
    }
    if extensions.key_usage.is_none_or(|bits| bits & DIGITAL_SIGNATURE == 0) {
        return Err(PurposeFault::NoDigitalSignature);
    }
    let role = roles.of(extensions);
    // The keys issued since 2024 have emailProtection only, authentication keys before had clientAuth: either will do.
    let is_for_people = extensions.has_usage(oid::EMAIL_PROTECTION) || extensions.has_usage(oid::CLIENT_AUTH);
    if is_for_people || role == Err(PurposeFault::InformationSystem) {
        role
    } else {
        Err(PurposeFault::NoUsage)
    }
}
