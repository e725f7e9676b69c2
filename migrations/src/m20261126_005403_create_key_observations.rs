//! `key_observations`: which key was used on which device, in which browser, and by whom.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, blob, uuid};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("key_observations")
            .col(blob("key_digest"))
            .col(uuid("device_id"))
            .col(uuid("browser_id"))
            .col(uuid("user_id"))
            .col(big_integer("first_at"))
            .col(big_integer("last_at"))
            .primary_key(Index::create().col("key_digest").col("device_id"))
            .to_owned();
        manager.create_table(table).await?;
        for (name, column) in [
            ("ix_key_observations_browser_id", "browser_id"),
            ("ix_key_observations_last_at", "last_at"),
        ] {
            let index = Index::create()
                .name(name)
                .table("key_observations")
                .col(column)
                .to_owned();
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
