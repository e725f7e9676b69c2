//! `qr_transactions`, made anew with the types and index names that both databases share. A transaction lives five minutes, so
//! nothing is carried over.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, binary_len, blob_null, pk_uuid, text, text_null, uuid};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let old = Table::drop().table("qr_transactions").to_owned();
        manager.drop_table(old).await?;
        manager.create_table(table()).await?;
        let link = Index::create()
            .name("uq_qr_transactions_link_digest")
            .table("qr_transactions")
            .col("link_digest")
            .unique()
            .to_owned();
        manager.create_index(link).await?;
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
        .col(binary_len("link_digest", 32))
        .col(big_integer("number"))
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
