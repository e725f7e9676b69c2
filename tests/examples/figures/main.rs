//! How fast the product is on this machine, beside the limits of the same run:
//!
//! ```text
//! cargo run --release -p kiru-tests --example figures -- [--seconds 5] [--postgres postgres://user@host/postgres]
//!     [--accounts 1000000 [--against 10000] [--people 400]]
//! ```
//!
//! Everything happens in one process, through the router that `kiru serve` serves, with sealer and real databases; no
//! sockets, no TLS. `per_second` is by the clock on the wall, with browsers and clients on the same cores.
//! `per_cpu_second` is by processor time of the whole process without what people's keys and browsers' keys took for
//! signing; parsing pages like a browser is still in it, PostgreSQL's own processes are not. Progress goes to standard
//! error, the figures as JSON to standard output.
//!
//! `eds_keys` says what each kind of a person's key costs, `device_proof` what the proof of the device costs, `accounts` how sign-ins with many accounts compare to those with
//! few; both with one client at a time, by what the server takes from request to answer. `--accounts` needs `--postgres`, a
//! superuser there and about 11 GB for a million; `--seconds 0` leaves everything else out.

mod accounts;
mod crowd;
mod device_proof;
mod eds_keys;
mod latency;
mod limits;
mod measure;
mod place;
mod weight;

use std::time::Duration;

use clap::Parser;
use kiru_tests::harness::TestApp;
use serde_json::{Map, Value, json};

use crowd::Crowd;
use measure::rounded;
use place::Place;

/// How many people and clients are at it at the same time.
const AT_A_TIME: u32 = 16;

/// What to measure.
#[derive(Parser)]
struct Arguments {
    /// How long each figure is measured.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// A PostgreSQL server to measure on too; a database is made there and dropped.
    #[arg(long, env = "KIRU_TEST_POSTGRES")]
    postgres: Option<String>,
    /// How many accounts to load for comparing, on that server.
    #[arg(long, requires = "postgres")]
    accounts: Option<u32>,
    /// How many accounts to compare with.
    #[arg(long, default_value_t = 10_000)]
    against: u32,
    /// How many people sign in on each side of that comparison.
    #[arg(long, default_value_t = 400)]
    people: u32,
}

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    let length = Duration::from_secs(arguments.seconds);
    let mut figures = Map::new();
    figures.insert(
        "build".to_owned(),
        if cfg!(debug_assertions) { "dev" } else { "release" }.into(),
    );
    figures.insert(
        "cores".to_owned(),
        std::thread::available_parallelism().map_or(0, usize::from).into(),
    );
    if !length.is_zero() {
        figures.append(&mut on_all(arguments.postgres.as_deref(), length).await);
    }
    if let (Some(server), Some(many)) = (&arguments.postgres, arguments.accounts) {
        let compared = accounts::compare(server, (arguments.against, many), arguments.people).await;
        figures.insert("accounts".to_owned(), compared);
    }
    println!("{:#}", Value::Object(figures));
}

/// The figures of every database.
async fn on_all(server: Option<&str>, length: Duration) -> Map<String, Value> {
    let mut figures = Map::new();
    let signing = limits::signatures(length.min(Duration::from_secs(2)));
    eprintln!("device proofs");
    let check = device_proof::check_alone(length.min(Duration::from_secs(2)));
    figures.insert("signatures_per_second_and_core".to_owned(), signing.clone());
    figures.insert(
        "device_proof_check_alone_microseconds".to_owned(),
        rounded(check).into(),
    );
    let mut places = vec![Place::sqlite().await];
    if let Some(server) = server {
        places.push(Place::postgres(server).await);
    }
    for place in places {
        figures.insert(place.name.to_owned(), on(&place, (&signing, check), length).await);
        place.remove().await;
    }
    figures
}

/// All figures of one database.
async fn on(place: &Place, (signing, check): (&Value, f64), length: Duration) -> Value {
    eprintln!("{}: bare transactions", place.name);
    let bare = limits::transactions(&place.db, length).await;
    eprintln!("{}: people and keys", place.name);
    let app = TestApp::on(&place.db).await;
    let weight = weight::of_s1(&app).await;
    let sealer = crowd::sealer(&app);
    eprintln!("{}: kinds of keys", place.name);
    let eds_keys = eds_keys::compare(&app, length).await;
    let mut crowd = Crowd::gather(app, AT_A_TIME).await;
    eprintln!("{}: whole sign-ins", place.name);
    let sign_ins = crowd.sign_in_for(length).await;
    eprintln!("{}: codes and tokens", place.name);
    let (codes, rs256) = crowd.exchange_for("diary", length).await;
    let (_, es256) = crowd.exchange_for("library", length).await;
    eprintln!("{}: reading", place.name);
    let userinfo = crowd.userinfo_for(length).await;
    let discovery = crowd.discovery_for(length).await;
    eprintln!("{}: device proofs", place.name);
    let device_proof = crowd.prove_devices_for(check, length).await;
    sealer.abort();
    json!({
        "bare_transactions": bare.to_json(),
        "whole_sign_ins": sign_ins.beside(&bare, Some(&signing["RS256"])),
        "codes_by_single_sign_on": codes.beside(&bare, None),
        "code_exchanges_rs256": rs256.beside(&bare, Some(&signing["RS256"])),
        "code_exchanges_es256": es256.beside(&bare, Some(&signing["ES256"])),
        "device_proof": device_proof,
        "eds_keys": eds_keys,
        "userinfo": userinfo.to_json(),
        "discovery": discovery.to_json(),
        "weight_of_s1_brotli_bytes": weight,
    })
}
