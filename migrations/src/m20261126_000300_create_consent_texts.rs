//! `consent_texts`: texts that people agreed to, each kept once under its SHA-256.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, binary_len, text};

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
        .table("consent_texts")
        .col(binary_len("hash", 32).primary_key())
        .col(text("locale"))
        .col(text("text"))
        .col(big_integer("first_shown_at"))
        .to_owned()
}
