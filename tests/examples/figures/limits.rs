//! What nothing built on them can exceed: signatures of a core, commits of the database.

use std::time::Duration;

use authority::time::Timestamp;
use jose::{Algorithm, FileKey, Signer as _};
use serde_json::{Map, Value};
use storage::{Db, StorageError, leases};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::AT_A_TIME;
use super::measure::{Measured, Running, rounded};

/// As long as the signed part of an ID token.
const MESSAGE: [u8; 600] = [b'x'; 600];

/// Signatures per second, on one thread.
pub(crate) fn signatures(length: Duration) -> Value {
    let mut figures = Map::new();
    for algorithm in [Algorithm::Es256, Algorithm::Rs256] {
        eprintln!("signatures: {}", algorithm.name());
        let key = FileKey::generate(algorithm).unwrap();
        let (begun, mut done) = (Instant::now(), 0);
        while begun.elapsed() < length {
            key.sign(&MESSAGE).unwrap();
            done += 1;
        }
        let figure = rounded(f64::from(done) / begun.elapsed().as_secs_f64());
        figures.insert(algorithm.name().to_owned(), figure.into());
    }
    figures.into()
}

/// Committed transactions of one row each, as many tasks at a time as everywhere here, each with a row of its own.
pub(crate) async fn transactions(db: &Db, length: Duration) -> Measured {
    let (running, end) = (Running::begin(), Instant::now() + length);
    let mut tasks = JoinSet::new();
    for number in 0..AT_A_TIME {
        let name: &'static str = format!("figures-{number}").leak();
        tasks.spawn(write_until(db.clone(), name, end));
    }
    running.end(tasks.join_all().await.iter().sum())
}

async fn write_until(db: Db, name: &'static str, end: Instant) -> usize {
    let (now, mut done) = (Timestamp::from_unix_seconds(0), 0);
    while Instant::now() < end {
        let written = db.tx("bare", |tx| async move {
            leases::claim(&tx, name, "figures", now, now).await
        });
        let written: Result<_, StorageError> = written.await;
        written.unwrap();
        done += 1;
    }
    done
}
