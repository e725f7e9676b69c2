//! `browser_sessions`: the certificate that proved the second stage, where it was a signature on a phone. The session rests on
//! it like on the first.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::uuid_null;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::alter()
            .table("browser_sessions")
            .add_column(uuid_null("second_certificate_id"))
            .to_owned();
        manager.alter_table(table).await
    }
}
