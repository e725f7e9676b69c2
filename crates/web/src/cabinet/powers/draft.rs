//! What the form of a new power says, read field by field. What was typed comes back with the problem.

use authority::authorization::Scope;
use authority::clients::ClientId;
use authority::identifiers::{Checksum, Iin, NumberError};
use authority::powers::{self, TermError};
use authority::time::{LocalTime, Timestamp};
use chrono_tz::Tz;
use pages::screens::{PowerForm, PowerProblem};
use storage::StorageError;

use super::CabinetForm;

/// A power that can be given.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) for_organisation: bool,
    pub(super) agent: Iin,
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
    pub(super) clients: Option<Vec<ClientId>>,
    pub(super) scopes: Option<Vec<Scope>>,
}

/// What was typed, for the page that comes back.
pub(super) fn typed(form: &CabinetForm) -> PowerForm {
    let text = |name| form.field(name).unwrap_or_default().chars().take(64).collect();
    PowerForm {
        for_organisation: form.field("principal") == Some("organisation"),
        iin: text("iin"),
        from: text("from"),
        until: text("until"),
        service: text("service"),
        numbers: form.field("numbers").is_some(),
        while_away: form.field("while_away").is_some(),
    }
}

/// Reads it; `clients` are those that a power can be for.
pub(super) fn read(
    typed: &PowerForm,
    clients: &[ClientId],
    (checksum, zone): (Checksum, Tz),
    now: Timestamp,
) -> Result<Draft, PowerProblem> {
    let iin: String = typed
        .iin
        .chars()
        .filter(|c| !matches!(c, ' ' | '\u{a0}' | '-'))
        .collect();
    let agent = Iin::parse(&iin, checksum).map_err(|error| match error {
        NumberError::Form => PowerProblem::IinForm,
        NumberError::Checksum => PowerProblem::IinChecksum,
    })?;
    let instant = |text: &str| text.parse::<LocalTime>().ok().and_then(|local| local.in_zone(zone));
    // Without a beginning it begins now.
    let from = match typed.from.as_str() {
        "" => now,
        text => instant(text).ok_or(PowerProblem::From)?,
    };
    let until = instant(&typed.until).ok_or(PowerProblem::Until)?;
    let (from, until) = powers::term(from, until, now).map_err(|error| match error {
        TermError::Backwards => PowerProblem::Backwards,
        TermError::Past => PowerProblem::Past,
        TermError::TooLong => PowerProblem::TooLong,
    })?;
    let clients = match typed.service.as_str() {
        "" => None,
        id => Some(vec![
            clients
                .iter()
                .find(|client| client.as_str() == id)
                .cloned()
                .ok_or(PowerProblem::Service)?,
        ]),
    };
    Ok(Draft {
        for_organisation: typed.for_organisation,
        agent,
        from,
        until,
        clients,
        scopes: scopes(typed),
    })
}

/// Everything, less what was not ticked.
fn scopes(typed: &PowerForm) -> Option<Vec<Scope>> {
    let left_out = |scope: &Scope| {
        (*scope == Scope::Iin && !typed.numbers) || (*scope == Scope::OfflineAccess && !typed.while_away)
    };
    let kept: Vec<Scope> = Scope::ALL.iter().copied().filter(|scope| !left_out(scope)).collect();
    (kept.len() < Scope::ALL.len()).then_some(kept)
}

/// The services that a power can be for: those that are told in whose name a person acts.
pub(super) async fn services(form: &storage::Connection) -> Result<Vec<(ClientId, String)>, StorageError> {
    let all = storage::clients::list(form).await?;
    let told = all
        .into_iter()
        .filter(|client| client.scopes.contains(&Scope::Organisation));
    Ok(told.map(|client| (client.id, client.name)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_262_400);

    fn form() -> PowerForm {
        PowerForm {
            for_organisation: false,
            iin: "900315 300209".to_owned(),
            from: String::new(),
            until: "2027-01-01T00:00".to_owned(),
            service: String::new(),
            numbers: true,
            while_away: true,
        }
    }

    fn read(typed: &PowerForm) -> Result<Draft, PowerProblem> {
        let diary = ClientId::parse("diary").unwrap();
        super::read(typed, &[diary], (Checksum::Required, Tz::Asia__Almaty), NOW)
    }

    #[test]
    fn a_form_is_read_in_the_zone_of_the_deployment() {
        let draft = read(&form()).unwrap();
        assert_eq!((draft.from, draft.clients, draft.scopes), (NOW, None, None));
        assert_eq!(draft.until, Timestamp::from_rfc3339("2026-12-31T19:00:00Z").unwrap());
        let narrow = PowerForm {
            service: "diary".to_owned(),
            numbers: false,
            while_away: false,
            ..form()
        };
        let draft = read(&narrow).unwrap();
        assert_eq!(draft.clients, Some(vec![ClientId::parse("diary").unwrap()]));
        let scopes = draft.scopes.unwrap();
        assert!(
            !scopes.contains(&Scope::Iin)
                && !scopes.contains(&Scope::OfflineAccess)
                && scopes.contains(&Scope::Profile)
        );
    }

    #[test]
    fn each_field_is_refused_by_name() {
        let with = |change: fn(&mut PowerForm)| {
            let mut typed = form();
            change(&mut typed);
            read(&typed).unwrap_err()
        };
        assert_eq!(with(|form| form.iin = "90031530020".into()), PowerProblem::IinForm);
        assert_eq!(with(|form| form.iin = "900315300208".into()), PowerProblem::IinChecksum);
        assert_eq!(with(|form| form.from = "yesterday".into()), PowerProblem::From);
        assert_eq!(with(|form| form.until = String::new()), PowerProblem::Until);
        assert_eq!(
            with(|form| form.from = "2027-01-01T00:00:00".into()),
            PowerProblem::Backwards
        );
        let past = |form: &mut PowerForm| {
            form.from = "2020-01-01T00:00".into();
            form.until = "2020-01-02T00:00".into();
        };
        assert_eq!(with(past), PowerProblem::Past);
        assert_eq!(
            with(|form| form.until = "2030-01-01T00:00".into()),
            PowerProblem::TooLong
        );
        assert_eq!(with(|form| form.service = "library".into()), PowerProblem::Service);
    }
}
