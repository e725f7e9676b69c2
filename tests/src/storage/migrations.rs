//! Migrations: up from empty on both databases, the same schema in meaning.

#[cfg(kiru_test_postgres)]
use std::collections::BTreeSet;

use crate::storage::both_databases;

both_databases! {
    async fn nothing_is_pending_after_all_are_applied_and_applying_again_changes_nothing(db) {
        assert_eq!(db.pending_migrations().await.unwrap(), Vec::<String>::new());
        db.migrate().await.unwrap();
    }
}

#[test]
fn migrations_are_named_by_time_in_order_and_say_what_they_do() {
    use migrations::MigratorTrait;
    let names: Vec<String> = migrations::Migrator::migrations()
        .iter()
        .map(|step| step.name().to_owned())
        .collect();
    let mut sorted = names.clone();
    sorted.sort();
    assert_eq!(names, sorted);
    for name in &names {
        let mut parts = name.splitn(4, '_');
        let (date, time) = (parts.next().unwrap(), parts.next().unwrap());
        assert!(date.len() == 9 && date.starts_with('m') && time.len() == 6, "{name}");
        assert!(parts.count() == 2, "{name} has verb and noun");
    }
}

/// House-style §6: every table has an expiry rule and a line in the retention table.
#[tokio::test]
async fn every_table_has_a_line_in_the_retention_table() {
    use sea_orm::{ConnectionTrait, Statement};
    let db = crate::storage::TestDatabase::sqlite().await;
    let raw = db.raw().await;
    let sql =
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'seaql%'";
    let rows = raw
        .query_all_raw(Statement::from_string(raw.get_database_backend(), sql))
        .await
        .unwrap();
    let tables: Vec<String> = rows.iter().map(|row| row.try_get("", "name").unwrap()).collect();
    let retention = include_str!("../../../docs/RETENTION.md");
    let first_cells: String = retention.lines().filter_map(|line| line.split('|').nth(1)).collect();
    let missing: Vec<_> = tables
        .iter()
        .filter(|table| !first_cells.contains(&format!("`{table}`")))
        .collect();
    assert_eq!(missing, Vec::<&String>::new());
    assert!(tables.len() > 25);
    raw.close().await.unwrap();
    db.remove().await;
}

/// One line for each column (`table.column null?`) and each unique rule, as the database itself describes them.
#[cfg(kiru_test_postgres)]
async fn describe(db: &crate::storage::TestDatabase, columns: &str, indexes: &str) -> BTreeSet<String> {
    use sea_orm::{ConnectionTrait, Statement};
    let raw = db.raw().await;
    let mut lines = BTreeSet::new();
    for sql in [columns, indexes] {
        let rows = raw
            .query_all_raw(Statement::from_string(raw.get_database_backend(), sql))
            .await
            .unwrap();
        lines.extend(rows.iter().map(|row| row.try_get::<String>("", "line").unwrap()));
    }
    raw.close().await.unwrap();
    lines
}

#[cfg(kiru_test_postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn both_schemas_mean_the_same_postgres() {
    let sqlite = crate::storage::TestDatabase::sqlite().await;
    let postgres = crate::storage::TestDatabase::postgres().await;
    let of_sqlite = describe(
        &sqlite,
        "SELECT m.name || '.' || c.name || ' ' || CASE WHEN c.\"notnull\" = 1 THEN 'required' ELSE 'optional' END || ' ' || \
         CASE WHEN c.type LIKE 'blob%' THEN 'bytes' WHEN c.type LIKE 'uuid%' THEN 'uuid' WHEN c.type LIKE '%int%' THEN 'number' \
         WHEN c.type LIKE 'bool%' THEN 'boolean' ELSE lower(c.type) END AS line \
         FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' \
         AND m.name NOT LIKE 'sqlite%' AND m.name NOT LIKE 'seaql%'",
        "SELECT name || ' on ' || tbl_name || CASE WHEN sql LIKE '% UNIQUE %' THEN ' unique' ELSE '' END || \
         CASE WHEN sql LIKE '% WHERE %' THEN ' partial' ELSE '' END AS line \
         FROM sqlite_master WHERE type = 'index' AND name NOT LIKE 'sqlite%'",
    );
    let of_postgres = describe(
        &postgres,
        "SELECT table_name || '.' || column_name || ' ' || CASE WHEN is_nullable = 'NO' THEN 'required' ELSE 'optional' END \
         || ' ' || CASE data_type WHEN 'bytea' THEN 'bytes' WHEN 'bigint' THEN 'number' ELSE data_type END AS line \
         FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'seaql%'",
        "SELECT indexname || ' on ' || tablename || CASE WHEN indexdef LIKE '%UNIQUE%' THEN ' unique' ELSE '' END || \
         CASE WHEN indexdef LIKE '% WHERE %' THEN ' partial' ELSE '' END AS line \
         FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE '%_pkey' AND indexname NOT LIKE 'pk-%'",
    );
    let (of_sqlite, of_postgres) = (of_sqlite.await, of_postgres.await);
    let differences: Vec<_> = of_sqlite.symmetric_difference(&of_postgres).collect();
    assert_eq!(differences, Vec::<&String>::new());
    assert!(
        of_sqlite.len() > 200,
        "{} lines are too few to be the schema",
        of_sqlite.len()
    );
    sqlite.remove().await;
    postgres.remove().await;
}
