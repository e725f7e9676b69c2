//! `audit_pending`: committed events that the sealer has not taken yet.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::pk_uuid;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(table()).await
    }
}

fn table() -> TableCreateStatement {
    Table::create()
        .table("audit_pending")
        .col(pk_uuid("event_id"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_audit_pending_event_id")
                .from("audit_pending", "event_id")
                .to("audit_events", "id"),
        )
        .to_owned()
}
