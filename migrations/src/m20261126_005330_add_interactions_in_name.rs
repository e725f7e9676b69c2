//! `interactions`: in whose name the person goes on, and by which power of attorney.

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
            table.table("interactions").add_column(column);
            manager.alter_table(table).await?;
        }
        Ok(())
    }
}
