//! `phones`: numbers of people, one live each; the number is encrypted, its keyed digest counts people by number.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, binary_len, blob, pk_uuid, uuid};

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
        .table("phones")
        .col(pk_uuid("id"))
        .col(uuid("user_id"))
        .col(binary_len("number_hmac", 32))
        .col(blob("number_sealed"))
        .col(big_integer("linked_at"))
        .col(big_integer_null("ended_at"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_phones_user_id")
                .from("phones", "user_id")
                .to("users", "id"),
        )
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        Index::create()
            .name("uq_phones_user_id_live")
            .table("phones")
            .col("user_id")
            .unique()
            .and_where(Expr::col("ended_at").is_null())
            .to_owned(),
        Index::create()
            .name("ix_phones_number_hmac")
            .table("phones")
            .col("number_hmac")
            .to_owned(),
    ]
}
