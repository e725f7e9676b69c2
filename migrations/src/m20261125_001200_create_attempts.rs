//! `attempts`: tries to sign in; passed stages are columns that are only ever filled.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, pk_uuid, text, text_null, uuid, uuid_null};

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
        .table("attempts")
        .col(pk_uuid("id"))
        .col(uuid("interaction_id"))
        .col(text("state"))
        .col(uuid_null("user_id"))
        .col(text_null("first_factor"))
        .col(uuid_null("certificate_id"))
        .col(text_null("key_storage"))
        .col(big_integer_null("first_at"))
        .col(text_null("second_factor"))
        .col(uuid_null("phone_id"))
        .col(big_integer_null("second_at"))
        .col(uuid_null("session_id"))
        .col(text_null("end_reason"))
        .col(big_integer_null("ended_at"))
        .col(big_integer("version"))
        .col(big_integer("started_at"))
        .col(big_integer("expires_at"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_attempts_interaction_id")
                .from("attempts", "interaction_id")
                .to("interactions", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .name("fk_attempts_user_id")
                .from("attempts", "user_id")
                .to("users", "id"),
        )
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        Index::create()
            .name("ix_attempts_interaction_id")
            .table("attempts")
            .col("interaction_id")
            .to_owned(),
    ]
}
