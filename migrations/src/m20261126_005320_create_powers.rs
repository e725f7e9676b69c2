//! `powers`: powers of attorney. The agent is a keyed digest of a number, found when somebody with that number signs in.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, binary_len, blob, text, text_null, uuid};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(table()).await?;
        for (name, column) in [
            ("ix_powers_agent_hmac", "agent_hmac"),
            ("ix_powers_principal", "principal"),
            ("ix_powers_given_by", "given_by"),
            ("ix_powers_until_at", "until_at"),
        ] {
            let mut index = Index::create();
            index.name(name).table("powers").col(column);
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn table() -> TableCreateStatement {
    Table::create()
        .table("powers")
        .col(uuid("id").primary_key())
        .col(text("principal"))
        .col(uuid("given_by"))
        .col(binary_len("agent_hmac", 32))
        .col(blob("agent_sealed"))
        .col(text_null("clients"))
        .col(text_null("scopes"))
        .col(big_integer("from_at"))
        .col(big_integer("until_at"))
        .col(big_integer("given_at"))
        .col(big_integer_null("ended_at"))
        .col(text_null("end_reason"))
        .col(big_integer_null("told_at"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_powers_given_by")
                .from("powers", "given_by")
                .to("users", "id"),
        )
        .to_owned()
}
