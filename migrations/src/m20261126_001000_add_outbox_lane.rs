//! `outbox`: who waits for whom. Work of one lane is done a few pieces at a time, so that a receiver that does not answer
//! keeps nobody else's work waiting.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::text;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(
                Table::alter()
                    .table("outbox")
                    .add_column(text("lane").default(""))
                    .to_owned(),
            )
            .await
    }
}
