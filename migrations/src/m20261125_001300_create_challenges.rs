//! `challenges`: what a browser must answer once; the first try consumes.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, binary_len, pk_uuid, text, uuid};

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
        .table("challenges")
        .col(pk_uuid("id"))
        .col(text("purpose"))
        .col(uuid("attempt_id"))
        .col(binary_len("browser_digest", 32))
        .col(text("text"))
        .col(big_integer("issued_at"))
        .col(big_integer("expires_at"))
        .col(big_integer_null("consumed_at"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_challenges_attempt_id")
                .from("challenges", "attempt_id")
                .to("attempts", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        Index::create()
            .name("uq_challenges_attempt_id_purpose_live")
            .table("challenges")
            .col("attempt_id")
            .col("purpose")
            .unique()
            .and_where(Expr::col("consumed_at").is_null())
            .to_owned(),
        Index::create()
            .name("ix_challenges_attempt_id")
            .table("challenges")
            .col("attempt_id")
            .to_owned(),
    ]
}
