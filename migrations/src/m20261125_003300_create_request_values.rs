//! `request_values`: digests of nonces and code challenges that public clients have sent.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, binary_len};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(table()).await?;
        manager.create_index(index()).await
    }
}

fn table() -> TableCreateStatement {
    Table::create()
        .table("request_values")
        .col(binary_len("digest", 32).primary_key())
        .col(binary_len("request", 32))
        .col(big_integer("seen_at"))
        .col(big_integer("expires_at"))
        .col(big_integer_null("flagged_at"))
        .to_owned()
}

fn index() -> IndexCreateStatement {
    Index::create()
        .name("ix_request_values_expires_at")
        .table("request_values")
        .col("expires_at")
        .to_owned()
}
