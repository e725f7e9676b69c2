//! `grants`: standing authorizations of clients; every code and token stems from one.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, boolean, pk_uuid, text, text_null, uuid, uuid_null};

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
        .table("grants")
        .col(pk_uuid("id"))
        .col(uuid("user_id"))
        .col(text("client_id"))
        .col(uuid("session_id"))
        .col(uuid_null("device_id"))
        .col(uuid_null("certificate_id"))
        .col(big_integer("epoch"))
        .col(text("scopes"))
        .col(text("claims"))
        .col(text("assurance"))
        .col(text("assurance_request"))
        .col(text("methods"))
        .col(big_integer("authenticated_at"))
        .col(boolean("wants_auth_time"))
        .col(boolean("offline"))
        .col(big_integer("created_at"))
        .col(big_integer_null("revoked_at"))
        .col(text_null("revoke_reason"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_grants_user_id")
                .from("grants", "user_id")
                .to("users", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .name("fk_grants_client_id")
                .from("grants", "client_id")
                .to("clients", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .name("fk_grants_session_id")
                .from("grants", "session_id")
                .to("browser_sessions", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .name("fk_grants_device_id")
                .from("grants", "device_id")
                .to("devices", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .name("fk_grants_certificate_id")
                .from("grants", "certificate_id")
                .to("certificates", "id"),
        )
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        Index::create()
            .name("ix_grants_user_id_client_id")
            .table("grants")
            .col("user_id")
            .col("client_id")
            .to_owned(),
        Index::create()
            .name("ix_grants_session_id")
            .table("grants")
            .col("session_id")
            .to_owned(),
        Index::create()
            .name("ix_grants_device_id")
            .table("grants")
            .col("device_id")
            .to_owned(),
        Index::create()
            .name("ix_grants_created_at")
            .table("grants")
            .col("created_at")
            .to_owned(),
    ]
}
