//! What of the history is wanted: the query of its page, or the fields of the form that saves it. Days are those of the
//! deployment's zone; the last one is inside.

use authority::audit::EventResult;
use authority::clients::ClientId;
use authority::time::{Day, Timestamp};
use pages::screens::{FilterProblem, HistoryFilter, Period, PeriodLink, ResultChoice, ServiceChoice};
use protocol::{Parameters, Provider};
use storage::audit::SignInFilter;
use url::form_urlencoded::Serializer;

use super::rows::Service;
use super::{HERE, KEPT, MOST};

/// What is chosen; nothing chosen is everything that is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    from: Option<Day>,
    to: Option<Day>,
    result: Option<ResultChoice>,
    service: Option<ClientId>,
}

impl Filter {
    /// Reads `from`, `to`, `result` and `service`. A service that is none of the person's is refused like one that does not
    /// exist, so that nothing is learnt of other people's.
    pub(super) fn read(fields: &Parameters, services: &[Service]) -> Result<Self, FilterProblem> {
        let field = |name, problem| fields.get(name).map_err(|_| problem);
        let day = |name, problem| match field(name, problem)? {
            None => Ok(None),
            Some(text) => text.parse::<Day>().map(Some).map_err(|_| problem),
        };
        let result = match field("result", FilterProblem::Result)? {
            None => None,
            Some(word) => Some(ResultChoice::from_word(word).ok_or(FilterProblem::Result)?),
        };
        let service = match field("service", FilterProblem::Service)? {
            None => None,
            Some(id) => {
                let known = services.iter().find(|service| service.id.as_str() == id);
                Some(known.ok_or(FilterProblem::Service)?.id.clone())
            }
        };
        let filter = Self {
            from: day("from", FilterProblem::FromDay)?,
            to: day("to", FilterProblem::ToDay)?,
            result,
            service,
        };
        if filter.from.zip(filter.to).is_some_and(|(from, to)| to < from) {
            return Err(FilterProblem::Order);
        }
        // Where the form that saves came back to.
        match fields.get("file") {
            Ok(Some("too_many")) => Err(FilterProblem::TooMany { most: MOST }),
            Ok(_) => Ok(filter),
            Err(_) => Err(FilterProblem::Unreadable),
        }
    }

    /// The same for storage. What is older than what is kept is never asked for.
    pub(super) fn wanted(&self, provider: &Provider, now: Timestamp) -> SignInFilter<'_> {
        let (zone, kept) = (provider.settings.zone, now.minus(KEPT));
        let from = self.from.and_then(|day| day.start_in(zone));
        SignInFilter {
            since: from.map_or(kept, |from| from.max(kept)),
            until: self.to.and_then(Day::next).and_then(|day| day.start_in(zone)),
            result: self.result.map(|choice| match choice {
                ResultChoice::Succeeded => EventResult::Done,
                ResultChoice::Refused => EventResult::Refused,
            }),
            client: self.service.as_ref(),
        }
    }

    /// The page that shows it, with one more parameter.
    pub(super) fn path(&self, more: Option<(&str, &str)>) -> String {
        let day = |day: Option<Day>| day.map(|day| day.to_string());
        let pairs = [
            ("from", day(self.from)),
            ("to", day(self.to)),
            ("result", self.result.map(|choice| choice.as_str().to_owned())),
            ("service", self.service.as_ref().map(ToString::to_string)),
        ];
        let pairs = pairs.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let more = more.map(|(name, value)| (name, value.to_owned()));
        let query = Serializer::new(String::new()).extend_pairs(pairs.chain(more)).finish();
        if query.is_empty() {
            HERE.to_owned()
        } else {
            format!("{HERE}?{query}")
        }
    }

    /// The lengths of time that are offered, each with the other choices kept.
    fn periods(&self, provider: &Provider, now: Timestamp) -> Vec<PeriodLink> {
        let today = Day::of(now, provider.settings.zone);
        let link = |period, from: Option<Day>| {
            let filter = Self {
                from,
                to: None,
                ..self.clone()
            };
            PeriodLink {
                period,
                path: filter.path(None),
                current: filter == *self,
            }
        };
        vec![
            link(Period::Month, today.and_then(|day| day.days_before(30))),
            link(Period::Quarter, today.and_then(|day| day.months_before(3))),
            link(Period::Year, None),
        ]
    }
}

/// The filter as its page shows it: what was chosen, or what was given and what is wrong with it.
pub(super) fn shown(
    read: &Result<Filter, FilterProblem>,
    fields: &Parameters,
    services: &[Service],
    (provider, now): (&Provider, Timestamp),
) -> HistoryFilter {
    let given = |name| fields.get(name).ok().flatten();
    let day = |name| {
        given(name)
            .map(|text| text.chars().take(10).collect())
            .unwrap_or_default()
    };
    let filter = read.as_ref().ok().cloned().unwrap_or_default();
    let service = given("service");
    HistoryFilter {
        from: day("from"),
        to: day("to"),
        result: given("result").and_then(ResultChoice::from_word),
        services: services
            .iter()
            .map(|known| ServiceChoice {
                id: known.id.to_string(),
                name: known.name().to_owned(),
                chosen: service == Some(known.id.as_str()),
            })
            .collect(),
        periods: filter.periods(provider, now),
        narrowed: filter != Filter::default(),
        problem: read.as_ref().err().copied(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn services() -> Vec<Service> {
        ["diary", "odd&id=1"]
            .map(|id| Service {
                id: ClientId::parse(id).unwrap(),
                name: None,
            })
            .into()
    }

    fn read(query: &str) -> Result<Filter, FilterProblem> {
        Filter::read(&Parameters::parse(query.as_bytes()).unwrap(), &services())
    }

    #[test]
    fn what_is_chosen_stands_in_the_address_and_is_read_from_it() {
        for (query, path) in [
            ("", ""),
            ("from=&to=&result=&service=", ""),
            ("unknown=1&before=x", ""),
            ("from=2026-11-01", "?from=2026-11-01"),
            (
                "service=diary&result=refused&to=2026-11-21&from=2026-11-21",
                "?from=2026-11-21&to=2026-11-21&result=refused&service=diary",
            ),
            ("service=odd%26id%3D1", "?service=odd%26id%3D1"),
        ] {
            let filter = read(query).unwrap();
            assert_eq!(filter.path(None), format!("{HERE}{path}"), "{query}");
            let again = filter.path(Some(("before", "1.2")));
            assert!(again.ends_with("before=1.2"), "{again}");
            assert_eq!(read(again.split_once('?').unwrap().1).unwrap(), filter);
        }
    }

    #[test]
    fn what_cannot_be_chosen_is_named() {
        for (query, problem) in [
            ("from=yesterday", FilterProblem::FromDay),
            ("from=2026-02-30", FilterProblem::FromDay),
            ("from=2026-11-01&from=2026-11-01", FilterProblem::FromDay),
            ("to=1", FilterProblem::ToDay),
            ("from=2026-11-02&to=2026-11-01", FilterProblem::Order),
            ("result=maybe", FilterProblem::Result),
            ("service=library", FilterProblem::Service),
            ("service=%27%20OR%201%3D1", FilterProblem::Service),
            ("file=too_many", FilterProblem::TooMany { most: MOST }),
            ("file=1&file=2", FilterProblem::Unreadable),
        ] {
            assert_eq!(read(query), Err(problem), "{query}");
        }
    }
}
