//! `revocation_objects`: revocation lists as they were fetched, one row for each address.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, binary_null, text, text_null};

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
        .table("revocation_objects")
        .col(text("url").primary_key())
        .col(binary_null("der"))
        .col(big_integer("version"))
        .col(text_null("number"))
        .col(big_integer_null("this_update_at"))
        .col(big_integer_null("next_update_at"))
        .col(text_null("etag"))
        .col(text_null("last_modified"))
        .col(big_integer_null("fetched_at"))
        .col(big_integer("due_at"))
        .col(text_null("failure"))
        .to_owned()
}
