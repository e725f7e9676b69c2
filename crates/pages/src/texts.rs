//! The texts: Fluent files `texts/{locale}/{noun}.ftl`. A missing message or argument is an error; there is no fallback language.

use authority::locale::Locale;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use rust_embed::RustEmbed;
use unic_langid::langid;

use crate::embedded;

#[derive(RustEmbed)]
#[folder = "texts/"]
struct Files;

/// What only builds with the sandbox sign-in say (security rule OP-15).
#[cfg(feature = "sandbox")]
#[derive(RustEmbed)]
#[folder = "sandbox/texts/"]
struct SandboxFiles;

/// A text cannot be given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TextError {
    /// A file is not Fluent, or defines a message again.
    #[error("the text file {file} cannot be read: {reason}")]
    File {
        /// Its path below `texts/`.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// No such message.
    #[error("there is no text {key} in {}", locale.tag())]
    Missing {
        /// The message.
        key: String,
        /// The language.
        locale: Locale,
    },
    /// A placeholder was not filled.
    #[error("the text {key} in {} lacks an argument: {reason}", locale.tag())]
    Argument {
        /// The message.
        key: String,
        /// The language.
        locale: Locale,
        /// What is missing.
        reason: String,
    },
}

/// A value for a placeholder.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Argument {
    /// A number, for plural rules.
    Number(i64),
    /// A text.
    Text(String),
}

/// All texts of one language.
pub(crate) struct Texts {
    locale: Locale,
    bundle: FluentBundle<FluentResource>,
}

impl Texts {
    /// Reads the files of a language.
    pub(crate) fn load(locale: Locale) -> Result<Self, TextError> {
        let language = match locale {
            Locale::Kk => langid!("kk"),
            Locale::Ru => langid!("ru"),
            Locale::En => langid!("en"),
        };
        let mut bundle = FluentBundle::new_concurrent(vec![language]);
        // No bidirectional isolation marks: all three languages run left to right, and SMS count every character.
        bundle.set_use_isolating(false);
        for (file, source) in sources(locale) {
            let failed = |reason: String| TextError::File {
                file: file.clone(),
                reason,
            };
            let resource = FluentResource::try_new(source).map_err(|(_, errors)| failed(format!("{errors:?}")))?;
            bundle
                .add_resource(resource)
                .map_err(|errors| failed(format!("{errors:?}")))?;
        }
        Ok(Self { locale, bundle })
    }

    /// The text of `key` with its placeholders filled.
    pub(crate) fn format(&self, key: &str, arguments: &[(String, Argument)]) -> Result<String, TextError> {
        let missing = || TextError::Missing {
            key: key.to_owned(),
            locale: self.locale,
        };
        let pattern = self
            .bundle
            .get_message(key)
            .and_then(|message| message.value())
            .ok_or_else(missing)?;
        let mut filled = FluentArgs::with_capacity(arguments.len());
        for (name, value) in arguments {
            filled.set(name.as_str(), fluent(value));
        }
        let mut errors = Vec::new();
        let text = self
            .bundle
            .format_pattern(pattern, Some(&filled), &mut errors)
            .into_owned();
        if errors.is_empty() {
            Ok(text)
        } else {
            Err(TextError::Argument {
                key: key.to_owned(),
                locale: self.locale,
                reason: format!("{errors:?}"),
            })
        }
    }
}

fn fluent(value: &Argument) -> FluentValue<'_> {
    match value {
        Argument::Number(number) => FluentValue::from(*number),
        Argument::Text(text) => FluentValue::from(text.as_str()),
    }
}

/// The files of a language with their contents, in alphabetical order.
pub(crate) fn sources(locale: Locale) -> Vec<(String, String)> {
    let folder = format!("{}/", locale.tag());
    let files = embedded::sources::<Files>();
    #[cfg(feature = "sandbox")]
    let files = files.chain(embedded::sources::<SandboxFiles>());
    let mut files: Vec<_> = files.filter(|(name, _)| name.starts_with(&folder)).collect();
    files.sort();
    files
}

#[cfg(test)]
mod tests;
