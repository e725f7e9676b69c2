//! `audit_events`: what happened, each row with its own digest. It outlives what it names, so it refers to nothing.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, binary_len, pk_uuid, text, text_null, uuid_null};

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
        .table("audit_events")
        .col(pk_uuid("id"))
        .col(big_integer("occurred_at"))
        .col(text("kind"))
        .col(text("actor"))
        .col(uuid_null("user_id"))
        .col(text_null("client_id"))
        .col(uuid_null("device_id"))
        .col(uuid_null("session_id"))
        .col(text_null("address"))
        .col(text("methods"))
        .col(text("reason"))
        .col(text_null("reference"))
        .col(binary_len("digest", 32))
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        Index::create()
            .name("ix_audit_events_user_id")
            .table("audit_events")
            .col("user_id")
            .to_owned(),
        Index::create()
            .name("ix_audit_events_occurred_at")
            .table("audit_events")
            .col("occurred_at")
            .to_owned(),
    ]
}
