//! What the pages show of powers and organisations.

use std::collections::BTreeMap;

use authority::authorization::Scope;
use authority::clients::ClientId;
use authority::powers::{Power, PowerEnd, PowerState};
use authority::users::FactName;
use pages::screens::{OrganisationRow, PowerRow, PowerSide, PowerStanding, ShownPrincipal};
use protocol::representation::{NamedPrincipal, PrincipalKind, name_principal};
use storage::powers::KeptPower;
use storage::{StorageError, certificates, clients, organisations, user_facts};

use super::{CabinetPage, Side};
use crate::consent::masked_iin;

/// One power. The agent's name is shown to the agent only: whoever typed a number learns nothing from it.
pub(super) async fn power(page: &CabinetPage, kept: &KeptPower, side: Side) -> Result<PowerRow, StorageError> {
    let (provider, power) = (page.provider(), &kept.power);
    let principal = name_principal(&provider.db, provider, power.principal).await?;
    let agent_name = match side {
        Side::Giver => None,
        Side::Agent => user_facts::list(&provider.db, page.live.user.id, &provider.keyring)
            .await?
            .into_iter()
            .find(|fact| fact.name == FactName::Name)
            .map(|fact| fact.value),
    };
    Ok(PowerRow {
        id: power.id.to_string(),
        side: match side {
            Side::Giver => PowerSide::Given,
            Side::Agent => PowerSide::Received,
        },
        principal: shown(principal),
        agent_iin: kept.agent(&provider.keyring)?.masked(),
        agent_name,
        services: services(page, power).await?,
        numbers: allows(power, Scope::Iin),
        while_away: allows(power, Scope::OfflineAccess),
        from: power.from,
        until: power.until,
        given_at: power.given_at,
        standing: standing(kept, page),
    })
}

fn standing(kept: &KeptPower, page: &CabinetPage) -> PowerStanding {
    match kept.power.state(page.now) {
        PowerState::Future => PowerStanding::Future,
        PowerState::Running if kept.giver_stands => PowerStanding::Running,
        PowerState::Running => PowerStanding::Paused,
        PowerState::Over => PowerStanding::Over,
        PowerState::Ended(PowerEnd::Revoked, at) => PowerStanding::Revoked { at },
        PowerState::Ended(PowerEnd::Renounced, at) => PowerStanding::Renounced { at },
    }
}

fn allows(power: &Power, scope: Scope) -> bool {
    power.scopes.as_ref().is_none_or(|scopes| scopes.contains(&scope))
}

/// The services by name; none when it is for all.
async fn services(page: &CabinetPage, power: &Power) -> Result<Vec<String>, StorageError> {
    let mut names = Vec::new();
    for id in power.clients.iter().flatten() {
        let known = clients::find(&page.provider().db, id).await?;
        names.push(known.map_or_else(|| ClientId::as_str(id).to_owned(), |client| client.name));
    }
    Ok(names)
}

pub(super) fn shown(principal: NamedPrincipal) -> ShownPrincipal {
    match principal.kind {
        PrincipalKind::Person => ShownPrincipal::Person {
            name: principal.name,
            masked_iin: principal.number.as_deref().map(masked_iin),
        },
        PrincipalKind::Organisation => ShownPrincipal::Organisation {
            name: principal.name,
            bin: principal.number,
        },
    }
}

pub(super) fn of_organisation(organisation: organisations::Organisation) -> ShownPrincipal {
    ShownPrincipal::Organisation {
        name: organisation.name,
        bin: Some(organisation.bin.expose().to_owned()),
    }
}

/// The organisations and roles of the person's certificates, latest use first.
pub(super) async fn organisations(page: &CabinetPage) -> Result<Vec<OrganisationRow>, StorageError> {
    let provider = page.provider();
    let mut rows: BTreeMap<_, OrganisationRow> = BTreeMap::new();
    for certificate in certificates::list_for_user(&provider.db, page.live.user.id).await? {
        let Some(id) = certificate.organisation else { continue };
        let Some(organisation) = organisations::find(&provider.db, id, &provider.keyring).await? else {
            continue;
        };
        // Listed latest use first, so the first of several keys tells of its role.
        rows.entry((id, certificate.role.as_str())).or_insert(OrganisationRow {
            name: organisation.name,
            bin: organisation.bin.expose().to_owned(),
            role: certificate.role.as_str(),
            used_at: certificate.last_used_at,
            valid_until: certificate.not_after,
            this_session: page.live.session.certificate_id == Some(certificate.id),
        });
    }
    let mut rows: Vec<_> = rows.into_values().collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.used_at));
    Ok(rows)
}
