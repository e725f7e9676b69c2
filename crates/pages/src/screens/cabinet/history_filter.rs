//! K7: what is shown of the history, and what is chosen.

use serde::Serialize;

/// How a sign-in ended, as something to choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ResultChoice {
    /// The person was signed in.
    Succeeded,
    /// It was refused.
    Refused,
}

impl ResultChoice {
    /// The value of the field `result`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Refused => "refused",
        }
    }

    /// What that value chooses.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Succeeded, Self::Refused]
            .into_iter()
            .find(|choice| choice.as_str() == word)
    }
}

/// A service that the history knows, as something to choose.
#[derive(Clone, Debug, Serialize)]
pub struct ServiceChoice {
    /// The value of the field `service`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// A length of time that is offered as a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// The last 30 days.
    Month,
    /// The last three months.
    Quarter,
    /// Everything that is kept.
    Year,
}

/// The link `period-{n}` to such a length of time.
#[derive(Clone, Debug, Serialize)]
pub struct PeriodLink {
    /// How long.
    pub period: Period,
    /// Path of the page.
    pub path: String,
    /// Whether it is what the page shows.
    pub current: bool,
}

/// What is wrong with a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FilterProblem {
    /// `from` is no day.
    FromDay,
    /// `to` is no day.
    ToDay,
    /// `to` is before `from`.
    Order,
    /// `result` is none of the two.
    Result,
    /// `service` is none that the person signed in to.
    Service,
    /// The address cannot be read.
    Unreadable,
    /// More than one file holds.
    TooMany {
        /// How many it holds.
        most: u32,
    },
}

/// The filter: a GET form with `from`, `to`, `result`, `service` and the button `show`.
#[derive(Clone, Debug, Serialize)]
pub struct HistoryFilter {
    /// The first day, as it was given; empty when all are shown.
    pub from: String,
    /// The last day, as it was given.
    pub to: String,
    /// How they ended.
    pub result: Option<ResultChoice>,
    /// The services to choose from.
    pub services: Vec<ServiceChoice>,
    /// Lengths of time to choose from.
    pub periods: Vec<PeriodLink>,
    /// Whether anything is chosen.
    pub narrowed: bool,
    /// What is wrong.
    pub problem: Option<FilterProblem>,
}
