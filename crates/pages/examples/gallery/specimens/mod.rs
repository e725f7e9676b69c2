//! Every screen in every state, with made-up people. The gallery shows them; the tests of the crate render them all.

mod cabinet;
mod consents;
mod egov;
mod others;
mod powers;
pub(crate) mod registrations;
mod sign_in;

use authority::locale::Locale;
use authority::time::Timestamp;
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
    #[cfg(feature = "sandbox")]
    Sandbox,
    /// The diary is known, no flow runs.
    Service,
    /// Nobody asks.
    Alone,
    /// A form of the cabinet was posted.
    Cabinet,
}

impl Place {
    const fn is_flow(self) -> bool {
        match self {
            Self::Flow => true,
            #[cfg(feature = "sandbox")]
            Self::Sandbox => true,
            Self::Service | Self::Alone | Self::Cabinet => false,
        }
    }
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
        if !matches!(self.place, Place::Alone | Place::Cabinet) {
            frame.service = Some(diary());
        }
        if matches!(self.place, Place::Cabinet) {
            frame.here = String::from("/cabinet/history");
        }
        if self.place.is_flow() {
            frame.flow = FlowOrigin::of_redirect_uri("https://kundelik.example/cb")
                .ok()
                .map(|origin| Flow {
                    path: String::from("/flow/0193d7a0c0de7000800000000000beef"),
                    id: String::from("0193d7a0c0de7000800000000000beef"),
                    origin,
                });
        }
        #[cfg(feature = "sandbox")]
        {
            frame.test_bar = matches!(self.place, Place::Sandbox);
        }
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
        key_fine: Some(196_600),
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
    let mut all = sign_in::all();
    all.extend(consents::all());
    all.extend(others::all());
    all.extend(egov::all());
    all.extend(registrations::all());
    all.extend(cabinet::all());
    all.extend(powers::all());
    all
}
