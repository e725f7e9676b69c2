//! A database for one test: a copy of one that the migrations made.

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;

use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use storage::{Db, PoolSettings};
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// A migrated database of one test.
pub(crate) struct TestDatabase {
    db: Db,
    /// Where it is; a second [`Db`] may connect.
    pub(crate) url: String,
    /// SQLite: removes the file when dropped.
    folder: Option<TempDir>,
}

impl Deref for TestDatabase {
    type Target = Db;

    fn deref(&self) -> &Db {
        &self.db
    }
}

impl TestDatabase {
    /// A file in a temporary folder.
    pub(crate) async fn sqlite() -> Self {
        static TEMPLATE: OnceCell<Arc<(TempDir, PathBuf)>> = OnceCell::const_new();
        let template = TEMPLATE.get_or_init(|| async {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let path = folder.path().join("template.db");
            let db = Db::connect(&file_url(&path), PoolSettings::default())
                .await
                .expect("connects");
            db.migrate().await.expect("migrates");
            db.close().await.expect("closes");
            Arc::new((folder, path))
        });
        let template = Arc::clone(template.await);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("kiru.db");
        std::fs::copy(&template.1, &path).expect("the template is copied");
        Self::open(file_url(&path), Some(folder)).await
    }

    /// A database on the server that `KIRU_TEST_POSTGRES` names.
    #[cfg(kiru_test_postgres)]
    pub(crate) async fn postgres() -> Self {
        use std::sync::atomic::{AtomicU32, Ordering};

        static TEMPLATE: OnceCell<String> = OnceCell::const_new();
        static COPIES: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let template = TEMPLATE.get_or_init(|| async {
            let name = format!("kiru_test_{}_template", std::process::id());
            let url = create(&name, "template0").await;
            let db = Db::connect(&url, PoolSettings::default()).await.expect("connects");
            db.migrate().await.expect("migrates");
            db.close().await.expect("closes");
            name
        });
        let template = template.await;
        let name = format!(
            "kiru_test_{}_{}",
            std::process::id(),
            NUMBER.fetch_add(1, Ordering::Relaxed)
        );
        // PostgreSQL copies a template for one caller at a time.
        let guard = COPIES.lock().await;
        let url = create(&name, template).await;
        drop(guard);
        Self::open(url, None).await
    }

    async fn open(url: String, folder: Option<TempDir>) -> Self {
        let db = Db::connect(&url, PoolSettings::default()).await.expect("connects");
        Self { db, url, folder }
    }

    /// Another instance with pools of its own, as a second node has.
    pub(crate) async fn another(&self) -> Db {
        Db::connect(&self.url, PoolSettings::default()).await.expect("connects")
    }

    /// Statements that no storage function makes: an attacker at the database, or a row of another time.
    pub(crate) async fn tamper(&self, statements: &[&str]) {
        let raw = self.raw().await;
        for sql in statements {
            raw.execute_unprepared(sql)
                .await
                .unwrap_or_else(|error| panic!("{sql}: {error}"));
        }
        raw.close().await.expect("closes");
    }

    /// A connection without any of our rules, foreign keys included.
    pub(crate) async fn raw(&self) -> DatabaseConnection {
        let mut options = sea_orm::ConnectOptions::new(self.url.clone());
        options
            .max_connections(1)
            .sqlx_logging(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .map_sqlx_sqlite_opts(|sqlite| sqlite.foreign_keys(false));
        let raw = Database::connect(options).await.expect("connects");
        if self.url.starts_with("postgres") {
            raw.execute_unprepared("SET session_replication_role = replica")
                .await
                .expect("is superuser");
        }
        raw
    }

    /// Ends the test: all connections must be free again.
    pub(crate) async fn remove(self) {
        let Self { db, url, folder } = self;
        db.close().await.expect("closes");
        match folder {
            Some(folder) => folder.close().expect("the folder is removed"),
            None => drop_database(&url).await,
        }
    }
}

fn file_url(path: &std::path::Path) -> String {
    format!("sqlite:{}", path.display())
}

#[cfg(kiru_test_postgres)]
async fn create(name: &str, template: &str) -> String {
    let server = std::env::var("KIRU_TEST_POSTGRES").expect("KIRU_TEST_POSTGRES is set");
    let admin = administrator(&server).await;
    admin
        .execute_unprepared(&format!("CREATE DATABASE {name} TEMPLATE {template}"))
        .await
        .expect("creates");
    admin.close().await.expect("closes");
    let mut url = url::Url::parse(&server).expect("an address");
    url.set_path(name);
    url.into()
}

/// A connection for making and dropping databases; without ends for age, as in `storage`.
async fn administrator(server: &str) -> DatabaseConnection {
    let mut options = sea_orm::ConnectOptions::new(server);
    options.max_connections(1).idle_timeout(None).max_lifetime(None);
    Database::connect(options).await.expect("the server answers")
}

async fn drop_database(url: &str) {
    let server = std::env::var("KIRU_TEST_POSTGRES").expect("KIRU_TEST_POSTGRES is set");
    let url = url::Url::parse(url).expect("an address");
    let name = url.path().trim_start_matches('/');
    let admin = administrator(&server).await;
    admin
        .execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)"))
        .await
        .expect("drops");
    admin.close().await.expect("closes");
}
