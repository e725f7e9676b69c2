//! `audit_events`: the digest of the record of evidence that belongs to the event.

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
        let mut table = Table::alter();
        table
            .table("audit_events")
            .add_column(binary_len_null("evidence_digest", 32));
        manager.alter_table(table).await
    }
}
