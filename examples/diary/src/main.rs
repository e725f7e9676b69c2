//! The diary as a program of its own: `diary --issuer https://id.example --client-id … --base-url …`.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Parser;
use diary::DiarySettings;
use tokio::net::TcpListener;

/// An example e-diary that signs people in with an OpenID Connect provider.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The provider's issuer, exactly as its discovery document has it.
    #[arg(long, env = "DIARY_ISSUER")]
    issuer: String,
    /// The diary's client id at the provider.
    #[arg(long, env = "DIARY_CLIENT_ID")]
    client_id: String,
    /// File with the client secret; surrounding white space does not count.
    #[arg(long, env = "DIARY_CLIENT_SECRET_FILE")]
    client_secret_file: PathBuf,
    /// The diary's own address as browsers see it, without a path.
    #[arg(long, env = "DIARY_BASE_URL", default_value = "http://127.0.0.1:7301")]
    base_url: String,
    /// Where to listen.
    #[arg(long, env = "DIARY_LISTEN", default_value = "127.0.0.1:7301")]
    listen: SocketAddr,
    /// PEM file with certificates to trust beside the system's.
    #[arg(long, env = "DIARY_EXTRA_TRUST_FILE")]
    extra_trust_file: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .init();
    let arguments = Arguments::parse();
    let secret = read(&arguments.client_secret_file)?;
    let settings = DiarySettings {
        issuer: arguments.issuer,
        client_id: arguments.client_id,
        client_secret: secret.trim().to_owned(),
        base_url: arguments.base_url,
        extra_trust: arguments.extra_trust_file.as_ref().map(read).transpose()?,
        desk_url: None,
        clock: None,
    };
    let listener = TcpListener::bind(arguments.listen)
        .await
        .with_context(|| format!("cannot listen on {}", arguments.listen))?;
    diary::serve(listener, settings, async {
        // Without a signal handler there is nothing to wait for: the diary then runs until it is killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
    .await?;
    Ok(())
}

fn read(path: &PathBuf) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}
