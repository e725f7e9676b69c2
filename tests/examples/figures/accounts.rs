//! Whether sign-ins take longer where many accounts are: the same journeys, in turns, on a database with few and on one
//! with many. Each person signs in once in a run, so that each sign-in meets rows that no earlier one has warmed.

use std::collections::BTreeMap;
use std::time::Duration;

use authority::time::minutes;
use kiru_tests::accounts::Accounts;
use kiru_tests::harness::{RelyingParty, TestApp, Walker};
use sea_orm::{ConnectionTrait as _, Database, Statement};
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::crowd::sealer;
use super::latency::Latencies;
use super::measure::rounded;
use super::place::Place;

/// People of one database in one round; then it is the other's turn.
const A_ROUND: u32 = 5;
/// Rounds that are not counted: pools fill, statements are prepared.
const WARMING: u32 = 2;
/// PostgreSQL adds up what its connections count within a second.
const COUNTED: Duration = Duration::from_secs(2);
/// The deployment's limits on messages are not what is measured here.
const LIMITS: &str = "per_range = 1000000\ndaily_budget = 100000000\n";

/// A database with accounts, and what sign-ins took there.
struct Side {
    place: Place,
    app: TestApp,
    accounts: Accounts,
    sealer: JoinHandle<()>,
    load_seconds: f64,
    asked: u32,
    sign_ins: Latencies,
    single_sign_ons: Latencies,
}

/// Loads `few` and `many` accounts on this server, and lets `people` of each sign in.
pub(crate) async fn compare(server: &str, (few, many): (u32, u32), people: u32) -> Value {
    let mut sides = [Side::with(server, few).await, Side::with(server, many).await];
    let rounds = people.div_ceil(A_ROUND);
    for round in 0..WARMING + rounds {
        if round == WARMING {
            for side in &mut sides {
                side.forget();
            }
        }
        let turns = if round % 2 == 0 { [0, 1] } else { [1, 0] };
        for turn in turns {
            sides[turn].round().await;
        }
    }
    tokio::time::sleep(COUNTED).await;
    let scanned = sides[1].rows_read("seq_tup_read").await;
    let fetched = sides[1].rows_read("idx_tup_fetch").await;
    let [few, many] = &sides;
    let figures = json!({
        "few": few.to_json().await,
        "many": many.to_json().await,
        "many_to_few": {
            "whole_sign_ins": many.sign_ins.to(&few.sign_ins),
            "single_sign_ons": many.single_sign_ons.to(&few.single_sign_ons),
        },
        "rows_read_for_each_person_of_many": {"by_scans": scanned, "by_indexes": fetched},
    });
    for side in sides {
        side.sealer.abort();
        side.place.remove().await;
    }
    figures
}

impl Side {
    async fn with(server: &str, size: u32) -> Self {
        eprintln!("postgres: loading {size} accounts");
        let place = Place::postgres_named(server, &format!("{size}")).await;
        let app = TestApp::configured(&place.db, LIMITS).await;
        let begun = Instant::now();
        let accounts = Accounts::load(&app, &place.url, size).await;
        let load_seconds = begun.elapsed().as_secs_f64();
        eprintln!("postgres: loaded {size} accounts in {load_seconds:.0} s");
        Self {
            sealer: sealer(&app),
            place,
            app,
            accounts,
            load_seconds,
            asked: 0,
            sign_ins: Latencies::default(),
            single_sign_ons: Latencies::default(),
        }
    }

    fn forget(&mut self) {
        self.sign_ins = Latencies::default();
        self.single_sign_ons = Latencies::default();
    }

    /// Some people sign in at the diary, and go on to the library by single sign-on.
    async fn round(&mut self) {
        self.app.advance(minutes(10));
        let (diary, library) = (self.app.diary(), self.app.library());
        for _ in 0..A_ROUND {
            let number = self.next();
            let mut holder = self.accounts.holder(&self.app, number);
            self.sign_ins.add(walk(&self.app, &mut holder, &diary).await);
            assert_eq!(posts(&holder), ["eds", "signature", "confirm", "device"]);
            self.single_sign_ons.add(walk(&self.app, &mut holder, &library).await);
            assert_eq!(posts(&holder), ["device"]);
        }
    }

    /// Somebody who was not asked before, from all over the tables: the factor has no divisor in common with powers of ten.
    fn next(&mut self) -> u32 {
        let size = u64::from(self.accounts.size());
        let number = u64::from(self.asked) * 2_654_435_761 % size;
        self.asked += 1;
        assert!(u64::from(self.asked) <= size, "everybody was asked");
        u32::try_from(number).unwrap() + 1
    }

    async fn to_json(&self) -> Value {
        let sql = "SELECT pg_database_size(current_database()) / 1000000";
        json!({
            "accounts": self.accounts.size(),
            "load_seconds": rounded(self.load_seconds),
            "database_mb": numbers(&self.place.url, &format!("SELECT 'mb', ({sql})")).await["mb"],
            "whole_sign_ins": self.sign_ins.to_json(),
            "single_sign_ons": self.single_sign_ons.to_json(),
        })
    }

    /// Rows that were read for each person since the database was loaded, by table; the sealer's are among them. Scans of
    /// the tables of people would show here, and indexes that are walked from end to end.
    async fn rows_read(&self, counter: &str) -> BTreeMap<String, f64> {
        let sql = format!("SELECT relname::text, {counter} FROM pg_stat_user_tables WHERE {counter} > 0");
        let read = numbers(&self.place.url, &sql).await;
        let each = |(table, rows): (String, i64)| (table, rounded(rows as f64 / f64::from(self.asked)));
        read.into_iter().map(each).collect()
    }
}

/// From the client's request to its tokens: what the server took, without what keys took to sign.
async fn walk(app: &TestApp, holder: &mut Walker, client: &RelyingParty) -> Duration {
    let back = holder.walk(&client.request(&[]), app.now()).await;
    let (code, begun) = (client.code(&back), Instant::now());
    assert_eq!(client.redeems(&code).await.status, 200);
    holder.took() + begun.elapsed()
}

fn posts(holder: &Walker) -> Vec<&str> {
    let posted = holder.hops.iter().filter(|hop| hop.posted);
    posted.map(|hop| hop.page.as_str()).collect()
}

/// A statement's rows of a name and a number.
async fn numbers(url: &str, sql: &str) -> BTreeMap<String, i64> {
    let raw = Database::connect(url).await.unwrap();
    let statement = Statement::from_string(raw.get_database_backend(), sql);
    let rows = raw.query_all_raw(statement).await.unwrap();
    let pairs = rows
        .iter()
        .map(|row| (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap()));
    let numbers = pairs.collect();
    raw.close().await.unwrap();
    numbers
}
