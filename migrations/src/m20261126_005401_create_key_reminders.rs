//! `key_reminders`: which end of which certificate its person was reminded of, and how long before.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, uuid};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("key_reminders")
            .col(uuid("certificate_id"))
            .col(big_integer("not_after_at"))
            .col(big_integer("days"))
            .col(big_integer("reminded_at"))
            .primary_key(Index::create().col("certificate_id").col("not_after_at").col("days"))
            .foreign_key(
                ForeignKey::create()
                    .name("fk_key_reminders_certificate_id")
                    .from("key_reminders", "certificate_id")
                    .to("certificates", "id")
                    .on_delete(ForeignKeyAction::Cascade),
            )
            .to_owned();
        manager.create_table(table).await
    }
}
