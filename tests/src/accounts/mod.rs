//! Many accounts in a PostgreSQL database, for figures that depend on how many there are.
//!
//! One person, the model, signs in through the product's own doors. Then the model's rows are copied for every account,
//! with identifiers, digests and instants of its own (`copies`), while what only the deployment's keys can make is made
//! for each (`rows`): the digest of the IIN, the phone and the facts, encrypted. So every account can sign in, with its
//! device, and has a history. Only the chain of its audit events is made up: the sealer goes on from its end, and
//! `kiru audit verify` would name the first copy.

mod bare;
mod copies;
mod model;
mod people;
mod rows;

use std::sync::Arc;

use authority::secret::PlainToken;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection};
use uuid::Uuid;

use crate::harness::{TestApp, Walker};
use model::Model;

pub use people::invented;

/// Accounts that were loaded, numbered from 1.
pub struct Accounts {
    model: Model,
    size: u32,
}

impl Accounts {
    /// Loads so many accounts into the app's database, which is at `url`, has no other people and no sealer at work.
    pub async fn load(app: &TestApp, url: &str, size: u32) -> Self {
        let model = Model::signs_in(app).await;
        let raw = connect(url).await;
        bare::strip(&raw).await;
        rows::copy_in(&raw, app, &model, size).await;
        copies::insert(&raw, &model).await;
        bare::restore(&raw).await;
        for statement in ["VACUUM (ANALYZE)", "CHECKPOINT", "SELECT pg_stat_reset()"] {
            execute(&raw, statement).await;
        }
        raw.close().await.unwrap();
        Self { model, size }
    }

    /// How many there are.
    pub const fn size(&self) -> u32 {
        self.size
    }

    /// Who holds the account of this number: with the certificate it knows, and the browser it is bound to.
    pub fn holder(&self, app: &TestApp, number: u32) -> Walker {
        assert!((1..=self.size).contains(&number), "no account has the number {number}");
        let model = &self.model;
        let device = kin(model.device, number).simple().to_string();
        let mut browser = app.browser();
        let cookie = device_cookie(number).expose().to_owned();
        browser.jar.insert(format!("__Host-kiru_device_{device}"), cookie);
        browser.keys.insert(device, model.device_key.clone());
        let [_, a, b, c] = number.to_be_bytes();
        browser.address = [10, a, b, c].into();
        Walker {
            browser,
            phone: people::phone(number),
            key: Arc::clone(&model.key),
            certificate: model.certificate(app, number),
            outbox: Arc::clone(&app.outbox),
            hops: Vec::new(),
        }
    }
}

/// The identifier of an account's copy of what has this one. `copies` says the same in SQL.
fn kin(id: Uuid, number: u32) -> Uuid {
    Uuid::from_u128((id.as_u128() >> 48 << 48) | u128::from(number))
}

fn device_cookie(number: u32) -> PlainToken {
    PlainToken::mint(&mut ChaCha20Rng::seed_from_u64(number.into()))
}

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(1)
        .sqlx_logging(false)
        .idle_timeout(None)
        .max_lifetime(None);
    let raw = Database::connect(options).await.unwrap();
    execute(&raw, "SET maintenance_work_mem = '512MB'").await;
    raw
}

async fn execute(raw: &DatabaseConnection, sql: &str) -> u64 {
    let done = raw.execute_unprepared(sql).await;
    done.unwrap_or_else(|error| panic!("{sql}: {error}")).rows_affected()
}
