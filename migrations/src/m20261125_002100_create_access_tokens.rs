//! `access_tokens`: keyed digests of opaque access tokens.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, binary_len, text, uuid};

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
        .table("access_tokens")
        .col(binary_len("digest", 32).primary_key())
        .col(uuid("grant_id"))
        .col(text("scopes"))
        .col(big_integer("issued_at"))
        .col(big_integer("expires_at"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_access_tokens_grant_id")
                .from("access_tokens", "grant_id")
                .to("grants", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        Index::create()
            .name("ix_access_tokens_grant_id")
            .table("access_tokens")
            .col("grant_id")
            .to_owned(),
        Index::create()
            .name("ix_access_tokens_expires_at")
            .table("access_tokens")
            .col("expires_at")
            .to_owned(),
    ]
}
