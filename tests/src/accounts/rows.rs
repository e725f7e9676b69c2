//! What only the deployment's keys can make, for each account: kept for `copies` in a table of its own, and the facts.

use std::fmt::Write as _;

use authority::ids::{PhoneId, UserId};
use authority::secret::{Keyring, Purpose};
use authority::users::{FactName, IdentifierKind, Subject};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;
use sea_orm::DatabaseConnection;
use sea_orm::sqlx::postgres::PgPoolCopyExt as _;
use storage::identifiers;

use super::model::Model;
use super::{device_cookie, execute, kin, people};
use crate::harness::TestApp;

/// The histories of all accounts begin within a week, in microseconds.
const A_WEEK: u64 = 7 * 24 * 3_600 * 1_000_000;
/// Accounts of one write to the server.
const CHUNK: u32 = 2_000;

/// The accounts: number, how much earlier than the model everything was, in microseconds, and what is made by keys.
const ACCOUNTS: &str = "CREATE UNLOGGED TABLE accounts (n integer NOT NULL, age bigint NOT NULL, subject text NOT NULL, \
    iin bytea NOT NULL, phone bytea NOT NULL, phone_sealed bytea NOT NULL, serial bytea NOT NULL, cookie bytea NOT NULL)";
const FACTS: &str = "COPY user_facts (user_id, fact, source, value_sealed, recorded_at) FROM STDIN";

/// Copies them in.
pub(super) async fn copy_in(raw: &DatabaseConnection, app: &TestApp, model: &Model, size: u32) {
    execute(raw, ACCOUNTS).await;
    let writer = Writer { app, model, size };
    copy(raw, "COPY accounts FROM STDIN", size, |number, to| {
        writer.account(number, to);
    })
    .await;
    copy(raw, FACTS, size, |number, to| writer.facts(number, to)).await;
}

/// In PostgreSQL's text format, line by line.
async fn copy(raw: &DatabaseConnection, statement: &str, size: u32, line: impl Fn(u32, &mut String)) {
    let pool = raw.get_postgres_connection_pool();
    let mut copy = pool.copy_in_raw(statement).await.unwrap();
    let mut text = String::new();
    for number in 1..=size {
        line(number, &mut text);
        if number % CHUNK == 0 || number == size {
            copy.send(text.as_bytes()).await.unwrap();
            text.clear();
        }
    }
    copy.finish().await.unwrap();
}

struct Writer<'a> {
    app: &'a TestApp,
    model: &'a Model,
    size: u32,
}

impl Writer<'_> {
    fn account(&self, number: u32, to: &mut String) {
        let keys = self.app.keyring();
        // Another sequence than that of the cookie.
        let mut rng = ChaCha20Rng::seed_from_u64(u64::from(number) << 32);
        let (iin, kind) = (people::iin(number), IdentifierKind::Iin);
        let phone = people::phone(number);
        let context = format!("phones/{}", PhoneId::from_uuid(kin(self.model.phone, number)));
        let sealed = seal(keys, &context, &phone, &mut rng);
        let cookie = keys.digest(Purpose::DeviceCookie, device_cookie(number).expose().as_bytes());
        write!(
            to,
            "{number}\t{}\t{}",
            self.age(number),
            Subject::mint(&mut rng).as_str()
        )
        .unwrap();
        for bytes in [
            identifiers::digest(keys, kind, kind.authority(), &iin)
                .as_bytes()
                .as_slice(),
            keys.digest(Purpose::PhoneNumber, phone.as_bytes()).as_bytes(),
            &sealed,
            &self.model.serial(number),
            cookie.as_bytes(),
        ] {
            bytea(bytes, to);
        }
        to.push('\n');
    }

    fn facts(&self, number: u32, to: &mut String) {
        let user = UserId::from_uuid(kin(self.model.user, number));
        let mut rng = ChaCha20Rng::seed_from_u64(u64::from(number) << 32 | 1);
        let recorded_at = self.app.now().as_micros() - self.age(number);
        for fact in &self.model.facts {
            let (name, source) = (fact.name.as_str(), fact.source.as_str());
            let value = if fact.name == FactName::Iin {
                people::iin(number)
            } else {
                fact.value.clone()
            };
            let sealed = seal(
                self.app.keyring(),
                &format!("user_facts/{user}/{name}/{source}"),
                &value,
                &mut rng,
            );
            write!(to, "{user}\t{name}\t{source}").unwrap();
            bytea(&sealed, to);
            writeln!(to, "\t{recorded_at}").unwrap();
        }
    }

    fn age(&self, number: u32) -> i64 {
        let age = A_WEEK / u64::from(self.size) * u64::from(number);
        i64::try_from(age).unwrap()
    }
}

fn seal(keys: &Keyring, context: &str, value: &str, rng: &mut ChaCha20Rng) -> Vec<u8> {
    keys.seal(Purpose::Fact, context.as_bytes(), value.as_bytes(), rng)
        .unwrap()
}

/// A further column, as `COPY` reads bytes.
fn bytea(bytes: &[u8], to: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    to.push_str("\t\\\\x");
    for byte in bytes {
        to.push(char::from(DIGITS[usize::from(byte >> 4)]));
        to.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}
