#![doc = include_str!("../README.md")]

mod m20261125_000100_create_users;
mod m20261125_000200_create_identifiers;
mod m20261125_000300_create_user_facts;
mod m20261125_000400_create_phones;
mod m20261125_000500_create_certificates;
mod m20261125_000600_create_devices;
mod m20261125_000700_create_clients;
mod m20261125_000800_create_redirect_uris;
mod m20261125_000900_create_post_logout_redirect_uris;
mod m20261125_001000_create_client_secrets;
mod m20261125_001100_create_interactions;
mod m20261125_001200_create_attempts;
mod m20261125_001300_create_challenges;
mod m20261125_001400_create_codes;
mod m20261125_001500_create_throttles;
mod m20261125_001600_create_sms;
mod m20261125_001700_create_browser_sessions;
mod m20261125_001800_create_consents;
mod m20261125_001900_create_grants;
mod m20261125_002000_create_authorization_codes;
mod m20261125_002100_create_access_tokens;
mod m20261125_002200_create_refresh_tokens;
mod m20261125_002300_create_signing_keys;
mod m20261125_002400_create_outbox;
mod m20261125_002500_create_leases;
mod m20261125_002600_create_audit_events;
mod m20261125_002700_create_audit_pending;
mod m20261125_002800_create_audit_links;
mod m20261125_002900_create_audit_seals;
mod m20261125_003000_add_interactions_proven_session;
mod m20261125_003100_add_interactions_network;
mod m20261125_003200_index_interactions_open;
mod m20261125_003300_create_request_values;

use sea_orm_migration::MigrationTrait;
use sea_orm_migration::prelude::async_trait;

/// Applies the migrations; [`Migrator`] implements it.
pub use sea_orm_migration::MigratorTrait;

/// All migrations, oldest first.
#[derive(Clone, Copy, Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261125_000100_create_users::Migration),
            Box::new(m20261125_000200_create_identifiers::Migration),
            Box::new(m20261125_000300_create_user_facts::Migration),
            Box::new(m20261125_000400_create_phones::Migration),
            Box::new(m20261125_000500_create_certificates::Migration),
            Box::new(m20261125_000600_create_devices::Migration),
            Box::new(m20261125_000700_create_clients::Migration),
            Box::new(m20261125_000800_create_redirect_uris::Migration),
            Box::new(m20261125_000900_create_post_logout_redirect_uris::Migration),
            Box::new(m20261125_001000_create_client_secrets::Migration),
            Box::new(m20261125_001100_create_interactions::Migration),
            Box::new(m20261125_001200_create_attempts::Migration),
            Box::new(m20261125_001300_create_challenges::Migration),
            Box::new(m20261125_001400_create_codes::Migration),
            Box::new(m20261125_001500_create_throttles::Migration),
            Box::new(m20261125_001600_create_sms::Migration),
            Box::new(m20261125_001700_create_browser_sessions::Migration),
            Box::new(m20261125_001800_create_consents::Migration),
            Box::new(m20261125_001900_create_grants::Migration),
            Box::new(m20261125_002000_create_authorization_codes::Migration),
            Box::new(m20261125_002100_create_access_tokens::Migration),
            Box::new(m20261125_002200_create_refresh_tokens::Migration),
            Box::new(m20261125_002300_create_signing_keys::Migration),
            Box::new(m20261125_002400_create_outbox::Migration),
            Box::new(m20261125_002500_create_leases::Migration),
            Box::new(m20261125_002600_create_audit_events::Migration),
            Box::new(m20261125_002700_create_audit_pending::Migration),
            Box::new(m20261125_002800_create_audit_links::Migration),
            Box::new(m20261125_002900_create_audit_seals::Migration),
            Box::new(m20261125_003000_add_interactions_proven_session::Migration),
            Box::new(m20261125_003100_add_interactions_network::Migration),
            Box::new(m20261125_003200_index_interactions_open::Migration),
            Box::new(m20261125_003300_create_request_values::Migration),
        ]
    }
}
