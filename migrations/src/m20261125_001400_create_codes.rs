//! `codes`: SMS codes as keyed digests, one live for each user and purpose; tries are counted before comparing.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, binary_len, pk_uuid, text, uuid};

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
        .table("codes")
        .col(pk_uuid("id"))
        .col(uuid("user_id"))
        .col(text("purpose"))
        .col(uuid("attempt_id"))
        .col(uuid("phone_id"))
        .col(binary_len("digest", 32))
        .col(big_integer("tries"))
        .col(big_integer("issued_at"))
        .col(big_integer("expires_at"))
        .col(big_integer_null("ended_at"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_codes_user_id")
                .from("codes", "user_id")
                .to("users", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .name("fk_codes_attempt_id")
                .from("codes", "attempt_id")
                .to("attempts", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        Index::create()
            .name("uq_codes_user_id_purpose_live")
            .table("codes")
            .col("user_id")
            .col("purpose")
            .unique()
            .and_where(Expr::col("ended_at").is_null())
            .to_owned(),
        Index::create()
            .name("ix_codes_attempt_id")
            .table("codes")
            .col("attempt_id")
            .to_owned(),
    ]
}
