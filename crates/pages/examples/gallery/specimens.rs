//! Every screen in every state, with made-up people. The gallery shows them; the tests of the crate render them all.

use authority::locale::Locale;
use authority::time::{Timestamp, minutes};
use kiru_pages::screens::{
    Accessibility, AdministratorLock, BoundElsewhere, CannotRemember, ChooseWay, Claim, ClaimGroup, ClaimNote,
    ClaimRow, ClaimValue, CodeProblem, Components, ConfirmSignOut, Consent, ContinueAs, DeviceKind, EnterSmsCode,
    FormPost, Help, HiddenField, LeftSchool, NoPhone, NoScript, NoSuchPage, OtherBrowser, OurFault, OutOfDate, Privacy,
    ProofPurpose, ProofRequest, ProveDevice, RememberDevice, RememberProblem, SandboxPerson, SchoolRole, SignWithEds,
    SignatureRefusal, SignedOut, SuspendedByOwner, ToldService, TooManyCodes, UnusedTooLong, WronglyAsked,
};
use kiru_pages::{
    DeploymentKind, Flow, FlowOrigin, Frame, Localised, Operator, Pages, PagesSettings, Reference, Screen, ServiceStrip,
};

/// What a specimen answers with.
pub(crate) struct Shown {
    /// The HTML.
    pub html: Result<String, minijinja::Error>,
    /// The whole answer, for status and headers.
    pub response: axum::response::Response,
}

/// Renders a screen in a frame.
type Show = Box<dyn Fn(&Pages, &Frame) -> Shown>;

/// One screen in one state.
pub(crate) struct Specimen {
    /// A file name: screen number and state.
    pub name: &'static str,
    place: Place,
    show: Show,
}

/// Where the screen stands.
#[derive(Clone, Copy)]
enum Place {
    /// In a flow of the diary.
    Flow,
    /// In a flow by the sandbox way, with the TEST bar.
    Sandbox,
    /// The diary is known, no flow runs.
    Service,
    /// Nobody asks.
    Alone,
}

impl Specimen {
    /// Shows it in a language.
    pub(crate) fn show(&self, pages: &Pages, locale: Locale) -> Shown {
        (self.show)(pages, &self.frame(locale))
    }

    fn frame(&self, locale: Locale) -> Frame {
        let mut frame = Frame::new(locale, Reference::from_bytes([0x39, 0xe6, 0x24, 0x9a, 0x54]), now());
        frame.csrf = String::from("bm90LWEtcmVhbC10b2tlbg");
        frame.here = String::from("/flow/0193d7a0c0de7000800000000000beef/sign-in");
        if !matches!(self.place, Place::Alone) {
            frame.service = Some(diary());
        }
        if matches!(self.place, Place::Flow | Place::Sandbox) {
            frame.flow = FlowOrigin::of_redirect_uri("https://kundelik.example/cb")
                .ok()
                .map(|origin| Flow {
                    path: String::from("/flow/0193d7a0c0de7000800000000000beef"),
                    id: String::from("0193d7a0c0de7000800000000000beef"),
                    origin,
                });
        }
        frame.test_bar = matches!(self.place, Place::Sandbox);
        frame
    }
}

fn diary() -> ServiceStrip {
    ServiceStrip {
        name: String::from("Күнделік"),
        domain: String::from("kundelik.example"),
        back_uri: Some(String::from("https://kundelik.example/")),
        logo: None,
    }
}

/// 21 November 2026, 14:05 in Astana.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_795_251_900)
}

/// Settings of a made-up deployment.
pub(crate) fn settings(deployment: DeploymentKind) -> PagesSettings {
    PagesSettings {
        deployment,
        issuer: String::from("https://id.kiru.example"),
        operator: Operator {
            name: Localised {
                kk: String::from("Теміртау қаласының білім бөлімі"),
                ru: String::from("Отдел образования города Темиртау"),
                en: String::from("Education department of Temirtau"),
            },
            telephone: String::from("+7 (7213) 00-00-00"),
            email: String::from("help@kiru.example"),
            hours: Localised::same("09:00–18:00"),
        },
        zone: chrono_tz::Asia::Almaty,
        ncalayer: String::from("wss://127.0.0.1:13579/"),
        ncalayer_test_chain: false,
        sms_sender: String::from("1414"),
    }
}

fn specimen<S: Screen + 'static>(name: &'static str, place: Place, screen: S) -> Specimen {
    let show = move |pages: &Pages, frame: &Frame| Shown {
        html: pages.html(frame, &screen),
        response: pages.render(frame, &screen),
    };
    Specimen {
        name,
        place,
        show: Box::new(show),
    }
}

/// All of them.
pub(crate) fn all() -> Vec<Specimen> {
    let mut all = choosing();
    all.extend(signing());
    all.extend(codes());
    all.extend(devices());
    all.extend(consents());
    all.extend(locks());
    all.extend(errors());
    all.extend(others());
    all
}

fn choosing() -> Vec<Specimen> {
    let people = vec![String::from("alice"), String::from("marat")];
    vec![
        specimen(
            "s1",
            Place::Flow,
            ChooseWay {
                eds_was_last: false,
                sandbox_link: false,
            },
        ),
        specimen(
            "s1-last",
            Place::Flow,
            ChooseWay {
                eds_was_last: true,
                sandbox_link: false,
            },
        ),
        specimen(
            "s1-demo",
            Place::Flow,
            ChooseWay {
                eds_was_last: false,
                sandbox_link: true,
            },
        ),
        specimen(
            "s16",
            Place::Flow,
            ContinueAs {
                name: String::from("Сәбитова Айгерім Нұрланқызы"),
                initials: String::from("СА"),
                masked_iin: String::from("•••••• ••4718"),
            },
        ),
        specimen(
            "sandbox-person",
            Place::Sandbox,
            SandboxPerson {
                person: String::new(),
                people: people.clone(),
                unknown: false,
            },
        ),
        specimen(
            "sandbox-person-unknown",
            Place::Sandbox,
            SandboxPerson {
                person: String::from("nobody"),
                people,
                unknown: true,
            },
        ),
    ]
}

fn signing() -> Vec<Specimen> {
    let date = Timestamp::from_unix_seconds(1_789_000_000);
    let sign = |refusal| SignWithEds {
        challenge: String::from("eyJpc3MiOiJodHRwczovL2lkLmtpcnUuZXhhbXBsZSJ9"),
        key_usages: vec![String::from("1.2.398.3.3.4.1.1")],
        refusal,
    };
    let refused = |name, refusal| specimen(name, Place::Flow, sign(Some(refusal)));
    vec![
        specimen("s2", Place::Flow, sign(None)),
        refused("s2-wrong-kind", SignatureRefusal::WrongKind),
        refused("s2-expired", SignatureRefusal::Expired { date }),
        refused("s2-not-yet-valid", SignatureRefusal::NotYetValid { date }),
        refused("s2-revoked", SignatureRefusal::Revoked { date: Some(date) }),
        refused("s2-revoked-undated", SignatureRefusal::Revoked { date: None }),
        refused("s2-unknown-centre", SignatureRefusal::UnknownCentre),
        refused(
            "s2-try-later",
            SignatureRefusal::TryLater {
                at: now().plus(minutes(15)),
            },
        ),
        refused("s2-not-verified", SignatureRefusal::NotVerified),
        refused("s2-other-person", SignatureRefusal::OtherPerson),
    ]
}

fn codes() -> Vec<Specimen> {
    let code = |problem| EnterSmsCode {
        phone: String::from("+7 ••• ••• 47 18"),
        until: now().plus(minutes(5)),
        resend_at: Some(now().plus(minutes(1))),
        sent_again: false,
        problem,
        sandbox_code: None,
    };
    let sandbox = EnterSmsCode {
        sandbox_code: Some(String::from("482913")),
        resend_at: None,
        ..code(None)
    };
    let wrong = |name, problem| specimen(name, Place::Flow, code(Some(problem)));
    vec![
        specimen("s6", Place::Flow, code(None)),
        specimen(
            "s6-may-resend",
            Place::Flow,
            EnterSmsCode {
                resend_at: Some(now()),
                ..code(None)
            },
        ),
        specimen(
            "s6-sent-again",
            Place::Flow,
            EnterSmsCode {
                sent_again: true,
                ..code(None)
            },
        ),
        specimen("s6-sandbox", Place::Sandbox, sandbox),
        wrong("s6-wrong", CodeProblem::Wrong { left: 3 }),
        wrong("s6-malformed", CodeProblem::Malformed),
        wrong("s6-expired", CodeProblem::Expired),
        wrong("s6-sending-failed", CodeProblem::SendingFailed),
        wrong(
            "s6-resend-limit",
            CodeProblem::ResendLimit {
                until: now().plus(minutes(10)),
            },
        ),
        specimen(
            "x2",
            Place::Flow,
            TooManyCodes {
                until: now().plus(minutes(15)),
            },
        ),
        specimen(
            "x2-alone",
            Place::Alone,
            TooManyCodes {
                until: now().plus(minutes(15)),
            },
        ),
        specimen("s11", Place::Flow, NoPhone),
    ]
}

fn devices() -> Vec<Specimen> {
    let proof = |purpose| ProofRequest {
        device_id: String::from("0193d7a0c0de7000800000000000cafe"),
        nonce: String::from("dGhpcy1pcy1ub3QtYS1yZWFsLW5vbmNl"),
        purpose,
    };
    let remember = |device_kind, proof| RememberDevice {
        device_name: String::from("Chrome, Windows"),
        device_kind,
        proof,
    };
    let elsewhere = |data_was_cleared| BoundElsewhere {
        device_name: String::from("Chrome, Windows"),
        device_kind: DeviceKind::Computer,
        registered_at: Timestamp::from_unix_seconds(1_756_876_320),
        data_was_cleared,
    };
    let cannot = |problem| CannotRemember {
        site: String::from("kundelik.example"),
        problem,
    };
    vec![
        specimen(
            "s12",
            Place::Flow,
            remember(DeviceKind::Computer, Some(proof(ProofPurpose::Register))),
        ),
        specimen(
            "s12-phone",
            Place::Flow,
            remember(DeviceKind::Phone, Some(proof(ProofPurpose::Register))),
        ),
        specimen("s12-sandbox", Place::Sandbox, remember(DeviceKind::Computer, None)),
        specimen(
            "device-proof",
            Place::Flow,
            ProveDevice {
                proof: proof(ProofPurpose::SignIn),
            },
        ),
        specimen("r1", Place::Flow, elsewhere(false)),
        specimen("r1-cleared", Place::Flow, elsewhere(true)),
        specimen("r7-in-app", Place::Flow, cannot(RememberProblem::InAppBrowser)),
        specimen("r7-storage", Place::Flow, cannot(RememberProblem::StorageBlocked)),
        specimen("r7-crypto", Place::Flow, cannot(RememberProblem::NoWebCrypto)),
        specimen("r7-cookies", Place::Flow, cannot(RememberProblem::CookiesBlocked)),
    ]
}

fn row(claim: Claim, value: ClaimValue, note: Option<ClaimNote>, new: bool) -> ClaimRow {
    ClaimRow {
        claim,
        value,
        note,
        new,
    }
}

fn text(value: &str) -> ClaimValue {
    ClaimValue::Text(value.to_owned())
}

fn about_you() -> ClaimGroup {
    ClaimGroup::You(vec![
        row(Claim::Name, text("Сәбитова Айгерім Нұрланқызы"), None, false),
        row(Claim::Iin, text("•••••• ••4718"), Some(ClaimNote::GivenInFull), false),
        row(
            Claim::Birthdate,
            ClaimValue::Date {
                year: 1986,
                month: 4,
                day: 15,
            },
            None,
            false,
        ),
    ])
}

fn sign_in_rows() -> ClaimGroup {
    ClaimGroup::SignIn(vec![
        row(Claim::SchoolRole, ClaimValue::Role(SchoolRole::Guardian), None, false),
        row(
            Claim::Device,
            text("Chrome, Windows"),
            Some(ClaimNote::BoundToAccount),
            false,
        ),
    ])
}

fn consents() -> Vec<Specimen> {
    let child =
        |name: &str, class: &str, new| row(Claim::Child, text(name), Some(ClaimNote::Text(class.to_owned())), new);
    let children = ClaimGroup::Children(vec![
        child("Сәбитов Әлихан", "Школа-гимназия № 12, 7 «Б» класс", false),
        child("Сәбитова Інжу", "Школа-гимназия № 12, 3 «А» класс", true),
    ]);
    vec![
        specimen(
            "s13",
            Place::Flow,
            Consent {
                groups: vec![about_you(), sign_in_rows()],
                changed: false,
                may_remember: true,
            },
        ),
        specimen(
            "s13-changed",
            Place::Flow,
            Consent {
                groups: vec![about_you(), children, sign_in_rows()],
                changed: true,
                may_remember: true,
            },
        ),
        specimen(
            "s13-identity",
            Place::Flow,
            Consent {
                groups: vec![],
                changed: false,
                may_remember: false,
            },
        ),
        specimen("s13-every-claim", Place::Flow, every_claim()),
    ]
}

fn every_claim() -> Consent {
    let claims = [
        Claim::Gender,
        Claim::PhoneNumber,
        Claim::Email,
        Claim::Address,
        Claim::Language,
        Claim::WebPage,
        Claim::Nickname,
        Claim::TimeZone,
        Claim::School,
    ];
    let you = claims
        .into_iter()
        .map(|claim| row(claim, ClaimValue::Unknown, None, false))
        .collect();
    let roles = [
        SchoolRole::Guardian,
        SchoolRole::Teacher,
        SchoolRole::Pupil,
        SchoolRole::Head,
    ];
    let mut signed_in: Vec<ClaimRow> = roles
        .into_iter()
        .map(|role| row(Claim::SchoolRole, ClaimValue::Role(role), None, true))
        .collect();
    signed_in.push(row(Claim::OfflineAccess, ClaimValue::Granted, None, false));
    let organisation = vec![row(
        Claim::Organisation,
        text("ТОО «Пример» <script>alert(1)</script>"),
        None,
        false,
    )];
    let groups = vec![
        ClaimGroup::You(you),
        ClaimGroup::Organisation(organisation),
        ClaimGroup::SignIn(signed_in),
    ];
    Consent {
        groups,
        changed: true,
        may_remember: false,
    }
}

fn locks() -> Vec<Specimen> {
    let date = Timestamp::from_unix_seconds(1_789_000_000);
    let locked = |reason: Option<&str>, review_at, incident| AdministratorLock {
        case_reference: String::from("2026-118"),
        reason: reason.map(str::to_owned),
        review_at,
        incident,
    };
    vec![
        specimen("x3", Place::Flow, UnusedTooLong { since: date }),
        specimen(
            "x4",
            Place::Flow,
            LeftSchool {
                school: String::from("Школа-гимназия № 12"),
                date,
            },
        ),
        specimen("x5", Place::Flow, SuspendedByOwner { date }),
        specimen(
            "x6",
            Place::Flow,
            locked(
                Some("Проверка обращения"),
                Some(now().plus(minutes(60 * 24 * 3))),
                false,
            ),
        ),
        specimen("x6-incident", Place::Flow, locked(None, None, true)),
    ]
}

fn errors() -> Vec<Specimen> {
    let asked = |registered: Vec<String>| WronglyAsked {
        parameter: String::from("redirect_uri"),
        description: String::from("it is not one of the addresses registered for this client"),
        client_id: Some(String::from("kundelik-web")),
        sent: Some(String::from("https://kundelik.example/cb/")),
        registered,
        trace_id: Some(String::from("4bf92f3577b34da6a3ce929d0e0e4736")),
    };
    let unknown = WronglyAsked {
        parameter: String::from("client_id"),
        description: String::from("it is missing"),
        client_id: None,
        sent: None,
        registered: vec![],
        trace_id: None,
    };
    let fault = |maintenance_until| OurFault {
        retry_at: now().plus(minutes(5)),
        maintenance_until,
    };
    vec![
        specimen("x7", Place::Service, asked(vec![])),
        specimen(
            "x7-owner",
            Place::Service,
            asked(vec![String::from("https://kundelik.example/cb")]),
        ),
        specimen("x7-unknown-client", Place::Alone, unknown),
        specimen("x8", Place::Flow, OutOfDate),
        specimen("x8-service", Place::Service, OutOfDate),
        specimen("x8-alone", Place::Alone, OutOfDate),
        specimen("x9", Place::Flow, fault(None)),
        specimen("x9-maintenance", Place::Alone, fault(Some(now().plus(minutes(55))))),
        specimen("x10", Place::Alone, NoSuchPage),
        specimen("x10-flow", Place::Flow, NoSuchPage),
        specimen("x11", Place::Alone, OtherBrowser),
        specimen("x13", Place::Flow, NoScript),
    ]
}

fn others() -> Vec<Specimen> {
    let field = |name: &str, value: &str| HiddenField {
        name: name.to_owned(),
        value: value.to_owned(),
    };
    let told = |name: &str, answered| ToldService {
        name: name.to_owned(),
        answered,
    };
    let confirm = |name: Option<&str>| ConfirmSignOut {
        name: name.map(str::to_owned),
        fields: vec![field("state", "af0ifjsldkj")],
        stay_uri: String::from("https://kundelik.example/"),
    };
    let form_post = || FormPost {
        action: String::from("https://kundelik.example/cb"),
        fields: vec![
            field("code", "SplxlOBeZQQYbYS6WxSbIA"),
            field("state", "\"><script>alert(1)</script>"),
        ],
    };
    vec![
        specimen("sign-out", Place::Service, confirm(Some("Сәбитова Айгерім Нұрланқызы"))),
        specimen("sign-out-anonymous", Place::Alone, confirm(None)),
        specimen(
            "s19",
            Place::Service,
            SignedOut {
                services: vec![told("Күнделік", true), told("Библиотека", false)],
            },
        ),
        specimen("s19-alone", Place::Alone, SignedOut { services: vec![] }),
        specimen("form-post", Place::Flow, form_post()),
        specimen("form-post-alone", Place::Alone, form_post()),
        specimen("help", Place::Alone, Help),
        specimen("privacy", Place::Alone, Privacy),
        specimen("accessibility", Place::Alone, Accessibility),
        specimen("components", Place::Alone, Components),
    ]
}
