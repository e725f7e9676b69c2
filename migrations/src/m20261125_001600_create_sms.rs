//! `sms`: messages on their way; the text is encrypted and wiped when sent or expired, the number is read from `phones` at send time.

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
        manager.create_table(table()).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn table() -> TableCreateStatement {
    Table::create()
        .table("sms")
        .col(pk_uuid("id"))
        .col(text("request_id"))
        .col(uuid("user_id"))
        .col(uuid("phone_id"))
        .col(binary_len("number_hmac", 32))
        .col(blob_null("text_sealed"))
        .col(big_integer("created_at"))
        .col(big_integer("expires_at"))
        .col(big_integer("claimed_until"))
        .col(big_integer("tries"))
        .col(big_integer_null("sent_at"))
        .col(big_integer_null("failed_at"))
        .col(text_null("gateway_reference"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_sms_user_id")
                .from("sms", "user_id")
                .to("users", "id"),
        )
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        Index::create()
            .name("uq_sms_request_id")
            .table("sms")
            .col("request_id")
            .unique()
            .to_owned(),
        Index::create()
            .name("ix_sms_number_hmac_created_at")
            .table("sms")
            .col("number_hmac")
            .col("created_at")
            .to_owned(),
        Index::create()
            .name("ix_sms_created_at")
            .table("sms")
            .col("created_at")
            .to_owned(),
        Index::create()
            .name("ix_sms_claimed_until_open")
            .table("sms")
            .col("claimed_until")
            .and_where(Expr::col("text_sealed").is_not_null())
            .to_owned(),
    ]
}
