//! `grants`: in whose name it was given, and by which power of attorney.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{text_null, uuid_null};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [text_null("in_name"), uuid_null("power_id")] {
            let mut table = Table::alter();
            table.table("grants").add_column(column);
            manager.alter_table(table).await?;
        }
        let mut index = Index::create();
        index.name("ix_grants_power_id").table("grants").col("power_id");
        manager.create_index(index).await
    }
}
