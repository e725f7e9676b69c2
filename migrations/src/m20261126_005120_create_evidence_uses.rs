//! `evidence_uses`: which record of evidence rests on which shared object.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{binary_len, uuid};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(table()).await?;
        manager.create_index(index()).await
    }
}

fn table() -> TableCreateStatement {
    Table::create()
        .table("evidence_uses")
        .col(uuid("event_id"))
        .col(binary_len("digest", 32))
        .primary_key(Index::create().col("event_id").col("digest"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_evidence_uses_event_id")
                .from("evidence_uses", "event_id")
                .to("evidence", "event_id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .name("fk_evidence_uses_digest")
                .from("evidence_uses", "digest")
                .to("evidence_objects", "digest"),
        )
        .to_owned()
}

fn index() -> IndexCreateStatement {
    Index::create()
        .name("ix_evidence_uses_digest")
        .table("evidence_uses")
        .col("digest")
        .to_owned()
}
