//! `kiru serve`.

use std::sync::Arc;

use messaging::{Refusing, SmsGateway};

use super::{ConfigFile, Failure};
use crate::app::{App, Parts};
use crate::config::{Config, Gateway};
use crate::foundation::Foundation;
use crate::material::Material;
use crate::server::{self, Sockets};
use crate::telemetry;

pub(super) async fn run(file: &ConfigFile) -> Result<(), Failure> {
    let config = file.load()?;
    refuse_kinds_with_another_command(&config)?;
    telemetry::start(config.log().level(), config.log().format());
    let material = Material::read(&config)?;
    let sockets = Sockets::open(&config).await?;
    let (foundation, clock) = Foundation::open_with(&config, material.keyring).await?;
    warn_about_single_node(&config);
    let sms = gateway(&config, &foundation);
    let eds = match material.eds {
        Some(eds) => eds,
        None => without_anchors(&foundation)?,
    };
    let parts = Parts {
        config: config.clone(),
        foundation,
        eds: Arc::new(eds),
        sms,
        outbound: material.outbound,
        places: material.places,
        #[cfg(feature = "demo")]
        sandbox_people: Vec::new(),
    };
    let app = App::build(parts)
        .await
        .map_err(|error| Failure::broken("the provider cannot start")(error.into()))?;
    let listen = config.listen();
    tracing::info!(
        issuer = config.deployment().issuer().as_str(),
        public = %listen.public(),
        health = %listen.health(),
        "serving"
    );
    server::run(
        app,
        &config,
        sockets,
        (material.tls, Some(clock)),
        server::asked_to_stop(),
    )
    .await;
    Ok(())
}

#[cfg(feature = "demo")]
fn refuse_kinds_with_another_command(config: &Config) -> Result<(), Failure> {
    if config.deployment().kind() == crate::config::Kind::Demo {
        return Err(Failure::Usage(
            "deployment.kind: `demo` is what `kiru demo` builds for itself; use `sandbox`".to_owned(),
        ));
    }
    Ok(())
}

#[cfg(not(feature = "demo"))]
#[expect(clippy::unnecessary_wraps, reason = "the other build refuses")]
fn refuse_kinds_with_another_command(_: &Config) -> Result<(), Failure> {
    Ok(())
}

/// DU-5: whoever declares one node enough is told, at every start, what that means.
fn warn_about_single_node(config: &Config) {
    if config.database().is_sqlite() && config.deployment().kind().is_production() {
        tracing::warn!(
            "SQLite on one node: there is no second copy of a committed write (DU-5), no other node takes over (DU-9, DU-10), \
             and what happened after the last backup is lost with the disk (DU-12)"
        );
    }
}

#[cfg(feature = "demo")]
fn gateway(config: &Config, foundation: &Foundation) -> Arc<dyn SmsGateway> {
    match config.sms().gateway() {
        Gateway::None => Arc::new(Refusing),
        Gateway::Outbox => Arc::new(messaging::Outbox::in_memory(Arc::clone(&foundation.clock))),
    }
}

#[cfg(not(feature = "demo"))]
fn gateway(config: &Config, _: &Foundation) -> Arc<dyn SmsGateway> {
    match config.sms().gateway() {
        Gateway::None => Arc::new(Refusing),
    }
}

/// A sandbox may name no anchors; a centre whose key is forgotten at once believes nobody.
#[cfg(feature = "demo")]
fn without_anchors(foundation: &Foundation) -> Result<federation::eds::EdsVerifier, Failure> {
    let now = foundation.clock.now();
    let broken = Failure::broken("no throw-away centre could be made");
    let centre = testkit::pki::TestCentre::generate(now).map_err(|error| broken(error.into()))?;
    let eds = federation::eds::EdsVerifier::new(&centre.eds_settings(Vec::new()));
    eds.map_err(|error| Failure::broken("no throw-away centre could be made")(error.into()))
}

#[cfg(not(feature = "demo"))]
fn without_anchors(_: &Foundation) -> Result<federation::eds::EdsVerifier, Failure> {
    Err(Failure::Usage("eds.anchors: is required".to_owned()))
}
