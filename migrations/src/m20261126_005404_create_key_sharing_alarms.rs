//! `key_sharing_alarms`: what was reported last of a key or a browser that seems to be shared.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, blob, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("key_sharing_alarms")
            .col(text("kind"))
            .col(blob("subject"))
            .col(big_integer("raised_at"))
            .primary_key(Index::create().col("kind").col("subject"))
            .to_owned();
        manager.create_table(table).await
    }
}
