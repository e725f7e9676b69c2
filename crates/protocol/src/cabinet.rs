//! The cabinet as a client of ours: a person signs in to it by the same flow, stages and device as to any service. It is
//! kept among the clients so that its sign-ins have one, and is no client to anybody else: `/authorize` does not know it, no
//! code is ever issued to it, and where it leads afterwards is kept with the interaction.

use authority::authorization::Scope;
use authority::clients::{Client, ClientAuthentication, ClientId, GrantType, RedirectUri, SigningAlgorithm};
use authority::time::Timestamp;
use storage::{Db, StorageError, clients};

/// The identifier; no client file may use it.
pub const CABINET_ID: &str = "cabinet";
/// Where the cabinet begins.
pub const CABINET_PATH: &str = "/cabinet";
/// What people see while they sign in to it.
const NAME: &str = "Kiru";
/// The longest page that a sign-in returns to: the history, narrowed to the client with the longest identifier.
const LONGEST_PATH: usize = 1024;

/// Whether the client is the cabinet.
pub fn is_cabinet(id: &ClientId) -> bool {
    id.as_str() == CABINET_ID
}

/// The page, if it is one of the cabinet; else its first one. What comes here was asked for as a page of ours, so this
/// only bounds it.
pub fn cabinet_path(here: &str) -> &str {
    let rest = here.strip_prefix(CABINET_PATH);
    let inside = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
    let plain = here.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if inside && plain && here.len() <= LONGEST_PATH {
        here
    } else {
        CABINET_PATH
    }
}

/// Why the cabinet cannot be kept among the clients.
#[derive(Debug, thiserror::Error)]
pub enum CabinetError {
    /// The issuer is no address that a browser may be sent to.
    #[error("the cabinet has no address below {0}")]
    Address(String),
    /// The database.
    #[error("the cabinet could not be kept among the clients")]
    Storage(#[from] StorageError),
}

/// Keeps the cabinet among the clients, as it shall be below this issuer. Nothing is written when it is so already.
///
/// # Errors
/// The issuer is no address, or the database is not available.
pub async fn ensure_cabinet(db: &Db, issuer: &str, now: Timestamp) -> Result<(), CabinetError> {
    let wanted = client(issuer, now).ok_or_else(|| CabinetError::Address(issuer.to_owned()))?;
    let known = clients::find(db, &wanted.id).await?;
    if known.is_some_and(|known| known.redirect_uris == wanted.redirect_uris && known.name == wanted.name) {
        return Ok(());
    }
    let wanted = &wanted;
    db.tx(
        "keep_cabinet",
        |tx| async move { clients::record(&tx, wanted, now).await },
    )
    .await
    .map_err(CabinetError::Storage)
}

fn client(issuer: &str, now: Timestamp) -> Option<Client> {
    Some(Client {
        id: ClientId::parse(CABINET_ID).ok()?,
        name: NAME.to_owned(),
        redirect_uris: vec![RedirectUri::parse(&format!("{issuer}{CABINET_PATH}")).ok()?],
        post_logout_redirect_uris: Vec::new(),
        backchannel_logout: None,
        authentication: ClientAuthentication::None,
        secrets: Vec::new(),
        grant_types: vec![GrantType::AuthorizationCode],
        scopes: vec![Scope::OpenId],
        require_pkce: true,
        id_token_algorithm: SigningAlgorithm::Rs256,
        policy_uri: None,
        tos_uri: None,
        metadata_version: 1,
        created_at: now,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_the_cabinet_are_returned_to() {
        for path in ["/cabinet", "/cabinet/history?after=1", "/cabinet?x=1"] {
            assert_eq!(cabinet_path(path), path);
        }
        let long = format!("/cabinet/{}", "x".repeat(1024));
        for path in [
            "",
            "/",
            "/cabinets",
            "//cabinet",
            "https://evil.example/cabinet",
            "/cabinet/\r\nx",
            "/cabinet\\",
            &long,
        ] {
            assert_eq!(cabinet_path(path), CABINET_PATH, "{path:?}");
        }
    }

    #[test]
    fn the_cabinet_is_a_client_below_every_issuer_that_may_be_one() {
        for issuer in [
            "https://id.example.kz",
            "http://127.0.0.1:7300",
            "http://localhost:7300",
        ] {
            let client = client(issuer, Timestamp::from_unix_seconds(0)).unwrap();
            assert!(
                is_cabinet(&client.id) && client.allows_redirect(&format!("{issuer}/cabinet")),
                "{issuer}"
            );
        }
        assert!(client("nonsense", Timestamp::from_unix_seconds(0)).is_none());
    }
}
