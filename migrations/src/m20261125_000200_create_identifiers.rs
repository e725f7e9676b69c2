//! `identifiers`: what a person is found by, as keyed digests; tombstones stay when the person is gone, so that nobody inherits.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, binary_len, text, uuid_null};

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
        .table("identifiers")
        .col(text("kind"))
        .col(text("authority"))
        .col(binary_len("value_hmac", 32))
        .col(uuid_null("user_id"))
        .col(big_integer("created_at"))
        .col(big_integer_null("tombstoned_at"))
        .primary_key(Index::create().col("kind").col("authority").col("value_hmac"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_identifiers_user_id")
                .from("identifiers", "user_id")
                .to("users", "id"),
        )
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        Index::create()
            .name("ix_identifiers_user_id")
            .table("identifiers")
            .col("user_id")
            .to_owned(),
    ]
}
