//! `stop_codes`: keyed digests of codes that suspend an account, and nothing else.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, binary_len, uuid, uuid_null};

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
        .table("stop_codes")
        .col(binary_len("digest", 32).primary_key())
        .col(uuid("user_id"))
        .col(uuid_null("registration_id"))
        .col(big_integer("issued_at"))
        .col(big_integer("expires_at"))
        .col(big_integer_null("used_at"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_stop_codes_user_id")
                .from("stop_codes", "user_id")
                .to("users", "id"),
        )
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        Index::create()
            .name("ix_stop_codes_expires_at")
            .table("stop_codes")
            .col("expires_at")
            .to_owned(),
        Index::create()
            .name("ix_stop_codes_user_id")
            .table("stop_codes")
            .col("user_id")
            .to_owned(),
    ]
}
