//! `outbox`: work that was promised in a transaction and is done after it, once for each deduplication key.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, pk_uuid, text, text_null};

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
        .table("outbox")
        .col(pk_uuid("id"))
        .col(text("kind"))
        .col(text("dedup_key"))
        .col(text("payload"))
        .col(big_integer("created_at"))
        .col(big_integer("due_at"))
        .col(big_integer("claimed_until"))
        .col(big_integer("tries"))
        .col(big_integer_null("done_at"))
        .col(text_null("last_error"))
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        Index::create()
            .name("uq_outbox_dedup_key")
            .table("outbox")
            .col("dedup_key")
            .unique()
            .to_owned(),
        Index::create()
            .name("ix_outbox_due_at_open")
            .table("outbox")
            .col("due_at")
            .and_where(Expr::col("done_at").is_null())
            .to_owned(),
        Index::create()
            .name("ix_outbox_done_at")
            .table("outbox")
            .col("done_at")
            .to_owned(),
    ]
}
