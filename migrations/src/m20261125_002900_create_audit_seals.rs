//! `audit_seals`: signed heads of the chain, by the last position each covers.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, binary_len, blob};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(table()).await
    }
}

fn table() -> TableCreateStatement {
    Table::create()
        .table("audit_seals")
        .col(big_integer("position").primary_key())
        .col(big_integer("first_position"))
        .col(binary_len("head", 32))
        .col(big_integer("sealed_at"))
        .col(blob("signature"))
        .col(big_integer_null("exported_at"))
        .to_owned()
}
