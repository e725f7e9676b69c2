//! `evidence_objects`: certificates of authorities and revocation lists that records of evidence share, each once.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, binary, binary_len};

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
        .table("evidence_objects")
        .col(binary_len("digest", 32).primary_key())
        .col(big_integer("recorded_at"))
        .col(binary("content"))
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        Index::create()
            .name("ix_evidence_objects_recorded_at")
            .table("evidence_objects")
            .col("recorded_at")
            .to_owned(),
    ]
}
