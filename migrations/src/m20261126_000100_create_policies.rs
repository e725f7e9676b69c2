//! `policies`: rules that were set for the deployment or an organisation; each change raises the version.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, text};

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
        .table("policies")
        .col(text("scope"))
        .col(text("key"))
        .col(text("value"))
        .col(big_integer("version"))
        .col(big_integer("set_at"))
        .primary_key(Index::create().col("scope").col("key"))
        .to_owned()
}
