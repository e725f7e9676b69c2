//! `registrations`: registrations of new devices, one open for each person. They stay as history when their attempt is gone.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, binary_len_null, blob_null, pk_uuid, text, text_null, uuid, uuid_null,
};

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
        .table("registrations")
        .col(pk_uuid("id"))
        .col(uuid("user_id"))
        .col(uuid("attempt_id"))
        .col(text("state"))
        .col(blob_null("picture_sealed"))
        .col(big_integer_null("picture_expires_at"))
        .col(text_null("way"))
        .col(big_integer_null("proven_at"))
        .col(uuid_null("device_id"))
        .col(binary_len_null("consent_hash", 32))
        .col(big_integer_null("committed_at"))
        .col(big_integer_null("ended_sessions"))
        .col(text_null("end_reason"))
        .col(big_integer_null("ended_at"))
        .col(big_integer("version"))
        .col(big_integer("started_at"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_registrations_user_id")
                .from("registrations", "user_id")
                .to("users", "id"),
        )
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        Index::create()
            .name("uq_registrations_user_id_open")
            .table("registrations")
            .col("user_id")
            .unique()
            .and_where(Expr::col("committed_at").is_null())
            .and_where(Expr::col("ended_at").is_null())
            .to_owned(),
        Index::create()
            .name("ix_registrations_user_id_started_at")
            .table("registrations")
            .col("user_id")
            .col("started_at")
            .to_owned(),
        Index::create()
            .name("ix_registrations_attempt_id")
            .table("registrations")
            .col("attempt_id")
            .to_owned(),
    ]
}
