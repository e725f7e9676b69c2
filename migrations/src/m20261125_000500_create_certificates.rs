//! `certificates`: certificates that proved a first stage here.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, blob, pk_uuid, text, uuid};

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
        .table("certificates")
        .col(pk_uuid("id"))
        .col(uuid("user_id"))
        .col(blob("issuer"))
        .col(blob("serial"))
        .col(text("role"))
        .col(text("key_storage"))
        .col(big_integer("not_before_at"))
        .col(big_integer("not_after_at"))
        .col(big_integer("first_used_at"))
        .col(big_integer("last_used_at"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_certificates_user_id")
                .from("certificates", "user_id")
                .to("users", "id"),
        )
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        Index::create()
            .name("uq_certificates_issuer_serial")
            .table("certificates")
            .col("issuer")
            .col("serial")
            .unique()
            .to_owned(),
        Index::create()
            .name("ix_certificates_user_id")
            .table("certificates")
            .col("user_id")
            .to_owned(),
    ]
}
