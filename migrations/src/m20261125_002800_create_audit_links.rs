//! `audit_links`: the chain of events, by position.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, binary_len, uuid};

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
        .table("audit_links")
        .col(big_integer("position").primary_key())
        .col(uuid("event_id"))
        .col(binary_len("digest", 32))
        .foreign_key(
            ForeignKey::create()
                .name("fk_audit_links_event_id")
                .from("audit_links", "event_id")
                .to("audit_events", "id"),
        )
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        Index::create()
            .name("uq_audit_links_event_id")
            .table("audit_links")
            .col("event_id")
            .unique()
            .to_owned(),
    ]
}
