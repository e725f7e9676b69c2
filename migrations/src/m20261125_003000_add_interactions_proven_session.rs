//! `interactions`: the session whose device signed a nonce in this interaction. Rows from before have none and ask again.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::uuid_null;

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
            .add_column(uuid_null("proven_session_id"))
            .to_owned();
        manager.alter_table(table).await
    }
}
