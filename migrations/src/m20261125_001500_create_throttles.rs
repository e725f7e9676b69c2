//! `throttles`: counters shared by all nodes and channels.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, binary_len, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(table()).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn table() -> TableCreateStatement {
    Table::create()
        .table("throttles")
        .col(text("kind"))
        .col(binary_len("key", 32))
        .col(big_integer("bucket"))
        .col(big_integer("count"))
        .col(big_integer("expires_at"))
        .primary_key(Index::create().col("kind").col("key").col("bucket"))
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        Index::create()
            .name("ix_throttles_expires_at")
            .table("throttles")
            .col("expires_at")
            .to_owned(),
    ]
}
