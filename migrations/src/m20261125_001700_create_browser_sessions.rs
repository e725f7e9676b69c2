//! `browser_sessions`: signed-in browsers; the id is the `sid` told to clients.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, binary_len, pk_uuid, text, text_null, uuid, uuid_null};

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
        .table("browser_sessions")
        .col(pk_uuid("id"))
        .col(binary_len("cookie_digest", 32))
        .col(uuid("user_id"))
        .col(uuid_null("device_id"))
        .col(uuid_null("certificate_id"))
        .col(text("assurance"))
        .col(text("methods"))
        .col(big_integer("epoch"))
        .col(big_integer("authenticated_at"))
        .col(big_integer("touched_at"))
        .col(big_integer("idle_until"))
        .col(big_integer("absolute_until"))
        .col(big_integer_null("ended_at"))
        .col(text_null("end_reason"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_browser_sessions_user_id")
                .from("browser_sessions", "user_id")
                .to("users", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .name("fk_browser_sessions_device_id")
                .from("browser_sessions", "device_id")
                .to("devices", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .name("fk_browser_sessions_certificate_id")
                .from("browser_sessions", "certificate_id")
                .to("certificates", "id"),
        )
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        Index::create()
            .name("uq_browser_sessions_cookie_digest")
            .table("browser_sessions")
            .col("cookie_digest")
            .unique()
            .to_owned(),
        Index::create()
            .name("ix_browser_sessions_user_id")
            .table("browser_sessions")
            .col("user_id")
            .to_owned(),
        Index::create()
            .name("ix_browser_sessions_device_id")
            .table("browser_sessions")
            .col("device_id")
            .to_owned(),
        Index::create()
            .name("ix_browser_sessions_absolute_until")
            .table("browser_sessions")
            .col("absolute_until")
            .to_owned(),
    ]
}
