//! In whose name a person may act, read freshly each time (product B5; security rule DG-5): the organisation of the
//! certificate that signed in, and the powers of attorney that hold now and cover what the client asks.

use authority::authorization::AuthorizationRequest;
use authority::certificates::CertificateRole;
use authority::identifiers::Bin;
use authority::ids::{CertificateId, UserId};
use authority::powers::{MOURNING, Power, PowerState, may_act_for_organisation, may_give_for_organisation};
use authority::representation::{Acting, Names, Principal};
use authority::time::Timestamp;
use authority::users::{FactName, IdentifierKind};
use storage::identifiers::{self, Identified, Identifier};
use storage::organisations::{self, Organisation};
use storage::powers::KeptPower;
use storage::sessions::LiveSession;
use storage::{Connection, StorageError, certificates, powers, user_facts};

use crate::Provider;

/// The organisation of the certificate that signed in.
#[derive(Clone, Debug)]
pub struct OwnOrganisation {
    /// The organisation.
    pub organisation: Organisation,
    /// The person's role in it.
    pub role: CertificateRole,
    /// It is the person as a sole proprietor.
    pub sole_proprietor: bool,
    /// The certificate has not expired meanwhile.
    pub valid: bool,
}

impl OwnOrganisation {
    /// Whether the person may act for it: a certificate that names no role does not say so.
    pub fn may_act(&self) -> bool {
        self.valid && may_act_for_organisation(self.role, self.sole_proprietor)
    }

    /// Whether the person may give powers of attorney in its name.
    pub fn may_give(&self) -> bool {
        self.valid && may_give_for_organisation(self.role, self.sole_proprietor)
    }
}

/// Everything S17 may have to show.
#[derive(Clone, Debug, Default)]
pub struct Offered {
    /// The organisation of the certificate.
    pub organisation: Option<OwnOrganisation>,
    /// Powers that hold.
    pub powers: Vec<Power>,
    /// Powers that stopped lately.
    pub stopped: Vec<Power>,
}

impl Offered {
    /// The names, for the decision.
    pub fn names(&self) -> Names {
        let own = self.organisation.as_ref();
        let organisation = own.filter(|own| own.may_act());
        let available = organisation
            .map(|own| Acting::Organisation(own.organisation.id))
            .into_iter()
            .chain(self.powers.iter().map(Power::acting));
        Names {
            available: available.collect(),
            lost: !self.stopped.is_empty() || own.is_some_and(|own| !own.may_act()),
        }
    }
}

/// What the person of this session may choose from for this request; nothing when it does not matter to the client.
///
/// # Errors
/// The database is not available.
pub async fn offered(
    conn: &Connection,
    provider: &Provider,
    request: &AuthorizationRequest,
    live: &LiveSession,
    now: Timestamp,
) -> Result<Offered, StorageError> {
    if !request.asks_in_whose_name() {
        return Ok(Offered::default());
    }
    let mut offered = Offered {
        organisation: own_organisation(conn, provider, live, now).await?,
        ..Offered::default()
    };
    for kept in powers::list_of_agent(conn, live.user.id).await? {
        let KeptPower {
            power, giver_stands, ..
        } = kept;
        if !power.covers(&request.client_id, &request.reach()) {
            continue;
        }
        match power.state(now) {
            PowerState::Running if giver_stands => offered.powers.push(power),
            PowerState::Over | PowerState::Ended(..) => {
                let lately = power.stopped_at(now).is_some_and(|at| now.since(at) < MOURNING);
                if lately && power.from < power.stopped_at(now).unwrap_or(power.from) {
                    offered.stopped.push(power);
                }
            }
            PowerState::Running | PowerState::Future => {}
        }
    }
    Ok(offered)
}

/// The organisation of the certificate that the session rests on.
///
/// # Errors
/// The database is not available.
pub async fn own_organisation(
    conn: &Connection,
    provider: &Provider,
    live: &LiveSession,
    now: Timestamp,
) -> Result<Option<OwnOrganisation>, StorageError> {
    match live.session.certificate_id {
        Some(id) => organisation_of(conn, provider, (live.user.id, id), now).await,
        None => Ok(None),
    }
}

async fn organisation_of(
    conn: &Connection,
    provider: &Provider,
    (user, id): (UserId, CertificateId),
    now: Timestamp,
) -> Result<Option<OwnOrganisation>, StorageError> {
    let certificate = certificates::find_for_user(conn, user, id).await?;
    let Some((certificate, named)) = certificate.and_then(|one| Some((one.clone(), one.organisation?))) else {
        return Ok(None);
    };
    let Some(organisation) = organisations::find(conn, named, &provider.keyring).await? else {
        return Ok(None);
    };
    Ok(Some(OwnOrganisation {
        sole_proprietor: is_number_of(conn, provider, &organisation.bin, user).await?,
        role: certificate.role,
        valid: now <= certificate.not_after,
        organisation,
    }))
}

/// Whether the business number is the person's own: a sole proprietor uses the IIN.
async fn is_number_of(conn: &Connection, provider: &Provider, bin: &Bin, user: UserId) -> Result<bool, StorageError> {
    let identifier = Identifier::of(&provider.keyring, IdentifierKind::Iin, bin.expose());
    Ok(identifiers::find(conn, &identifier).await? == Some(Identified::User(user)))
}

/// A principal as people and clients read of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedPrincipal {
    /// What it is.
    pub kind: PrincipalKind,
    /// Its name.
    pub name: Option<String>,
    /// IIN or BIN, whole.
    pub number: Option<String>,
}

/// What a principal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrincipalKind {
    /// A natural person.
    Person,
    /// An organisation or a sole proprietor.
    Organisation,
}

impl PrincipalKind {
    /// The word that clients are told.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Organisation => "organisation",
        }
    }
}

/// Name and number of a principal.
///
/// # Errors
/// The database is not available.
pub async fn name_principal(
    conn: &Connection,
    provider: &Provider,
    principal: Principal,
) -> Result<NamedPrincipal, StorageError> {
    match principal {
        Principal::Person(id) => {
            let facts = user_facts::list(conn, id, &provider.keyring).await?;
            let fact = |name| {
                facts
                    .iter()
                    .find(|fact| fact.name == name)
                    .map(|fact| fact.value.clone())
            };
            Ok(NamedPrincipal {
                kind: PrincipalKind::Person,
                name: fact(FactName::Name),
                number: fact(FactName::Iin),
            })
        }
        Principal::Organisation(id) => {
            let found = organisations::find(conn, id, &provider.keyring).await?;
            Ok(NamedPrincipal {
                kind: PrincipalKind::Organisation,
                number: found.as_ref().map(|one| one.bin.expose().to_owned()),
                name: found.and_then(|one| one.name),
            })
        }
    }
}
