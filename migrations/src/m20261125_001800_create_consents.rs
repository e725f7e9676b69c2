//! `consents`: what people agreed to release.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, pk_uuid, text, uuid};

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
        .table("consents")
        .col(pk_uuid("id"))
        .col(uuid("user_id"))
        .col(text("client_id"))
        .col(text("scopes"))
        .col(text("claims"))
        .col(big_integer("metadata_version"))
        .col(big_integer("granted_at"))
        .col(big_integer_null("withdrawn_at"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_consents_user_id")
                .from("consents", "user_id")
                .to("users", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .name("fk_consents_client_id")
                .from("consents", "client_id")
                .to("clients", "id"),
        )
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        Index::create()
            .name("uq_consents_user_id_client_id")
            .table("consents")
            .col("user_id")
            .col("client_id")
            .unique()
            .to_owned(),
    ]
}
