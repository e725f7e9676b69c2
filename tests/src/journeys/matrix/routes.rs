//! Which cell of the matrix a route is: every route of the product is a way that a channel goes, or stands here with why it
//! lets nobody in. A new route without its line fails, as does a line without its route.

use std::collections::{BTreeMap, BTreeSet};

use self::Way::{By, No};
use super::Channel;

/// What a route has to do with who gets in.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// The cells of this channel go this way.
    By(Channel),
    /// No way in, because …
    No(&'static str),
}

const SAYS_NOTHING: Way = No("it says nothing of anybody and changes nothing");
const SHOWS: Way = No("it shows a page of a flow that its browser began; what the page posts is a way of its own");
const BEHIND_THE_DOOR: Way = No(
    "it is behind the cabinet's door: without a ticket of the device's key nothing opens \
                                 (cabinet::door)",
);
const ENDS: Way = No("it only ends something, and gives nobody anything");

/// Every route of `protocol` and `web`, in the order of their tables.
const TABLE: &[(&str, &str, Way)] = &[
    // protocol
    ("GET", "/authorize", By(Channel::SingleSignOn)),
    (
        "POST",
        "/authorize",
        No("the same request as by GET, read from the body (oidc::authorize)"),
    ),
    ("POST", "/token", By(Channel::Refresh)),
    ("GET", "/userinfo", By(Channel::AccessToken)),
    (
        "POST",
        "/userinfo",
        No("the same token as by GET, in header or body (oidc::userinfo)"),
    ),
    ("GET", "/logout", By(Channel::Logout)),
    ("POST", "/logout", By(Channel::Logout)),
    ("GET", "/signed-out", SAYS_NOTHING),
    ("GET", "/.well-known/openid-configuration", SAYS_NOTHING),
    ("GET", "/jwks", SAYS_NOTHING),
    // web: for anybody
    ("GET", "/", SAYS_NOTHING),
    ("GET", "/help", SAYS_NOTHING),
    ("GET", "/privacy", SAYS_NOTHING),
    ("GET", "/accessibility", SAYS_NOTHING),
    ("GET", "/dev/components", SAYS_NOTHING),
    ("GET", "/assets/{name}", SAYS_NOTHING),
    ("POST", "/language", SAYS_NOTHING),
    ("GET", "/stop", SAYS_NOTHING),
    ("POST", "/stop", By(Channel::StopCode)),
    // web: what a browser does by itself
    (
        "POST",
        "/dbsc/registration",
        No("it binds the cookie of a session that was minted just before, and mints none (dbsc)"),
    ),
    ("POST", "/dbsc/refresh", By(Channel::BoundCookie)),
    // web: a sign-in
    ("GET", "/flow/{id}/sign-in", SHOWS),
    (
        "POST",
        "/flow/{id}/sign-in",
        No("it goes on with a session that SingleSignOn found, or to the stages"),
    ),
    ("GET", "/flow/{id}/eds", SHOWS),
    (
        "POST",
        "/flow/{id}/eds",
        No("it begins the first stage and proves nothing"),
    ),
    (
        "POST",
        "/flow/{id}/eds/signature",
        No("it proves the first stage; the device page judges the account (codes, existence)"),
    ),
    ("GET", "/flow/{id}/egov", SHOWS),
    (
        "POST",
        "/flow/{id}/egov",
        No("it begins a signature on the phone and proves nothing"),
    ),
    (
        "POST",
        "/flow/{id}/egov/continue",
        No("it proves a stage; the device page judges the account (egov)"),
    ),
    ("GET", "/flow/{id}/egov/state", SHOWS),
    ("GET", "/flow/{id}/egov/events", SHOWS),
    (
        "GET",
        "/egov/{link}",
        No("it tells an app who asks; it names nobody (egov)"),
    ),
    (
        "GET",
        "/egov/{link}/document",
        No("it gives an app what its page asked to have signed (egov)"),
    ),
    (
        "PUT",
        "/egov/{link}/document",
        No("it keeps a signature for the browser that asked for it (egov)"),
    ),
    ("GET", "/flow/{id}/confirm", SHOWS),
    (
        "POST",
        "/flow/{id}/confirm",
        No("it proves the second stage; the device page judges the account (codes, existence)"),
    ),
    (
        "POST",
        "/flow/{id}/confirm/resend",
        No("it sends another code and proves nothing (codes, message_limits)"),
    ),
    ("GET", "/flow/{id}/device", SHOWS),
    ("POST", "/flow/{id}/device", By(Channel::SignIn)),
    // web: a registration
    ("GET", "/flow/{id}/registration", SHOWS),
    ("POST", "/flow/{id}/registration", By(Channel::RegistrationStart)),
    ("GET", "/flow/{id}/registration/picture", SHOWS),
    (
        "POST",
        "/flow/{id}/registration/picture",
        No("it takes a proof back and proves nothing (registration_picture)"),
    ),
    ("GET", "/flow/{id}/registration/sound", SHOWS),
    (
        "POST",
        "/flow/{id}/registration/code",
        No("one step before RegistrationCommit, which judges all again"),
    ),
    ("GET", "/flow/{id}/registration/eds", SHOWS),
    (
        "POST",
        "/flow/{id}/registration/eds",
        No("one step before RegistrationCommit, which judges all again"),
    ),
    (
        "POST",
        "/flow/{id}/registration/eds/signature",
        No("one step before RegistrationCommit, which judges all again"),
    ),
    (
        "POST",
        "/flow/{id}/registration/consent",
        By(Channel::RegistrationCommit),
    ),
    ("POST", "/flow/{id}/registration/decline", ENDS),
    (
        "POST",
        "/flow/{id}/registration/name",
        No("it names the device that RegistrationCommit registered (registration)"),
    ),
    (
        "POST",
        "/flow/{id}/registration/reminder",
        No("it asks for a message and changes nothing else (registration_reminder)"),
    ),
    ("GET", "/flow/{id}/name", SHOWS),
    (
        "POST",
        "/flow/{id}/name",
        No(
            "it needs the session of its flow, whose end it reads under the lock, and gives nobody anything (organisations)",
        ),
    ),
    ("GET", "/flow/{id}/consent", SHOWS),
    (
        "POST",
        "/flow/{id}/consent",
        No("it needs the session of its flow, whose end it reads under the lock (races, registration)"),
    ),
    // web: suspending
    ("GET", "/flow/{id}/suspend", SHOWS),
    (
        "POST",
        "/flow/{id}/suspend",
        No("it locks the account, after both stages, and gives nobody anything (suspension)"),
    ),
    ("POST", "/flow/{id}/return", By(Channel::Return)),
    ("POST", "/flow/{id}/cancel", ENDS),
    // web: the cabinet
    ("GET", "/cabinet", By(Channel::Cabinet)),
    ("POST", "/cabinet/proof", By(Channel::Cabinet)),
    (
        "POST",
        "/cabinet/sign-in",
        No("it begins a sign-in like any other (cabinet::door)"),
    ),
    ("GET", "/cabinet/device", BEHIND_THE_DOOR),
    ("POST", "/cabinet/device/{id}/name", BEHIND_THE_DOOR),
    ("GET", "/cabinet/phone", BEHIND_THE_DOOR),
    ("GET", "/cabinet/phone/messages", BEHIND_THE_DOOR),
    ("POST", "/cabinet/phone/messages", BEHIND_THE_DOOR),
    ("GET", "/cabinet/sessions", BEHIND_THE_DOOR),
    ("GET", "/cabinet/sessions/{id}/end", BEHIND_THE_DOOR),
    ("POST", "/cabinet/sessions/{id}/end", BEHIND_THE_DOOR),
    ("GET", "/cabinet/sessions/end-others", BEHIND_THE_DOOR),
    ("POST", "/cabinet/sessions/end-others", BEHIND_THE_DOOR),
    ("GET", "/cabinet/sessions/end-all", BEHIND_THE_DOOR),
    ("POST", "/cabinet/sessions/end-all", BEHIND_THE_DOOR),
    ("GET", "/cabinet/history", BEHIND_THE_DOOR),
    ("POST", "/cabinet/history/csv", BEHIND_THE_DOOR),
    ("GET", "/cabinet/history/{id}/dispute", BEHIND_THE_DOOR),
    ("POST", "/cabinet/history/{id}/dispute", BEHIND_THE_DOOR),
    ("GET", "/cabinet/history/{id}/disputed", BEHIND_THE_DOOR),
    ("GET", "/cabinet/keys", BEHIND_THE_DOOR),
    ("GET", "/cabinet/keys/{id}/stop", BEHIND_THE_DOOR),
    ("POST", "/cabinet/keys/{id}/stop", BEHIND_THE_DOOR),
    ("GET", "/cabinet/keys/{id}/accept", BEHIND_THE_DOOR),
    ("POST", "/cabinet/keys/{id}/accept", BEHIND_THE_DOOR),
    ("GET", "/cabinet/powers", BEHIND_THE_DOOR),
    ("GET", "/cabinet/powers/give", BEHIND_THE_DOOR),
    ("POST", "/cabinet/powers/give", BEHIND_THE_DOOR),
    ("GET", "/cabinet/powers/{id}", BEHIND_THE_DOOR),
    ("GET", "/cabinet/powers/{id}/end", BEHIND_THE_DOOR),
    ("POST", "/cabinet/powers/{id}/end", BEHIND_THE_DOOR),
    ("GET", "/cabinet/suspend", BEHIND_THE_DOOR),
    ("POST", "/cabinet/suspend", BEHIND_THE_DOOR),
];

/// The route on which this channel goes in; some share one with another.
const fn route_of(channel: Channel) -> (&'static str, &'static str) {
    match channel {
        Channel::AccessToken => ("GET", "/userinfo"),
        Channel::Refresh => ("POST", "/token"),
        Channel::BoundCookie => ("POST", "/dbsc/refresh"),
        Channel::Silent | Channel::SingleSignOn => ("GET", "/authorize"),
        Channel::Cabinet => ("GET", "/cabinet"),
        Channel::Return => ("POST", "/flow/{id}/return"),
        Channel::Logout => ("GET", "/logout"),
        Channel::StopCode => ("POST", "/stop"),
        Channel::SignIn | Channel::SharedComputer => ("POST", "/flow/{id}/device"),
        Channel::RegistrationStart => ("POST", "/flow/{id}/registration"),
        Channel::RegistrationCommit => ("POST", "/flow/{id}/registration/consent"),
    }
}

fn table() -> BTreeMap<(&'static str, &'static str), Way> {
    TABLE
        .iter()
        .map(|(method, path, way)| ((*method, *path), *way))
        .collect()
}

#[test]
fn every_route_is_a_way_of_the_matrix_or_says_why_it_is_none() {
    let table = table();
    assert_eq!(table.len(), TABLE.len(), "a route has one line");
    let routes = protocol::ROUTES.iter().chain(web::ROUTES);
    let served: BTreeSet<_> = routes.map(|route| (route.method.as_str(), route.path)).collect();
    let listed: BTreeSet<_> = table.keys().copied().collect();
    let new: Vec<_> = served.difference(&listed).collect();
    let stale: Vec<_> = listed.difference(&served).collect();
    assert!(new.is_empty(), "routes without a line here: {new:?}");
    assert!(stale.is_empty(), "lines without a route: {stale:?}");
}

#[test]
fn every_channel_goes_a_way_of_the_table_and_no_other_way_is_one() {
    let table = table();
    let mut ways = BTreeSet::new();
    for channel in Channel::ALL {
        let route = route_of(*channel);
        assert!(matches!(table.get(&route), Some(By(_))), "{channel:?} goes {route:?}");
        ways.insert(route);
    }
    for (route, way) in &table {
        match way {
            // A page that asks and the form that it posts are one way.
            By(channel) => {
                let asks = route_of(*channel);
                assert!(
                    ways.contains(route) || route.1.starts_with(asks.1),
                    "{route:?} is no way of {channel:?}"
                );
            }
            No(because) => assert!(!because.is_empty() && !ways.contains(route), "{route:?}"),
        }
    }
}
