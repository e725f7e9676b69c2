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
mod m20261126_000100_create_policies;
mod m20261126_000200_create_registrations;
mod m20261126_000300_create_consent_texts;
mod m20261126_000400_create_stop_codes;
mod m20261126_000500_add_users_exclusive_device;
mod m20261126_000600_add_clients_backchannel_logout;
mod m20261126_000700_add_sms_kind;
mod m20261126_001000_add_outbox_lane;
mod m20261126_002000_create_administrators;
mod m20261126_002100_create_approvals;
mod m20261126_002200_create_cabinet_tickets;
mod m20261126_002300_add_users_notify_sign_in;
mod m20261126_002400_index_audit_events_user;
mod m20261126_003000_add_browser_sessions_bound_key;
mod m20261126_004000_add_devices_agent;
mod m20261126_004100_index_audit_seals_unexported;
mod m20261126_004200_forget_ended_words;
mod m20261126_005000_create_revocation_objects;
mod m20261126_005010_index_browser_sessions_certificate;
mod m20261126_005020_index_grants_certificate;
mod m20261126_005100_create_evidence;
mod m20261126_005110_create_evidence_objects;
mod m20261126_005120_create_evidence_uses;
mod m20261126_005130_add_audit_events_evidence;
mod m20261126_005200_create_qr_transactions;
mod m20261126_005210_add_attempts_second_certificate;
mod m20261126_005220_recreate_qr_transactions;
mod m20261126_005300_create_organisations;
mod m20261126_005310_add_certificates_organisation;
mod m20261126_005320_create_powers;
mod m20261126_005330_add_interactions_in_name;
mod m20261126_005340_add_grants_in_name;
mod m20261126_005350_add_audit_events_principal;
mod m20261126_005400_add_certificates_stop;
mod m20261126_005401_create_key_reminders;
mod m20261126_005402_index_certificates_not_after;
mod m20261126_005403_create_key_observations;
mod m20261126_005404_create_key_sharing_alarms;
mod m20261126_005500_add_browser_sessions_second_certificate;
mod m20261126_005510_index_browser_sessions_second_certificate;

use sea_orm_migration::MigrationTrait;
use sea_orm_migration::prelude::async_trait;

/// Applies the migrations; [`Migrator`] implements it.
pub use sea_orm_migration::MigratorTrait;

/// All migrations, oldest first.
#[derive(Clone, Copy, Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    #[expect(clippy::too_many_lines, reason = "one line for each step")]
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
            Box::new(m20261126_000100_create_policies::Migration),
            Box::new(m20261126_000200_create_registrations::Migration),
            Box::new(m20261126_000300_create_consent_texts::Migration),
            Box::new(m20261126_000400_create_stop_codes::Migration),
            Box::new(m20261126_000500_add_users_exclusive_device::Migration),
            Box::new(m20261126_000600_add_clients_backchannel_logout::Migration),
            Box::new(m20261126_000700_add_sms_kind::Migration),
            Box::new(m20261126_001000_add_outbox_lane::Migration),
            Box::new(m20261126_002000_create_administrators::Migration),
            Box::new(m20261126_002100_create_approvals::Migration),
            Box::new(m20261126_002200_create_cabinet_tickets::Migration),
            Box::new(m20261126_002300_add_users_notify_sign_in::Migration),
            Box::new(m20261126_002400_index_audit_events_user::Migration),
            Box::new(m20261126_003000_add_browser_sessions_bound_key::Migration),
            Box::new(m20261126_004000_add_devices_agent::Migration),
            Box::new(m20261126_004100_index_audit_seals_unexported::Migration),
            Box::new(m20261126_004200_forget_ended_words::Migration),
            Box::new(m20261126_005000_create_revocation_objects::Migration),
            Box::new(m20261126_005010_index_browser_sessions_certificate::Migration),
            Box::new(m20261126_005020_index_grants_certificate::Migration),
            Box::new(m20261126_005100_create_evidence::Migration),
            Box::new(m20261126_005110_create_evidence_objects::Migration),
            Box::new(m20261126_005120_create_evidence_uses::Migration),
            Box::new(m20261126_005130_add_audit_events_evidence::Migration),
            Box::new(m20261126_005200_create_qr_transactions::Migration),
            Box::new(m20261126_005210_add_attempts_second_certificate::Migration),
            Box::new(m20261126_005220_recreate_qr_transactions::Migration),
            Box::new(m20261126_005300_create_organisations::Migration),
            Box::new(m20261126_005310_add_certificates_organisation::Migration),
            Box::new(m20261126_005320_create_powers::Migration),
            Box::new(m20261126_005330_add_interactions_in_name::Migration),
            Box::new(m20261126_005340_add_grants_in_name::Migration),
            Box::new(m20261126_005350_add_audit_events_principal::Migration),
            Box::new(m20261126_005400_add_certificates_stop::Migration),
            Box::new(m20261126_005401_create_key_reminders::Migration),
            Box::new(m20261126_005402_index_certificates_not_after::Migration),
            Box::new(m20261126_005403_create_key_observations::Migration),
            Box::new(m20261126_005404_create_key_sharing_alarms::Migration),
            Box::new(m20261126_005500_add_browser_sessions_second_certificate::Migration),
            Box::new(m20261126_005510_index_browser_sessions_second_certificate::Migration),
        ]
    }
}
