//! `interactions`: the network that an interaction was begun from, as a keyed digest. Rows from before have none and count
//! for no network.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::binary_len_null;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::alter()
            .table("interactions")
            .add_column(binary_len_null("network_digest", 32))
            .to_owned();
        manager.alter_table(table).await
    }
}
