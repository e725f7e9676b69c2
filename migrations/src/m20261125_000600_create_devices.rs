//! `devices`: browser keys bound to people, one live for each slot of a person.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, binary_len, binary_len_null, pk_uuid, text, text_null, uuid,
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
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn table() -> TableCreateStatement {
    Table::create()
        .table("devices")
        .col(pk_uuid("id"))
        .col(uuid("user_id"))
        .col(big_integer("slot"))
        .col(binary_len_null("thumbprint", 32))
        .col(text_null("public_jwk"))
        .col(binary_len("cookie_digest", 32))
        .col(text("name"))
        .col(big_integer("bound_at"))
        .col(big_integer("last_used_at"))
        .col(big_integer_null("ended_at"))
        .col(text_null("end_reason"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_devices_user_id")
                .from("devices", "user_id")
                .to("users", "id"),
        )
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        Index::create()
            .name("uq_devices_user_id_slot_live")
            .table("devices")
            .col("user_id")
            .col("slot")
            .unique()
            .and_where(Expr::col("ended_at").is_null())
            .to_owned(),
        Index::create()
            .name("uq_devices_thumbprint")
            .table("devices")
            .col("thumbprint")
            .unique()
            .to_owned(),
        Index::create()
            .name("uq_devices_cookie_digest")
            .table("devices")
            .col("cookie_digest")
            .unique()
            .to_owned(),
    ]
}
