//! `authorization_codes`: keyed digests of codes, redeemed once.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, binary_len, text, text_null, uuid};

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
        .table("authorization_codes")
        .col(binary_len("digest", 32).primary_key())
        .col(uuid("grant_id"))
        .col(text("client_id"))
        .col(text("redirect_uri"))
        .col(text_null("code_challenge"))
        .col(text_null("nonce"))
        .col(big_integer("issued_at"))
        .col(big_integer("expires_at"))
        .col(big_integer_null("redeemed_at"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_authorization_codes_grant_id")
                .from("authorization_codes", "grant_id")
                .to("grants", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        Index::create()
            .name("ix_authorization_codes_grant_id")
            .table("authorization_codes")
            .col("grant_id")
            .to_owned(),
        Index::create()
            .name("ix_authorization_codes_expires_at")
            .table("authorization_codes")
            .col("expires_at")
            .to_owned(),
    ]
}
