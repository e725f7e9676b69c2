//! `certificates`: what the key is, and since when and why the certificate is not accepted here any more. Rows from before
//! say nothing of their keys until they are used again.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer_null, blob_null, text_null};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [
            text_null("usage"),
            text_null("suite"),
            blob_null("key_digest"),
            big_integer_null("refused_at"),
            text_null("refused_reason"),
        ];
        for column in columns {
            let table = Table::alter().table("certificates").add_column(column).to_owned();
            manager.alter_table(table).await?;
        }
        Ok(())
    }
}
