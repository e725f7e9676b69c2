//! `audit_seals`: new ones are handed out twice a second, among all that ever were.

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
            .name("ix_audit_seals_position_unexported")
            .table("audit_seals")
            .col("position")
            .and_where(Expr::col("exported_at").is_null());
        manager.create_index(index).await
    }
}
