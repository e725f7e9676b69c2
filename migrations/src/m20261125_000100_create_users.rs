//! `users`: whether a person may sign in. The row is the lock object of every decision about the person.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, boolean, pk_uuid, text, text_null};

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
        .table("users")
        .col(pk_uuid("id"))
        .col(text("subject"))
        .col(text("state"))
        .col(text_null("reason"))
        .col(big_integer("state_at"))
        .col(boolean("provisional"))
        .col(big_integer("epoch"))
        .col(big_integer_null("exclusive_until"))
        .col(big_integer_null("last_interactive_at"))
        .col(text_null("locale"))
        .col(big_integer("created_at"))
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        Index::create()
            .name("uq_users_subject")
            .table("users")
            .col("subject")
            .unique()
            .to_owned(),
    ]
}
