//! `signing_keys`: our keys, private halves encrypted, one active for each algorithm.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, blob, pk_uuid, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(table()).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn table() -> TableCreateStatement {
    Table::create()
        .table("signing_keys")
        .col(pk_uuid("id"))
        .col(text("kid"))
        .col(text("algorithm"))
        .col(text("public_jwk"))
        .col(blob("private_sealed"))
        .col(text("state"))
        .col(big_integer("published_at"))
        .col(big_integer_null("activated_at"))
        .col(big_integer_null("retired_at"))
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        Index::create()
            .name("uq_signing_keys_kid")
            .table("signing_keys")
            .col("kid")
            .unique()
            .to_owned(),
        Index::create()
            .name("uq_signing_keys_algorithm_live")
            .table("signing_keys")
            .col("algorithm")
            .unique()
            .and_where(Expr::col("state").eq("active"))
            .to_owned(),
    ]
}
