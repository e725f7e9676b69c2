//! `audit_events`: a person reads their own events page by page, latest first.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut index = Index::create();
        index
            .name("ix_audit_events_user_id_occurred_at")
            .table("audit_events")
            .col("user_id")
            .col("occurred_at")
            .col("id");
        manager.create_index(index).await
    }
}
