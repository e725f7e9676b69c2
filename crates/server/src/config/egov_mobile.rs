//! `[egov_mobile]`: signing on the phone with eGov Mobile and eGov Business.

use authority::identifiers::{Bin, Checksum};
use serde::Deserialize;

use super::findings::Findings;
use super::keys::{Key, Section};
use super::operator::Operator;

pub(super) static SECTION: Section = Section {
    name: "egov_mobile",
    meaning: "Signing on the phone with eGov Mobile and eGov Business. The apps accept codes of hosts that eGov has on its list, which takes an agreement.",
    keys: &[
        Key {
            name: "enabled",
            standard: "false",
            meaning: "Whether sign-in pages offer it. As second stage it needs the policy `confirm.egov_mobile` besides.",
        },
        Key {
            name: "bin",
            standard: "",
            meaning: "BIN of the organisation that the app shows as who asks. Required when enabled.",
        },
        Key {
            name: "name_kk",
            standard: "",
            meaning: "Its name in Kazakh; `operator.name_kk` when absent.",
        },
        Key {
            name: "name_ru",
            standard: "",
            meaning: "Its name in Russian; `operator.name_ru` when absent.",
        },
        Key {
            name: "name_en",
            standard: "",
            meaning: "Its name in English; `operator.name_en` when absent.",
        },
        Key {
            name: "business",
            standard: "true",
            meaning: "Whether phones are offered eGov Business beside eGov Mobile.",
        },
    ],
};

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Raw {
    enabled: Option<bool>,
    bin: Option<String>,
    name_kk: Option<String>,
    name_ru: Option<String>,
    name_en: Option<String>,
    business: Option<bool>,
}

/// Section `[egov_mobile]`, checked. Names are in the order Kazakh, Russian, English.
#[derive(Debug, Clone)]
pub struct EgovMobile {
    enabled: bool,
    bin: Option<String>,
    name: [String; 3],
    business: bool,
}

/// Longest name, in characters.
const LONGEST: usize = 120;

impl EgovMobile {
    pub(super) fn check(raw: Raw, operator: &Operator, found: &mut Findings) -> Self {
        let enabled = raw.enabled.unwrap_or(false);
        match &raw.bin {
            Some(bin) if Bin::parse(bin, Checksum::Required).is_err() => {
                found.refuse("egov_mobile.bin", "is no BIN: twelve digits with a right check digit");
            }
            None if enabled => found.refuse("egov_mobile.bin", "is missing: the app shows who asks"),
            Some(_) | None => {}
        }
        let keys = ["egov_mobile.name_kk", "egov_mobile.name_ru", "egov_mobile.name_en"];
        let given = [raw.name_kk, raw.name_ru, raw.name_en];
        for (key, name) in keys.iter().zip(&given) {
            let Some(name) = name else { continue };
            if name.trim().is_empty() || name.chars().count() > LONGEST || name.chars().any(char::is_control) {
                found.refuse(
                    key,
                    format_args!("must be a text of 1 to {LONGEST} characters on one line"),
                );
            }
        }
        let [kk, ru, en] = operator.name().clone();
        let [name_kk, name_ru, name_en] = given;
        Self {
            enabled,
            bin: raw.bin,
            name: [name_kk.unwrap_or(kk), name_ru.unwrap_or(ru), name_en.unwrap_or(en)],
            business: raw.business.unwrap_or(true),
        }
    }

    /// Whether it is offered.
    pub fn enabled(&self) -> bool {
        self.enabled
    }

    /// The organisation's number; there when it is offered.
    pub fn bin(&self) -> Option<&str> {
        self.bin.as_deref()
    }

    /// The organisation's name.
    pub fn name(&self) -> &[String; 3] {
        &self.name
    }

    /// Whether eGov Business is offered too.
    pub fn business(&self) -> bool {
        self.business
    }
}
