//! What the certificate may be used for (CE-6): a person's sign-in, in which role.

use authority::certificates::{CertificateRole, KeyUsage};

use super::certificate::Certificate;
use super::extensions::{DIGITAL_SIGNATURE, Extensions, KEY_EXCHANGE, NON_REPUDIATION};
use super::oid;
use super::refusal::PurposeFault;

/// The roles inside an organisation, strongest first.
const ORGANISATION_ROLES: &[(&[u8], CertificateRole)] = &[
    (oid::ROLE_HEAD, CertificateRole::Head),
    (oid::ROLE_SIGNER, CertificateRole::Signatory),
    (oid::ROLE_FINANCE, CertificateRole::FinancialSignatory),
    (oid::ROLE_PERSONNEL, CertificateRole::HumanResources),
    (oid::ROLE_EMPLOYEE, CertificateRole::Employee),
];

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
pub(crate) fn role(certificate: &Certificate) -> Result<CertificateRole, PurposeFault> {
    let extensions = &certificate.extensions;
    let has = |usage: &[u8]| extensions.extended_key_usage.iter().any(|found| found == usage);
    if extensions.is_authority {
        return Err(PurposeFault::Authority);
    }
    if extensions.key_usage.is_none_or(|bits| bits & DIGITAL_SIGNATURE == 0) {
        return Err(PurposeFault::NoDigitalSignature);
    }
    if has(oid::ROLE_INDIVIDUAL_SYSTEM) || has(oid::ROLE_ORGANISATION_SYSTEM) {
        return Err(PurposeFault::InformationSystem);
    }
    // The keys issued since 2024 have emailProtection only, authentication keys before had clientAuth: either will do.
    if !has(oid::EMAIL_PROTECTION) && !has(oid::CLIENT_AUTH) {
        return Err(PurposeFault::NoUsage);
    }
    match (has(oid::ROLE_INDIVIDUAL), has(oid::ROLE_ORGANISATION)) {
        (true, false) => Ok(CertificateRole::Individual),
        (false, true) => {
            let role = ORGANISATION_ROLES
                .iter()
                .find(|(usage, _)| has(usage))
                .map(|(_, role)| *role);
            Ok(role.unwrap_or(CertificateRole::Organisation))
        }
        (false, false) => Err(PurposeFault::NoRole),
        (true, true) => Err(PurposeFault::SeveralKinds),
    }
}
