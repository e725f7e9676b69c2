//! The copies of the model's rows, by SQL. Columns are read from the schema, so that a new one is copied too.

use sea_orm::{ConnectionTrait as _, DatabaseConnection, Statement};

use super::execute;
use super::model::Model;

/// A table whose rows are copied.
struct Table {
    name: &'static str,
    /// Which rows `m` are the model's; `$user` is the model, `l` the account.
    rows: &'static str,
    /// Columns that are not copied by their type, and what stands there.
    own: &'static [(&'static str, &'static str)],
}

const OF_USER: &str = "m.user_id = $user";
const OF_GRANT: &str = "m.grant_id IN (SELECT id FROM grants WHERE user_id = $user)";
/// What is deleted after a day or two is there for every seventh account: people sign in once a week here.
const OF_LATE_USER: &str = "m.user_id = $user AND l.n % 7 = 0";
const OF_LATE_ATTEMPT: &str = "m.attempt_id IN (SELECT id FROM attempts WHERE user_id = $user) AND l.n % 7 = 0";
const OF_LATE_INTERACTION: &str = "m.id IN (SELECT interaction_id FROM attempts WHERE user_id = $user) AND l.n % 7 = 0";

const TABLES: &[Table] = &[
    copied("users", "m.id = $user", &[("subject", "l.subject")]),
    copied(
        "identifiers",
        "m.user_id = $user AND m.kind = 'iin'",
        &[("value_hmac", "l.iin")],
    ),
    copied(
        "phones",
        OF_USER,
        &[("number_hmac", "l.phone"), ("number_sealed", "l.phone_sealed")],
    ),
    copied(
        "certificates",
        OF_USER,
        &[("issuer", "m.issuer"), ("serial", "l.serial")],
    ),
    copied("devices", OF_USER, &[("cookie_digest", "l.cookie")]),
    copied("browser_sessions", OF_USER, &[]),
    copied("consents", OF_USER, &[]),
    copied("grants", OF_USER, &[]),
    copied("authorization_codes", OF_GRANT, &[]),
    copied("access_tokens", OF_GRANT, &[]),
    copied("refresh_tokens", OF_GRANT, &[]),
    copied(
        "sms",
        OF_LATE_USER,
        &[("number_hmac", "l.phone"), ("request_id", REQUEST_ID)],
    ),
    copied("interactions", OF_LATE_INTERACTION, &[]),
    copied("attempts", OF_LATE_USER, &[]),
    copied("challenges", OF_LATE_ATTEMPT, &[]),
    copied("codes", OF_LATE_USER, &[]),
    // When this runs, all counters are the model's.
    copied("throttles", "l.n % 7 = 0", &[("expires_at", "m.expires_at")]),
    copied("audit_events", OF_USER, &[]),
];

/// A message is named after its code's identifier, whose copy is `kin`.
const REQUEST_ID: &str = "left(m.request_id, 20) || lpad(to_hex(l.n), 12, '0')";

/// The links of the copied events, behind those that are there: as many as a sealer would have made, not their digests.
const LINKS: &str = "INSERT INTO audit_links (position, event_id, digest) SELECT \
    (SELECT max(position) FROM audit_links) + row_number() OVER (), id, sha256(digest) FROM audit_events \
    WHERE id NOT IN (SELECT event_id FROM audit_links)";

const fn copied(name: &'static str, rows: &'static str, own: &'static [(&'static str, &'static str)]) -> Table {
    Table { name, rows, own }
}

/// Copies all, and drops what `rows` left for it.
pub(super) async fn insert(raw: &DatabaseConnection, model: &Model) {
    let user = format!("'{}'", model.user);
    for table in TABLES {
        let (columns, values) = columns(raw, table).await;
        let rows = table.rows.replace("$user", &user);
        let name = table.name;
        let sql = format!(
            "INSERT INTO {name} ({columns}) SELECT {values} FROM accounts AS l CROSS JOIN {name} AS m WHERE {rows}"
        );
        execute(raw, &sql).await;
    }
    execute(raw, LINKS).await;
    execute(raw, "DROP TABLE accounts").await;
}

/// The columns of a table, and what a copy has there.
async fn columns(raw: &DatabaseConnection, table: &Table) -> (String, String) {
    let sql = "SELECT column_name::text AS name, data_type::text AS type FROM information_schema.columns \
               WHERE table_schema = 'public' AND table_name = $1 ORDER BY ordinal_position";
    let statement = Statement::from_sql_and_values(raw.get_database_backend(), sql, [table.name.into()]);
    let rows = raw.query_all_raw(statement).await.unwrap();
    let pairs = rows.iter().map(|row| {
        let name: String = row.try_get("", "name").unwrap();
        let kind: String = row.try_get("", "type").unwrap();
        let own = table.own.iter().find(|(column, _)| *column == name);
        let value = own.map_or_else(|| copy(&name, &kind), |(_, value)| (*value).to_owned());
        (name, value)
    });
    let (names, values): (Vec<_>, Vec<_>) = pairs.unzip();
    (names.join(", "), values.join(", "))
}

/// What stands in a copy: identifiers and digests of its own, instants of its own, everything else as it is.
fn copy(name: &str, kind: &str) -> String {
    match kind {
        "uuid" => format!("(left(m.{name}::text, 24) || lpad(to_hex(l.n), 12, '0'))::uuid"),
        "bytea" => format!("sha256(m.{name} || int4send(l.n))"),
        "bigint" if name.ends_with("_at") || name.ends_with("_until") => format!("m.{name} - l.age"),
        _ => format!("m.{name}"),
    }
}
