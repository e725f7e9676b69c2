//! `clients`: relying parties.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, boolean, text, text_null};

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
        .table("clients")
        .col(text("id").primary_key())
        .col(text("name"))
        .col(text("authentication"))
        .col(text("grant_types"))
        .col(text("scopes"))
        .col(boolean("require_pkce"))
        .col(text("id_token_algorithm"))
        .col(text_null("policy_uri"))
        .col(text_null("tos_uri"))
        .col(big_integer("metadata_version"))
        .col(big_integer("created_at"))
        .col(big_integer("updated_at"))
        .col(big_integer_null("ended_at"))
        .to_owned()
}
