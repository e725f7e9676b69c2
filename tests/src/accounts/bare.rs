//! A schema without keys and indexes while it is filled: they are made at once afterwards, and checked by that.

use sea_orm::DatabaseConnection;

use super::execute;

/// Every key and index of the schema, with the statements that take it away and bring it back, in the order of `turn`:
/// keys, then indexes, then what refers to keys.
const REMEMBER: &str = "CREATE TABLE accounts_bare AS
    SELECT CASE contype WHEN 'f' THEN 3 ELSE 1 END AS turn,
        format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS away,
        format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS back
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype IN ('p', 'u', 'f')
    UNION ALL
    SELECT 2, format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE relnamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))";

/// Takes all of them away.
pub(super) async fn strip(raw: &DatabaseConnection) {
    execute(raw, REMEMBER).await;
    each(raw, "away", "DESC").await;
}

/// Brings all of them back.
pub(super) async fn restore(raw: &DatabaseConnection) {
    each(raw, "back", "ASC").await;
    execute(raw, "DROP TABLE accounts_bare").await;
}

async fn each(raw: &DatabaseConnection, statement: &str, order: &str) {
    let block = format!(
        "DO $$ DECLARE known record; BEGIN \
         FOR known IN SELECT {statement} AS act FROM accounts_bare ORDER BY turn {order} LOOP EXECUTE known.act; END LOOP; \
         END $$"
    );
    execute(raw, &block).await;
}
