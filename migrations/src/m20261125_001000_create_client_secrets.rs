//! `client_secrets`: keyed digests of the secrets clients authenticate with.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, binary_len, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(table()).await
    }
}

fn table() -> TableCreateStatement {
    Table::create()
        .table("client_secrets")
        .col(text("client_id"))
        .col(binary_len("digest", 32))
        .col(big_integer("created_at"))
        .primary_key(Index::create().col("client_id").col("digest"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_client_secrets_client_id")
                .from("client_secrets", "client_id")
                .to("clients", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned()
}
