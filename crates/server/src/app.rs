//! Puts the crates together.

use pages::{DeploymentKind, Localised, Operator, PagesSettings};

use crate::config::{Config, Kind};

/// What the pages need to know about the deployment.
pub fn pages_settings(config: &Config) -> PagesSettings {
    let operator = config.operator();
    PagesSettings {
        deployment: deployment_kind(config.deployment().kind()),
        issuer: config.deployment().issuer().to_string(),
        operator: Operator {
            name: localised(operator.name()),
            telephone: operator.telephone().to_owned(),
            email: operator.email().to_owned(),
            hours: localised(operator.hours()),
        },
        zone: config.deployment().time_zone(),
        ncalayer: format!("{}/", config.eds().ncalayer_address()),
        // Keys of a test centre have no chain that a person's NCALayer would build.
        ncalayer_test_chain: !config.deployment().kind().is_production(),
        sms_sender: config.sms().sender().to_owned(),
    }
}

fn deployment_kind(kind: Kind) -> DeploymentKind {
    match kind {
        Kind::Production => DeploymentKind::Production,
        #[cfg(feature = "demo")]
        Kind::Sandbox => DeploymentKind::Sandbox,
        #[cfg(feature = "demo")]
        Kind::Demo => DeploymentKind::Demo,
    }
}

fn localised([kk, ru, en]: &[String; 3]) -> Localised {
    Localised {
        kk: kk.clone(),
        ru: ru.clone(),
        en: en.clone(),
    }
}
