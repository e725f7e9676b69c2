//! `interactions`: kept authorization requests, each bound to the browser that started it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, binary_len, boolean, pk_uuid, text, uuid_null};

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
        .table("interactions")
        .col(pk_uuid("id"))
        .col(binary_len("browser_digest", 32))
        .col(text("client_id"))
        .col(text("request"))
        .col(uuid_null("session_id"))
        .col(boolean("signed_in"))
        .col(boolean("consented"))
        .col(big_integer("version"))
        .col(big_integer("started_at"))
        .col(big_integer("expires_at"))
        .col(big_integer_null("consumed_at"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_interactions_client_id")
                .from("interactions", "client_id")
                .to("clients", "id"),
        )
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        Index::create()
            .name("ix_interactions_expires_at")
            .table("interactions")
            .col("expires_at")
            .to_owned(),
    ]
}
