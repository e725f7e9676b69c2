//! `interactions`: open ones are counted, for a network and for all.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn indexes() -> Vec<IndexCreateStatement> {
    let open = || Expr::col("consumed_at").is_null();
    vec![
        Index::create()
            .name("ix_interactions_network_digest_expires_at_open")
            .table("interactions")
            .col("network_digest")
            .col("expires_at")
            .and_where(open())
            .to_owned(),
        Index::create()
            .name("ix_interactions_expires_at_open")
            .table("interactions")
            .col("expires_at")
            .and_where(open())
            .to_owned(),
    ]
}
