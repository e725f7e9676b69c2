//! `browser_sessions` by the certificate of the second stage: what rests on one that was revoked is found without reading all.

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
            .name("ix_browser_sessions_second_certificate_id")
            .table("browser_sessions")
            .col("second_certificate_id")
            .to_owned();
        manager.create_index(index).await
    }
}
