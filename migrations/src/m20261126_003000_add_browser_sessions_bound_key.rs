//! `browser_sessions`: the key that a browser bound to the session, and when the session's cookie was last issued by it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer_null, text_null};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [text_null("bound_jwk"), big_integer_null("bound_refreshed_at")] {
            let mut table = Table::alter();
            table.table("browser_sessions").add_column(column);
            manager.alter_table(table).await?;
        }
        Ok(())
    }
}
