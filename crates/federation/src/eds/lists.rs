//! Revocation lists whose issuer and signature were checked.

use std::sync::Arc;

use authority::time::Timestamp;

use super::certificate::PublicKeyInfo;
use super::crl::{self, ListKind, RevocationList};
use super::evidence::EvidenceObject;
use super::path::{Authority, TrustStore};
use super::revocation::{CrlFault, CrlProblem, CrlState};
use super::settings::TrustFile;

/// A list that a configured authority signed. Only [`super::EdsVerifier`] makes one. Cloning shares it.
#[derive(Clone, Debug)]
pub struct CheckedList(Arc<Checked>);

#[derive(Debug)]
struct Checked {
    name: String,
    /// The issuing authority, by name and key: a renewed certificate of the same authority has the same lists.
    issuer: Vec<u8>,
    key: PublicKeyInfo,
    list: RevocationList,
    signed: EvidenceObject,
}

impl CheckedList {
    /// When it was made.
    pub fn this_update(&self) -> Timestamp {
        self.0.list.this_update
    }

    /// When the next one is due.
    pub fn next_update(&self) -> Timestamp {
        self.0.list.next_update
    }

    /// It lists changes to a complete list only.
    pub fn is_delta(&self) -> bool {
        self.0.list.kind != ListKind::Complete
    }

    /// Its number in hexadecimal, when it has one.
    pub fn number(&self) -> Option<String> {
        self.0.list.number.as_ref().map(crl::CrlNumber::to_hex)
    }

    /// How many certificates it lists.
    pub fn entries(&self) -> usize {
        self.0.list.len()
    }

    /// Whether it would take us back behind the other one: of the same authority and kind, and older or with a lower number.
    pub fn is_behind(&self, other: &Self) -> bool {
        self.is_in_place_of(other) && self.0.list.is_behind(&other.0.list)
    }

    /// Whether it comes from the same authority as the other one and is of the same kind.
    pub fn is_in_place_of(&self, other: &Self) -> bool {
        self.is_same_authority(other) && self.is_delta() == other.is_delta()
    }

    /// Whether one authority signed both.
    pub(crate) fn is_same_authority(&self, other: &Self) -> bool {
        self.0.issuer == other.0.issuer && self.0.key == other.0.key
    }

    /// Whether its own time is over.
    pub fn is_over(&self, now: Timestamp) -> bool {
        now >= self.0.list.next_update
    }

    /// The list as it was signed.
    pub(crate) fn signed(&self) -> EvidenceObject {
        self.0.signed.clone()
    }

    pub(crate) fn is_of(&self, authority: &Authority) -> bool {
        self.0.issuer == authority.name() && self.0.key == *authority.key()
    }

    pub(crate) fn list(&self) -> &RevocationList {
        &self.0.list
    }

    pub(crate) fn name(&self) -> &str {
        &self.0.name
    }

    pub(crate) fn state(&self) -> CrlState {
        CrlState {
            file: self.0.name.clone(),
            this_update: self.this_update(),
            next_update: self.next_update(),
            entries: self.entries(),
            is_delta: self.is_delta(),
        }
    }
}

/// All lists in these files, and what is wrong with the others.
pub(crate) fn read_files(files: &[TrustFile], trust: &TrustStore) -> (Vec<CheckedList>, Vec<CrlProblem>) {
    let (mut lists, mut problems) = (Vec::new(), Vec::new());
    for file in files {
        let objects = file.objects("X509 CRL");
        let mut wrong = |fault| {
            problems.push(CrlProblem {
                file: file.name.clone(),
                fault,
            });
        };
        if objects.is_empty() {
            wrong(CrlFault::NotList);
        }
        for der in objects {
            match read_one(&der, &file.name, trust) {
                Ok(list) => lists.push(list),
                Err(fault) => wrong(fault),
            }
        }
    }
    (lists, problems)
}

/// Reads a list and looks for the authority that signed it.
pub(crate) fn read_one(der: &[u8], name: &str, trust: &TrustStore) -> Result<CheckedList, CrlFault> {
    let received = crl::parse(der)?;
    let mut fault = CrlFault::UnknownIssuer;
    for authority in trust.authorities() {
        if !authority.may_have_issued(received.issuer, received.authority_key_id.as_deref()) {
            continue;
        }
        if !authority.may_sign_lists() {
            fault = CrlFault::NotListSigner;
        } else if received.is_signed_with(trust.suites(), authority.key()) {
            return Ok(CheckedList(Arc::new(Checked {
                name: name.to_owned(),
                issuer: authority.name().to_vec(),
                key: authority.key().clone(),
                list: received.list,
                signed: EvidenceObject::of(der.into()),
            })));
        } else {
            fault = CrlFault::Signature;
        }
    }
    Err(fault)
}
