//! `cabinet_tickets`: what opens one page of the cabinet, or lets one of its forms be posted, once. Digests only.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, binary_len, text, uuid};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(table()).await?;
        for (name, column) in [
            ("ix_cabinet_tickets_session_id", "session_id"),
            ("ix_cabinet_tickets_expires_at", "expires_at"),
        ] {
            let mut index = Index::create();
            index.name(name).table("cabinet_tickets").col(column);
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn table() -> TableCreateStatement {
    Table::create()
        .table("cabinet_tickets")
        .col(binary_len("digest", 32).primary_key())
        .col(text("kind"))
        .col(uuid("session_id"))
        .col(text("path"))
        .col(big_integer("issued_at"))
        .col(big_integer("expires_at"))
        .col(big_integer_null("used_at"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_cabinet_tickets_session_id")
                .from("cabinet_tickets", "session_id")
                .to("browser_sessions", "id"),
        )
        .to_owned()
}
