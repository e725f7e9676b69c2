//! `evidence`: what each accepted signature rests on, encrypted, so that its verdict can be reached again years later.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, binary, binary_len, pk_uuid, uuid};

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
        .table("evidence")
        .col(pk_uuid("event_id"))
        .col(uuid("attempt_id"))
        .col(uuid("user_id"))
        .col(big_integer("recorded_at"))
        .col(binary_len("digest", 32))
        .col(binary("record_sealed"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_evidence_user_id")
                .from("evidence", "user_id")
                .to("users", "id"),
        )
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        Index::create()
            .name("ix_evidence_attempt_id")
            .table("evidence")
            .col("attempt_id")
            .to_owned(),
        Index::create()
            .name("ix_evidence_user_id")
            .table("evidence")
            .col("user_id")
            .to_owned(),
        Index::create()
            .name("ix_evidence_recorded_at")
            .table("evidence")
            .col("recorded_at")
            .to_owned(),
    ]
}
