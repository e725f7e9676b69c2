//! `certificates`: those that end soon are found without reading all of them.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = Index::create()
            .name("ix_certificates_not_after_at")
            .table("certificates")
            .col("not_after_at")
            .to_owned();
        manager.create_index(index).await
    }
}
