//! `post_logout_redirect_uris`: where a browser may go after sign-out.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::text;

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
        .table("post_logout_redirect_uris")
        .col(text("client_id"))
        .col(text("uri"))
        .primary_key(Index::create().col("client_id").col("uri"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_post_logout_redirect_uris_client_id")
                .from("post_logout_redirect_uris", "client_id")
                .to("clients", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned()
}
