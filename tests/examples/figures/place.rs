//! The databases to measure on.

use sea_orm::{ConnectionTrait as _, Database};
use storage::{Db, PoolSettings};
use tempfile::TempDir;

/// A migrated database of our own.
pub(crate) struct Place {
    /// What the report calls it.
    pub(crate) name: &'static str,
    /// It.
    pub(crate) db: Db,
    /// Its address.
    pub(crate) url: String,
    behind: Behind,
}

enum Behind {
    Folder(TempDir),
    Server { url: String, database: String },
}

impl Place {
    /// A file, in a folder below the present one: `/tmp` may be memory, whose commits cost nothing.
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir_in(".").unwrap();
        let url = format!("sqlite:{}", folder.path().join("kiru.db").display());
        Self {
            name: "sqlite",
            db: migrated(&url).await,
            url,
            behind: Behind::Folder(folder),
        }
    }

    /// A database on this server.
    pub(crate) async fn postgres(server: &str) -> Self {
        Self::postgres_named(server, "plain").await
    }

    /// One of several on this server.
    pub(crate) async fn postgres_named(server: &str, name: &str) -> Self {
        let database = format!("kiru_figures_{}_{name}", std::process::id());
        execute(server, &format!("CREATE DATABASE {database}")).await;
        let mut url = url::Url::parse(server).unwrap();
        url.set_path(&database);
        let behind = Behind::Server {
            url: server.to_owned(),
            database,
        };
        Self {
            name: "postgres",
            db: migrated(url.as_str()).await,
            url: url.into(),
            behind,
        }
    }

    /// Takes it away.
    pub(crate) async fn remove(self) {
        self.db.close().await.unwrap();
        match self.behind {
            Behind::Folder(folder) => folder.close().unwrap(),
            Behind::Server { url, database } => execute(&url, &format!("DROP DATABASE {database} WITH (FORCE)")).await,
        }
    }
}

async fn migrated(url: &str) -> Db {
    let db = Db::connect(url, PoolSettings::default()).await.unwrap();
    db.migrate().await.unwrap();
    db
}

async fn execute(server: &str, sql: &str) {
    let admin = Database::connect(server).await.unwrap();
    admin.execute_unprepared(sql).await.unwrap();
    admin.close().await.unwrap();
}
