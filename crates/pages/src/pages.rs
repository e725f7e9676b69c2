//! Turns a frame and a screen into an answer.

use std::sync::Arc;

use authority::locale::Locale;
use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};
use rust_embed::RustEmbed;

use crate::assets::Assets;
use crate::layout::Page;
use crate::texts::{TextError, Texts};
use crate::{Frame, PagesSettings, Screen, embedded, escape, functions, headers, sms};

#[derive(RustEmbed)]
#[folder = "templates/"]
struct Templates;

/// What only builds with the sandbox sign-in hold (security rule OP-15). Ordinary templates include parts of it by name.
#[cfg(feature = "sandbox")]
#[derive(RustEmbed)]
#[folder = "sandbox/templates/"]
struct SandboxTemplates;

/// The pages cannot be prepared.
#[derive(Debug, thiserror::Error)]
pub enum PagesError {
    /// A text file is broken.
    #[error("the texts cannot be read")]
    Texts(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A template is broken.
    #[error("the template {name} cannot be read")]
    Template {
        /// Its name.
        name: String,
        /// Why.
        source: minijinja::Error,
    },
    /// The address of NCALayer is no `ws` or `wss` URL.
    #[error("{0:?} is not the address of a web socket")]
    Ncalayer(String),
}

impl From<TextError> for PagesError {
    fn from(error: TextError) -> Self {
        Self::Texts(Box::new(error))
    }
}

/// One language: its texts, and the templates with functions that speak it.
pub(crate) struct Edition {
    /// Its texts.
    pub(crate) texts: Arc<Texts>,
    environment: Environment<'static>,
}

struct Inner {
    settings: PagesSettings,
    ncalayer_source: String,
    assets: Arc<Assets>,
    kk: Edition,
    ru: Edition,
    en: Edition,
}

/// All pages of a deployment, ready to be rendered. Cheap to clone.
#[derive(Clone)]
pub struct Pages(Arc<Inner>);

impl std::fmt::Debug for Pages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pages")
            .field("settings", &self.0.settings)
            .finish_non_exhaustive()
    }
}

impl Pages {
    /// Reads texts, templates and assets.
    ///
    /// # Errors
    /// A file is broken, or a setting cannot be used.
    pub fn new(settings: PagesSettings) -> Result<Self, PagesError> {
        let ncalayer_source = headers::ncalayer_source(&settings.ncalayer)
            .ok_or_else(|| PagesError::Ncalayer(settings.ncalayer.clone()))?;
        let assets = Arc::new(Assets::load());
        let edition = |locale| edition(locale, &settings, &assets);
        let (kk, ru, en) = (edition(Locale::Kk)?, edition(Locale::Ru)?, edition(Locale::En)?);
        Ok(Self(Arc::new(Inner {
            settings,
            ncalayer_source,
            assets,
            kk,
            ru,
            en,
        })))
    }

    /// The answer that shows `screen`: status, security headers, HTML.
    pub fn render<S: Screen>(&self, frame: &Frame, screen: &S) -> Response {
        match self.html(frame, screen) {
            Ok(html) => {
                let ncalayer = screen.speaks_to_ncalayer().then_some(self.0.ncalayer_source.as_str());
                let flow = frame.flow.as_ref().map(|flow| &flow.origin);
                let policy = headers::content_security_policy(flow, ncalayer, screen.plays_sound());
                self.respond(&policy, screen.status(), html)
            }
            Err(error) => {
                let error = with_causes(&error);
                tracing::error!(template = screen.template(), reference = %frame.reference, %error, "a page cannot be rendered");
                let html = include_str!("last_resort.html").replace("REFERENCE", frame.reference.as_str());
                let flow = frame.flow.as_ref().map(|flow| &flow.origin);
                let policy = headers::content_security_policy(flow, None, false);
                self.respond(&policy, StatusCode::INTERNAL_SERVER_ERROR, html)
            }
        }
    }

    /// The HTML of `screen` alone.
    ///
    /// # Errors
    /// A template asks for what is not there; a test renders every screen, so this is a bug.
    pub fn html<S: Screen>(&self, frame: &Frame, screen: &S) -> Result<String, minijinja::Error> {
        let view = Value::from(Serde(screen));
        let page = Value::from(Serde(Page::of(&self.0.settings, frame, screen)));
        self.edition(frame.locale)
            .environment
            .get_template(screen.template())?
            .render(context! { page, view })
    }

    /// The answer to `GET /assets/{name}`; `None` when there is no such file.
    pub fn asset(&self, name: &str) -> Option<Response> {
        self.0.assets.respond(name)
    }

    /// Every file with its address, to write them out or to weigh them.
    pub fn assets(&self) -> Vec<(String, axum::body::Bytes)> {
        self.0.assets.all()
    }

    /// The address of a file below `assets/`, such as `style.css`.
    pub fn asset_path(&self, name: &str) -> Option<String> {
        self.0.assets.path(name)
    }

    /// The text of the SMS that carries a code: code first, last line bound to `domain` (at most 16 characters) for autofill.
    /// At most 70 UTF-16 units, one part.
    ///
    /// # Errors
    /// The text is missing, which a test excludes, or would need a second part.
    pub fn sms_code_text(&self, locale: Locale, code: &str, domain: &str) -> Result<String, sms::SmsTextError> {
        sms::code_text(&self.edition(locale).texts, code, domain)
    }

    /// The settings.
    pub fn settings(&self) -> &PagesSettings {
        &self.0.settings
    }

    /// What speaks a language.
    pub(crate) fn edition(&self, locale: Locale) -> &Edition {
        match locale {
            Locale::Kk => &self.0.kk,
            Locale::Ru => &self.0.ru,
            Locale::En => &self.0.en,
        }
    }

    fn respond(&self, policy: &str, status: StatusCode, html: String) -> Response {
        let mut response = Response::new(Body::from(html));
        *response.status_mut() = status;
        headers::add_to_page(
            response.headers_mut(),
            policy,
            self.0.settings.issuer.starts_with("https:"),
        );
        response
    }
}

fn edition(locale: Locale, settings: &PagesSettings, assets: &Arc<Assets>) -> Result<Edition, PagesError> {
    let texts = Arc::new(Texts::load(locale)?);
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_formatter(escape::format);
    functions::add(&mut environment, &texts, settings.zone, assets);
    for (name, source) in template_sources() {
        environment
            .add_template_owned(name.clone(), source)
            .map_err(|source| PagesError::Template { name, source })?;
    }
    Ok(Edition { texts, environment })
}

/// All templates with their text.
pub(crate) fn template_sources() -> Vec<(String, String)> {
    let ordinary = embedded::sources::<Templates>();
    #[cfg(feature = "sandbox")]
    let ordinary = ordinary.chain(embedded::sources::<SandboxTemplates>());
    ordinary.collect()
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
