//! `approvals`: requests to end an exclusivity early, with what both administrators signed; one open per person.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, text, text_null, uuid, uuid_null};

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
    let mut table = Table::create();
    table
        .table("approvals")
        .col(uuid("id").primary_key())
        .col(uuid("user_id"))
        .col(uuid("device_id"))
        .col(big_integer("exclusive_until"))
        .col(uuid("requested_by"))
        .col(text("reason"))
        .col(text("request_statement"))
        .col(big_integer("requested_at"))
        .col(uuid_null("agreed_by"))
        .col(text_null("agreement_statement"))
        .col(big_integer_null("ended_at"));
    for (name, column, parent) in [
        ("fk_approvals_user_id", "user_id", "users"),
        ("fk_approvals_requested_by", "requested_by", "administrators"),
        ("fk_approvals_agreed_by", "agreed_by", "administrators"),
    ] {
        table.foreign_key(
            ForeignKey::create()
                .name(name)
                .from("approvals", column)
                .to(parent, "id"),
        );
    }
    table
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        Index::create()
            .name("uq_approvals_user_id_open")
            .table("approvals")
            .col("user_id")
            .unique()
            .and_where(Expr::col("ended_at").is_null())
            .to_owned(),
        Index::create()
            .name("ix_approvals_ended_at")
            .table("approvals")
            .col("ended_at")
            .to_owned(),
        Index::create()
            .name("ix_approvals_user_id")
            .table("approvals")
            .col("user_id")
            .to_owned(),
    ]
}
