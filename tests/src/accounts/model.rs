//! The person whose rows every account gets copies of.

use std::sync::Arc;

use authority::identifiers::{Checksum, Iin};
use authority::users::{FactSource, IdentifierKind, UserFact};
use storage::{devices, identifiers, phones, user_facts, users};
use testkit::pki::{CertificateProfile, SigningKey};
use uuid::Uuid;

use super::people::invented;
use crate::harness::{DeviceKey, TestApp, Walker};

/// What is known of the model.
pub(super) struct Model {
    pub(super) user: Uuid,
    pub(super) phone: Uuid,
    pub(super) device: Uuid,
    /// What the certificate said.
    pub(super) facts: Vec<UserFact>,
    /// The key of every account's certificate.
    pub(super) key: Arc<SigningKey>,
    /// The key of every account's device.
    pub(super) device_key: DeviceKey,
}

impl Model {
    /// A first sign-in at the diary, then single sign-on at the library, each with consent and tokens.
    pub(super) async fn signs_in(app: &TestApp) -> Self {
        let (person, key) = (invented(0), Arc::new(SigningKey::generate().unwrap()));
        app.know(&[person]).await;
        let profile = person.certificate_profile(app.now());
        let mut walker = Walker {
            browser: app.browser(),
            phone: person.phone.unwrap_or_default().to_owned(),
            certificate: app.keys.centre.nca().issue(&profile, &key).unwrap(),
            key: Arc::clone(&key),
            outbox: Arc::clone(&app.outbox),
            hops: Vec::new(),
        };
        for client in [app.diary(), app.library()] {
            let back = walker.walk(&client.request(&[]), app.now()).await;
            assert_eq!(client.redeems(&client.code(&back)).await.status, 200);
        }
        let provider = &app.state.provider;
        jobs::seal_audit(&provider.db, &provider.keyring, app.now())
            .await
            .unwrap();
        Self::read(app, person.iin, &walker).await
    }

    async fn read(app: &TestApp, iin: &str, walker: &Walker) -> Self {
        let (db, kind) = (app.db(), IdentifierKind::Iin);
        let iin = Iin::parse(iin, Checksum::Required).unwrap();
        let digest = identifiers::digest(app.keyring(), kind, kind.authority(), iin.expose());
        let found = users::find_by_identifier(db, kind, kind.authority(), &digest).await;
        let user = found.unwrap().expect("the model is known");
        let phone = phones::find_live(db, user.id, app.keyring()).await.unwrap();
        let device = &devices::list_live_for_user(db, user.id).await.unwrap()[0];
        let mut facts = user_facts::list(db, user.id, app.keyring()).await.unwrap();
        facts.retain(|fact| fact.source == FactSource::Certificate);
        Self {
            user: user.id.as_uuid(),
            phone: phone.expect("the model has a phone").id.as_uuid(),
            device: device.id.as_uuid(),
            facts,
            key: Arc::clone(&walker.key),
            device_key: walker.browser.keys[&device.id.to_string()].clone(),
        }
    }

    /// The serial number of an account's certificate.
    pub(super) fn serial(&self, number: u32) -> Vec<u8> {
        let mut serial = self.key.serial();
        let kept = serial.len() - size_of::<u32>();
        serial[kept..].copy_from_slice(&number.to_be_bytes());
        serial
    }

    /// An account's certificate, DER.
    pub(super) fn certificate(&self, app: &TestApp, number: u32) -> Vec<u8> {
        let profile = CertificateProfile {
            serial: Some(self.serial(number)),
            ..invented(number).certificate_profile(app.now())
        };
        app.keys.centre.nca().issue(&profile, &self.key).unwrap()
    }
}
