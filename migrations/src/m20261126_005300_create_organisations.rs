//! `organisations`: those that certificates named. The number is found by its keyed digest; number and name are encrypted.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, binary_len, blob, blob_null, uuid};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("organisations")
                    .col(uuid("id").primary_key())
                    .col(binary_len("bin_hmac", 32))
                    .col(blob("bin_sealed"))
                    .col(blob_null("name_sealed"))
                    .col(big_integer("first_seen_at"))
                    .col(big_integer("last_seen_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("uq_organisations_bin_hmac")
                    .table("organisations")
                    .col("bin_hmac")
                    .unique()
                    .to_owned(),
            )
            .await
    }
}
