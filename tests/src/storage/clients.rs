//! Clients: replaced as a whole, found only while live.

use authority::authorization::Scope;
use authority::clients::{
    BackchannelLogout, BackchannelLogoutUri, Client, ClientAuthentication, ClientId, GrantType, RedirectUri,
    SigningAlgorithm,
};
use authority::time::hours;
use storage::clients;

use crate::storage::both_databases;
use crate::storage::fixtures::{NOW, client, fresh_digest, insert_client};

both_databases! {
    async fn a_client_comes_back_as_it_was_recorded(db) {
        let kept = insert_client(db).await;
        let found = clients::find(db, &kept.id).await.unwrap().unwrap();
        assert!(found.secrets.iter().zip(&kept.secrets).all(|(found, kept)| found.matches(kept)));
        assert_eq!(format!("{found:?}"), format!("{kept:?}"));
        assert!(clients::find(db, &ClientId::parse("unknown").unwrap()).await.unwrap().is_none());
    }

    async fn recording_again_replaces_addresses_and_secrets(db) {
        let first = insert_client(db).await;
        let changed = &Client {
            name: "Дневник".to_owned(),
            redirect_uris: vec![RedirectUri::parse("https://new.example.kz/callback").unwrap()],
            post_logout_redirect_uris: Vec::new(),
            authentication: ClientAuthentication::None,
            secrets: Vec::new(),
            grant_types: vec![GrantType::AuthorizationCode],
            scopes: vec![Scope::OpenId],
            require_pkce: false,
            id_token_algorithm: SigningAlgorithm::Rs256,
            policy_uri: None,
            backchannel_logout: Some(BackchannelLogout {
                uri: BackchannelLogoutUri::parse("https://new.example.kz/logout").unwrap(),
                session_required: true,
            }),
            tos_uri: Some("https://example.kz/terms".to_owned()),
            metadata_version: 2,
            ..first.clone()
        };
        db.tx("test", |tx| async move { clients::record(&tx, changed, NOW.plus(hours(1))).await }).await.unwrap();
        let found = clients::find(db, &first.id).await.unwrap().unwrap();
        assert_eq!(format!("{found:?}"), format!("{changed:?}"));
    }

    async fn an_ended_client_is_not_found_until_it_is_recorded_again(db) {
        let kept = &insert_client(db).await;
        let end = || db.tx("test", |tx| async move { clients::end(&tx, &kept.id, NOW).await });
        assert!(end().await.unwrap());
        assert!(!end().await.unwrap());
        assert!(clients::find(db, &kept.id).await.unwrap().is_none());
        assert!(clients::list(db).await.unwrap().is_empty());
        db.tx("test", |tx| async move { clients::record(&tx, kept, NOW).await }).await.unwrap();
        assert_eq!(clients::list(db).await.unwrap().len(), 1);
    }

    async fn several_secrets_live_while_one_is_replaced(db) {
        let kept = &Client { secrets: vec![fresh_digest(), fresh_digest()], ..client() };
        db.tx("test", |tx| async move { clients::record(&tx, kept, NOW).await }).await.unwrap();
        let found = clients::find(db, &kept.id).await.unwrap().unwrap();
        assert!(kept.secrets.iter().all(|secret| found.knows_secret(secret)));
        assert!(!found.knows_secret(&fresh_digest()));
    }

    async fn an_impossible_row_is_no_client(db) {
        for change in [
            "UPDATE clients SET authentication = 'telepathy'",
            "UPDATE clients SET grant_types = 'authorization_code password'",
            "UPDATE clients SET scopes = 'openid everything'",
            "UPDATE clients SET id_token_algorithm = 'none'",
            "UPDATE clients SET metadata_version = 9000000000",
            "UPDATE redirect_uris SET uri = 'javascript:alert(1)'",
            "UPDATE client_secrets SET digest = (SELECT thumbprint FROM devices LIMIT 0)",
        ] {
            let kept = insert_client(db).await;
            let raw = db.raw().await;
            let changed = sea_orm::ConnectionTrait::execute_unprepared(&raw, change).await;
            raw.close().await.unwrap();
            if changed.is_ok() {
                assert!(clients::find(db, &kept.id).await.is_err(), "{change}");
            }
            db.tamper(&["DELETE FROM redirect_uris", "DELETE FROM client_secrets", "DELETE FROM clients"]).await;
        }
    }
}
