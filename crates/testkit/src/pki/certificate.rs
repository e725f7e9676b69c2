//! Certificates in the shapes of the national centre, every part of which a test can change.

use authority::time::Timestamp;
use aws_lc_rs::digest;

use super::extensions::{authority_key_id, distribution_point, extension, information_access, policies};
use super::{PkiError, SigningKey, Suite, oids};
use crate::der;

/// An attribute of a name, written with the string type that the national centre uses for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// CN: family name, space, given name, in capitals.
    CommonName(String),
    /// SURNAME: the family name.
    Surname(String),
    /// SERIALNUMBER: `IIN` and twelve digits.
    SerialNumber(String),
    /// C.
    Country,
    /// O: an organisation's name.
    Organization(String),
    /// OU: `BIN` and twelve digits.
    OrganizationalUnit(String),
    /// GIVENNAME: the patronymic.
    GivenName(String),
    /// UID: of information systems.
    UserId(String),
}

impl Attribute {
    /// Its name in distinguished names that people read, and its text.
    fn written(&self) -> (&'static str, &str) {
        match self {
            Self::CommonName(text) => ("CN", text),
            Self::Surname(text) => ("SURNAME", text),
            Self::SerialNumber(text) => ("SERIALNUMBER", text),
            Self::Country => ("C", "KZ"),
            Self::Organization(text) => ("O", text),
            Self::OrganizationalUnit(text) => ("OU", text),
            Self::GivenName(text) => ("GIVENNAME", text),
            Self::UserId(text) => ("UID", text),
        }
    }

    fn der(&self) -> Vec<u8> {
        let (kind, tag, text) = match self {
            Self::CommonName(text) => (oids::COMMON_NAME, der::UTF8_STRING, text.as_str()),
            Self::Surname(text) => (oids::SURNAME, der::UTF8_STRING, text.as_str()),
            Self::SerialNumber(text) => (oids::SERIAL_NUMBER, der::PRINTABLE_STRING, text.as_str()),
            Self::Country => (oids::COUNTRY, der::PRINTABLE_STRING, "KZ"),
            Self::Organization(text) => (oids::ORGANIZATION, der::UTF8_STRING, text.as_str()),
            Self::OrganizationalUnit(text) => (oids::ORGANIZATIONAL_UNIT, der::UTF8_STRING, text.as_str()),
            Self::GivenName(text) => (oids::GIVEN_NAME, der::UTF8_STRING, text.as_str()),
            Self::UserId(text) => (oids::USER_ID, der::UTF8_STRING, text.as_str()),
        };
        let attribute = der::sequence(&[der::oid(kind), der::element(tag, text.as_bytes())]);
        der::of(der::SET, &[attribute])
    }
}

/// A distinguished name as people read it.
pub(crate) fn dotted_name(attributes: &[Attribute]) -> String {
    let parts = attributes.iter().map(Attribute::written);
    parts
        .map(|(name, text)| format!("{name}={text}"))
        .collect::<Vec<_>>()
        .join(",")
}

/// A distinguished name, DER.
pub(crate) fn name(attributes: &[Attribute]) -> Vec<u8> {
    der::sequence(&attributes.iter().map(Attribute::der).collect::<Vec<_>>())
}

/// A bit of keyUsage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the bit of its name in RFC 5280 §4.2.1.3")]
pub enum KeyUsage {
    DigitalSignature,
    NonRepudiation,
    KeyEncipherment,
    KeyAgreement,
    KeyCertSign,
    CrlSign,
}

impl KeyUsage {
    const fn flag(self) -> u16 {
        match self {
            Self::DigitalSignature => 0x8000,
            Self::NonRepudiation => 0x4000,
            Self::KeyEncipherment => 0x2000,
            Self::KeyAgreement => 0x0800,
            Self::KeyCertSign => 0x0400,
            Self::CrlSign => 0x0200,
        }
    }
}

/// An extended key usage: what a key is for, and the role of its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExtendedUsage {
    /// 1.3.6.1.5.5.7.3.4, in signing keys and in all keys since 2024.
    EmailProtection,
    /// 1.3.6.1.5.5.7.3.2, in authentication keys.
    ClientAuth,
    /// 1.3.6.1.5.5.7.3.9, in certificates of responders.
    OcspSigning,
    /// 1.2.398.3.3.4.1.1, a natural person.
    Individual,
    /// 1.2.398.3.3.4.1.1.1, an information system of a natural person.
    IndividualSystem,
    /// 1.2.398.3.3.4.1.2, an organisation.
    Organisation,
    /// 1.2.398.3.3.4.1.2.1, its head.
    Head,
    /// 1.2.398.3.3.4.1.2.2, who may sign for it.
    Signatory,
    /// 1.2.398.3.3.4.1.2.5, its employee.
    Employee,
    /// 1.2.398.3.3.4.1.2.6, its information system.
    OrganisationSystem,
}

impl ExtendedUsage {
    const fn arcs(self) -> &'static [u32] {
        match self {
            Self::EmailProtection => &[1, 3, 6, 1, 5, 5, 7, 3, 4],
            Self::ClientAuth => &[1, 3, 6, 1, 5, 5, 7, 3, 2],
            Self::OcspSigning => &[1, 3, 6, 1, 5, 5, 7, 3, 9],
            Self::Individual => &[1, 2, 398, 3, 3, 4, 1, 1],
            Self::IndividualSystem => &[1, 2, 398, 3, 3, 4, 1, 1, 1],
            Self::Organisation => &[1, 2, 398, 3, 3, 4, 1, 2],
            Self::Head => &[1, 2, 398, 3, 3, 4, 1, 2, 1],
            Self::Signatory => &[1, 2, 398, 3, 3, 4, 1, 2, 2],
            Self::Employee => &[1, 2, 398, 3, 3, 4, 1, 2, 5],
            Self::OrganisationSystem => &[1, 2, 398, 3, 3, 4, 1, 2, 6],
        }
    }

    /// The dotted form, as NCALayer's `extKeyUsageOids` has it.
    pub fn dotted(self) -> String {
        self.arcs()
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(".")
    }
}

/// What a certificate says. Start from one of the constructors and change what the test is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateProfile {
    /// The subject's name.
    pub subject: Vec<Attribute>,
    /// Valid from.
    pub not_before: Timestamp,
    /// Valid until, inclusive.
    pub not_after: Timestamp,
    /// keyUsage.
    pub key_usage: Vec<KeyUsage>,
    /// extendedKeyUsage; without entries the extension is left out.
    pub extended_usage: Vec<ExtendedUsage>,
    /// basicConstraints with cA, and its path length.
    pub authority: Option<Option<u8>>,
    /// The extension that says that the key lies in a file.
    pub stored_in_file: bool,
    /// extendedKeyUsage is critical and keyUsage is not, as in certificates since June 2026; ordinarily the other way round.
    pub usages_swapped_critical: bool,
    /// The extension that says that nobody need ask about a responder's certificate (RFC 6960 §4.2.2.2.1).
    pub not_asked_about: bool,
    /// Another serial number than the one that follows from the key.
    pub serial: Option<Vec<u8>>,
    /// An extension that nobody knows, and whether it is critical.
    pub unknown_extension: Option<bool>,
    /// Host and port of all its addresses (lists, responder, issuer's certificate), in the place of hosts that do not exist.
    pub host: Option<String>,
}

impl CertificateProfile {
    /// A natural person's certificate of the present kind: one key to sign and to sign in with.
    pub fn individual(subject: Vec<Attribute>, not_before: Timestamp, not_after: Timestamp) -> Self {
        Self {
            subject,
            not_before,
            not_after,
            key_usage: vec![KeyUsage::DigitalSignature, KeyUsage::NonRepudiation],
            extended_usage: vec![ExtendedUsage::EmailProtection, ExtendedUsage::Individual],
            authority: None,
            stored_in_file: true,
            usages_swapped_critical: false,
            not_asked_about: false,
            serial: None,
            unknown_extension: None,
            host: None,
        }
    }

    /// The same for a key of this suite: a GOST key is for agreeing on keys too.
    #[must_use]
    pub fn for_suite(mut self, suite: Suite) -> Self {
        if suite != Suite::Rsa && self.authority.is_none() {
            self.key_usage.push(KeyUsage::KeyAgreement);
        }
        self
    }

    /// The certificate of a certification authority.
    pub fn authority(common_name: &str, not_before: Timestamp, not_after: Timestamp) -> Self {
        Self {
            subject: vec![Attribute::CommonName(common_name.to_owned()), Attribute::Country],
            key_usage: vec![KeyUsage::KeyCertSign, KeyUsage::CrlSign],
            extended_usage: vec![],
            authority: Some(None),
            stored_in_file: false,
            ..Self::individual(vec![], not_before, not_after)
        }
    }

    /// The certificate of a responder.
    pub fn responder(not_before: Timestamp, not_after: Timestamp) -> Self {
        Self {
            key_usage: vec![KeyUsage::DigitalSignature],
            extended_usage: vec![ExtendedUsage::OcspSigning],
            not_asked_about: true,
            ..Self::individual(
                vec![Attribute::CommonName("OCSP RESPONDER".to_owned()), Attribute::Country],
                not_before,
                not_after,
            )
        }
    }

    /// The certificate over the subject's key, signed by the issuer.
    pub(crate) fn issue(&self, subject: &SigningKey, issuer: &Issuer<'_>) -> Result<Vec<u8>, PkiError> {
        let algorithm = issuer.key.suite().signature_algorithm();
        let signed = der::sequence(&[
            der::of(der::context(0), &[der::integer(&[2])]),
            der::integer(&self.serial.clone().unwrap_or_else(|| subject.serial())),
            algorithm.clone(),
            issuer.name.to_vec(),
            der::sequence(&[der::time(self.not_before), der::time(self.not_after)]),
            name(&self.subject),
            subject.public_key_info(),
            der::of(der::context(3), &[der::sequence(&self.extensions(subject, issuer))]),
        ]);
        let value = issuer.key.sign(&signed)?;
        Ok(der::sequence(&[signed, algorithm, der::bits(&value)]))
    }

    fn extensions(&self, subject: &SigningKey, issuer: &Issuer<'_>) -> Vec<Vec<u8>> {
        let mut extensions = vec![extension(oids::CERTIFICATE_POLICIES, false, &policies())];
        if let Some(path_length) = self.authority {
            let limit = path_length.map_or_else(Vec::new, |limit| der::integer(&[limit]));
            extensions.push(extension(
                oids::BASIC_CONSTRAINTS,
                true,
                &der::sequence(&[der::yes(), limit]),
            ));
        } else {
            let at = |path: &str| format!("http://{}/{path}", self.host.as_deref().unwrap_or("pki.invalid"));
            let list = distribution_point(&at("nca.crl"));
            let changes = distribution_point(&at("nca_d.crl"));
            let access = information_access(&at("ocsp"), &at("nca.cer"));
            extensions.push(extension(oids::AUTHORITY_INFO_ACCESS, false, &access));
            extensions.push(extension(oids::CRL_DISTRIBUTION_POINTS, false, &list));
            extensions.push(extension(oids::FRESHEST_CRL, false, &changes));
        }
        if !self.extended_usage.is_empty() {
            let usages: Vec<Vec<u8>> = self.extended_usage.iter().map(|usage| der::oid(usage.arcs())).collect();
            let usages = der::sequence(&usages);
            extensions.push(extension(
                oids::EXTENDED_KEY_USAGE,
                self.usages_swapped_critical,
                &usages,
            ));
        }
        let flags = self.key_usage.iter().fold(0, |flags, usage| flags | usage.flag());
        extensions.push(extension(
            oids::KEY_USAGE,
            !self.usages_swapped_critical,
            &der::named_bits(flags),
        ));
        let id = der::element(der::OCTET_STRING, &subject.key_id());
        extensions.push(extension(oids::SUBJECT_KEY_ID, false, &id));
        extensions.push(extension(oids::AUTHORITY_KEY_ID, false, &authority_key_id(issuer.key)));
        if self.stored_in_file {
            let storage = der::sequence(&[der::oid(oids::KEY_STORAGE_FILE)]);
            extensions.push(extension(oids::KEY_STORAGE, false, &storage));
        }
        if self.not_asked_about {
            extensions.push(extension(oids::OCSP_NO_CHECK, false, &der::null()));
        }
        if let Some(critical) = self.unknown_extension {
            extensions.push(extension(&[1, 2, 398, 3, 3, 99], critical, &der::null()));
        }
        extensions
    }
}

/// Who signs a certificate or a list.
pub(crate) struct Issuer<'a> {
    /// Its name, DER.
    pub(crate) name: &'a [u8],
    pub(crate) key: &'a SigningKey,
}

/// SHA-256 over a certificate.
pub(crate) fn thumbprint(certificate: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, certificate).as_ref().to_vec()
}
