//! Words that this program wrote once and reads no more: ends and a way of registrations, and a rule that nothing could
//! confirm. Rows that hold them become what they mean now.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        for sql in [
            "UPDATE registrations SET end_reason = 'superseded' WHERE end_reason IN ('overtaken', 'expired')",
            "UPDATE registrations SET way = 'eds' WHERE way NOT IN ('picture', 'eds')",
            "DELETE FROM policies WHERE key = 'devices.rekey' AND value <> 'off'",
        ] {
            connection.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
