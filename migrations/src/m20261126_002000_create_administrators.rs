//! `administrators`: who may agree to what takes two, with the public key that shows it was them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, text, uuid};

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
        .table("administrators")
        .col(uuid("id").primary_key())
        .col(text("name"))
        .col(text("public_jwk"))
        .col(text("thumbprint"))
        .col(big_integer("added_at"))
        .col(big_integer_null("removed_at"))
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        Index::create()
            .name("uq_administrators_name_live")
            .table("administrators")
            .col("name")
            .unique()
            .and_where(Expr::col("removed_at").is_null())
            .to_owned(),
        Index::create()
            .name("uq_administrators_thumbprint")
            .table("administrators")
            .col("thumbprint")
            .unique()
            .to_owned(),
    ]
}
