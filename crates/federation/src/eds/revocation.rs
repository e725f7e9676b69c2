//! Certificate revocation lists from the configuration (RFC 5280 §5, §6.3; CE-8), failing closed: an issuer without a fresh,
//! properly signed list has no acceptable certificates.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use authority::time::Timestamp;

use super::certificate::PublicKeyInfo;
use super::crl::{self, RevocationList};
use super::limits;
use super::path::{Authority, TrustStore, TrustedPath};
use super::refusal::{ChainFault, EdsRefusal, StatusFault};
use super::settings::TrustFile;

/// Why a file is not used as a revocation list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CrlFault {
    /// Not a version 2 list with `nextUpdate`, in strict DER or PEM, of at most 64 MiB.
    #[error("it is not a certificate revocation list")]
    NotList,
    /// It only lists changes; those are not used.
    #[error("it is a delta list")]
    Delta,
    /// The list or an entry has a critical extension that we do not process (a scope or another issuer, for example).
    #[error("it has an unknown critical extension")]
    CriticalExtension,
    /// No configured authority has its issuer's name and key.
    #[error("its issuer is not configured")]
    UnknownIssuer,
    /// The authority's key may not sign lists.
    #[error("its issuer may not sign lists")]
    NotListSigner,
    /// Its signature does not verify with the authority's key.
    #[error("its signature does not verify")]
    Signature,
}

/// A file that is not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrlProblem {
    /// The file's name.
    pub file: String,
    /// Why.
    pub fault: CrlFault,
}

/// A list in use, for operators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrlState {
    /// The file's name.
    pub file: String,
    /// When it was made.
    pub this_update: Timestamp,
    /// When the next one is due; afterwards its issuer's certificates are refused.
    pub next_update: Timestamp,
    /// How many certificates it lists.
    pub entries: usize,
}

/// The lists in use, exchanged as a whole.
#[derive(Debug)]
pub(crate) struct Revocations {
    max_age: Option<Duration>,
    lists: RwLock<Arc<Vec<IssuerList>>>,
}

#[derive(Debug)]
struct IssuerList {
    file: String,
    /// The issuing authority, by name and key: a renewed certificate of the same authority has the same lists.
    issuer: Vec<u8>,
    key: PublicKeyInfo,
    list: RevocationList,
}

impl Revocations {
    pub(crate) fn new(max_age: Option<Duration>) -> Self {
        Self {
            max_age,
            lists: RwLock::default(),
        }
    }

    /// Puts these lists in the place of all others.
    fn put(&self, lists: Vec<IssuerList>) {
        *self.lists.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(lists);
    }

    fn lists(&self) -> Arc<Vec<IssuerList>> {
        Arc::clone(&self.lists.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// At start: uses what can be used, and says what cannot; the issuers of the latter are refused until it is mended.
    pub(crate) fn load(&self, files: &[TrustFile], trust: &TrustStore) -> Vec<CrlProblem> {
        let (lists, problems) = read_all(files, trust);
        self.put(lists);
        problems
    }

    /// While running: takes the files only when all of them can be used, so that a broken download changes nothing; the
    /// lists in use grow stale by themselves.
    pub(crate) fn reload(&self, files: &[TrustFile], trust: &TrustStore) -> Result<(), Vec<CrlProblem>> {
        let (lists, problems) = read_all(files, trust);
        if !problems.is_empty() {
            return Err(problems);
        }
        self.put(lists);
        Ok(())
    }

    pub(crate) fn states(&self) -> Vec<CrlState> {
        let state = |entry: &IssuerList| CrlState {
            file: entry.file.clone(),
            this_update: entry.list.this_update,
            next_update: entry.list.next_update,
            entries: entry.list.len(),
        };
        self.lists().iter().map(state).collect()
    }

    /// The certificate with this serial is not withdrawn, nor is an authority above it. Returns the `thisUpdate` of the
    /// list that says so, for the audit record.
    pub(crate) fn check(&self, serial: &[u8], path: &TrustedPath<'_>, now: Timestamp) -> Result<Timestamp, EdsRefusal> {
        let lists = self.lists();
        let of = |authority: &Authority| newest_of(&lists, authority);
        let issuing = path
            .issuing()
            .and_then(of)
            .ok_or(EdsRefusal::StatusUnknown(StatusFault::NoList))?;
        self.fresh(issuing, now).map_err(EdsRefusal::StatusUnknown)?;
        for (authority, above) in path.links() {
            // Authorities are pinned by the operator, so a list above them is not demanded; one that is there counts.
            if let Some(list) = of(above) {
                self.fresh(list, now).map_err(EdsRefusal::StatusUnknown)?;
                if list.revoked_at(authority.serial()).is_some() {
                    return Err(EdsRefusal::Chain(ChainFault::AuthorityRevoked));
                }
            }
        }
        match issuing.revoked_at(serial) {
            Some(at) => Err(EdsRefusal::Revoked { at }),
            None => Ok(issuing.this_update),
        }
    }

    fn fresh(&self, list: &RevocationList, now: Timestamp) -> Result<(), StatusFault> {
        if list.this_update > now.plus(limits::CLOCK_SKEW) {
            return Err(StatusFault::NotYetValid);
        }
        let is_old = self.max_age.is_some_and(|age| now.since(list.this_update) > age);
        if now >= list.next_update || is_old {
            Err(StatusFault::Stale)
        } else {
            Ok(())
        }
    }
}

fn newest_of<'a>(lists: &'a [IssuerList], authority: &Authority) -> Option<&'a RevocationList> {
    let is_of = |entry: &&IssuerList| entry.issuer == authority.name() && entry.key == *authority.key();
    lists
        .iter()
        .filter(is_of)
        .map(|entry| &entry.list)
        .max_by_key(|list| list.this_update)
}

fn read_all(files: &[TrustFile], trust: &TrustStore) -> (Vec<IssuerList>, Vec<CrlProblem>) {
    let (mut lists, mut problems) = (Vec::new(), Vec::new());
    for file in files {
        let objects = file.objects("X509 CRL");
        if objects.is_empty() {
            problems.push(CrlProblem {
                file: file.name.clone(),
                fault: CrlFault::NotList,
            });
        }
        for der in objects {
            match read_one(&der, &file.name, trust) {
                Ok(list) => lists.push(list),
                Err(fault) => problems.push(CrlProblem {
                    file: file.name.clone(),
                    fault,
                }),
            }
        }
    }
    (lists, problems)
}

fn read_one(der: &[u8], file: &str, trust: &TrustStore) -> Result<IssuerList, CrlFault> {
    let received = crl::parse(der)?;
    let mut fault = CrlFault::UnknownIssuer;
    for authority in trust.authorities() {
        if !authority.may_have_issued(received.issuer, received.authority_key_id.as_deref()) {
            continue;
        }
        if !authority.may_sign_lists() {
            fault = CrlFault::NotListSigner;
        } else if received.is_signed_with(trust.suites(), authority.key()) {
            let (issuer, key) = (authority.name().to_vec(), authority.key().clone());
            return Ok(IssuerList {
                file: file.to_owned(),
                issuer,
                key,
                list: received.list,
            });
        } else {
            fault = CrlFault::Signature;
        }
    }
    Err(fault)
}
