//! `refresh_tokens`: keyed digests of refresh tokens; a grant is a family, `seq` the place in it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, binary_len, uuid};

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
        .table("refresh_tokens")
        .col(binary_len("digest", 32).primary_key())
        .col(uuid("grant_id"))
        .col(big_integer("seq"))
        .col(big_integer("issued_at"))
        .col(big_integer("absolute_until"))
        .col(big_integer_null("rotated_at"))
        .col(big_integer_null("superseded_at"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_refresh_tokens_grant_id")
                .from("refresh_tokens", "grant_id")
                .to("grants", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        Index::create()
            .name("uq_refresh_tokens_grant_id_seq")
            .table("refresh_tokens")
            .col("grant_id")
            .col("seq")
            .unique()
            .to_owned(),
        Index::create()
            .name("uq_refresh_tokens_grant_id_live")
            .table("refresh_tokens")
            .col("grant_id")
            .unique()
            .and_where(
                Expr::col("rotated_at")
                    .is_null()
                    .and(Expr::col("superseded_at").is_null()),
            )
            .to_owned(),
        Index::create()
            .name("ix_refresh_tokens_absolute_until")
            .table("refresh_tokens")
            .col("absolute_until")
            .to_owned(),
    ]
}
