//! `user_facts`: what is known about a person and from where, encrypted.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, blob, text, uuid};

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
        .table("user_facts")
        .col(uuid("user_id"))
        .col(text("fact"))
        .col(text("source"))
        .col(blob("value_sealed"))
        .col(big_integer("recorded_at"))
        .primary_key(Index::create().col("user_id").col("fact").col("source"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_user_facts_user_id")
                .from("user_facts", "user_id")
                .to("users", "id"),
        )
        .to_owned()
}
