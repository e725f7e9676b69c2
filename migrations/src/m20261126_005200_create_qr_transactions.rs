//! `qr_transactions`: signatures that a browser asked of an app on a phone. The signature is sealed and goes when its browser
//! has it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, binary_len, blob_null, integer, pk_uuid, text, text_null, uuid,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(table()).await?;
        let index = Index::create()
            .name("ix_qr_transactions_attempt_id")
            .table("qr_transactions")
            .col("attempt_id")
            .to_owned();
        manager.create_index(index).await
    }
}

fn table() -> TableCreateStatement {
    Table::create()
        .table("qr_transactions")
        .col(pk_uuid("id"))
        .col(uuid("interaction_id"))
        .col(uuid("attempt_id"))
        .col(uuid("challenge_id"))
        .col(text("purpose"))
        .col(binary_len("link_digest", 32).unique_key())
        .col(integer("number"))
        .col(text("state"))
        .col(big_integer("version"))
        .col(big_integer("issued_at"))
        .col(big_integer("expires_at"))
        .col(big_integer_null("changed_at"))
        .col(text_null("refusal"))
        .col(big_integer_null("refusal_at"))
        .col(blob_null("signature_sealed"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_qr_transactions_attempt_id")
                .from("qr_transactions", "attempt_id")
                .to("attempts", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .name("fk_qr_transactions_challenge_id")
                .from("qr_transactions", "challenge_id")
                .to("challenges", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned()
}
