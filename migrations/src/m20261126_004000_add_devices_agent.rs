//! `devices`: browser and system, as the browser said when it was bound; the name is the person's to change. Rows from before
//! have none.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::text_null;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::alter()
            .table("devices")
            .add_column(text_null("agent"))
            .to_owned();
        manager.alter_table(table).await
    }
}
