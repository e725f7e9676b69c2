//! The powers of K10: organisations and roles seen, powers of attorney, the form of a new one.

use authority::time::Timestamp;
use http::StatusCode;
use serde::Serialize;

use super::{CabinetFrame, ServiceChoice};
use crate::Screen;
use crate::dates::micros;

/// An organisation with a role that a certificate of the person names.
#[derive(Clone, Debug, Serialize)]
pub struct OrganisationRow {
    /// Its name.
    pub name: Option<String>,
    /// Its BIN.
    pub bin: String,
    /// The role, as `authority` words it.
    pub role: &'static str,
    /// When the certificate was last used here.
    #[serde(serialize_with = "micros")]
    pub used_at: Timestamp,
    /// When the certificate ends.
    #[serde(serialize_with = "micros")]
    pub valid_until: Timestamp,
    /// Whether it is the certificate of this session.
    pub this_session: bool,
}

/// Who gives a power.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ShownPrincipal {
    /// A natural person.
    Person {
        /// The name.
        name: Option<String>,
        /// The masked IIN.
        masked_iin: Option<String>,
    },
    /// An organisation or a sole proprietor.
    Organisation {
        /// The name.
        name: Option<String>,
        /// The BIN.
        bin: Option<String>,
    },
}

/// Whether the person gave it or has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PowerSide {
    /// Given.
    Given,
    /// Received.
    Received,
}

/// How a power stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PowerStanding {
    /// It has not begun.
    Future,
    /// It holds.
    Running,
    /// It does not hold while the giver's account is suspended or locked.
    Paused,
    /// Its time is over.
    Over,
    /// The principal ended it.
    Revoked {
        /// When.
        #[serde(serialize_with = "micros")]
        at: Timestamp,
    },
    /// The agent ended it.
    Renounced {
        /// When.
        #[serde(serialize_with = "micros")]
        at: Timestamp,
    },
}

/// A power of attorney.
#[derive(Clone, Debug, Serialize)]
pub struct PowerRow {
    /// Its id, in the paths of its links.
    pub id: String,
    /// What the person is to it.
    pub side: PowerSide,
    /// In whose name.
    pub principal: ShownPrincipal,
    /// The agent's masked IIN.
    pub agent_iin: String,
    /// The agent's name, for the agent alone.
    pub agent_name: Option<String>,
    /// The services; none when it is for all.
    pub services: Vec<String>,
    /// Whether services may be told the principal's number.
    pub numbers: bool,
    /// Whether services may use it while the agent is away.
    pub while_away: bool,
    /// It begins then.
    #[serde(serialize_with = "micros")]
    pub from: Timestamp,
    /// It ends then.
    #[serde(serialize_with = "micros")]
    pub until: Timestamp,
    /// When it was given.
    #[serde(serialize_with = "micros")]
    pub given_at: Timestamp,
    /// How it stands.
    pub standing: PowerStanding,
}

/// K10, `/cabinet/powers`. The link `give` leads to the form, `power-{n}` to one power, `end-{n}` to its end.
#[derive(Clone, Debug, Serialize)]
pub struct CabinetPowers {
    /// What every page has.
    pub cabinet: CabinetFrame,
    /// Organisations and roles, latest use first.
    pub organisations: Vec<OrganisationRow>,
    /// Powers that the person gave, latest first.
    pub given: Vec<PowerRow>,
    /// Powers that the person was given.
    pub received: Vec<PowerRow>,
}

impl Screen for CabinetPowers {
    fn template(&self) -> &'static str {
        "cabinet/powers.html"
    }
}

/// `/cabinet/powers/{id}`: one power, to be read and printed.
#[derive(Clone, Debug, Serialize)]
pub struct CabinetPower {
    /// What every page has.
    pub cabinet: CabinetFrame,
    /// The power.
    pub power: PowerRow,
}

impl Screen for CabinetPower {
    fn template(&self) -> &'static str {
        "cabinet/power.html"
    }
}

/// What was typed into the form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PowerForm {
    /// In the name of the organisation, not the person's own.
    pub for_organisation: bool,
    /// The agent's IIN.
    pub iin: String,
    /// `2026-11-21T14:05:09`.
    pub from: String,
    /// The same.
    pub until: String,
    /// The service's id; empty for all.
    pub service: String,
    /// Services may be told the principal's number.
    pub numbers: bool,
    /// Services may use it while the agent is away.
    pub while_away: bool,
}

/// What is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PowerProblem {
    /// Not twelve digits.
    IinForm,
    /// The check digit is wrong.
    IinChecksum,
    /// It is the person's own number.
    OwnNumber,
    /// The beginning cannot be read.
    From,
    /// The end cannot be read.
    Until,
    /// It ends before it begins.
    Backwards,
    /// It would be over already.
    Past,
    /// It would last too long.
    TooLong,
    /// No such service.
    Service,
    /// The session's certificate is not that of the organisation's head.
    NotHead,
    /// Enough were given today.
    TooMany,
    /// The account is provisional: nobody has confirmed whose it is.
    Provisional,
}

/// `/cabinet/powers/give`: fields `principal` (`self` | `organisation`), `iin`, `from`, `until`, `service`, `numbers`, `while_away`;
/// button `give`.
#[derive(Clone, Debug, Serialize)]
pub struct GivePower {
    /// What every page has.
    pub cabinet: CabinetFrame,
    /// The organisation in whose name it may be given.
    pub organisation: Option<ShownPrincipal>,
    /// Services that it may be for.
    pub services: Vec<ServiceChoice>,
    /// An instant of now, whose zone is shown.
    #[serde(serialize_with = "micros")]
    pub zone_at: Timestamp,
    /// What was typed.
    pub typed: PowerForm,
    /// What is wrong with it.
    pub problem: Option<PowerProblem>,
}

impl Screen for GivePower {
    fn template(&self) -> &'static str {
        "cabinet/give_power.html"
    }

    fn status(&self) -> StatusCode {
        if self.problem.is_some() {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            StatusCode::OK
        }
    }

    fn is_failure(&self) -> bool {
        self.problem.is_some()
    }
}
