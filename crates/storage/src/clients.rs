//! Clients, their addresses and the digests of their secrets.
//!
//! Retention: a client that was ended keeps its row, because consents and grants name it; addresses and secrets go.

use authority::authorization::Scope;
use authority::clients::{
    BackchannelLogout, BackchannelLogoutUri, Client, ClientAuthentication, ClientId, GrantType, RedirectUri,
    SigningAlgorithm,
};
use authority::secret::TokenDigest;
use authority::time::Timestamp;
use sea_orm::FromQueryResult;

use crate::row::Place;
use crate::sql::{self, at};
use crate::{Connection, Inconsistent, StorageError, Tx};

/// The live client of this id, with its addresses and secrets.
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn find(conn: &Connection, id: &ClientId) -> Result<Option<Client>, StorageError> {
    let sql = "SELECT * FROM clients WHERE id = $1 AND ended_at IS NULL";
    let Some(row) = sql::find::<Row, _>(conn, sql, [id.as_str().into()]).await? else {
        return Ok(None);
    };
    complete(conn, row).await.map(Some)
}

/// All live clients, by id.
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn list(conn: &Connection) -> Result<Vec<Client>, StorageError> {
    let rows: Vec<Row> = sql::list(conn, "SELECT * FROM clients WHERE ended_at IS NULL ORDER BY id", []).await?;
    let mut clients = Vec::with_capacity(rows.len());
    for row in rows {
        clients.push(complete(conn, row).await?);
    }
    Ok(clients)
}

/// Keeps the client as given: everything about it is replaced, except when it was registered.
///
/// # Errors
/// The database is not available.
pub async fn record(tx: &Tx, client: &Client, now: Timestamp) -> Result<(), StorageError> {
    let sql = "INSERT INTO clients (id, name, authentication, grant_types, scopes, require_pkce, id_token_algorithm, \
               policy_uri, tos_uri, backchannel_logout_uri, backchannel_logout_session_required, metadata_version, created_at, \
               updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
               ON CONFLICT (id) DO UPDATE SET name = excluded.name, authentication = excluded.authentication, \
               grant_types = excluded.grant_types, scopes = excluded.scopes, require_pkce = excluded.require_pkce, \
               id_token_algorithm = excluded.id_token_algorithm, policy_uri = excluded.policy_uri, tos_uri = excluded.tos_uri, \
               backchannel_logout_uri = excluded.backchannel_logout_uri, \
               backchannel_logout_session_required = excluded.backchannel_logout_session_required, \
               metadata_version = excluded.metadata_version, updated_at = excluded.updated_at, ended_at = NULL";
    let grant_types: Vec<_> = client.grant_types.iter().map(|kind| kind.as_str()).collect();
    let told = client.backchannel_logout.as_ref();
    let values = [
        client.id.as_str().into(),
        client.name.clone().into(),
        client.authentication.as_str().into(),
        grant_types.join(" ").into(),
        Scope::join(&client.scopes).into(),
        client.require_pkce.into(),
        client.id_token_algorithm.as_str().into(),
        client.policy_uri.clone().into(),
        client.tos_uri.clone().into(),
        told.map(|told| told.uri.as_str().to_owned()).into(),
        told.is_some_and(|told| told.session_required).into(),
        i64::from(client.metadata_version).into(),
        at(client.created_at),
        at(now),
    ];
    sql::execute(tx, sql, values).await?;
    forget_children(tx, &client.id).await?;
    insert_children(tx, client, now).await
}

/// Ends the client: it is found no more. Says whether it was live.
///
/// # Errors
/// The database is not available.
pub async fn end(tx: &Tx, id: &ClientId, now: Timestamp) -> Result<bool, StorageError> {
    let sql = "UPDATE clients SET ended_at = $2, updated_at = $2 WHERE id = $1 AND ended_at IS NULL";
    let ended = sql::execute(tx, sql, [id.as_str().into(), at(now)]).await? == 1;
    forget_children(tx, id).await?;
    Ok(ended)
}

async fn forget_children(tx: &Tx, id: &ClientId) -> Result<(), StorageError> {
    for sql in [
        "DELETE FROM redirect_uris WHERE client_id = $1",
        "DELETE FROM post_logout_redirect_uris WHERE client_id = $1",
        "DELETE FROM client_secrets WHERE client_id = $1",
    ] {
        sql::execute(tx, sql, [id.as_str().into()]).await?;
    }
    Ok(())
}

async fn insert_children(tx: &Tx, client: &Client, now: Timestamp) -> Result<(), StorageError> {
    let lists = [
        ("redirect_uris", &client.redirect_uris),
        ("post_logout_redirect_uris", &client.post_logout_redirect_uris),
    ];
    for (table, uris) in lists {
        for uri in uris {
            let cells = [("client_id", client.id.as_str().into()), ("uri", uri.as_str().into())];
            sql::insert_new(tx, table, cells).await?;
        }
    }
    for secret in &client.secrets {
        let cells = [
            ("client_id", client.id.as_str().into()),
            ("digest", sql::digest(secret)),
            ("created_at", at(now)),
        ];
        sql::insert_new(tx, "client_secrets", cells).await?;
    }
    Ok(())
}

async fn complete(conn: &Connection, row: Row) -> Result<Client, StorageError> {
    let redirect_uris = list_uris(
        conn,
        "SELECT uri FROM redirect_uris WHERE client_id = $1 ORDER BY uri",
        &row,
    )
    .await?;
    let post_logout_redirect_uris = list_uris(
        conn,
        "SELECT uri FROM post_logout_redirect_uris WHERE client_id = $1 ORDER BY uri",
        &row,
    )
    .await?;
    let sql = "SELECT digest FROM client_secrets WHERE client_id = $1 ORDER BY digest";
    let secrets: Vec<SecretRow> = sql::list(conn, sql, [row.id.clone().into()]).await?;
    let place = Place {
        table: "client_secrets",
        id: &row.id,
    };
    let secrets = secrets
        .iter()
        .map(|secret| place.digest("digest", &secret.digest))
        .collect::<Result<_, _>>()?;
    Ok(row.into_client(redirect_uris, post_logout_redirect_uris, secrets)?)
}

async fn list_uris(conn: &Connection, sql: &str, row: &Row) -> Result<Vec<RedirectUri>, StorageError> {
    let uris: Vec<UriRow> = sql::list(conn, sql, [row.id.clone().into()]).await?;
    let place = Place {
        table: "redirect_uris",
        id: &row.id,
    };
    uris.iter()
        .map(|row| RedirectUri::parse(&row.uri).map_err(|_| place.bad("uri").into()))
        .collect()
}

#[derive(FromQueryResult)]
struct UriRow {
    uri: String,
}

#[derive(FromQueryResult)]
struct SecretRow {
    digest: Vec<u8>,
}

#[derive(FromQueryResult)]
struct Row {
    id: String,
    name: String,
    authentication: String,
    grant_types: String,
    scopes: String,
    require_pkce: bool,
    id_token_algorithm: String,
    policy_uri: Option<String>,
    tos_uri: Option<String>,
    backchannel_logout_uri: Option<String>,
    backchannel_logout_session_required: bool,
    metadata_version: i64,
    created_at: i64,
}

impl Row {
    fn into_client(
        self,
        redirect_uris: Vec<RedirectUri>,
        post_logout_redirect_uris: Vec<RedirectUri>,
        secrets: Vec<TokenDigest>,
    ) -> Result<Client, Inconsistent> {
        let place = Place {
            table: "clients",
            id: &self.id,
        };
        let backchannel_logout = match self.backchannel_logout_uri.as_deref() {
            None => None,
            Some(uri) => Some(BackchannelLogout {
                uri: BackchannelLogoutUri::parse(uri).map_err(|_| place.bad("backchannel_logout_uri"))?,
                session_required: self.backchannel_logout_session_required,
            }),
        };
        let grant_types = self.grant_types.split(' ').filter(|word| !word.is_empty());
        Ok(Client {
            id: ClientId::parse(&self.id).map_err(|_| place.bad("id"))?,
            redirect_uris,
            post_logout_redirect_uris,
            backchannel_logout,
            authentication: place.word("authentication", ClientAuthentication::from_word(&self.authentication))?,
            secrets,
            grant_types: place.word("grant_types", grant_types.map(GrantType::from_word).collect())?,
            scopes: place.scopes("scopes", &self.scopes)?,
            require_pkce: self.require_pkce,
            id_token_algorithm: place.word(
                "id_token_algorithm",
                SigningAlgorithm::from_word(&self.id_token_algorithm),
            )?,
            metadata_version: place.small("metadata_version", self.metadata_version)?,
            created_at: Timestamp::from_micros(self.created_at),
            name: self.name,
            policy_uri: self.policy_uri,
            tos_uri: self.tos_uri,
        })
    }
}
